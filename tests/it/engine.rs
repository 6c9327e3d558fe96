//! The engine as a living thing: a panic stays where it happens, nobody is lost between sleep and waking, and two engines never both own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use ganira::actors::ingress::Taken;
use ganira::actors::shared::Answering;
use ganira::actors::{Engine, Phase};
use ganira::channels::whatsapp::parse;
use ganira::cli::assemble;
use ganira::config::{Config, DEV_APP, DEV_APP_SECRET};
use ganira::crypto::sign_sha256;
use ganira::domain::{Clock, ContactId, Conversation, Trace};
use ganira::flows::{Channel, Question};
use ganira::operations::{Answered, Asker, Operations};
use ganira::store::postgres::Durability;
use ganira::store::{AppPool, PgStore};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

use crate::world::{NUMBER, WABA, Wish, World, text, wait_for};

/// One message: from whom, its id, its text.
type Said<'a> = (&'a str, &'a str, &'a str);

fn body(said: &[Said<'_>]) -> Bytes {
    let now = Clock::system().now().timestamp().to_string();
    let digits = |phone: &str| phone.trim_start_matches('+').to_owned();
    let contacts: BTreeMap<String, Value> = said
        .iter()
        .map(|(from, ..)| (digits(from), json!({"wa_id": digits(from), "profile": {"name": "Keza"}})))
        .collect();
    let messages: Vec<Value> = said
        .iter()
        .map(|(from, id, text)| {
            json!({"from": digits(from), "id": id, "timestamp": now, "type": "text", "text": {"body": text}})
        })
        .collect();
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "250788000100", "phone_number_id": NUMBER},
        "contacts": contacts.into_values().collect::<Vec<_>>(),
        "messages": messages,
    });
    let entry = json!({"id": WABA, "changes": [{"field": "messages", "value": value}]});
    json!({"object": "whatsapp_business_account", "entry": [entry]}).to_string().into()
}

/// Posts to an engine's webhook once; the status.
async fn post(http: &reqwest::Client, base: &str, body: Bytes) -> u16 {
    let signature = format!("sha256={}", hex::encode(sign_sha256(DEV_APP_SECRET.as_bytes(), &body)));
    let request = http.post(format!("{base}/webhooks/whatsapp")).header("x-hub-signature-256", signature).body(body);
    request.send().await.unwrap().status().as_u16()
}

/// The same without HTTP.
async fn take(engine: &Engine, said: &[Said<'_>]) -> Taken {
    let ingress = engine.enter(Channel::WhatsApp).unwrap();
    ingress.take(Channel::WhatsApp, DEV_APP, parse(&body(said)).unwrap(), Trace(7)).await
}

async fn journaled(world: &World) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM ganira.journal WHERE kind = 1");
    count.fetch_one(&world.database.pool().await).await.unwrap()
}

/// Answers as life does, but panics a few times for whoever asks first.
#[derive(Debug)]
struct Panicking {
    life: Operations,
    victim: parking_lot::Mutex<Option<ContactId>>,
    panics_left: AtomicUsize,
    /// Told at each panic.
    panicked: Notify,
    /// The victim's question waits for a permit before it is answered.
    gate: Semaphore,
}

#[async_trait]
impl Answering for Panicking {
    async fn answer(&self, asker: &Asker<'_>, questions: &[Question]) -> Vec<Answered> {
        if *self.victim.lock().get_or_insert(asker.contact) == asker.contact {
            let is_last = self.panics_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if is_last.is_ok() {
                self.panicked.notify_one();
                panic!("planted in one conversation");
            }
            self.gate.acquire().await.unwrap().forget();
        }
        self.life.answer(asker, questions).await
    }
}

/// A salon whose first customer's questions panic `panics` times, and an engine on it.
async fn panicking(panics: usize) -> (World, Arc<Panicking>, Engine) {
    let mut world = World::salon().await;
    world.stop_engine().await;
    let operations = Arc::new(Panicking {
        life: Operations::new(AppPool::new(world.database.options(), 4)),
        victim: parking_lot::Mutex::default(),
        panics_left: AtomicUsize::new(panics),
        panicked: Notify::new(),
        gate: Semaphore::new(0),
    });
    let store = PgStore::connect(world.database.options(), Durability::ThrowAway).await.unwrap();
    let engine =
        assemble::engine(world.config.clone(), Arc::new(store), operations.clone(), Clock::system()).await.unwrap();
    wait_for("the engine to own", async || (engine.phase() == Phase::Owning).then_some(())).await;
    (world, operations, engine)
}

const VICTIM: &str = "+250780000666";

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_one_conversation_restarts_only_it_while_its_shard_and_a_thousand_neighbours_answer() {
    let (world, operations, engine) = panicking(1).await;
    // The menu asks nothing; its first option, the booking, does.
    assert_eq!(take(&engine, &[(VICTIM, "wamid.hello", "hello")]).await, Taken::Safe);
    let said = [(VICTIM, "wamid.victim", "1")];
    let mut victim = tokio::task::JoinSet::new();
    victim.spawn({
        let engine = engine.clone();
        async move { take(&engine, &said).await }
    });
    tokio::time::timeout(Duration::from_secs(30), operations.panicked.notified())
        .await
        .expect("the victim's turn asks");

    let phones: Vec<String> = (0..1000).map(|n| format!("+25078100{n:04}")).collect();
    let ids: Vec<String> = (0..1000).map(|n| format!("wamid.neighbour.{n}")).collect();
    let neighbours: Vec<Said<'_>> = phones.iter().zip(&ids).map(|(phone, id)| (&**phone, &**id, "help")).collect();
    assert_eq!(take(&engine, &neighbours).await, Taken::Safe);
    assert!(victim.try_join_next().is_none(), "the victim's question still waits");
    assert_eq!(journaled(&world).await, 1001);
    let contact = operations.victim.lock().unwrap();
    let shard = Conversation { tenant: world.tenant, contact }.shard();
    let all: Vec<i64> = sqlx::query_scalar("SELECT contact_id FROM ganira.journal WHERE contact_id <> $1")
        .bind(contact.0)
        .fetch_all(&world.database.pool().await)
        .await
        .unwrap();
    let same = all.iter().filter(|id| Conversation { tenant: world.tenant, contact: ContactId(**id) }.shard() == shard);
    assert!(same.count() > 0, "none of them shares the victim's shard");

    operations.gate.add_permits(100);
    assert_eq!(victim.join_next().await.unwrap().unwrap(), Taken::Safe);
    assert_eq!(journaled(&world).await, 1002);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_panics_twice_is_buried_and_the_conversation_goes_on() {
    let (world, operations, engine) = panicking(2).await;
    operations.gate.add_permits(100);
    let said = [
        (VICTIM, "wamid.v0", "hello"),
        (VICTIM, "wamid.v1", "1"),
        (VICTIM, "wamid.v2", "help"),
        (VICTIM, "wamid.v3", "1"),
    ];
    assert_eq!(take(&engine, &said).await, Taken::Safe);
    assert_eq!(journaled(&world).await, 3);
    let letters: Vec<(String, String)> = sqlx::query_as("SELECT reason, state FROM ganira.dead_letter")
        .fetch_all(&world.database.pool().await)
        .await
        .unwrap();
    assert_eq!(letters, [("poison".to_owned(), "open".to_owned())]);
    assert_eq!(engine.turns_in_flight(), 0);
    engine.stop().await;
}

/// Settings under which nothing but the engine itself is slow.
fn unpaced(config: &mut Config) {
    config.outbound.number_per_second = 10_000;
    config.outbound.pair_burst = 10_000;
    config.outbound.pair_refill_ms = 10;
}

fn unpaced_wish() -> Wish {
    let mut wish = Wish { flow: "diary", change: Box::new(unpaced), ..Wish::default() };
    wish.sandbox.number_rate = 100_000;
    wish.sandbox.pair_burst = 100_000;
    wish
}

/// What a diary's last answer says.
async fn last_page(world: &World, of: &str, ends_with: &str) -> Vec<String> {
    wait_for(&format!("{of} to read {ends_with}"), async || {
        let inbox = world.inbox(of).await;
        let page: Vec<String> = text(inbox.last()?).lines().map(str::to_owned).collect();
        (page.last()? == ends_with).then_some(page)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn between_sleep_and_waking_no_event_is_lost() {
    const PEOPLE: usize = 60;
    const MESSAGES: usize = 40;
    let change = |config: &mut Config| {
        unpaced(config);
        config.engine.idle_before_sleep_ms = 10;
    };
    let world = World::with(Wish { change: Box::new(change), ..unpaced_wish() }).await;
    let phones: Vec<String> = (0..PEOPLE).map(|n| format!("+25078200{n:04}")).collect();
    for phone in &phones {
        world.say(phone, "m0").await;
    }
    let engine = world.running.as_ref().unwrap().engine.clone();
    let mut people = tokio::task::JoinSet::new();
    for (person, phone) in phones.iter().cloned().enumerate() {
        let engine = engine.clone();
        people.spawn(async move {
            for n in 1..MESSAGES {
                let id = format!("wamid.sleep.{person}.{n}");
                assert_eq!(take(&engine, &[(&phone, &id, &format!("m{n}"))]).await, Taken::Safe);
                // Around the moment when the actor offers to sleep: 10 to 20 ms after its last turn.
                tokio::time::sleep(Duration::from_millis(((person * 7 + n * 5) % 26) as u64)).await;
            }
        });
    }
    while let Some(person) = people.join_next().await {
        person.unwrap();
    }
    let whole: Vec<String> = (0..MESSAGES).map(|n| format!("m{n}")).collect();
    for phone in &phones {
        assert_eq!(last_page(&world, phone, whole.last().unwrap()).await, whole, "{phone}");
    }
    wait_for("everybody to sleep", async || {
        let shared = engine.shared()?;
        (shared.snapshots.entries() == PEOPLE).then_some(())
    })
    .await;
    world.stop().await;
}

#[tokio::test]
async fn a_repeated_message_changes_nothing_in_one_post_after_the_ring_and_after_a_restart() {
    const KEZA: &str = "+250783000001";
    let mut world = World::with(unpaced_wish()).await;
    world.say(KEZA, "m0").await;
    let again = body(&[(KEZA, "wamid.m1", "m1")]);
    let twice = body(&[(KEZA, "wamid.m1", "m1"), (KEZA, "wamid.m1", "m1")]);
    assert_eq!(post(&world.http, &world.url(""), twice).await, 200);
    // More than the ring remembers, so that the journal is asked.
    for n in 2..=22 {
        let message = body(&[(KEZA, &format!("wamid.m{n}"), &format!("m{n}"))]);
        assert_eq!(post(&world.http, &world.url(""), message).await, 200);
    }
    assert_eq!(post(&world.http, &world.url(""), again.clone()).await, 200);
    assert_eq!(journaled(&world).await, 23);
    world.stop_engine().await;
    world.start().await;
    assert_eq!(post(&world.http, &world.url(""), again).await, 200);
    assert_eq!(post(&world.http, &world.url(""), body(&[(KEZA, "wamid.m22", "m22")])).await, 200);
    assert_eq!(post(&world.http, &world.url(""), body(&[(KEZA, "wamid.end", "end")])).await, 200);
    let mut whole: Vec<String> = (0..=22).map(|n| format!("m{n}")).collect();
    whole.push("end".to_owned());
    assert_eq!(last_page(&world, KEZA, "end").await, whole);
    world.stop().await;
}

/// A second engine beside a world's own.
async fn beside(world: &World, change: impl FnOnce(&mut Config)) -> (Engine, String) {
    let mut config = world.config.clone();
    config.engine.node_name = Some("second".to_owned());
    change(&mut config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let metrics = assemble::record_metrics();
    let second =
        assemble::start(config, world.database.options(), Durability::ThrowAway, listener, metrics).await.unwrap();
    (second.engine.clone(), format!("http://{}", second.address))
}

async fn phase(engine: &Engine, wanted: Phase) {
    wait_for(wanted.word(), async || (engine.phase() == wanted).then_some(())).await;
}

#[tokio::test]
async fn a_second_engine_stands_by_and_takes_over_when_the_first_one_stops() {
    const KEZA: &str = "+250784000001";
    let mut world = World::with(unpaced_wish()).await;
    world.say(KEZA, "m0").await;
    let (second, base) = beside(&world, |config| config.engine.heartbeat_stale_ms = 60_000).await;
    phase(&second, Phase::StandingBy).await;
    let ready = world.http.get(format!("{base}/readyz")).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    assert_eq!(post(&world.http, &base, body(&[(KEZA, "wamid.m1", "m1")])).await, 503);
    assert_eq!(journaled(&world).await, 1);
    // A clean stop gives the writers back: nobody waits for a heartbeat to grow old.
    world.stop_engine().await;
    phase(&second, Phase::Owning).await;
    assert_eq!(post(&world.http, &base, body(&[(KEZA, "wamid.m1", "m1")])).await, 200);
    assert_eq!(last_page(&world, KEZA, "m1").await, ["m0", "m1"]);
    second.stop().await;
}

#[tokio::test]
async fn an_engine_that_was_only_paused_is_fenced_at_its_next_commit_and_stands_by() {
    const KEZA: &str = "+250785000001";
    // It shows so rarely that it lives that the other one takes it for dead: as one that was paused.
    let change = |config: &mut Config| {
        unpaced(config);
        config.engine.heartbeat_ms = 3_000;
    };
    let world = World::with(Wish { change: Box::new(change), ..unpaced_wish() }).await;
    world.say(KEZA, "m0").await;
    let first = world.running.as_ref().unwrap().engine.clone();
    let take_soon = |config: &mut Config| {
        config.engine.heartbeat_ms = 50;
        config.engine.heartbeat_stale_ms = 200;
    };
    let (second, base) = beside(&world, take_soon).await;
    phase(&second, Phase::Owning).await;
    assert_eq!(first.phase(), Phase::Owning, "it does not know yet");

    let message = body(&[(KEZA, "wamid.m1", "m1")]);
    assert_eq!(post(&world.http, &world.url(""), message.clone()).await, 503);
    phase(&first, Phase::Starting).await;
    assert_eq!(journaled(&world).await, 1, "what a fenced engine worked out is in no table");
    assert_eq!(post(&world.http, &base, message).await, 200);
    assert_eq!(last_page(&world, KEZA, "m1").await, ["m0", "m1"]);
    phase(&first, Phase::StandingBy).await;
    second.stop().await;
    phase(&first, Phase::Owning).await;
    assert_eq!(post(&world.http, &world.url(""), body(&[(KEZA, "wamid.m2", "m2")])).await, 200);
    assert_eq!(last_page(&world, KEZA, "m2").await, ["m0", "m1", "m2"]);
    world.stop().await;
}

/// Loading a conversation fails once, as on a connection that was just lost.
const LOAD_FAILS_ONCE: &str = "
    CREATE SEQUENCE public.loads;
    GRANT USAGE ON SEQUENCE public.loads TO PUBLIC;
    ALTER FUNCTION ganira.load_conversations RENAME TO load_conversations_truly;
    CREATE FUNCTION ganira.load_conversations(p_tenant bigint[], p_contact bigint[])
    RETURNS TABLE (tenant_id bigint, contact_id bigint, seq bigint, snapshot bytea, wrapped bytea) LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('public.loads') = 1 THEN
            RAISE EXCEPTION 'ordered by a test';
        END IF;
        RETURN QUERY SELECT * FROM ganira.load_conversations_truly(p_tenant, p_contact);
    END $$;";

#[tokio::test]
async fn when_a_turn_cannot_be_made_now_those_behind_it_come_again_too_and_keep_their_order() {
    const KEZA: &str = "+250786000001";
    let mut world = World::with(unpaced_wish()).await;
    world.say(KEZA, "m0").await;
    world.stop_engine().await;
    world.start().await;
    sqlx::raw_sql(LOAD_FAILS_ONCE).execute(&world.database.pool().await).await.unwrap();
    let three = body(&[(KEZA, "wamid.m1", "m1"), (KEZA, "wamid.m2", "m2"), (KEZA, "wamid.m3", "m3")]);
    assert_eq!(post(&world.http, &world.url(""), three.clone()).await, 503);
    assert_eq!(post(&world.http, &world.url(""), three).await, 200);
    assert_eq!(last_page(&world, KEZA, "m3").await, ["m0", "m1", "m2", "m3"]);
    world.stop().await;
}
