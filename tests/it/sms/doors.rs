//! Who may come in: the path's key, the caller's network, the signature; and what is for nobody.

use super::bench::{ALINE, KEY, salon, with};
use crate::world::{World, wait_for};
use reqwest::StatusCode;

const MESSAGE: &str = "from=%2B250780000001&to=7711&text=hello&id=m-1&date=2026-11-20T10%3A00%3A00Z";
const JOURNAL: &str = "SELECT count(*) FROM ganira.journal";

async fn post(world: &World, path: &str, body: &'static str) -> StatusCode {
    let request =
        world.http.post(world.url(path)).header("content-type", "application/x-www-form-urlencoded").body(body);
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn a_wrong_key_an_unknown_gateway_and_another_network_are_pages_that_are_not_there() {
    let world = with(|config| {
        config.sms_gateways.get_mut("ib").unwrap().allow_from = Some(ganira::config::Networks::of(&["192.0.2.0/24"]));
    })
    .await;
    let unknown = post(&world, "/no/such/page", MESSAGE).await;
    assert_eq!(unknown, StatusCode::NOT_FOUND);
    for path in ["at/0123456789abcdeX", "at/0123456789abcde", "nobody/0123456789abcdef", "ib/0123456789abcdef"] {
        assert_eq!(post(&world, &format!("/webhooks/sms/{path}"), MESSAGE).await, unknown, "{path}");
    }
    assert_eq!(world.count(JOURNAL).await, 0);
    assert_eq!(post(&world, &format!("/webhooks/sms/at/{KEY}"), MESSAGE).await, StatusCode::OK);
    assert_eq!(world.count(JOURNAL).await, 1);
    world.stop().await;
}

#[tokio::test]
async fn what_a_company_that_signs_did_not_sign_is_refused() {
    let world = salon().await;
    let twilio = "MessageSid=SM1&From=%2B250780000001&To=%2B12025550100&Body=hello";
    let vonage = "msisdn=250780000001&to=250788000300&messageId=A1&text=hello&sig=00";
    for (gateway, body) in [("tw", twilio), ("vo", vonage), ("ib", "{\"results\":[]}")] {
        let status = post(&world, &format!("/webhooks/sms/{gateway}/{KEY}"), body).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{gateway}");
    }
    assert_eq!(world.count(JOURNAL).await, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_message_to_a_number_that_nobody_has_is_buried_and_can_be_replayed() {
    let world = salon().await;
    let stranger = "from=%2B250780000001&to=7799&text=hello&id=m-2";
    assert_eq!(post(&world, &format!("/webhooks/sms/at/{KEY}"), stranger).await, StatusCode::OK);
    assert_eq!(world.count("SELECT count(*) FROM ganira.dead_letter WHERE reason = 'unknown_account'").await, 1);
    let ring = ganira::cli::assemble::key_ring(&world.config).unwrap();
    let pool = world.database.pool().await;
    let new = ganira::operations::sms_numbers::NewSms {
        gateway: "at".into(),
        number: "7799".into(),
        parent: "sandbox".into(),
        token: None,
    };
    ganira::operations::sms_numbers::add(&pool, &ring, world.tenant, &new).await.unwrap();
    for request in ["('refresh', '{}')", "('replay', '{\"dead_letter\": 1}')"] {
        let insert = format!("INSERT INTO ganira.request (kind, arguments) VALUES {request}");
        sqlx::query(sqlx::AssertSqlSafe(insert)).execute(&pool).await.unwrap();
    }
    wait_for("the replay", async || (world.count(JOURNAL).await == 1).then_some(())).await;
    world.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_buried_whole_and_answered_as_taken() {
    let world = salon().await;
    assert_eq!(post(&world, &format!("/webhooks/sms/at/{KEY}"), "hello=1").await, StatusCode::OK);
    assert_eq!(world.count("SELECT count(*) FROM ganira.dead_letter WHERE reason = 'unreadable'").await, 1);
    world.stop().await;
}

#[tokio::test]
async fn the_sender_of_a_company_that_nobody_can_answer_is_noted() {
    let world = salon().await;
    let bank = "from=MyBank&to=7711&text=hello&id=m-3";
    assert_eq!(post(&world, &format!("/webhooks/sms/at/{KEY}"), bank).await, StatusCode::OK);
    assert_eq!(world.count("SELECT count(*) FROM ganira.notice").await, 1);
    assert_eq!(world.count(JOURNAL).await, 0);
    world.stop().await;
}

#[tokio::test]
async fn whoever_unsubscribes_at_africas_talking_is_known_to_have_stopped_each_time() {
    let world = salon().await;
    let opt_out = "senderId=7711&phoneNumber=%2B250780000001";
    for times in 1..=2 {
        assert_eq!(post(&world, &format!("/webhooks/sms/at/{KEY}"), opt_out).await, StatusCode::OK);
        assert_eq!(world.count("SELECT count(*) FROM ganira.journal WHERE kind = 22").await, times);
    }
    assert_eq!(world.sms_inbox(ALINE).await.len(), 0, "the gateway has told her so itself");
    world.stop().await;
}
