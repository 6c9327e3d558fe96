//! What the message centre refuses, and the pace.

use serde_json::json;

use super::{ALINE, answer_to, ask, count, received, say, smsc, tell, world};
use crate::world::wait_for;

#[tokio::test]
async fn a_recipient_the_centre_does_not_know_fails_the_message_at_once() {
    let world = world("diary", smsc(), |_| {}).await;
    tell(&world, "/faults", json!({"status": 0x0b})).await;
    say(&world, ALINE, "Muraho").await;
    wait_for("the message to have failed", async || {
        (count(&world, "SELECT count(*) FROM ganira.delivery WHERE rank = 100 AND error_code = 11").await == 1)
            .then_some(())
    })
    .await;
    assert_eq!(ask(&world, "").await["submits"], 0);
    world.stop().await;
}

#[tokio::test]
async fn a_failure_of_the_centre_is_tried_again() {
    let world = world("diary", smsc(), |_| {}).await;
    tell(&world, "/faults", json!({"status": 0x08})).await;
    assert!(answer_to(&world, ALINE, "Muraho").await.contains("Muraho"));
    world.stop().await;
}

#[tokio::test]
async fn the_pace_is_that_of_segments() {
    let world = world("diary", smsc(), |gateway| gateway.segments_per_second = 4).await;
    let begun = std::time::Instant::now();
    // Twelve segments of four people: after half a bucket at the start ten of them are earned, in two and a half seconds.
    let people: Vec<String> = (0..4).map(|n| format!("+25078000020{n}")).collect();
    let long = "x".repeat(400);
    futures::future::join_all(people.iter().map(|one| answer_to(&world, one, &long))).await;
    let took = begun.elapsed();
    assert!(took.as_millis() >= 2_000, "twelve segments in {took:?}");
    assert_eq!(ask(&world, "").await["short_messages"], 12);
    received(&world, &people[0], 1).await;
    world.stop().await;
}
