//! Delivery reports of the four companies: whose they are, what they change, and what a flow hears.

use serde_json::json;

use super::bench::{GATEWAYS, salon};
use crate::world::wait_for;

/// People whose number ends so are taken and never reached, or want nothing: see the sandbox.
const UNREACHED: &str = "+250780000999";
const UNWANTED: &str = "+250780000406";
const FAILED: &str = "SELECT count(*) FROM ganira.journal WHERE kind = 5";

#[tokio::test]
async fn a_report_that_overtakes_the_answer_is_kept_and_applied() {
    let world = salon().await;
    for (turn, (gateway, ..)) in GATEWAYS.into_iter().enumerate() {
        world.order_sms_fault(json!({ "kind": "early_reports", "times": 1 })).await;
        world.text(gateway, &format!("+25078000010{turn}"), "hello").await;
        world.ranks(&vec![50; turn + 1]).await;
    }
    assert_eq!(world.count("SELECT count(*) FROM ganira.early_receipt").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn the_flow_hears_of_a_message_that_was_taken_and_never_arrived() {
    let world = salon().await;
    for (turn, (gateway, ..)) in GATEWAYS.into_iter().enumerate() {
        // Early, too: the failure is told once the message has its name.
        if turn % 2 == 0 {
            world.order_sms_fault(json!({ "kind": "early_reports", "times": 1 })).await;
        }
        let wanted = i64::try_from(turn).unwrap() + 1;
        world.text(gateway, &format!("+2507800{turn}0999"), "hello").await;
        wait_for("the flow to hear", async || (world.count(FAILED).await == wanted).then_some(())).await;
    }
    assert_eq!(world.count("SELECT count(*) FROM ganira.delivery WHERE rank = 100").await, 4);
    assert_eq!(world.sms_inbox(UNREACHED).await.len(), 0);
    world.stop().await;
}

#[tokio::test]
async fn whoever_wants_nothing_is_refused_as_unwanted() {
    let world = salon().await;
    for (turn, (gateway, ..)) in GATEWAYS.into_iter().enumerate() {
        let wanted = i64::try_from(turn).unwrap() + 1;
        world.text(gateway, &UNWANTED.replace("780000", &format!("78{turn}000")), "hello").await;
        wait_for("the flow to hear", async || (world.count(FAILED).await == wanted).then_some(())).await;
    }
    let codes = "SELECT count(*) FROM ganira.delivery WHERE error_code IN (406, 21610, 10, 7)";
    assert_eq!(world.count(codes).await, 4);
    world.stop().await;
}

#[tokio::test]
async fn reports_in_batches_and_in_copies_change_nothing_twice() {
    let world = salon().await;
    world.order_sms_fault(json!({ "kind": "batch_statuses", "size": 3 })).await;
    world.order_sms_fault(json!({ "kind": "duplicate_webhooks", "copies": 3 })).await;
    for (turn, (gateway, ..)) in GATEWAYS.into_iter().enumerate() {
        world.text(gateway, &format!("+25078000020{turn}"), "hello").await;
    }
    world.ranks(&[50; 4]).await;
    world.stop().await;
}

#[tokio::test]
async fn a_message_whose_answer_is_lost_is_known_by_its_report_where_the_company_brings_ours_back() {
    let world = salon().await;
    for (turn, (gateway, ..)) in GATEWAYS.into_iter().enumerate().skip(1) {
        world.order_sms_fault(json!({ "kind": "reset", "times": 1 })).await;
        let from = format!("+25078000030{turn}");
        world.text(gateway, &from, "hello").await;
        world.ranks(&vec![50; turn]).await;
        assert_eq!(world.sms_inbox(&from).await.len(), 1, "it was not sent again");
    }
    world.stop().await;
}
