//! Misbehaviour on command, as the engine meets it.

use std::time::{Duration, Instant};

use ganira::channels::{Refused, Scope, SendOutcome};
use ganira::domain::{DeliveryState, InboundKind};
use http::Method;
use serde_json::{Value, json};

use super::bench::{ALINE, Bench};

async fn bench() -> Bench {
    let bench = Bench::start().await;
    bench.say(ALINE, "hi").await;
    bench
}

#[tokio::test]
async fn a_reset_after_acceptance_is_unknown_and_the_message_arrives() {
    let bench = bench().await;
    bench.fault(json!({ "kind": "reset", "times": 1 })).await;
    assert_eq!(bench.text(ALINE, "lost answer").await, SendOutcome::Unknown);
    assert_eq!(bench.inbox(ALINE).await.len(), 1);
    assert!(matches!(bench.text(ALINE, "well again").await, SendOutcome::Accepted { .. }));
    bench.until("its statuses", |bench| bench.receipts().len() == 6).await;
}

#[tokio::test]
async fn a_reset_before_acceptance_is_unknown_too_and_nothing_arrives() {
    let bench = bench().await;
    bench.fault(json!({ "kind": "reset", "before": true, "times": 1 })).await;
    assert_eq!(bench.text(ALINE, "never read").await, SendOutcome::Unknown);
    assert_eq!(bench.inbox(ALINE).await.len(), 0);
}

#[tokio::test]
async fn an_answer_that_never_comes_is_unknown() {
    let bench = bench().await;
    bench.fault(json!({ "kind": "drop_answer", "times": 1 })).await;
    assert_eq!(bench.text(ALINE, "silence").await, SendOutcome::Unknown);
    assert_eq!(bench.inbox(ALINE).await.len(), 1);
}

#[tokio::test]
async fn statuses_throttles_and_refusals_are_as_ordered_as_often_as_ordered() {
    let bench = bench().await;
    bench.fault(json!({ "kind": "status", "status": 502, "times": 1 })).await;
    assert_eq!(bench.text(ALINE, "x").await, SendOutcome::Unknown);
    bench.fault(json!({ "kind": "throttle", "code": 130_429, "retry_after": 17, "times": 1 })).await;
    let seventeen = Some(Duration::from_secs(17));
    assert_eq!(
        bench.text(ALINE, "x").await,
        SendOutcome::Throttled { scope: Scope::Account, retry_after: seventeen, code: Some(130_429) }
    );
    bench.fault(json!({ "kind": "bad_token", "times": 1 })).await;
    assert!(matches!(bench.text(ALINE, "x").await, SendOutcome::AccountStopped { code: 190, .. }));
    bench.fault(json!({ "kind": "refuse", "code": 131_026, "times": 2 })).await;
    for _ in 0..2 {
        assert!(matches!(bench.text(ALINE, "x").await, SendOutcome::Refused { reason: Refused::Undeliverable, .. }));
    }
    assert!(matches!(bench.text(ALINE, "x").await, SendOutcome::Accepted { .. }));
    assert_eq!(bench.inbox(ALINE).await.len(), 1);
}

#[tokio::test]
async fn a_fault_of_one_person_leaves_the_others_alone() {
    let bench = bench().await;
    bench.say("+250780000002", "hi").await;
    bench.fault(json!({ "kind": "refuse", "code": 131_026, "of": "250780000002" })).await;
    assert!(matches!(bench.text(ALINE, "x").await, SendOutcome::Accepted { .. }));
    assert!(matches!(bench.text("+250780000002", "x").await, SendOutcome::Refused { .. }));
    bench.control("DELETE", "/faults", Value::Null).await;
    assert!(matches!(bench.text("+250780000002", "x").await, SendOutcome::Accepted { .. }));
}

#[tokio::test]
async fn a_slow_answer_is_slow() {
    let bench = bench().await;
    bench.fault(json!({ "kind": "slow", "ms": 150, "times": 1 })).await;
    let begun = Instant::now();
    assert!(matches!(bench.text(ALINE, "x").await, SendOutcome::Accepted { .. }));
    assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_message_can_fail_later() {
    let bench = bench().await;
    bench.fault(json!({ "kind": "fail_later", "code": 131_026, "of": ALINE, "times": 1 })).await;
    assert!(matches!(bench.text(ALINE, "x").await, SendOutcome::Accepted { .. }));
    bench
        .until("the failure", |bench| {
            bench.receipts().iter().any(|receipt| receipt.state == Some(DeliveryState::Failed))
        })
        .await;
    assert_eq!(bench.inbox(ALINE).await.len(), 0);
}

#[tokio::test]
async fn webhooks_can_be_doubled_and_statuses_held_back_and_gathered() {
    let bench = bench().await;
    bench.fault(json!({ "kind": "duplicate_webhooks", "copies": 3, "times": 1 })).await;
    bench.say(ALINE, "thrice").await;
    bench.until("three copies", |bench| bench.bodies().len() == 4).await;
    let copies = bench.bodies();
    assert!(copies[1] == copies[2] && copies[2] == copies[3]);

    bench.fault(json!({ "kind": "hold_statuses" })).await;
    bench.text(ALINE, "held").await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(bench.receipts().is_empty());
    bench.control("DELETE", "/faults", Value::Null).await;
    bench.until("all at last", |bench| bench.receipts().len() == 3).await;

    bench.fault(json!({ "kind": "batch_statuses", "size": 6 })).await;
    let before = bench.bodies().len();
    bench.text(ALINE, "a").await;
    bench.text(ALINE, "b").await;
    bench.until("six more", |bench| bench.receipts().len() == 9).await;
    assert_eq!(bench.bodies().len(), before + 1, "in one webhook");
}

#[tokio::test]
async fn marking_as_read_needs_the_id_of_a_message() {
    let bench = bench().await;
    let read = |id: &str| json!({ "messaging_product": "whatsapp", "status": "read", "message_id": id });
    assert_eq!(bench.code(read("wamid.X")).await, None);
    assert_eq!(bench.code(read("42")).await, Some(100));
    let unknown_path = bench.call(Method::POST.as_str(), "/control/nothing", Value::Null).await;
    assert_eq!(unknown_path.status(), 404);
    assert!(String::from_utf8_lossy(unknown_path.body()).contains("/control/whatsapp"));
}

#[tokio::test]
async fn statuses_can_come_in_another_order() {
    let words = ["sent", "delivered", "read", "played", "a", "b", "c", "d", "e", "f"];
    let bench = Bench::with(|options| options.statuses = words.map(str::to_owned).to_vec()).await;
    bench.say(ALINE, "hi").await;
    // One status after the other, so that only the fault can change their order.
    bench.fault(json!({ "kind": "batch_statuses", "size": words.len() })).await;
    bench.fault(json!({ "kind": "shuffle_statuses", "times": 1 })).await;
    let order = |bench: &Bench, from: usize| -> Vec<String> {
        let told = bench.told().into_iter().filter(|update| matches!(update.kind, InboundKind::Receipt(_)));
        let word = |update: ganira::domain::Inbound| update.provider_id.split(':').nth(1).unwrap().to_owned();
        told.map(word).skip(from).collect()
    };
    bench.text(ALINE, "shuffled").await;
    bench.until("ten statuses", |bench| bench.receipts().len() == 10).await;
    bench.text(ALINE, "in order").await;
    bench.until("ten more", |bench| bench.receipts().len() == 20).await;
    let mut shuffled = order(&bench, 0);
    shuffled.truncate(10);
    assert_ne!(shuffled, words);
    assert_eq!(order(&bench, 10), words);
}
