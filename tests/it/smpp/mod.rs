//! SMPP end to end: the engine, Postgres and a message centre of another code base.

mod arrivals;
mod connections;
mod journey;
mod npm;
mod receipts;
mod sending;
mod tls;
mod ussd;

use std::time::Duration;

use ganira::cli::assemble;
use ganira::config::SmppGateway;
use ganira::domain::account_name;
use ganira::sandbox::{Options, SmscOptions};
use ganira::store::seals;
use serde_json::{Value, json};

use crate::world::{Wish, World, wait_for};

pub const GATEWAY: &str = "smsc";
pub const NUMBER: &str = "7711";
pub const ALINE: &str = "+250780000001";

/// The default centre, quick.
pub fn smsc() -> SmscOptions {
    SmscOptions {
        listen: ([127, 0, 0, 1], 0).into(),
        receipt_delay: Duration::from_millis(5),
        answer_timeout: Duration::from_secs(10),
        again_after: Duration::from_millis(30),
        ..SmscOptions::default()
    }
}

/// A world whose tenant has a short code at the sandbox's message centre.
pub async fn world(
    flow: &'static str,
    smsc: SmscOptions,
    change: impl FnOnce(&mut SmppGateway) + Send + 'static,
) -> World {
    world_at(flow, Some(smsc), change).await
}

/// The same at any centre.
pub async fn world_at(
    flow: &'static str,
    smsc: Option<SmscOptions>,
    change: impl FnOnce(&mut SmppGateway) + Send + 'static,
) -> World {
    let mut wish = Wish { flow, ..Wish::default() };
    wish.sandbox = Options { smsc, ..wish.sandbox };
    wish.change = Box::new(move |config| {
        let mut gateway = SmppGateway::at("127.0.0.1", 0);
        gateway.segments_per_second = 1_000;
        gateway.enquire_link_ms = 500;
        change(&mut gateway);
        config.smpp_gateways.insert(GATEWAY.to_owned(), gateway);
        config.outbound.unknown_wait_ms = 6_000;
        config.outbound.pair_burst = 1_000;
    });
    let mut world = World::with(wish).await;
    world.stop_engine().await;
    add_number(&world, NUMBER, "ganira", "secret").await;
    world.start().await;
    world
}

/// Gives the tenant a number at the gateway.
pub async fn add_number(world: &World, number: &str, system_id: &str, password: &str) {
    let pool = world.database.pool().await;
    let (name, sealed) = sealed(world, number, password).await;
    sqlx::query(
        "INSERT INTO ganira.account (tenant_id, channel, external_id, parent_id, app, credential) VALUES ($1, 'sms', $2, $3, $4, $5)",
    )
    .bind(world.tenant.0)
    .bind(&name)
    .bind(system_id)
    .bind(GATEWAY)
    .bind(sealed)
    .execute(&pool)
    .await
    .unwrap();
}

/// The number has another password from now on, and is no longer stopped.
pub async fn set_password(world: &World, number: &str, password: &str) {
    let (name, sealed) = sealed(world, number, password).await;
    sqlx::query("UPDATE ganira.account SET credential = $2, stopped_reason = NULL WHERE external_id = $1")
        .bind(&name)
        .bind(sealed)
        .execute(&world.database.pool().await)
        .await
        .unwrap();
}

/// The account's name, and its password as the table has it.
async fn sealed(world: &World, number: &str, password: &str) -> (String, Vec<u8>) {
    let pool = world.database.pool().await;
    let ring = assemble::key_ring(&world.config).unwrap();
    let wrapped: Vec<u8> = sqlx::query_scalar("SELECT wrapped_key FROM ganira.tenant WHERE id = $1")
        .bind(world.tenant.0)
        .fetch_one(&pool)
        .await
        .unwrap();
    let name = account_name(GATEWAY, number);
    let key = ring.unwrap_tenant_key(world.tenant.0, &wrapped).unwrap();
    let sealed = key.seal(seals::CREDENTIAL, name.as_bytes(), password.as_bytes());
    (name, sealed)
}

/// Asks the message centre's control side.
pub async fn ask(world: &World, path: &str) -> Value {
    world.http.get(world.control(&format!("/smsc{path}"))).send().await.unwrap().json().await.unwrap()
}

/// Tells the message centre something; answers when it is done.
pub async fn tell(world: &World, path: &str, body: Value) -> Value {
    let answer = world.http.post(world.control(&format!("/smsc{path}"))).json(&body).send().await.unwrap();
    let status = answer.status();
    let told = answer.text().await.unwrap();
    assert!(status.is_success(), "{path} {body}: {status} {told}");
    serde_json::from_str(&told).unwrap()
}

/// A phone writes to the tenant; returns when the engine has taken it.
pub async fn say(world: &World, from: &str, text: &str) {
    tell(world, "/say", json!({"from": from, "to": NUMBER, "text": text})).await;
}

/// What a phone received, in order.
pub async fn inbox(world: &World, of: &str) -> Vec<Value> {
    serde_json::from_value(ask(world, &format!("/inbox?of={}", &of[1..])).await).unwrap()
}

pub async fn received(world: &World, of: &str, count: usize) -> Vec<Value> {
    wait_for(&format!("{of} to receive {count} messages"), async || {
        let inbox = inbox(world, of).await;
        (inbox.len() >= count).then_some(inbox)
    })
    .await
}

pub fn text(message: &Value) -> &str {
    message["text"].as_str().unwrap()
}

/// Says something and returns the answer to it.
pub async fn answer_to(world: &World, from: &str, said: &str) -> String {
    let before = inbox(world, from).await.len();
    say(world, from, said).await;
    text(received(world, from, before + 1).await.last().unwrap()).to_owned()
}

pub async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&world.database.pool().await).await.unwrap()
}

/// Messages that are not known to be delivered.
pub const UNDELIVERED: &str = "SELECT count(*) FROM ganira.outbox LEFT JOIN ganira.delivery USING (tenant_id, contact_id, seq, n) WHERE rank IS DISTINCT FROM 50";

pub async fn all_delivered(world: &World) {
    wait_for("every message to be delivered", async || (count(world, UNDELIVERED).await == 0).then_some(())).await;
}
