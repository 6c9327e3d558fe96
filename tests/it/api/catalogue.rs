//! Services and staff as a program keeps them, and what they make bookable.

use serde_json::{Value, json};

use super::Caller;
use crate::world::{World, option};

fn labels(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_new_service_with_somebody_who_gives_it_can_be_booked_in_the_chat() {
    let world = World::salon().await;
    let caller = Caller::owner(&world).await;
    let price = json!({ "minor": 8000, "currency": "RWF" });
    let new = json!({ "label": "Manicure", "minutes": 40, "price": price, "position": -1 });
    let service = caller.post("/api/v1/services", &new).await.is(201);
    let id = service.body["id"].as_i64().unwrap();
    assert_eq!(service.header("location"), format!("/api/v1/services/{id}"));
    assert!(service.body["active"].as_bool().unwrap());

    caller.get(&format!("/api/v1/availability?service={id}")).await.refused(404, "not_found");
    let staff = caller.get("/api/v1/staff").await.is(200).body["items"][0].clone();
    let path = format!("/api/v1/staff/{}", staff["id"]);
    let version = caller.get(&path).await.is(200).header("etag").to_owned();
    let mut services = staff["services"].as_array().unwrap().clone();
    services.push(json!(id));
    let changed = caller.patch(&path, &version, &json!({ "services": services })).await.is(200);
    assert_eq!(changed.body["services"], json!(services));
    assert_eq!(changed.body["label"], staff["label"], "what is left out stays");

    let free = caller.get(&format!("/api/v1/availability?service={id}&days=14")).await.is(200).body;
    assert_eq!(free["zone"], "Africa/Kigali");
    let slot = &free["days"][0]["slots"][0];
    assert_eq!(slot["staff"], staff["id"]);
    assert!(slot["start"].as_str().unwrap().ends_with('Z'), "{slot}");

    world.say("+250788000001", "hello").await;
    let menu = world.received("+250788000001", 1).await.remove(0);
    world.tap("+250788000001", &option(&menu, "book")).await;
    let offered = world.received("+250788000001", 2).await.pop().unwrap();
    assert!(offered.to_string().contains("Manicure"), "{offered}");
    world.stop().await;
}

#[tokio::test]
async fn what_is_inactive_is_offered_no_more_but_stays_listed() {
    let world = World::salon().await;
    let caller = Caller::owner(&world).await;
    let page = caller.get("/api/v1/services").await.is(200).body;
    assert_eq!(labels(&page), ["Box braids", "Wash and style", "Haircut"]);
    let path = format!("/api/v1/services/{}", page["items"][0]["id"]);
    let version = caller.get(&path).await.header("etag").to_owned();
    let gone = caller.patch(&path, &version, &json!({ "active": false })).await.is(200);
    assert_eq!(gone.body["active"], false);
    assert_ne!(gone.header("etag"), version);
    let free = format!("/api/v1/availability?service={}", page["items"][0]["id"]);
    caller.get(&free).await.refused(404, "not_found");
    assert_eq!(labels(&caller.get("/api/v1/services").await.body).len(), 3);
    world.stop().await;
}

#[tokio::test]
async fn of_two_who_change_one_thing_the_second_is_told_to_read_it_again() {
    let world = World::salon().await;
    let caller = Caller::owner(&world).await;
    let path = format!("/api/v1/services/{}", caller.get("/api/v1/services").await.body["items"][0]["id"]);
    let version = caller.get(&path).await.header("etag").to_owned();
    caller.patch(&path, &version, &json!({ "minutes": 90 })).await.is(200);
    caller.patch(&path, &version, &json!({ "minutes": 60 })).await.refused(412, "changed");
    assert_eq!(caller.get(&path).await.body["minutes"], 90);
    caller.send(reqwest::Method::PATCH, &path, &[], Some(&json!({}))).await.refused(428, "if_match_missing");
    caller.patch(&path, "W/\"x\"", &json!({})).await.refused(412, "changed");
    world.stop().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_the_field_and_changes_nothing() {
    let world = World::salon().await;
    let caller = Caller::owner(&world).await;
    let good = json!({ "label": "Manicure", "minutes": 40, "price": { "minor": 8000, "currency": "RWF" } });
    let wrong = |field: &str, value: Value| {
        let mut wrong = good.clone();
        wrong[field] = value;
        wrong
    };
    for (field, value) in [
        ("label", json!("")),
        ("label", json!("a label of twenty-five chr")),
        ("label", json!(" padded")),
        ("label", json!("two\nlines")),
        ("minutes", json!(4)),
        ("minutes", json!(721)),
        ("price", json!({ "minor": -1, "currency": "RWF" })),
        ("buffer_after_minutes", json!(241)),
    ] {
        let refused = caller.post("/api/v1/services", &wrong(field, value)).await.refused(422, "invalid");
        assert!(refused.body["detail"].as_str().unwrap().to_lowercase().starts_with(field), "{}", refused.body);
    }
    for (field, value) in
        [("minutes", json!("40")), ("price", json!({ "minor": 1, "currency": "francs" })), ("colour", json!(1))]
    {
        caller.post("/api/v1/services", &wrong(field, value)).await.refused(400, "bad_json");
    }
    caller.post("/api/v1/staff", &json!({ "label": "Grace", "services": [999_999] })).await.refused(422, "invalid");
    assert_eq!(labels(&caller.get("/api/v1/services").await.body).len(), 3);
    assert_eq!(labels(&caller.get("/api/v1/staff").await.body).len(), 3);
    world.stop().await;
}

#[tokio::test]
async fn bookings_made_in_the_chat_are_listed_in_the_order_in_which_they_begin() {
    let world = World::salon().await;
    let caller = Caller::owner(&world).await;
    for (guest, hour) in [(1, 11), (2, 9), (3, 10)] {
        book(&world, guest, hour).await;
    }
    let all = caller.get("/api/v1/bookings?limit=2").await.is(200).body;
    let rest =
        caller.get(&format!("/api/v1/bookings?limit=2&cursor={}", all["next"].as_str().unwrap())).await.is(200).body;
    let starts: Vec<&str> = [&all, &rest]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|booking| booking["starts_at"].as_str().unwrap())
        .collect();
    assert_eq!(starts.len(), 3);
    assert!(starts.is_sorted(), "{starts:?}");
    assert!(rest.get("next").is_none());
    assert_eq!(all["items"][0]["service_label"], "Haircut");
    assert_eq!(all["items"][0]["price"], json!({ "minor": 3000, "currency": "RWF" }));
    let none = caller.get("/api/v1/bookings?state=cancelled").await.is(200).body;
    assert_eq!(none["items"], json!([]));
    caller.get("/api/v1/bookings?state=lost").await.refused(400, "bad_query");
    caller.get("/api/v1/bookings?cursor=nonsense").await.refused(400, "bad_cursor");
    world.stop().await;
}

/// A visit as a conversation leaves it: the list is what is looked at here.
async fn book(world: &World, guest: i64, hour: u32) {
    let pool = world.database.pool().await;
    sqlx::query(
        "INSERT INTO ganira.visit (tenant_id, id, contact_id, service_id, staff_id, starts_at, ends_at, price_minor, currency, cancel_until)
         SELECT $1, gen_random_uuid(), $2, s.id, t.id, day, day + interval '30 minutes', 3000, 'RWF', day
         FROM ganira.service s, ganira.staff t, LATERAL (SELECT (current_date + 3 + make_time($3, 0, 0)) AT TIME ZONE 'Africa/Kigali') AS d (day)
         WHERE s.tenant_id = $1 AND s.label = 'Haircut' AND t.tenant_id = $1 AND t.label = 'Eric'",
    )
    .bind(world.tenant.0)
    .bind(guest)
    .bind(i32::try_from(hour).unwrap())
    .execute(&pool)
    .await
    .unwrap();
}
