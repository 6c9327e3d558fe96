//! Nobody does what he may not: every route of the description, held against a table written by hand.

use std::collections::BTreeMap;

use ganira::crypto::ApiKey;
use ganira::domain::{Role, Scope};
use ganira::operations::api_keys::{self, NewApiKey};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Caller, neighbour};
use crate::world::World;

/// Operation, scope, and the roles that have it.
const MATRIX: &[(&str, Scope, &[Role])] = &[
    ("list_services", Scope::CatalogueRead, &[Role::Owner, Role::Admin, Role::Staff, Role::Viewer]),
    ("add_service", Scope::CatalogueWrite, &[Role::Owner, Role::Admin]),
    ("get_service", Scope::CatalogueRead, &[Role::Owner, Role::Admin, Role::Staff, Role::Viewer]),
    ("change_service", Scope::CatalogueWrite, &[Role::Owner, Role::Admin]),
    ("list_staff", Scope::CatalogueRead, &[Role::Owner, Role::Admin, Role::Staff, Role::Viewer]),
    ("add_staff", Scope::CatalogueWrite, &[Role::Owner, Role::Admin]),
    ("get_staff", Scope::CatalogueRead, &[Role::Owner, Role::Admin, Role::Staff, Role::Viewer]),
    ("change_staff", Scope::CatalogueWrite, &[Role::Owner, Role::Admin]),
    ("availability", Scope::BookingsRead, &[Role::Owner, Role::Admin, Role::Staff, Role::Viewer]),
    ("list_bookings", Scope::BookingsRead, &[Role::Owner, Role::Admin, Role::Staff, Role::Viewer]),
    ("list_keys", Scope::Keys, &[Role::Owner]),
    ("add_key", Scope::Keys, &[Role::Owner]),
    ("revoke_key", Scope::Keys, &[Role::Owner]),
];

/// An operation of the description.
struct Operation {
    id: String,
    method: Method,
    path: String,
    scopes: Vec<String>,
}

async fn operations(world: &World) -> Vec<Operation> {
    let described: Value =
        world.http.get(world.url("/api/v1/openapi.json")).send().await.unwrap().json().await.unwrap();
    assert_eq!(described["openapi"].as_str().unwrap().split_once('.').unwrap().0, "3");
    let base = described["servers"][0]["url"].as_str().unwrap();
    let mut operations = Vec::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scopes = operation["security"][0]["key"].as_array().unwrap();
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: format!("{base}{path}"),
                scopes: scopes.iter().map(|scope| scope.as_str().unwrap().to_owned()).collect(),
            });
        }
    }
    operations
}

/// A body that each writing operation would take.
fn body(operation: &str) -> Option<Value> {
    let price = json!({ "minor": 1, "currency": "RWF" });
    match operation {
        "add_service" => Some(json!({ "label": "Manicure", "minutes": 40, "price": price })),
        "add_staff" => Some(json!({ "label": "Grace" })),
        "change_service" | "change_staff" => Some(json!({})),
        "add_key" => Some(json!({ "label": "till", "scopes": ["keys"] })),
        _ => None,
    }
}

#[tokio::test]
async fn every_route_wants_the_scope_of_the_table_and_no_other_is_enough() {
    let world = World::salon().await;
    let described = operations(&world).await;
    let expected: BTreeMap<&str, Scope> = MATRIX.iter().map(|(id, scope, _)| (*id, *scope)).collect();
    let found: Vec<&str> = described.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for operation in &described {
        let scope = expected[operation.id.as_str()];
        assert_eq!(operation.scopes, [scope.name()], "{}", operation.id);
        let others: Vec<Scope> = Scope::ALL.into_iter().filter(|other| *other != scope).collect();
        let path = operation.path.replace("{id}", "1");
        let (headers, body) = ([("if-match", "\"1\"")], body(&operation.id));
        let without = Caller::with(&world, world.tenant, &others).await;
        without.send(operation.method.clone(), &path, &headers, body.as_ref()).await.refused(403, "scope_missing");
        let nobody = Caller { world: &world, key: String::new() };
        let refused =
            nobody.send(operation.method.clone(), &path, &headers, body.as_ref()).await.refused(401, "no_key");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
    }
    for (id, scope, roles) in MATRIX {
        for role in Role::ALL {
            assert_eq!(role.scopes().contains(scope), roles.contains(&role), "{id} for {}", role.name());
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn what_belongs_to_another_business_is_not_there() {
    let world = World::salon().await;
    let stranger = Caller::with(&world, neighbour(&world).await, Role::Owner.scopes()).await;
    let owner = Caller::owner(&world).await;
    let id_of = async |path: &str| owner.get(path).await.is(200).body["items"][0]["id"].as_i64().unwrap();
    let own: BTreeMap<&str, i64> = [
        ("services", id_of("/api/v1/services").await),
        ("staff", id_of("/api/v1/staff").await),
        ("keys", id_of("/api/v1/keys").await),
    ]
    .into();
    let mut tried = 0;
    for operation in operations(&world).await.iter().filter(|operation| operation.path.contains("{id}")) {
        let kind = operation.path.split('/').nth(3).unwrap();
        let path = operation.path.replace("{id}", &own[kind].to_string());
        let (headers, body) = ([("if-match", "\"1\"")], body(&operation.id));
        stranger.send(operation.method.clone(), &path, &headers, body.as_ref()).await.refused(404, "not_found");
        // A key that revokes itself would end the test.
        if operation.id != "revoke_key" {
            let done = owner.send(operation.method.clone(), &path, &headers, body.as_ref()).await;
            assert!(done.status.is_success() || done.status == 412, "{}: {}", operation.id, done.body);
        }
        tried += 1;
    }
    assert_eq!(tried, 5);
    let theirs = format!("/api/v1/availability?service={}", own["services"]);
    stranger.get(&theirs).await.refused(404, "not_found");
    owner.get(&theirs).await.is(200);
    let steal = json!({ "label": "Grace", "services": [own["services"]] });
    stranger.post("/api/v1/staff", &steal).await.refused(422, "invalid");
    world.stop().await;
}

#[tokio::test]
async fn a_key_opens_nothing_once_it_is_revoked_expired_or_mistyped() {
    let world = World::salon().await;
    let owner = Caller::owner(&world).await;
    let made = owner.post("/api/v1/keys", &json!({ "label": "till", "scopes": ["catalogue:read"] })).await.is(201).body;
    let till = Caller { world: &world, key: made["key"].as_str().unwrap().to_owned() };
    till.get("/api/v1/services").await.is(200);
    till.get("/api/v1/bookings").await.refused(403, "scope_missing");
    let mut mistyped = till.key.clone();
    let last = mistyped.pop().unwrap();
    mistyped.push(if last == 'a' { 'b' } else { 'a' });
    for key in [mistyped, ApiKey::draw().expose().to_owned(), "gnr_live_".to_owned()] {
        Caller { world: &world, key }.get("/api/v1/services").await.refused(401, "no_key");
    }
    let revoke = format!("/api/v1/keys/{}", made["id"]);
    owner.send(Method::DELETE, &revoke, &[], None).await.is(204);
    owner.send(Method::DELETE, &revoke, &[], None).await.refused(404, "not_found");
    till.get("/api/v1/services").await.refused(401, "no_key");

    let past = world.running.as_ref().unwrap().engine.world().clock.now() - chrono::TimeDelta::seconds(1);
    let new = NewApiKey { label: "old".into(), scopes: vec![Scope::Keys], expires_at: Some(past) };
    let pool = world.database.pool().await;
    let (_, expired) = api_keys::add_as_owner(&pool, world.tenant, &new).await.unwrap();
    Caller { world: &world, key: expired.expose().to_owned() }.get("/api/v1/keys").await.refused(401, "no_key");

    let listed = owner.get("/api/v1/keys").await.is(200);
    let text = listed.body.to_string();
    assert!(!text.contains(&till.key) && text.contains(&till.key[till.key.len() - 4..]), "{text}");
    let stored: Vec<u8> = sqlx::query_scalar("SELECT hash FROM ganira.api_key WHERE tail = right($1, 4)")
        .bind(&till.key)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(stored, till.key.parse::<ApiKey>().unwrap().hash());
    world.stop().await;
}

#[tokio::test]
async fn nobody_gives_away_what_he_may_not_do_himself() {
    let world = World::salon().await;
    let janitor = Caller::with(&world, world.tenant, &[Scope::Keys]).await;
    let more = json!({ "label": "more", "scopes": ["keys", "catalogue:write"] });
    janitor.post("/api/v1/keys", &more).await.refused(403, "scope_missing");
    janitor.post("/api/v1/keys", &json!({ "label": "same", "scopes": ["keys"] })).await.is(201);
    janitor.post("/api/v1/keys", &json!({ "label": "none", "scopes": [] })).await.refused(422, "invalid");
    janitor.post("/api/v1/keys", &json!({ "label": "odd", "scopes": ["everything"] })).await.refused(422, "invalid");
    world.stop().await;
}
