//! What outlives its retention goes, whole days at a time; what has not been sent yet goes on.

use ganira::store::postgres::Durability;
use ganira::store::{PgStore, Store};
use sqlx::PgPool;

use crate::harness;

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn old_days_are_dropped_and_their_unsent_messages_carried_forward() {
    let database = harness::database().await;
    let pool = database.pool().await;
    let store = PgStore::connect(database.options(), Durability::ThrowAway).await.unwrap();
    for sql in [
        "SELECT ganira.ensure_days(current_date - 100, current_date - 99)",
        "INSERT INTO ganira.journal SELECT 1, decode('00', 'hex'), current_date - 100, 1, 1, 1, 1, now(), ''",
        "INSERT INTO ganira.journal SELECT 1, decode('01', 'hex'), current_date, 1, 2, 1, 1, now(), ''",
        "INSERT INTO ganira.outbox SELECT 1, 1, n, 0, current_date - 100, 1, 1, 1, n, now(), 'body' FROM generate_series(1, 2) AS n",
        "INSERT INTO ganira.delivery (tenant_id, contact_id, seq, n, account_id, rank, changed_at) VALUES (1, 1, 1, 0, 1, 60, now())",
        "INSERT INTO ganira.media (tenant_id, contact_id, seq, n, object, mime, bytes, at) \
         SELECT 1, 1, n, 0, '1/1/' || n, 'image/png', 1, now() - make_interval(days => n * 80) FROM generate_series(1, 2) AS n",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let dropped = store.let_go(90, 30, 8).await.unwrap();
    assert_eq!(dropped, 4, "two days of two tables");
    assert_eq!(count(&pool, "SELECT count(*) FROM ganira.journal").await, 1);
    let left: Vec<(i64, bool)> =
        sqlx::query_as("SELECT seq, day = current_date FROM ganira.outbox").fetch_all(&pool).await.unwrap();
    assert_eq!(left, [(2, true)], "the unsent one, on today's page");
    assert_eq!(count(&pool, "SELECT count(*) FROM ganira.delivery").await, 0);
    assert_eq!(store.let_go(90, 30, 8).await.unwrap(), 0, "nothing is left to drop");

    let old = store.old_media(90, 10).await.unwrap();
    assert_eq!(old, ["1/1/2"]);
    store.forget_media(&old).await.unwrap();
    assert_eq!(count(&pool, "SELECT count(*) FROM ganira.media").await, 1);
}

#[tokio::test]
async fn the_days_ahead_are_built_and_counted() {
    let database = harness::database().await;
    let pool = database.pool().await;
    let store = PgStore::connect(database.options(), Durability::ThrowAway).await.unwrap();
    assert_eq!(store.days_ahead().await.unwrap(), 7);
    assert_eq!(store.ensure_days().await.unwrap(), 0);
    let last = "SELECT 'ganira.outbox_' || to_char((now() AT TIME ZONE 'UTC')::date + 7, 'YYYYMMDD')";
    let last: String = sqlx::query_scalar(last).fetch_one(&pool).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("DROP TABLE {last}"))).execute(&pool).await.unwrap();
    assert_eq!(store.days_ahead().await.unwrap(), 6, "the table that reaches less far counts");
    assert_eq!(store.ensure_days().await.unwrap(), 1);
    assert_eq!(store.days_ahead().await.unwrap(), 7);
}

#[tokio::test]
async fn a_receipt_for_somebody_who_was_erased_leaves_no_row() {
    use ganira::domain::{AccountId, ContactId, Conversation, OutboxId, Seq, TenantId};
    use ganira::store::{AttemptState, CommitOutcome, Fact, FactBatch, News};
    let database = harness::database().await;
    let pool = database.pool().await;
    let store = PgStore::connect(database.options(), Durability::ThrowAway).await.unwrap();
    let registration = store.register("one", 1, 1000).await.unwrap().unwrap();
    sqlx::query("INSERT INTO ganira.contact_key VALUES (1, 1, '')").execute(&pool).await.unwrap();
    let fact = |contact| Fact {
        id: OutboxId {
            conversation: Conversation { tenant: TenantId(1), contact: ContactId(contact) },
            seq: Seq(1),
            n: 0,
        },
        account: AccountId(1),
        attempt: 0,
        attempt_state: AttemptState::None,
        rank: 40,
        message: None,
        names: None,
        error_code: None,
        price_category: None,
        at: ganira::domain::Clock::system().now(),
    };
    let batch = FactBatch::new(1, News { facts: vec![fact(1), fact(2)], ..News::default() });
    assert!(matches!(store.record(registration.facts, &batch).await, CommitOutcome::Applied));
    let known: Vec<i64> = sqlx::query_scalar("SELECT contact_id FROM ganira.delivery").fetch_all(&pool).await.unwrap();
    assert_eq!(known, [1]);
}
