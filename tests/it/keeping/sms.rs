//! STOP by SMS, at a gateway of each kind, and the sender's name by country.

use ganira::flows::Channel;
use ganira::operations::keeping;
use serde_json::Value;

use super::house::{STARTED, STOPPED, failed, opt_outs, refresh, speak, tell, who};
use crate::sms::bench::{ALINE, GATEWAYS, SENDER, salon};
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
