//! Between channels: one person, several doors.
//!
//! SMS comes in at the engine's entrance as a gateway's webhook would bring it, and what leaves by SMS is read in the person's thread; so
//! these tests need no gateway.

mod codes;
mod fall_back;
mod joins;
mod journey;
mod prefer;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use ganira::actors::ingress::Taken;
use ganira::cli::assemble;
use ganira::domain::{
    Address, Clock, ContactId, Conversation, Inbound, InboundKind, Message, MessageBody, MoveCode, Phone, ScopedId,
    Sender, Trace,
};
use ganira::flows::Channel;
use ganira::operations::flows::{self, Folder, Wanted};
use ganira::operations::thread::{self, Line};
use ganira::operations::{people, registry, requests, tenants};
use serde_json::{Value, json};

use crate::world::{NUMBER, Wish, World, wait_for};

/// She has a phone, and writes SMS.
pub const ALINE: &str = "+250780000001";
/// The same person on WhatsApp, where nobody is told her number; and a stranger.
pub const ALINE_THERE: &str = "RW.13491208655302741918";
pub const STRANGER: &str = "RW.99991208655302741918";
const SHORT_CODE: &str = "test 7711";
const GATEWAY: &str = "test";

const FLOW: &str = r#"
flow: shop
format: 1
channels: [whatsapp, ussd, sms]
languages: [en]
start: {otherwise: true, ussd: "*384*77#", event: {shop.ready: {go: ready, purpose: reminder}, shop.asked: asked}}
carry_on: [whatsapp, sms]
scenes:
  one:
    - choose: size
      options: {small: over, large: over}
  over:
    - move: whatsapp
      outcomes: {moved: town, unreachable: [say: here, go: town]}
  town:
    - ask: town
      type: text
    - say: done
    - end
  ready: [say: ready, end]
  asked:
    - choose: still
      options: {keep: [say: good, end], leave: end}
"#;
const ENGLISH: &str = "### unreviewed
size = Which size?
    .small = Small
    .large = Large
whatsapp = Photos need WhatsApp.
here = We stay here.
town = Which town?
done = { $size } to { $town }.
ready = Your order is ready.
still = Do you still want it?
    .keep = Yes
    .leave = No
good = Good.
";

/// A shop at WhatsApp and SMS, with a flow of its own.
pub async fn shop() -> World {
    let world = World::with(Wish { flow: "diary", ..Wish::default() }).await;
    at_sms_too(&world).await;
    publish(&world, "shop", FLOW, ENGLISH).await;
    introduce(&world).await;
    world
}

/// A short code for SMS, and the number people see at WhatsApp.
pub async fn at_sms_too(world: &World) {
    let pool = world.database.pool().await;
    sqlx::query(
        "INSERT INTO ganira.account (tenant_id, channel, external_id, parent_id, app) VALUES ($1, 'sms', $2, '', $3)",
    )
    .bind(world.tenant.0)
    .bind(SHORT_CODE)
    .bind(GATEWAY)
    .execute(&pool)
    .await
    .unwrap();
    tenants::set_number(&pool, NUMBER, &Phone::parse("+250788000100").unwrap()).await.unwrap();
}

pub async fn publish(world: &World, name: &str, flow: &str, english: &str) {
    let files: Folder = BTreeMap::from([
        (format!("{name}.flow.yaml"), flow.to_owned()),
        (format!("{name}.en.ftl"), english.to_owned()),
    ]);
    let wanted = Wanted { note: "a test", by: "the test", reviewed_only: false };
    let pool = world.database.pool().await;
    flows::publish(&pool, world.tenant, files, &registry::environment(), wanted).await.unwrap();
    refresh(world).await;
}

/// People at WhatsApp of whom nobody is told a phone number.
pub async fn introduce(world: &World) {
    for id in [ALINE_THERE, STRANGER] {
        let body = json!({"user_id": id, "username": format!("@p{}", &id[3..7]), "name": "Somebody"});
        let answer = world.http.post(world.control("/whatsapp/people")).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }
}

pub async fn refresh(world: &World) {
    let pool = world.database.pool().await;
    let answers = requests::ask(&pool, &[requests::Request::Refresh], Duration::from_secs(30)).await.unwrap();
    assert_eq!(answers, [Some("done".to_owned())]);
}

/// An SMS comes in; the same `id` is the same message.
pub async fn sms_as(world: &World, from: &str, id: &str, text: &str) {
    let phone = Some(Phone::parse(from).unwrap());
    let message = Message {
        from: Sender { phone, ..Sender::default() },
        body: MessageBody::Text { text: text.to_owned() },
        reply_to: None,
        forwarded: false,
        group: None,
        referral: None,
    };
    let inbound = Inbound {
        account: SHORT_CODE.to_owned(),
        provider_id: id.to_owned(),
        occurred_at: None,
        kind: InboundKind::Message(message),
        raw: Bytes::from(format!("from={from}&text={text}")),
    };
    let ingress = world.running.as_ref().unwrap().engine.enter(Channel::Sms).unwrap();
    assert_eq!(ingress.take(Channel::Sms, GATEWAY, vec![inbound], Trace(1)).await, Taken::Safe);
}

pub async fn sms(world: &World, from: &str, text: &str) {
    sms_as(world, from, &ganira::crypto::random::hex_token::<8>(), text).await;
}

pub async fn find(world: &World, address: &Address) -> Option<ContactId> {
    let hashes = assemble::hash_key(&world.config).unwrap();
    people::find(&world.database.pool().await, &hashes, world.tenant, address).await.unwrap()
}

pub async fn by_phone(world: &World, phone: &str) -> Conversation {
    let address = Address::Phone(Phone::parse(phone).unwrap());
    Conversation { tenant: world.tenant, contact: find(world, &address).await.unwrap() }
}

pub async fn by_id(world: &World, id: &str) -> Conversation {
    let address = Address::WhatsApp(ScopedId::parse(id).unwrap());
    Conversation { tenant: world.tenant, contact: find(world, &address).await.unwrap() }
}

pub async fn thread(world: &World, who: Conversation) -> Vec<Line> {
    let ring = assemble::key_ring(&world.config).unwrap();
    thread::thread(&world.database.pool().await, &ring, who).await.unwrap()
}

/// What was said to a person by a channel, in its order.
pub async fn said(world: &World, who: Conversation, channel: &str) -> Vec<String> {
    let lines = thread(world, who).await.into_iter();
    lines.filter(|line| line.direction == "out" && line.channel == channel).filter_map(|line| line.text).collect()
}

/// Aline begins by SMS and gets as far as the link; the code in it.
pub async fn invited(world: &World) -> MoveCode {
    sms(world, ALINE, "hello").await;
    sms(world, ALINE, "2").await;
    let said = said(world, by_phone(world, ALINE).await, "sms").await;
    let link = said.last().unwrap();
    assert!(link.contains("https://wa.me/250788000100?text=GN-"), "{said:?}");
    MoveCode::in_text(link).unwrap()
}

/// The last text in a handset, once there are `count`.
pub async fn last_text(world: &World, of: &str, count: usize) -> String {
    let inbox: Vec<Value> = world.received(of, count).await;
    assert_eq!(inbox.len(), count, "{inbox:#?}");
    crate::world::text(inbox.last().unwrap()).to_owned()
}

pub async fn number(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&world.database.pool().await).await.unwrap()
}

/// Waits until what was said by a channel is as many.
pub async fn said_many(world: &World, who: Conversation, channel: &str, count: usize) -> Vec<String> {
    wait_for(&format!("{count} messages by {channel}"), async || {
        let all = said(world, who, channel).await;
        (all.len() >= count).then_some(all)
    })
    .await
}

/// A code that nobody was given.
pub fn guess(n: u64) -> String {
    MoveCode::drawn(7_000_000_000 + n).letters()
}

pub fn now() -> ganira::domain::Timestamp {
    Clock::system().now()
}
