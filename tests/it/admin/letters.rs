//! Dead letters: shown, and replayed through the running engine.

use std::time::Duration;

use ganira::operations::dead_letters::{self, Buried, Filter, Order};
use ganira::operations::requests;
use serde_json::json;

use super::ring;
use crate::world::{NUMBER, WABA, Wish, World, text};

const ALINE: &str = "+250780000001";
const PATIENCE: Duration = Duration::from_secs(10);

/// Two messages pass; the third of a minute is one too many.
async fn strict() -> World {
    let change = Box::new(|config: &mut ganira::config::Config| {
        config.limits.sender_burst = 2;
        config.limits.sender_per_minute = 1;
    });
    World::with(Wish { flow: "diary", change, ..Wish::default() }).await
}

async fn letters(world: &World, reason: &str) -> Vec<i64> {
    let filter = Filter { reason: Some(reason.into()), order: Order::OldestFirst, ..Filter::default() };
    let listed = dead_letters::list(&world.database.pool().await, &filter, 100).await.unwrap();
    listed.into_iter().map(|letter| letter.id).collect()
}

#[tokio::test]
async fn what_was_over_the_limit_is_shown_and_replayed_once() {
    let world = strict().await;
    for line in ["one;", "two;", "three;"] {
        world.say(ALINE, line).await;
    }
    let pool = world.database.pool().await;
    let ids = letters(&world, "over_limit").await;
    assert_eq!(ids.len(), 1);
    let (listed, buried) = dead_letters::show(&pool, &ring(&world.config), ids[0]).await.unwrap();
    assert_eq!((listed.tenant, listed.state.as_str()), (Some(world.tenant), "open"));
    let raw = String::from_utf8_lossy(buried.raw().unwrap()).into_owned();
    assert!(matches!(buried, Buried::Update { .. }) && raw.contains("three;"), "{raw}");

    let replayed = dead_letters::replay(&pool, &ids, PATIENCE).await.unwrap();
    assert_eq!((replayed[0].done, replayed[0].answer.as_deref()), (true, Some("replayed")));
    assert_eq!(dead_letters::replayed_before(&pool, &ids).await.unwrap(), ids);
    let page = crate::world::wait_for("the third line's answer", async || {
        world.inbox(ALINE).await.iter().map(text).find(|page| page.contains("three;")).map(str::to_owned)
    })
    .await;
    assert!(page.contains("one;") && page.contains("two;"), "{page}");
    world.stop().await;
}

#[tokio::test]
async fn an_unreadable_body_and_an_unknown_number_are_sealed_by_the_system() {
    let world = World::diary().await;
    let raw = async |body: String| {
        let sent = world.http.post(world.control("/whatsapp/raw")).body(body).send().await.unwrap();
        let answer: serde_json::Value = sent.json().await.unwrap();
        assert_eq!(answer["webhook"]["status"], 200, "{answer}");
    };
    raw("no JSON of +250780000001".into()).await;
    let message = json!({"from": "250780000001", "id": "wamid.x", "timestamp": "1763630000", "type": "text", "text": {"body": "hi"}});
    let metadata = json!({"display_phone_number": "250788000999", "phone_number_id": "999"});
    let value = json!({"messaging_product": "whatsapp", "metadata": metadata, "messages": [message]});
    let entry = json!({"id": "888", "changes": [{"field": "messages", "value": value}]});
    raw(json!({"object": "whatsapp_business_account", "entry": [entry]}).to_string()).await;

    let pool = world.database.pool().await;
    for (reason, part) in [("unreadable", "no JSON"), ("unknown_account", "\"999\"")] {
        let ids = letters(&world, reason).await;
        assert_eq!(ids.len(), 1, "{reason}");
        let (listed, buried) = dead_letters::show(&pool, &ring(&world.config), ids[0]).await.unwrap();
        assert_eq!(listed.tenant, None);
        let whole = format!("{buried:?} {}", String::from_utf8_lossy(buried.raw().unwrap()));
        assert!(whole.contains(part), "{reason}: {whole}");
    }
    assert_ne!((NUMBER, WABA), ("999", "888"));
    world.stop().await;
}

#[tokio::test]
async fn without_an_engine_a_replay_stays_until_one_starts() {
    let mut world = strict().await;
    for line in ["one;", "two;", "three;"] {
        world.say(ALINE, line).await;
    }
    let ids = letters(&world, "over_limit").await;
    world.stop_engine().await;
    let pool = world.database.pool().await;
    for _ in 0..2 {
        let silent = dead_letters::replay(&pool, &ids, Duration::from_millis(300)).await.unwrap();
        assert_eq!((silent[0].done, silent[0].answer.clone()), (false, None));
    }
    let asked: i64 = sqlx::query_scalar("SELECT count(*) FROM ganira.request").fetch_one(&pool).await.unwrap();
    assert_eq!(asked, 1, "asking again doubles nothing");
    assert_eq!(requests::engine_silent_for(&pool).await.unwrap(), None);

    world.start().await;
    crate::world::wait_for("the replay that waited", async || {
        (dead_letters::replayed_before(&pool, &ids).await.unwrap() == ids).then_some(())
    })
    .await;
    world.stop().await;
}
