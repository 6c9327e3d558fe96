//! A tenant whose flows say something of every purpose.

use std::collections::BTreeMap;
use std::time::Duration;

use ganira::cli::assemble;
use ganira::domain::{Address, Conversation, Phone, TenantId};
use ganira::operations::flows::{self, Folder, Wanted};
use ganira::operations::news::{self, News};
use ganira::operations::{people, registry, requests};
use serde_json::json;

use crate::world::{World, text, wait_for};

pub const ALINE: &str = "+250780000001";
pub const PATIENCE: Duration = Duration::from_secs(20);

pub const STOPPED: &str = "You will get no more messages from Salon Inzozi. START to get them again.";
pub const STARTED: &str = "You get messages from Salon Inzozi again. STOP to end them.";

fn folder() -> Folder {
    let flow = "flow: house\nformat: 1\nlanguages: [en]\nstart:\n  event: {house.notice: notice, house.reminder: reminder, house.offer: offer}\n  otherwise: true\nscenes:\n  hello:\n    - say: hello\n    - end\n  notice: [say: notice, end]\n  reminder:\n    - say: reminder\n      purpose: reminder\n    - end\n  offer:\n    - say: offer\n      purpose: marketing\n    - end\n";
    let texts = "### unreviewed\nhello = Hello.\nnotice = A notice.\nreminder = A reminder.\noffer = An offer.\n";
    BTreeMap::from([("house.flow.yaml".to_owned(), flow.to_owned()), ("house.en.ftl".to_owned(), texts.to_owned())])
}

/// Lets a tenant speak these flows.
pub async fn speak(world: &World, tenant: TenantId) {
    let pool = world.database.pool().await;
    let wanted = Wanted { note: "a test", by: "the test", reviewed_only: false };
    flows::publish(&pool, tenant, folder(), &registry::environment(), wanted).await.unwrap();
    refresh(world).await;
}

pub async fn refresh(world: &World) {
    let pool = world.database.pool().await;
    let answers = requests::ask(&pool, &[requests::Request::Refresh], PATIENCE).await.unwrap();
    assert_eq!(answers, [Some("done".to_owned())]);
}

pub async fn house() -> World {
    let world = World::diary().await;
    speak(&world, world.tenant).await;
    world
}

/// A person by her phone.
pub async fn who(world: &World, tenant: TenantId, phone: &str) -> Conversation {
    let hashes = assemble::hash_key(&world.config).unwrap();
    let address = Address::Phone(Phone::parse(phone).unwrap());
    let found = people::find(&world.database.pool().await, &hashes, tenant, &address).await.unwrap();
    Conversation { tenant, contact: found.unwrap() }
}

/// The business has something to say.
pub async fn tell(world: &World, who: Conversation, name: &str, id: &str) {
    let pool = world.database.pool().await;
    let ring = assemble::key_ring(&world.config).unwrap();
    let told = News { who, name, payload: &json!({}), id };
    assert_eq!(news::tell_now(&pool, &ring, &told, PATIENCE).await.unwrap().as_deref(), Some("told"));
}

/// The texts on a handset, once there are so many.
pub async fn shown(world: &World, of: &str, count: usize) -> Vec<String> {
    world.received(of, count).await.iter().map(|message| text(message).to_owned()).collect()
}

/// The states of all messages to a person, in their order: rank and attempts; open ones are (0, 0).
pub async fn standing(world: &World, who: Conversation) -> Vec<(i16, i16)> {
    sqlx::query_as(
        "SELECT coalesce(d.rank, 0::smallint), coalesce(d.attempt, 0::smallint)
         FROM ganira.outbox AS o LEFT JOIN ganira.delivery AS d USING (tenant_id, contact_id, seq, n)
         WHERE o.tenant_id = $1 AND o.contact_id = $2 ORDER BY o.seq, o.n",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(&world.database.pool().await)
    .await
    .unwrap()
}

/// Waits until the message at this place has failed, and says after how many attempts.
pub async fn failed(world: &World, who: Conversation, at: usize) -> i16 {
    wait_for("a message to have failed", async || {
        let (rank, attempts) = *standing(world, who).await.get(at)?;
        (rank == 100).then_some(attempts)
    })
    .await
}

/// What the table says that people stopped: channel, purpose, source.
pub async fn opt_outs(world: &World, who: Conversation) -> Vec<(String, String, String)> {
    sqlx::query_as(
        "SELECT channel, purpose, source FROM ganira.opt_out WHERE tenant_id = $1 AND contact_id = $2 ORDER BY 1, 2",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(&world.database.pool().await)
    .await
    .unwrap()
}
