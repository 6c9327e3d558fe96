//! Messages by their providers' names, on the real tables: parts, receipts that come early, names given twice.

use ganira::domain::{AccountId, Clock, ContactId, Conversation, OutboxId, Seq, TenantId};
use ganira::store::messages::Carried;
use ganira::store::postgres::Durability;
use ganira::store::{
    AttemptState, CommitOutcome, Fact, FactBatch, NamedReceipt, Names, News, PgStore, Standing, Store as _, WriterId,
};
use sqlx::PgPool;

use crate::harness::{self, TestDatabase};

const ACCOUNT: AccountId = AccountId(7);
const SENT: i16 = 40;
const DELIVERED: i16 = 50;
const FAILED: i16 = 100;

/// The store with one contact, and the number of its next batch of facts.
struct Desk {
    store: PgStore,
    writer: WriterId,
    number: i64,
    pool: PgPool,
    _database: TestDatabase,
}

impl Desk {
    async fn open() -> Self {
        let database = harness::database().await;
        let pool = database.pool().await;
        let store = PgStore::connect(database.options(), Durability::ThrowAway).await.unwrap();
        let writer = store.register("one", 1, 1000).await.unwrap().unwrap().facts;
        sqlx::query("INSERT INTO ganira.contact_key VALUES (1, 1, '')").execute(&pool).await.unwrap();
        Self { store, writer, number: 0, pool, _database: database }
    }

    async fn record(&mut self, news: News) {
        self.number += 1;
        let batch = FactBatch::new(self.number, news);
        let outcome = self.store.record(self.writer, &batch).await;
        assert!(matches!(outcome, CommitOutcome::Applied), "{outcome:?}");
    }

    /// The company took message `seq` and called its parts so.
    async fn took(&mut self, seq: i64, parts: &[u8], wake: bool) {
        let names = Names { parts: parts.iter().map(|name| [*name; 16]).collect(), wake };
        let fact = Fact {
            id: outbox(seq),
            account: ACCOUNT,
            attempt: 1,
            attempt_state: AttemptState::Begun,
            rank: 30,
            message: Some([parts[0]; 16]),
            names: Some(names),
            error_code: None,
            price_category: None,
            at: Clock::system().now(),
        };
        self.record(News { facts: vec![fact], ..News::default() }).await;
    }

    /// A receipt by these forms of a name; then how the whole stands.
    async fn heard(&mut self, forms: &[u8], rank: i16) -> Option<Standing> {
        self.receipt(receipt(forms, rank)).await
    }

    async fn receipt(&mut self, receipt: NamedReceipt) -> Option<Standing> {
        self.record(News { receipts: vec![receipt.clone()], ..News::default() }).await;
        self.store.standing(&[receipt]).await.unwrap()[0]
    }

    async fn rank(&self, seq: i64) -> i16 {
        let rank = sqlx::query_scalar("SELECT rank FROM ganira.delivery WHERE seq = $1").bind(seq);
        rank.fetch_optional(&self.pool).await.unwrap().unwrap_or(0)
    }

    async fn early(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM ganira.early_receipt").fetch_one(&self.pool).await.unwrap()
    }
}

fn outbox(seq: i64) -> OutboxId {
    OutboxId { conversation: Conversation { tenant: TenantId(1), contact: ContactId(1) }, seq: Seq(seq), n: 0 }
}

fn receipt(forms: &[u8], rank: i16) -> NamedReceipt {
    let error_code = (rank == FAILED).then_some(21_610);
    let forms = forms.iter().map(|name| [*name; 16]).collect();
    NamedReceipt { forms, carried: None, rank, error_code, at: Clock::system().now() }
}

#[tokio::test]
async fn a_message_of_three_parts_is_delivered_when_all_three_are() {
    let mut desk = Desk::open().await;
    desk.took(1, &[1, 2, 3], true).await;
    let standing = desk.heard(&[1], DELIVERED).await.unwrap();
    assert_eq!((standing.outbox, standing.wake, standing.rank), (outbox(1), true, SENT));
    desk.heard(&[3], DELIVERED).await;
    assert_eq!(desk.heard(&[1], DELIVERED).await.unwrap().rank, SENT, "the same part twice is one part");
    assert_eq!(desk.heard(&[2], DELIVERED).await.unwrap().rank, DELIVERED);
    assert_eq!(desk.rank(1).await, DELIVERED);
}

#[tokio::test]
async fn a_message_fails_when_one_part_does() {
    let mut desk = Desk::open().await;
    desk.took(1, &[1, 2], false).await;
    desk.heard(&[1], DELIVERED).await;
    let standing = desk.heard(&[2], FAILED).await.unwrap();
    assert_eq!((standing.rank, standing.error_code), (FAILED, Some(21_610)));
}

#[tokio::test]
async fn a_receipt_that_overtakes_the_answer_is_kept_and_applied() {
    let mut desk = Desk::open().await;
    assert_eq!(desk.heard(&[1], SENT).await, None);
    assert_eq!(desk.heard(&[1], DELIVERED).await, None);
    assert_eq!(desk.early().await, 1);
    desk.took(1, &[1, 2], false).await;
    assert_eq!((desk.rank(1).await, desk.early().await), (SENT, 0), "nobody has to be told of half a message");
    desk.heard(&[2], DELIVERED).await;
    assert_eq!(desk.rank(1).await, DELIVERED, "the part that was early counts");
}

#[tokio::test]
async fn a_failure_that_came_early_is_told_once_its_message_is_known() {
    let mut desk = Desk::open().await;
    desk.heard(&[9, 1], FAILED).await;
    assert_eq!((desk.early().await, desk.store.ripe_receipts(10).await.unwrap().len()), (2, 0));
    desk.took(1, &[1], false).await;
    let ripe = desk.store.ripe_receipts(10).await.unwrap();
    assert_eq!(ripe.len(), 1);
    assert_eq!((ripe[0].standing.outbox, ripe[0].standing.rank), (outbox(1), FAILED));
    assert_eq!(desk.rank(1).await, FAILED);
    desk.store.forget_receipts(&ripe).await.unwrap();
    assert_eq!(desk.early().await, 0);
}

#[tokio::test]
async fn the_first_form_that_is_known_counts() {
    let mut desk = Desk::open().await;
    desk.took(1, &[10], false).await;
    desk.took(2, &[16], false).await;
    assert_eq!(desk.heard(&[16, 10], DELIVERED).await.unwrap().outbox, outbox(2));
    assert_eq!((desk.rank(1).await, desk.rank(2).await), (30, DELIVERED));
    assert_eq!(desk.heard(&[99, 10], DELIVERED).await.unwrap().outbox, outbox(1));
}

#[tokio::test]
async fn another_form_of_its_id_makes_a_receipt_no_news_of_a_message_that_has_arrived() {
    let mut desk = Desk::open().await;
    desk.took(1, &[16], false).await;
    desk.heard(&[16], DELIVERED).await;
    // The company calls another message 10, which is 16 in its other form, and we do not know that one yet.
    desk.heard(&[10, 16], FAILED).await;
    assert_eq!((desk.rank(1).await, desk.early().await), (DELIVERED, 2));
    desk.took(2, &[10], false).await;
    assert_eq!((desk.rank(1).await, desk.rank(2).await), (DELIVERED, FAILED));
}

#[tokio::test]
async fn a_receipt_that_says_whose_it_is_needs_no_name() {
    let mut desk = Desk::open().await;
    let carried = |parts| Some(Carried { account: ACCOUNT, outbox: outbox(1), parts, wake: true });
    let first = desk.receipt(NamedReceipt { carried: carried(2), ..receipt(&[1], DELIVERED) }).await.unwrap();
    assert_eq!((first.outbox, first.wake, first.rank), (outbox(1), true, SENT), "its second part is not there yet");
    desk.took(1, &[1, 2], true).await;
    assert_eq!(desk.rank(1).await, SENT);
    let second = desk.receipt(NamedReceipt { carried: carried(2), ..receipt(&[2], DELIVERED) }).await.unwrap();
    assert_eq!(second.rank, DELIVERED);
    assert_eq!(desk.early().await, 0);
}

#[tokio::test]
async fn a_name_that_is_given_anew_belongs_to_the_later_message() {
    let mut desk = Desk::open().await;
    desk.took(1, &[1], false).await;
    desk.heard(&[1], DELIVERED).await;
    desk.took(2, &[1], false).await;
    assert_eq!(desk.rank(2).await, 30, "what the earlier message came to says nothing of this one");
    assert_eq!(desk.heard(&[1], FAILED).await.unwrap().outbox, outbox(2));
    assert_eq!(desk.rank(1).await, DELIVERED);
}

#[tokio::test]
async fn news_of_many_messages_goes_in_one_batch() {
    let mut desk = Desk::open().await;
    desk.took(1, &[1], false).await;
    desk.took(2, &[2], false).await;
    let receipts = vec![
        receipt(&[1], SENT),
        receipt(&[1], DELIVERED),
        receipt(&[2], SENT),
        receipt(&[3], DELIVERED),
        receipt(&[3], SENT),
    ];
    desk.record(News { receipts: receipts.clone(), ..News::default() }).await;
    assert_eq!((desk.rank(1).await, desk.rank(2).await, desk.early().await), (DELIVERED, SENT, 1));
    let standings = desk.store.standing(&receipts).await.unwrap();
    assert_eq!(standings.iter().flatten().count(), 3);
    assert!(standings[3].is_none());
}

#[tokio::test]
async fn names_and_receipts_go_when_their_time_is_over() {
    let mut desk = Desk::open().await;
    desk.took(1, &[1], false).await;
    desk.heard(&[2], DELIVERED).await;
    desk.store.let_go(30, 30, 30).await.unwrap();
    let count = async |table: &str| -> i64 {
        let query = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM ganira.{table}"));
        sqlx::query_scalar(query).fetch_one(&desk.pool).await.unwrap()
    };
    assert_eq!((count("sent_message").await, count("early_receipt").await), (1, 1));
    for table in ["sent_message", "early_receipt"] {
        let older = format!("UPDATE ganira.{table} SET at = at - interval '9 days'");
        sqlx::query(sqlx::AssertSqlSafe(older)).execute(&desk.pool).await.unwrap();
    }
    desk.store.let_go(30, 30, 30).await.unwrap();
    assert_eq!((count("sent_message").await, count("early_receipt").await), (0, 0));
}

#[tokio::test]
async fn an_erased_person_leaves_no_name() {
    let mut desk = Desk::open().await;
    sqlx::query("DELETE FROM ganira.contact_key").execute(&desk.pool).await.unwrap();
    desk.took(1, &[1], false).await;
    assert_eq!(desk.heard(&[1], DELIVERED).await, None);
    assert_eq!(desk.rank(1).await, 0);
}
