//! STOP by SMS, at a gateway of each kind, and the sender's name by country.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ganira::crypto::hmac_sha1;
use ganira::flows::Channel;
use ganira::operations::keeping;
use serde_json::Value;

use super::house::{STARTED, STOPPED, failed, opt_outs, refresh, speak, tell, who};
use crate::sms::bench::{ALINE, GATEWAYS, KEY, PUBLIC, SENDER, SIGNING, salon};
use crate::world::{World, wait_for};

/// The texts on the handset, once there are so many.
async fn texts(world: &World, count: usize) -> Vec<String> {
    let inbox = wait_for("the handset", async || {
        let inbox = world.sms_inbox(ALINE).await;
        (inbox.len() >= count).then_some(inbox)
    })
    .await;
    inbox.iter().map(|message: &Value| message["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn stop_by_sms_holds_at_every_gateway_and_start_undoes_it() {
    for (gateway, ..) in GATEWAYS {
        let world = salon().await;
        speak(&world, world.tenant).await;
        world.text(gateway, ALINE, "hi").await;
        assert_eq!(texts(&world, 1).await, ["Hello."], "{gateway}");
        let aline = who(&world, world.tenant, ALINE).await;
        world.text(gateway, ALINE, "Stop").await;
        assert_eq!(texts(&world, 2).await[1], STOPPED, "{gateway}");
        let star = (Channel::Sms.as_str().to_owned(), "*".to_owned(), "person".to_owned());
        assert_eq!(opt_outs(&world, aline).await, [star]);
        tell(&world, aline, "house.notice", "1").await;
        assert_eq!(failed(&world, aline, 2).await, 0, "{gateway}");
        world.text(gateway, ALINE, "START").await;
        assert_eq!(texts(&world, 3).await[2], STARTED, "{gateway}");
        tell(&world, aline, "house.notice", "2").await;
        assert_eq!(texts(&world, 4).await[3], "A notice.", "{gateway}");
        world.stop().await;
    }
}

/// Twilio's `X-Twilio-Signature`: the address, and every parameter sorted.
fn signed(path: &str, fields: &[(&str, &str)]) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let all: String = sorted.iter().flat_map(|(name, value)| [*name, *value]).collect();
    STANDARD.encode(hmac_sha1(SIGNING.as_bytes(), format!("{PUBLIC}{path}{all}").as_bytes()))
}

async fn post(world: &World, gateway: &str, fields: &[(&str, &str)]) {
    let path = format!("/webhooks/sms/{gateway}/{KEY}");
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let request = world.http.post(world.url(&path)).header("x-twilio-signature", signed(&path, fields));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body.finish());
    assert!(request.send().await.unwrap().status().is_success());
}

#[tokio::test]
async fn an_opt_out_that_the_company_heard_itself_holds_and_is_not_confirmed_again() {
    let world = salon().await;
    speak(&world, world.tenant).await;
    world.text("tw", ALINE, "hi").await;
    texts(&world, 1).await;
    let aline = who(&world, world.tenant, ALINE).await;
    let star = (Channel::Sms.as_str().to_owned(), "*".to_owned(), "network".to_owned());
    // Twilio's Advanced Opt-Out has answered her already.
    let heard = |sid, word| {
        let (to, from) = (GATEWAYS[1].2, ALINE);
        [("MessageSid", sid), ("From", from), ("To", to), ("Body", word), ("OptOutType", word), ("NumMedia", "0")]
    };
    post(&world, "tw", &heard("SM01", "STOP")).await;
    assert_eq!(opt_outs(&world, aline).await, std::slice::from_ref(&star));
    tell(&world, aline, "house.notice", "1").await;
    assert_eq!(failed(&world, aline, 1).await, 0, "it was never tried");
    post(&world, "tw", &heard("SM02", "START")).await;
    assert!(opt_outs(&world, aline).await.is_empty());
    tell(&world, aline, "house.notice", "2").await;
    assert_eq!(texts(&world, 2).await[1], "A notice.");
    // Africa's Talking tells who dialled herself off a sender that is a word.
    post(&world, "at", &[("senderId", "7711"), ("phoneNumber", ALINE)]).await;
    assert_eq!(opt_outs(&world, aline).await, [star]);
    tell(&world, aline, "house.notice", "3").await;
    assert_eq!(failed(&world, aline, 3).await, 0);
    assert_eq!(texts(&world, 2).await.len(), 2, "and nobody tells her what she was told");
    world.stop().await;
}

#[tokio::test]
async fn an_account_writes_to_a_country_under_the_name_it_has_there() {
    let world = salon().await;
    speak(&world, world.tenant).await;
    let pool = world.database.pool().await;
    keeping::set_sender(&pool, world.tenant, "at 7711", "250", SENDER).await.unwrap();
    refresh(&world).await;
    world.text("at", ALINE, "hi").await;
    texts(&world, 1).await;
    assert_eq!(world.sms_inbox(ALINE).await[0]["from"], SENDER);
    keeping::remove_sender(&pool, world.tenant, "at 7711", "250").await.unwrap();
    refresh(&world).await;
    world.text("at", ALINE, "hi").await;
    texts(&world, 2).await;
    assert_eq!(world.sms_inbox(ALINE).await[1]["from"], "7711");
    world.stop().await;
}
