//! A customer books by SMS, end to end: the company's webhook in, its request out, a visit in the database, its receipts recorded.

use serde_json::{Value, json};

use super::bench::{ALINE, GATEWAYS, salon};
use crate::world::{World, monday_morning, wait_for};

const BOOKED: &str = "SELECT count(*) FROM ganira.visit WHERE state = 'booked'";
const UNDELIVERED: &str = "SELECT count(*) FROM ganira.outbox LEFT JOIN ganira.delivery USING (tenant_id, contact_id, seq, n) \
                           WHERE rank IS DISTINCT FROM 50";

/// Writes, and returns the answer.
async fn ask(world: &World, gateway: &str, from: &str, said: &str) -> String {
    let before = world.sms_inbox(from).await.len();
    world.text(gateway, from, said).await;
    world.sms(from, before + 1).await
}

/// From the first word to the confirmation.
async fn book(world: &World, gateway: &str, from: &str) -> Vec<String> {
    let mut on_the_way = Vec::new();
    for said in ["hello", "1", "1", "1", &monday_morning(), "1", "Aline", "1"] {
        on_the_way.push(ask(world, gateway, from, said).await);
    }
    on_the_way
}

async fn book_at(which: usize) {
    let world = salon().await;
    let (gateway, _, number) = GATEWAYS[which];
    let on_the_way = book(&world, gateway, ALINE).await;
    assert_eq!(world.count(BOOKED).await, 1, "{on_the_way:#?}");
    for message in world.sms_inbox(ALINE).await {
        assert_eq!(message["gateway"], gateway);
        assert_eq!(message["from"].as_str().unwrap().trim_start_matches('+'), number.trim_start_matches('+'));
        assert_eq!(message["encoding"], "GSM-7", "{message}");
    }
    wait_for("every message to be delivered", async || (world.count(UNDELIVERED).await == 0).then_some(())).await;
    world.stop().await;
}

#[tokio::test]
async fn a_customer_books_by_sms_at_africas_talking() {
    book_at(0).await;
}

#[tokio::test]
async fn a_customer_books_by_sms_at_twilio() {
    book_at(1).await;
}

#[tokio::test]
async fn a_customer_books_by_sms_at_infobip() {
    book_at(2).await;
}

#[tokio::test]
async fn a_customer_books_by_sms_at_vonage() {
    book_at(3).await;
}

#[tokio::test]
async fn the_same_message_twice_is_one_turn() {
    let world = salon().await;
    for (turn, (gateway, ..)) in GATEWAYS.into_iter().enumerate() {
        let from = format!("+25078000050{turn}");
        for _ in 0..2 {
            world
                .text_as(json!({ "gateway": gateway, "from": from, "text": "hello", "id": format!("4E{gateway}") }))
                .await;
        }
        world.sms(&from, 1).await;
    }
    assert_eq!(world.count("SELECT count(*) FROM ganira.journal WHERE kind = 1").await, 4);
    world.stop().await;
}

#[tokio::test]
async fn a_long_message_in_parts_is_one_message_whatever_their_order() {
    let world = salon().await;
    let long = format!("hello {}", "I would like to know when you are open. ".repeat(6));
    let said = world.text("vo", ALINE, &long).await;
    assert_eq!(said["parts"], 2, "{said}");
    world.sms(ALINE, 1).await;
    assert_eq!(world.count("SELECT count(*) FROM ganira.journal WHERE kind = 1").await, 1);
    let events: Value = json!(said["webhook"]["status"]);
    assert_eq!(events, json!(200));
    world.stop().await;
}
