//! USSD over SMPP: sessions by `ussd_service_op`, in the standard's values and in a vendor's.

use ganira::config::UssdCoding;
use ganira::domain::account_name;
use rstest::rstest;
use serde_json::{Value, json};

use super::{ALINE, GATEWAY, ask, count, smsc, tell, world};
use crate::world::{World, wait_for};

const CODE: &str = "*384*77#";

/// A world whose tenant has a code at the message centre too.
async fn keypad(coding: UssdCoding) -> World {
    let mut world = world("salon", smsc(), move |gateway| gateway.ussd_coding = coding).await;
    world.stop_engine().await;
    sqlx::query(
        "INSERT INTO ganira.account (tenant_id, channel, external_id, parent_id, app) VALUES ($1, 'ussd', $2, 'ganira', $3)",
    )
    .bind(world.tenant.0)
    .bind(account_name(GATEWAY, CODE))
    .bind(GATEWAY)
    .execute(&world.database.pool().await)
    .await
    .unwrap();
    world.start().await;
    world
}

/// Types something; returns the screen that comes.
async fn types(world: &World, text: &str, op: u8, info: [u8; 2]) -> Value {
    let before = screens(world).await.len();
    tell(world, "/ussd", json!({"from": ALINE, "to": CODE, "text": text, "service_op": op, "session_info": info}))
        .await;
    wait_for(&format!("a screen after {text}"), async || screens(world).await.get(before).cloned()).await
}

async fn screens(world: &World) -> Vec<Value> {
    serde_json::from_value(ask(world, &format!("/screens?of={}", &ALINE[1..])).await).unwrap()
}

/// New, goes on, and what answers have: goes on, ends; and the session's two octets in and out.
#[rstest]
#[case(UssdCoding::Standard, [1, 18], [2, 17], [42, 0])]
#[case(UssdCoding::SixD, [0x01, 0x12], [0x02, 0x17], [0x12, 0x34])]
#[tokio::test]
async fn a_person_books_at_her_keypad_over_smpp(
    #[case] coding: UssdCoding,
    #[case] asks: [u8; 2],
    #[case] answers: [u8; 2],
    #[case] info: [u8; 2],
) {
    let world = Box::pin(keypad(coding)).await;
    let mut screen = types(&world, CODE, asks[0], info).await;
    let mut seen = vec![screen.clone()];
    for _ in 0..12 {
        if screen["service_op"] == answers[1] {
            break;
        }
        assert_eq!(screen["service_op"], answers[0], "{seen:#?}");
        assert_eq!(screen["session_info"][1].as_u64().unwrap() & 1, 0, "{seen:#?}");
        let next: [u8; 2] = serde_json::from_value(screen["session_info"].clone()).unwrap();
        screen = types(&world, "1", asks[1], next).await;
        seen.push(screen.clone());
    }
    assert_eq!(screen["service_op"], answers[1], "{seen:#?}");
    assert_eq!(screen["session_info"][1].as_u64().unwrap() & 1, 1, "the last bit ends it: {seen:#?}");
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.visit WHERE state = 'booked'").await, 1, "{seen:#?}");
    world.stop().await;
}

#[tokio::test]
async fn a_session_that_is_broken_off_is_over_and_gets_no_screen() {
    let world = Box::pin(keypad(UssdCoding::SixD)).await;
    types(&world, CODE, 0x01, [0x12, 0x34]).await;
    let before = screens(&world).await.len();
    let order = json!({"from": ALINE, "to": CODE, "text": "", "service_op": 0x81, "session_info": [0x12, 0x35]});
    tell(&world, "/ussd", order).await;
    // The next one of the same number is another session, and begins with a choice of its own.
    types(&world, CODE, 0x01, [0x12, 0x34]).await;
    assert_eq!(screens(&world).await.len(), before + 1);
    world.stop().await;
}
