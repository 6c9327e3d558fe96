//! A person's data: exported in the open, erased for good.

use std::time::Duration;

use ganira::cli::{assemble, person::remembered};
use ganira::crypto::{DataKey, Place};
use ganira::domain::{Address, Clock, ContactId, Conversation, Phone};
use ganira::operations::people::{self, Erasure, Export, PersonError};
use ganira::operations::requests::{self, Request};
use ganira::operations::salon::feedback::WORDS_COLUMN;
use ganira::operations::tenants::{self, NewTenant, Which};
use ganira::store::seals;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};

use super::ring;
use crate::world::{NUMBER, World, monday_morning, option, options, text, wait_for};

const ALINE: &str = "+250780000001";
const DIANE: &str = "+250780000002";
const PATIENCE: Duration = Duration::from_secs(10);

async fn find(world: &World, phone: &str) -> Option<ContactId> {
    let hashes = assemble::hash_key(&world.config).unwrap();
    let address = Address::Phone(Phone::parse(phone).unwrap());
    people::find(&world.database.pool().await, &hashes, world.tenant, &address).await.unwrap()
}

async fn who(world: &World, phone: &str) -> Conversation {
    Conversation { tenant: world.tenant, contact: find(world, phone).await.unwrap() }
}

async fn export(world: &World, who: Conversation) -> Result<Export, PersonError> {
    let pool = world.database.pool().await;
    people::export(&pool, &ring(&world.config), who, Clock::system().now(), remembered).await
}

/// Books the first service, whoever has time, on a morning in a week or two.
async fn book(world: &World, person: &str) {
    world.person("say", json!({"from": person, "text": "hello", "name": "Aline U."})).await;
    let tapped = async |count: usize, choose: &dyn Fn(&serde_json::Value) -> String| {
        let inbox = world.received(person, count).await;
        world.tap(person, &choose(inbox.last().unwrap())).await;
    };
    let first = |message: &serde_json::Value| options(message)[0].clone();
    tapped(1, &|menu| option(menu, "book")).await;
    tapped(2, &first).await;
    tapped(3, &first).await;
    world.received(person, 4).await;
    world.say(person, &monday_morning()).await;
    tapped(5, &first).await;
    tapped(6, &|summary| option(summary, "confirm")).await;
    // It stands, and what may be kept of it?
    world.received(person, 8).await;
}

async fn key_of(world: &World, pool: &PgPool, who: Conversation) -> DataKey {
    let tenant: Vec<u8> = sqlx::query_scalar("SELECT wrapped_key FROM ganira.tenant WHERE id = $1")
        .bind(who.tenant.0)
        .fetch_one(pool)
        .await
        .unwrap();
    let contact: Vec<u8> = sqlx::query_scalar("SELECT wrapped FROM ganira.contact_key WHERE contact_id = $1")
        .bind(who.contact.0)
        .fetch_one(pool)
        .await
        .unwrap();
    ring(&world.config).unwrap_tenant_key(who.tenant.0, &tenant).unwrap().unwrap(seals::CONTACT_KEY, &contact).unwrap()
}

/// She says what she thinks of the salon, and allows it to remind her.
async fn speak_her_mind(world: &World, pool: &PgPool, who: Conversation) {
    let id = uuid::Uuid::from_u128(7);
    let place = Place { tenant: who.tenant.0, table: WORDS_COLUMN, row: id.as_bytes() };
    let words = key_of(world, pool, who).await.seal(place, "Byiza cyane".as_bytes());
    sqlx::query("INSERT INTO ganira.feedback VALUES ($1, $2::uuid, $3, NULL, 4, $4, now())")
        .bind(who.tenant.0)
        .bind(id.to_string())
        .bind(who.contact.0)
        .bind(words)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("INSERT INTO ganira.consent VALUES ($1, $2, 'reminders', true, 'whatsapp', now())")
        .bind(who.tenant.0)
        .bind(who.contact.0)
        .execute(pool)
        .await
        .unwrap();
}

/// No receipt is under way any more.
async fn all_read(pool: &PgPool) {
    wait_for("every message to be read", async || {
        let unread: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM ganira.outbox LEFT JOIN ganira.delivery AS d USING (tenant_id, contact_id, seq, n)
             WHERE d.rank IS DISTINCT FROM 60",
        )
        .fetch_one(pool)
        .await
        .unwrap();
        (unread == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_export_holds_what_she_said_what_she_was_told_and_her_visits() {
    let world = World::salon().await;
    book(&world, ALINE).await;
    let aline = who(&world, ALINE).await;
    let pool = world.database.pool().await;
    all_read(&pool).await;
    speak_her_mind(&world, &pool, aline).await;
    let export = export(&world, aline).await.unwrap();
    assert_eq!(export.unreadable_rows, 0);
    assert!(export.addresses.contains(&Address::Phone(Phone::parse(ALINE).unwrap())), "{:?}", export.addresses);
    assert_eq!(export.events[0].body["text"]["body"], "hello", "{}", export.events[0].body);
    assert_eq!(export.visits.len(), 1);
    assert_eq!(export.visits[0].state, "booked");
    assert_eq!((export.feedback[0].stars, export.feedback[0].words.as_deref()), (4, Some("Byiza cyane")));
    assert_eq!((export.consents[0].purpose.as_str(), export.consents[0].given), ("reminders", true));
    assert!(!export.messages.is_empty() && export.messages.iter().all(|message| message.state == "read"));
    assert_eq!(export.remembered.as_ref().unwrap()["profile_name"], "Aline U.");
    let written = serde_json::to_string(&export).unwrap();
    assert!(
        serde_json::from_str::<serde_json::Value>(&written).unwrap()["messages"][0]["body"]["content"].is_object(),
        "{written}"
    );
    world.stop().await;
}

#[tokio::test]
async fn the_name_of_a_moved_visit_is_exported_though_it_was_sealed_for_the_earlier_one() {
    let world = World::salon().await;
    book(&world, ALINE).await;
    let aline = who(&world, ALINE).await;
    let pool = world.database.pool().await;
    let earlier = export(&world, aline).await.unwrap().visits.remove(0);
    assert!(earlier.name.is_some());
    sqlx::query("UPDATE ganira.visit SET name_row = id, replaces = id, id = gen_random_uuid()")
        .execute(&pool)
        .await
        .unwrap();
    let moved = export(&world, aline).await.unwrap().visits.remove(0);
    assert_eq!((moved.name, moved.replaces), (earlier.name, Some(earlier.id)));
    world.stop().await;
}

/// How many rows of each table are a contact's.
async fn rows_of(pool: &PgPool, contact: ContactId) -> Vec<(String, i64)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'contact_id'
         WHERE c.relnamespace = 'ganira'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut counts = Vec::new();
    for table in tables {
        let count = AssertSqlSafe(format!("SELECT count(*) FROM ganira.{table} WHERE contact_id = $1"));
        let count: i64 = sqlx::query_scalar(count).bind(contact.0).fetch_one(pool).await.unwrap();
        if count > 0 {
            counts.push((table, count));
        }
    }
    counts
}

#[tokio::test]
async fn whoever_is_erased_can_neither_be_found_nor_read_again() {
    let world = World::salon().await;
    book(&world, ALINE).await;
    world.say(DIANE, "hello").await;
    let (aline, diane) = (who(&world, ALINE).await, who(&world, DIANE).await);
    let pool = world.database.pool().await;
    all_read(&pool).await;
    speak_her_mind(&world, &pool, aline).await;
    let before = rows_of(&pool, diane.contact).await;

    assert_eq!(people::erase(&pool, aline, PATIENCE).await.unwrap(), Erasure::Done);
    assert_eq!(find(&world, ALINE).await, None);
    assert!(matches!(export(&world, aline).await.unwrap_err(), PersonError::Erased { .. }));
    assert!(matches!(people::erase(&pool, aline, PATIENCE).await.unwrap(), Erasure::DoneBefore(_)));

    // What stays is numbers, and bytes whose key is gone.
    let left: Vec<String> = rows_of(&pool, aline.contact).await.into_iter().map(|(table, _)| table).collect();
    assert_eq!(left, ["conversation", "erasure", "journal", "occupancy", "visit"]);
    let snapshot: Vec<u8> = sqlx::query_scalar("SELECT snapshot FROM ganira.conversation WHERE contact_id = $1")
        .bind(aline.contact.0)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(snapshot.is_empty());
    assert_eq!(rows_of(&pool, diane.contact).await, before, "her neighbour keeps everything");
    world.stop().await;
}

#[tokio::test]
async fn whoever_writes_after_her_erasure_is_somebody_new() {
    let world = World::diary().await;
    world.say(ALINE, "secret;").await;
    let before = who(&world, ALINE).await;
    let pool = world.database.pool().await;
    assert_eq!(people::erase(&pool, before, PATIENCE).await.unwrap(), Erasure::Done);
    let known = world.inbox(ALINE).await.len();
    world.say(ALINE, "hello again;").await;
    let after = who(&world, ALINE).await;
    assert_ne!(before.contact, after.contact);
    let inbox = world.received(ALINE, known + 1).await;
    assert!(!text(inbox.last().unwrap()).contains("secret"), "{:?}", inbox.last());
    world.stop().await;
}

#[tokio::test]
async fn what_still_waited_to_be_sent_to_her_never_leaves() {
    let world = World::diary().await;
    let pool = world.database.pool().await;
    let refresh = async || requests::ask(&pool, &[Request::Refresh], PATIENCE).await.unwrap();
    tenants::stop(&pool, &Which::PhoneNumberId(NUMBER.into()), "a test").await.unwrap();
    refresh().await;
    world.say(ALINE, "secret;").await;
    let aline = who(&world, ALINE).await;
    assert_eq!(people::erase(&pool, aline, PATIENCE).await.unwrap(), Erasure::Done);
    tenants::resume(&pool, &Which::PhoneNumberId(NUMBER.into())).await.unwrap();
    refresh().await;
    // Whoever comes later is served by the same dispatcher, after what was there before.
    world.say(DIANE, "hello;").await;
    world.received(DIANE, 1).await;
    assert!(world.inbox(ALINE).await.is_empty(), "{:?}", world.inbox(ALINE).await);
    world.stop().await;
}

#[tokio::test]
async fn an_erasure_that_cannot_be_done_is_not_called_done() {
    let world = World::diary().await;
    let pool = world.database.pool().await;
    let new = NewTenant {
        name: "No number".into(),
        zone: "Africa/Kigali".into(),
        language: "en".into(),
        flow: "diary".into(),
    };
    let tenant = tenants::create(&pool, &ring(&world.config), &new).await.unwrap();
    for table in [
        "INSERT INTO ganira.conversation (tenant_id, contact_id)",
        "INSERT INTO ganira.contact_key (wrapped, tenant_id, contact_id)",
    ] {
        let values = if table.contains("wrapped") { "VALUES ('x', $1, 7)" } else { "VALUES ($1, 7)" };
        sqlx::query(AssertSqlSafe(format!("{table} {values}"))).bind(tenant.0).execute(&pool).await.unwrap();
    }
    let outcome = people::erase(&pool, Conversation { tenant, contact: ContactId(7) }, PATIENCE).await.unwrap();
    assert!(matches!(&outcome, Erasure::Failed(why) if why.contains("nothing was erased")), "{outcome:?}");
    world.stop().await;
}

#[tokio::test]
async fn an_erasure_waits_for_an_engine() {
    let mut world = World::diary().await;
    world.say(ALINE, "hello;").await;
    let aline = who(&world, ALINE).await;
    world.stop_engine().await;
    let pool = world.database.pool().await;
    assert_eq!(people::erase(&pool, aline, Duration::from_millis(300)).await.unwrap(), Erasure::Waiting);
    assert_eq!(find(&world, ALINE).await, Some(aline.contact));
    world.start().await;
    wait_for("the erasure that waited", async || find(&world, ALINE).await.is_none().then_some(())).await;
    let nobody = Conversation { contact: ContactId(999_999), ..aline };
    assert!(matches!(people::erase(&pool, nobody, PATIENCE).await.unwrap_err(), PersonError::Unknown(_)));
    world.stop().await;
}
