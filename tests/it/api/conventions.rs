//! What holds for every route alike.

use serde_json::json;

use super::Caller;
use crate::world::World;

#[tokio::test]
async fn a_post_with_an_idempotency_key_is_done_once_and_answered_alike_each_time() {
    let world = World::salon().await;
    let caller = Caller::owner(&world).await;
    let new = json!({ "label": "Manicure", "minutes": 40, "price": { "minor": 8000, "currency": "RWF" } });
    let send = async |key: &str, body: &serde_json::Value| {
        caller.send(reqwest::Method::POST, "/api/v1/services", &[("idempotency-key", key)], Some(body)).await
    };
    // Eight at once, as an impatient client sends them.
    let all = futures::future::join_all((0..8).map(|_| send("one", &new))).await;
    let replayed = all.iter().filter(|answered| answered.headers.contains_key("idempotency-replayed")).count();
    assert_eq!(replayed, 7);
    for answered in &all {
        assert_eq!(answered.status.as_u16(), 201, "{}", answered.body);
        assert_eq!(answered.body, all[0].body);
        assert_eq!(answered.header("location"), all[0].header("location"));
    }
    let mut other = new.clone();
    other["minutes"] = json!(50);
    send("one", &other).await.refused(422, "idempotency_key_reused");
    assert_ne!(send("two", &new).await.is(201).body["id"], all[0].body["id"]);
    send("", &new).await.refused(400, "bad_idempotency_key");
    // What was refused was not done, and may be tried again under its key.
    other["minutes"] = json!(1);
    send("three", &other).await.refused(422, "invalid");
    other["minutes"] = json!(50);
    send("three", &other).await.is(201);
    let other_caller = Caller::owner(&world).await;
    let elsewhere =
        other_caller.send(reqwest::Method::POST, "/api/v1/services", &[("idempotency-key", "one")], Some(&new)).await;
    assert_ne!(elsewhere.is(201).body["id"], all[0].body["id"], "keys belong to their callers");
    world.stop().await;
}

#[tokio::test]
async fn pages_hold_every_row_once() {
    let world = World::salon().await;
    let caller = Caller::owner(&world).await;
    for number in 0..7 {
        let label = format!("Service {number}");
        let new = json!({ "label": label, "minutes": 30, "price": { "minor": 1, "currency": "RWF" }, "position": number % 3 });
        caller.post("/api/v1/services", &new).await.is(201);
    }
    let all = caller.get("/api/v1/services").await.is(200).body["items"].as_array().unwrap().clone();
    let (mut paged, mut path) = (Vec::new(), "/api/v1/services?limit=3".to_owned());
    for _ in 0..4 {
        let page = caller.get(&path).await.is(200).body;
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/services?limit=3&cursor={next}");
    }
    assert_eq!(paged, all);
    assert_eq!(all.len(), 10);
    for limit in ["0", "201", "-1", "many"] {
        caller.get(&format!("/api/v1/services?limit={limit}")).await.refused(400, "bad_query");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_body_that_is_too_long_or_no_json_is_refused_before_anything_is_done() {
    let world = World::salon().await;
    let caller = Caller::owner(&world).await;
    let long = json!({ "label": "x".repeat(70_000) });
    caller.post("/api/v1/services", &long).await.refused(413, "too_long");
    let broken =
        world.http.post(world.url("/api/v1/services")).bearer_auth(&caller.key).body("{").send().await.unwrap();
    super::Answered::of(broken).await.refused(400, "bad_json");
    caller.get("/api/v1/nowhere").await.refused(404, "no_such_page");
    caller.get("/api/v1/services/abc").await.refused(404, "not_found");
    world.stop().await;
}
