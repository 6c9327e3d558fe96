//! All SQL, and the one commit. Actors see the [`Store`] trait; [`PgStore`] is the truth behind it.

pub mod admin;
pub mod api;
pub mod app;
pub mod between;
pub mod commit;
pub mod effect;
pub mod facts;
pub mod hand_over;
pub mod messages;
pub mod migrate;
pub mod postgres;
pub mod private_postgres;
pub mod rows;
pub mod salon;
pub mod seals;
pub mod sms_parts;

use std::fmt::Debug;

use async_trait::async_trait;

pub use app::AppPool;
pub use between::{Redeemed, SentCode, SentMessage, WayBetween};
pub use commit::{Batch, Blame, CommitOutcome, FinishedJob, FiredTimer, JobRow, JournalRow, OutboxRow, TurnRow};
pub use effect::GuardedEffect;
pub use facts::{AttemptState, Fact, FactBatch, News, Notice};
pub use messages::{NameHash, NamedReceipt, Names, RipeReceipt, Standing};
pub use migrate::migrate;
pub use postgres::PgStore;
pub use rows::{
    AccountRow, DeadLetterRow, DueTimer, FlowCount, FlowFiles, LiveFlows, LoadedConversation, OpenJob, OpenOutboxRow,
    OutboxPlace, Registration, ReplayRow, RequestRow, SealedSender, SenderHashes, SenderIdRow, ServerRow, TenantRules,
};
pub use sms_parts::PartRow;

use crate::domain::{AccountId, ContactId, Conversation, EventId, OutboxId, TenantId, Timestamp};

/// The number of a writer row: one lane of one incarnation of a node, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriterId(pub i64);

/// The database could not be asked, or answered with an error. Nothing is known of what was meant to be written.
#[derive(Debug, thiserror::Error)]
#[error("could not {what}")]
pub struct StoreError {
    pub what: &'static str,
    #[source]
    pub source: sqlx::Error,
}

impl StoreError {
    /// The database answered, and will answer the same again: the mistake is in what was asked.
    pub fn is_final(&self) -> bool {
        let state = self.source.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap_or_default();
        ["21", "22", "23", "42"].iter().any(|class| state.starts_with(class))
    }
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// The few calls the actors make. Each is one statement; none holds a lock after it returns.
///
/// [`Store::commit`] and [`Store::record`] are not cancel-safe: dropping their future leaves the outcome unknown. Lanes own their own tasks.
#[async_trait]
pub trait Store: Send + Sync + Debug + 'static {
    /// Takes the writers for `node`, one for the facts lane (the first) and one for each commit lane. `None`: a stranger lives, stand by.
    async fn register(&self, node: &str, commit_lanes: u16, stale_ms: u32) -> Result<Option<Registration>>;
    /// Says that the node lives; false when it was fenced.
    async fn heartbeat(&self, node: &str, incarnation: i64) -> Result<bool>;
    /// Gives the writers back.
    async fn release(&self, node: &str, incarnation: i64) -> Result<()>;

    /// The commit of DESIGN section 5. Sending the same batch again under the same number is safe and decides an unknown outcome.
    async fn commit(&self, writer: WriterId, batch: &Batch) -> CommitOutcome;
    /// Who is to blame for a batch that was aborted. Reads only.
    async fn inspect(&self, batch: &Batch) -> Result<Vec<Blame>>;
    /// Attempts, receipts and notices, fenced like the commit.
    async fn record(&self, writer: WriterId, batch: &FactBatch) -> CommitOutcome;
    /// How the whole of each receipt's message stands, in the order of the receipts; `None` where nobody knows its name yet.
    async fn standing(&self, receipts: &[NamedReceipt]) -> Result<Vec<Option<Standing>>>;
    /// Receipts that came before their messages had a name and are to be told now.
    async fn ripe_receipts(&self, limit: i32) -> Result<Vec<RipeReceipt>>;
    /// They have been told.
    async fn forget_receipts(&self, told: &[RipeReceipt]) -> Result<()>;

    /// The contacts of senders already known; `None` where [`Store::resolve`] has to be asked.
    async fn find(&self, senders: &[SenderHashes]) -> Result<Vec<Option<ContactId>>>;
    /// Finds each contact or gives birth to it, in one commit of its own. The flag says that it was born.
    async fn resolve(&self, senders: &[SealedSender]) -> Result<Vec<(ContactId, bool)>>;
    /// A signed change of addresses: the contact of the old ones, now reached by the new ones. `None` if nobody had the old ones.
    async fn move_addresses(&self, before: &[[u8; 16]], now: &SealedSender) -> Result<Option<ContactId>>;
    /// Takes the code of a move: one transaction that uses it up and joins the sender's addresses, or changes nothing.
    async fn redeem_code(&self, sent: &SentCode) -> Result<Redeemed>;
    /// Forgets codes and wrong tries from before that instant; returns how many.
    async fn sweep_codes(&self, before: Timestamp) -> Result<i32>;
    async fn load(&self, conversations: &[Conversation]) -> Result<Vec<LoadedConversation>>;
    /// Whether an event stands in the journal on one of these days. Exact for a conversation without a turn in flight.
    async fn journaled(&self, tenant: TenantId, event: EventId, days: &[chrono::NaiveDate]) -> Result<bool>;

    async fn due_timers(&self, until: Timestamp, limit: i32) -> Result<Vec<DueTimer>>;
    /// The jobs that may be tried now, at most `limit` of each kind.
    async fn due_jobs(&self, now: Timestamp, limit: i32) -> Result<Vec<OpenJob>>;
    /// The job is tried again, not before that instant.
    async fn postpone_job(&self, job: OutboxId, tries: i16, not_before: Timestamp) -> Result<()>;
    /// The rows of an account's outbox behind `after`, in table order, settled ones included (their `rank` says so).
    async fn open_outbox(&self, account: AccountId, after: OutboxPlace, limit: i32) -> Result<Vec<OpenOutboxRow>>;
    /// Up to which batch of each writer everything of the account has left.
    async fn outbox_cursors(&self, account: AccountId) -> Result<Vec<(WriterId, i64)>>;
    async fn save_cursor(&self, account: AccountId, writer: WriterId, batch: i64) -> Result<()>;

    async fn accounts(&self) -> Result<Vec<AccountRow>>;
    async fn servers(&self) -> Result<Vec<ServerRow>>;
    async fn ways_between(&self) -> Result<Vec<WayBetween>>;
    /// A message that was to be sent; `None` once it is gone.
    async fn message_of(&self, id: OutboxId) -> Result<Option<SentMessage>>;
    /// Which revision of its flows each tenant speaks; a tenant that is not listed speaks the shipped ones it names.
    async fn live_flows(&self) -> Result<Vec<LiveFlows>>;
    /// A revision's files; `None` if there is no such revision.
    async fn flow_files(&self, tenant: TenantId, revision: i32) -> Result<Option<FlowFiles>>;
    /// Adds to the funnel. No two counts are of the same step, channel, revision and day.
    async fn count_flows(&self, counts: &[FlowCount]) -> Result<()>;
    /// What the tenants say of writing to people.
    async fn tenant_rules(&self) -> Result<Vec<TenantRules>>;
    async fn sender_ids(&self) -> Result<Vec<SenderIdRow>>;
    /// What a person stopped: channels and purposes, `*` for all that the business starts.
    async fn opt_outs(&self, conversation: Conversation) -> Result<Vec<(String, String)>>;
    /// Whether a person stopped messages for this purpose on this channel.
    async fn opted_out(&self, conversation: Conversation, channel: &str, purpose: &str) -> Result<bool>;
    async fn stop_account(&self, account: AccountId, reason: Option<&str>) -> Result<()>;

    /// The system key as the ring wraps it: the one that is there, else `fresh`, which is then kept.
    async fn system_key(&self, fresh: &[u8]) -> Result<Vec<u8>>;

    /// Writes dead letters; one with the same `dedupe` is there already and stays as it is.
    async fn bury(&self, letters: &[DeadLetterRow]) -> Result<()>;
    async fn open_requests(&self, limit: i32) -> Result<Vec<RequestRow>>;
    async fn answer_request(&self, id: i64, answer: &str) -> Result<()>;
    async fn dead_letter_for_replay(&self, id: i64) -> Result<Option<ReplayRow>>;
    async fn mark_replayed(&self, id: i64) -> Result<()>;

    /// Builds the partitions of the days from 8 before to 7 after today; returns how many were missing.
    async fn ensure_days(&self) -> Result<i32>;
    async fn days_ahead(&self) -> Result<i32>;
    /// Drops journal and outbox days older than `journal_days`, dead letters of tenants older than `dead_letter_days`, and what belongs to
    /// nobody after `nobody_days`. Open outbox rows are carried forward first. Returns how many partitions went.
    async fn let_go(&self, journal_days: u32, dead_letter_days: u32, nobody_days: u32) -> Result<u32>;
    /// Files of media older than `days`, by the name the object store has for them.
    async fn old_media(&self, days: u32, limit: i32) -> Result<Vec<String>>;
    /// The files are gone: so are their rows.
    async fn forget_media(&self, objects: &[String]) -> Result<()>;
    /// Takes away holds that have expired; returns how many.
    async fn sweep_holds(&self) -> Result<i32>;

    /// Keeps a part of a long message that came in at a gateway; of the same number the later one.
    async fn keep_part(&self, gateway: &str, part: &PartRow) -> Result<()>;
    /// All parts of a gateway, those of one message together and in their order.
    async fn kept_parts(&self, gateway: &str) -> Result<Vec<PartRow>>;
    /// What is there of a message was delivered on: its parts are kept only to know them again.
    async fn settle_parts(&self, gateway: &str, message: [u8; 16]) -> Result<()>;
    /// Parts delivered on that came before then are not known again.
    async fn forget_parts(&self, gateway: &str, before: Timestamp) -> Result<()>;
}
