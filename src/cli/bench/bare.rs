//! The limit of the webhooks: the least server that does what must be done. Signature over the raw bytes, a typed reading, 200; and where
//! it is given a database, one commit of one turn in between.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

use super::bodies::APP_SECRET;
use super::part;
use super::shape::Shape;
use crate::crypto::{random, verify_sha256};
use crate::domain::{AccountId, Clock, ContactId, Conversation, EventId, Seq, TenantId};
use crate::store::postgres::Durability;
use crate::store::{Batch, CommitOutcome, JournalRow, OutboxRow, PgStore, Store as _, TurnRow, WriterId};

/// Connections that commit, one turn at a time.
const WRITERS: u16 = 16;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Spec {
    pub commit: Option<Commit>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Commit {
    /// A database with the tables of this release and nothing else in it.
    pub url: String,
    pub shape: Shape,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it is the work")]
struct Body<'a> {
    object: &'a str,
    #[serde(borrow)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it is the work")]
struct Entry<'a> {
    id: &'a str,
    #[serde(borrow)]
    changes: Vec<Change<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it is the work")]
struct Change<'a> {
    field: &'a str,
    #[serde(borrow)]
    value: Value<'a>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it is the work")]
struct Value<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow, default)]
    messages: Vec<Message<'a>>,
    #[serde(borrow, default)]
    statuses: Vec<Status<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it is the work")]
struct Metadata<'a> {
    phone_number_id: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it is the work")]
struct Message<'a> {
    from: &'a str,
    id: &'a str,
    timestamp: &'a str,
    #[serde(borrow)]
    text: Text<'a>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it is the work")]
struct Text<'a> {
    body: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it is the work")]
struct Status<'a> {
    id: &'a str,
    status: &'a str,
    timestamp: &'a str,
}

#[derive(Clone)]
struct Bare(Option<Arc<Writers>>);

/// Serves until its parent ends it.
pub(super) async fn run(spec: Spec) -> anyhow::Result<()> {
    let writers = match spec.commit {
        Some(commit) => Some(Arc::new(Writers::open(commit).await?)),
        None => None,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    part::tell(&listener.local_addr()?)?;
    let router = Router::new().route("/webhooks/whatsapp", post(receive)).with_state(Bare(writers));
    axum::serve(listener, router).await.context("the bare server ended")
}

async fn receive(State(bare): State<Bare>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let digits = headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok()?.strip_prefix("sha256="));
    let mut signature = [0; 32];
    let decoded = digits.is_some_and(|digits| hex::decode_to_slice(digits, &mut signature).is_ok());
    if !decoded || !verify_sha256(APP_SECRET.as_bytes(), &body, &signature) {
        return StatusCode::UNAUTHORIZED;
    }
    if serde_json::from_slice::<Body<'_>>(&body).is_err() {
        return StatusCode::BAD_REQUEST;
    }
    match bare.0 {
        None => StatusCode::OK,
        Some(writers) => writers.commit().await,
    }
}

/// Connections of one writer each; a request takes the next free one.
struct Writers {
    store: PgStore,
    shape: Shape,
    clock: Clock,
    free: Mutex<mpsc::UnboundedReceiver<Writer>>,
    give_back: mpsc::UnboundedSender<Writer>,
}

struct Writer {
    id: WriterId,
    contact: i64,
    batch: i64,
}

impl Writers {
    async fn open(commit: Commit) -> anyhow::Result<Self> {
        let database: PgConnectOptions = commit.url.parse().context("the database's URL cannot be read")?;
        let mut owner = PgConnection::connect_with(&database).await?;
        owner.execute("TRUNCATE ganira.conversation, ganira.journal, ganira.outbox").await?;
        sqlx::query("INSERT INTO ganira.conversation (tenant_id, contact_id, snapshot) SELECT 1, c, $2 FROM generate_series(1, $1) AS c")
            .bind(i32::from(WRITERS))
            .bind(noise(commit.shape.snapshot_bytes))
            .execute(&mut owner)
            .await?;
        owner.close().await?;
        let store = PgStore::connect(database, Durability::Required).await?;
        let registered = store.register("bare", WRITERS, 0).await?.context("another engine is there")?;
        let (give_back, free) = mpsc::unbounded_channel();
        for (contact, id) in (1..).zip(registered.lanes) {
            let _ = give_back.send(Writer { id, contact, batch: 0 });
        }
        Ok(Self { store, shape: commit.shape, clock: Clock::system(), free: Mutex::new(free), give_back })
    }

    async fn commit(&self) -> StatusCode {
        let Some(mut writer) = self.free.lock().await.recv().await else { return StatusCode::SERVICE_UNAVAILABLE };
        let now = self.clock.now();
        let batch = Batch::new(writer.batch + 1, now.date_naive(), vec![self.turn(&writer, now)]);
        let outcome = self.store.commit(writer.id, &batch).await;
        let applied = matches!(outcome, CommitOutcome::Applied);
        writer.batch += i64::from(applied);
        let _ = self.give_back.send(writer);
        if applied { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
    }

    fn turn(&self, writer: &Writer, now: crate::domain::Timestamp) -> TurnRow {
        let shape = &self.shape;
        let outbox = (0..shape.outbox_rows.round() as i16).map(|n| OutboxRow {
            n,
            account: AccountId(1),
            body: noise(shape.outbox_bytes),
        });
        TurnRow {
            conversation: Conversation { tenant: TenantId(1), contact: ContactId(writer.contact) },
            seq: Seq(writer.batch),
            snapshot: noise(shape.snapshot_bytes),
            journal: JournalRow {
                event: EventId(random::array()),
                day: now.date_naive(),
                account: AccountId(1),
                kind: 1,
                at: now,
                body: noise(shape.journal_bytes),
            },
            outbox: outbox.collect(),
            alarm: None,
            alarm_gone: None,
            jobs: Vec::new(),
            job_finished: None,
            effects: Vec::new(),
        }
    }
}

fn noise(bytes: f64) -> Vec<u8> {
    vec![7; bytes as usize]
}
