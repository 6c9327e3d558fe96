//! [`PgStore`]: the store's trait on a real Postgres. Lanes have a connection each; everything else shares a small pool.

mod between;
mod commit;
mod connect;
mod directory;
mod flows;
mod keeping;
mod messages;
mod outbox;
mod pools;
mod record;
mod rest;
mod retention;
mod sms_parts;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use parking_lot::Mutex;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::{
    AccountRow, Batch, Blame, CommitOutcome, DeadLetterRow, DueTimer, FactBatch, FlowCount, FlowFiles, LiveFlows,
    LoadedConversation, NamedReceipt, OpenJob, OpenOutboxRow, OutboxPlace, PartRow, Redeemed, Registration, ReplayRow,
    RequestRow, Result, RipeReceipt, SealedSender, SenderHashes, SenderIdRow, SentCode, SentMessage, ServerRow,
    Standing, Store, TenantRules, WayBetween, WriterId,
};
use crate::domain::{AccountId, ContactId, Conversation, EventId, OutboxId, TenantId, Timestamp};

pub use connect::{ConnectError, owner_pool};
use pools::Pools;

/// A lane's connection: empty before the first commit and after every failure.
type LaneConnection = Arc<tokio::sync::Mutex<Option<PgConnection>>>;

/// The store on Postgres. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PgStore {
    options: PgConnectOptions,
    pool: Pools,
    /// One connection for heartbeats and probes, which must not queue behind anybody.
    pulse: Pools,
    lanes: Arc<Mutex<HashMap<WriterId, LaneConnection>>>,
}

impl PgStore {
    /// Connects as the engine's role, and makes sure that commits are what they claim to be.
    ///
    /// # Errors
    /// The database cannot be reached, or `fsync` or `full_page_writes` is off and `durable` asks for them.
    pub async fn connect(options: PgConnectOptions, durability: Durability) -> std::result::Result<Self, ConnectError> {
        let pool = connect::engine_pool(options.clone(), durability).await?;
        let pool = Pools::new(pool, options.clone(), connect::lazy_engine_pool);
        let pulse = Pools::new(connect::pulse_pool(options.clone()), options.clone(), connect::pulse_pool);
        Ok(Self { options, pool, pulse, lanes: Arc::default() })
    }

    /// The engine's pool, for what reads beside the trait (metrics, readiness).
    pub fn pool(&self) -> PgPool {
        self.pool.now()
    }

    fn lane(&self, writer: WriterId) -> LaneConnection {
        self.lanes.lock().entry(writer).or_default().clone()
    }
}

/// What a connection must prove of the server it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `fsync`, `full_page_writes` and `synchronous_commit` are on.
    Required,
    /// A throw-away database of a test.
    ThrowAway,
}

#[async_trait]
impl Store for PgStore {
    async fn register(&self, node: &str, commit_lanes: u16, stale_ms: u32) -> Result<Option<Registration>> {
        self.lanes.lock().clear();
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::register(&pool, node, commit_lanes, stale_ms)).await
    }

    async fn heartbeat(&self, node: &str, incarnation: i64) -> Result<bool> {
        let pool = self.pulse.now();
        self.pulse.answer(&pool, rest::heartbeat(&pool, node, incarnation)).await
    }

    async fn release(&self, node: &str, incarnation: i64) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::release(&pool, node, incarnation)).await
    }

    async fn commit(&self, writer: WriterId, batch: &Batch) -> CommitOutcome {
        connect::on_lane(&self.options, &self.lane(writer), async |connection| {
            commit::commit(connection, writer, batch).await
        })
        .await
    }

    async fn inspect(&self, batch: &Batch) -> Result<Vec<Blame>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, commit::inspect(&pool, batch)).await
    }

    async fn record(&self, writer: WriterId, batch: &FactBatch) -> CommitOutcome {
        connect::on_lane(&self.options, &self.lane(writer), async |connection| {
            record::record(connection, writer, batch).await
        })
        .await
    }

    async fn standing(&self, receipts: &[NamedReceipt]) -> Result<Vec<Option<Standing>>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, messages::standing(&pool, receipts)).await
    }

    async fn ripe_receipts(&self, limit: i32) -> Result<Vec<RipeReceipt>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, messages::ripe(&pool, limit)).await
    }

    async fn forget_receipts(&self, told: &[RipeReceipt]) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, messages::forget(&pool, told)).await
    }

    async fn find(&self, senders: &[SenderHashes]) -> Result<Vec<Option<ContactId>>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, directory::find(&pool, senders)).await
    }

    async fn resolve(&self, senders: &[SealedSender]) -> Result<Vec<(ContactId, bool)>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, directory::resolve(&pool, senders)).await
    }

    async fn move_addresses(&self, before: &[[u8; 16]], now: &SealedSender) -> Result<Option<ContactId>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, directory::move_addresses(&pool, before, now)).await
    }

    async fn redeem_code(&self, sent: &SentCode) -> Result<Redeemed> {
        let pool = self.pool.now();
        self.pool.answer(&pool, between::redeem_code(&pool, sent)).await
    }

    async fn sweep_codes(&self, before: Timestamp) -> Result<i32> {
        let pool = self.pool.now();
        self.pool.answer(&pool, between::sweep_codes(&pool, before)).await
    }

    async fn ways_between(&self) -> Result<Vec<WayBetween>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, between::ways(&pool)).await
    }

    async fn message_of(&self, id: OutboxId) -> Result<Option<SentMessage>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, between::message_of(&pool, id)).await
    }

    async fn load(&self, conversations: &[Conversation]) -> Result<Vec<LoadedConversation>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, directory::load(&pool, conversations)).await
    }

    async fn journaled(&self, tenant: TenantId, event: EventId, days: &[NaiveDate]) -> Result<bool> {
        let pool = self.pool.now();
        self.pool.answer(&pool, directory::journaled(&pool, tenant, event, days)).await
    }

    async fn due_timers(&self, until: Timestamp, limit: i32) -> Result<Vec<DueTimer>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::due_timers(&pool, until, limit)).await
    }

    async fn due_jobs(&self, now: Timestamp, limit: i32) -> Result<Vec<OpenJob>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::due_jobs(&pool, now, limit)).await
    }

    async fn postpone_job(&self, job: OutboxId, tries: i16, not_before: Timestamp) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::postpone_job(&pool, job, tries, not_before)).await
    }

    async fn servers(&self) -> Result<Vec<ServerRow>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::servers(&pool)).await
    }

    async fn open_outbox(&self, account: AccountId, after: OutboxPlace, limit: i32) -> Result<Vec<OpenOutboxRow>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, outbox::open(&pool, account, after, limit)).await
    }

    async fn outbox_cursors(&self, account: AccountId) -> Result<Vec<(WriterId, i64)>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, outbox::cursors(&pool, account)).await
    }

    async fn save_cursor(&self, account: AccountId, writer: WriterId, batch: i64) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, outbox::save_cursor(&pool, account, writer, batch)).await
    }

    async fn accounts(&self) -> Result<Vec<AccountRow>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::accounts(&pool)).await
    }

    async fn live_flows(&self) -> Result<Vec<LiveFlows>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, flows::live(&pool)).await
    }

    async fn flow_files(&self, tenant: TenantId, revision: i32) -> Result<Option<FlowFiles>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, flows::files(&pool, tenant, revision)).await
    }

    async fn count_flows(&self, counts: &[FlowCount]) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, flows::count(&pool, counts)).await
    }

    async fn tenant_rules(&self) -> Result<Vec<TenantRules>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, keeping::rules(&pool)).await
    }

    async fn sender_ids(&self) -> Result<Vec<SenderIdRow>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, keeping::sender_ids(&pool)).await
    }

    async fn opt_outs(&self, conversation: Conversation) -> Result<Vec<(String, String)>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, keeping::opt_outs(&pool, conversation)).await
    }

    async fn opted_out(&self, conversation: Conversation, channel: &str, purpose: &str) -> Result<bool> {
        let pool = self.pool.now();
        self.pool.answer(&pool, keeping::opted_out(&pool, conversation, channel, purpose)).await
    }

    async fn stop_account(&self, account: AccountId, reason: Option<&str>) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::stop_account(&pool, account, reason)).await
    }

    async fn system_key(&self, fresh: &[u8]) -> Result<Vec<u8>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::system_key(&pool, fresh)).await
    }

    async fn bury(&self, letters: &[DeadLetterRow]) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::bury(&pool, letters)).await
    }

    async fn open_requests(&self, limit: i32) -> Result<Vec<RequestRow>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::open_requests(&pool, limit)).await
    }

    async fn answer_request(&self, id: i64, answer: &str) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::answer_request(&pool, id, answer)).await
    }

    async fn dead_letter_for_replay(&self, id: i64) -> Result<Option<ReplayRow>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::dead_letter_for_replay(&pool, id)).await
    }

    async fn mark_replayed(&self, id: i64) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::mark_replayed(&pool, id)).await
    }

    async fn ensure_days(&self) -> Result<i32> {
        let pool = self.pool.now();
        self.pool.finish(&pool, rest::ensure_days(&pool)).await
    }

    async fn days_ahead(&self) -> Result<i32> {
        let pool = self.pulse.now();
        self.pulse.answer(&pool, rest::days_ahead(&pool)).await
    }

    async fn let_go(&self, journal_days: u32, dead_letter_days: u32, nobody_days: u32) -> Result<u32> {
        retention::let_go(&self.options, [journal_days, dead_letter_days, nobody_days]).await
    }

    async fn old_media(&self, days: u32, limit: i32) -> Result<Vec<String>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::old_media(&pool, days, limit)).await
    }

    async fn forget_media(&self, objects: &[String]) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::forget_media(&pool, objects)).await
    }

    async fn sweep_holds(&self) -> Result<i32> {
        let pool = self.pool.now();
        self.pool.answer(&pool, rest::sweep_holds(&pool)).await
    }

    async fn keep_part(&self, gateway: &str, part: &PartRow) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, sms_parts::keep(&pool, gateway, part)).await
    }

    async fn kept_parts(&self, gateway: &str) -> Result<Vec<PartRow>> {
        let pool = self.pool.now();
        self.pool.answer(&pool, sms_parts::kept(&pool, gateway)).await
    }

    async fn settle_parts(&self, gateway: &str, message: [u8; 16]) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, sms_parts::settle(&pool, gateway, message)).await
    }

    async fn forget_parts(&self, gateway: &str, before: Timestamp) -> Result<()> {
        let pool = self.pool.now();
        self.pool.answer(&pool, sms_parts::forget(&pool, gateway, before)).await
    }
}
