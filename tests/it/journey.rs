//! A customer books in WhatsApp, end to end: signed webhooks in, exact Graph requests out, a visit in the database.

use serde_json::json;

use crate::world::{World, option, options, text, wait_for};

const ALINE: &str = "+250780000001";

/// Taps the option called `name` of the last message, and returns the answer to it.
async fn choose(world: &World, of: &str, name: &str) -> serde_json::Value {
    let inbox = world.inbox(of).await;
    let last = inbox.last().unwrap();
    world.tap(of, &option(last, name)).await;
    world.received(of, inbox.len() + 1).await.last().unwrap().clone()
}

/// Taps the first option that is not a fixed one, and returns the answer to it.
async fn choose_first(world: &World, of: &str) -> serde_json::Value {
    let inbox = world.inbox(of).await;
    let first = options(inbox.last().unwrap())[0].clone();
    world.tap(of, &first).await;
    world.received(of, inbox.len() + 1).await.last().unwrap().clone()
}

#[tokio::test]
async fn a_customer_books_a_visit_and_reads_the_confirmation() {
    let world = World::salon().await;
    world.person("say", json!({"from": ALINE, "text": "hello", "name": "Aline"})).await;
    let menu = world.received(ALINE, 1).await.remove(0);
    assert!(!options(&menu).is_empty(), "{menu}");

    let services = choose(&world, ALINE, "book").await;
    assert!(text(&services).len() > 3, "{services}");
    let staff = choose_first(&world, ALINE).await;
    println!("{staff}");
    let days = choose_first(&world, ALINE).await;
    println!("{days}");
    let slots = choose_first(&world, ALINE).await;
    println!("{slots}");
    let summary = choose_first(&world, ALINE).await;
    println!("{summary}");
    let booked = choose(&world, ALINE, "confirm").await;
    println!("{booked}");

    let visits: i64 = sqlx::query_scalar("SELECT count(*) FROM ganira.visit WHERE state = 'booked'")
        .fetch_one(&world.database.pool().await)
        .await
        .unwrap();
    assert_eq!(visits, 1);
    wait_for("every message to be read", async || {
        let open: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM ganira.outbox AS o LEFT JOIN ganira.delivery AS d USING (tenant_id, contact_id, seq, n) \
             WHERE d.rank IS DISTINCT FROM 60",
        )
        .fetch_one(&world.database.pool().await)
        .await
        .unwrap();
        (open == 0).then_some(())
    })
    .await;
    world.stop().await;
}
