//! Receipts find their messages, however and whenever they come.

use std::time::Duration;

use ganira::sandbox::{IdForm, SmscOptions};
use rstest::rstest;
use serde_json::json;

use super::{ALINE, UNDELIVERED, all_delivered, answer_to, count, received, say, smsc, tell, world};
use crate::world::wait_for;

#[rstest]
#[case(IdForm::Hex8, IdForm::Decimal10, true)]
#[case(IdForm::Decimal, IdForm::HexCapitals, true)]
#[case(IdForm::HexCapitals, IdForm::Hex8, false)]
#[case(IdForm::Decimal10, IdForm::Decimal, false)]
#[tokio::test]
async fn receipts_are_matched_across_hexadecimal_decimal_zeros_and_case(
    #[case] submit_ids: IdForm,
    #[case] receipt_ids: IdForm,
    #[case] receipt_parameters: bool,
) {
    let options = SmscOptions { submit_ids, receipt_ids, receipt_parameters, first_id: 0xabcd1, ..smsc() };
    let world = world("diary", options, |_| {}).await;
    for said in ["one", "two", "three"] {
        answer_to(&world, ALINE, said).await;
    }
    all_delivered(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_receipt_that_comes_before_the_answer_to_the_submit_is_recorded() {
    let options = SmscOptions { receipt_delay: Duration::from_millis(100), ..smsc() };
    let world = world("diary", options, |_| {}).await;
    tell(&world, "/faults", json!({"receipt_first": true, "times": 3})).await;
    for said in ["one", "two", "three"] {
        answer_to(&world, ALINE, said).await;
    }
    all_delivered(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_message_of_parts_is_delivered_when_all_are_and_failed_when_one_is() {
    let world = world("diary", smsc(), |_| {}).await;
    let long = "x".repeat(200);
    answer_to(&world, ALINE, &long).await;
    all_delivered(&world).await;
    // The second part of the next answer does not arrive.
    tell(&world, "/faults", json!({"after": 1, "state": "UNDELIV"})).await;
    say(&world, ALINE, "y").await;
    received(&world, ALINE, 2).await;
    wait_for("the second message to have failed", async || {
        (count(&world, "SELECT count(*) FROM ganira.delivery WHERE rank = 100").await == 1).then_some(())
    })
    .await;
    assert_eq!(count(&world, UNDELIVERED).await, 1);
    world.stop().await;
}

#[tokio::test]
async fn throttled_and_queue_full_cost_nothing_and_keep_what_was_taken() {
    let world = world("diary", smsc(), |_| {}).await;
    answer_to(&world, ALINE, &"x".repeat(200)).await;
    // The first part is taken, the second throttled, then the queue is full: the third attempt finds it open.
    tell(&world, "/faults", json!({"status": 0x58, "after": 1})).await;
    tell(&world, "/faults", json!({"status": 0x14})).await;
    let answer = answer_to(&world, ALINE, "y").await;
    assert!(answer.contains('y'), "{answer}");
    all_delivered(&world).await;
    let look = super::ask(&world, "").await;
    // Two messages of two parts: no part was sent twice.
    assert_eq!(look["short_messages"], 4, "{look}");
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.sent_message").await, 4);
    world.stop().await;
}
