//! [`PgStore`]: the store's trait on a real Postgres. Lanes have a connection each; everything else shares a small pool.

mod between;
mod commit;
mod connect;
mod directory;
mod flows;
mod keeping;
mod messages;
mod outbox;
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

/// A lane's connection: empty before the first commit and after every failure.
type LaneConnection = Arc<tokio::sync::Mutex<Option<PgConnection>>>;

/// The store on Postgres. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PgStore {
    options: PgConnectOptions,
    pool: PgPool,
    /// One connection for heartbeats and probes, which must not queue behind anybody.
    pulse: PgPool,
    lanes: Arc<Mutex<HashMap<WriterId, LaneConnection>>>,
}

impl PgStore {
    /// Connects as the engine's role, and makes sure that commits are what they claim to be.
    ///
    /// # Errors
    /// The database cannot be reached, or `fsync` or `full_page_writes` is off and `durable` asks for them.
    pub async fn connect(options: PgConnectOptions, durability: Durability) -> std::result::Result<Self, ConnectError> {
        let pool = connect::engine_pool(options.clone(), durability).await?;
        let pulse = connect::pulse_pool(options.clone());
        Ok(Self { options, pool, pulse, lanes: Arc::default() })
    }

    /// The engine's pool, for what reads beside the trait (metrics, readiness).
    pub fn pool(&self) -> &PgPool {
        &self.pool
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
        rest::register(&self.pool, node, commit_lanes, stale_ms).await
    }

    async fn heartbeat(&self, node: &str, incarnation: i64) -> Result<bool> {
        rest::heartbeat(&self.pulse, node, incarnation).await
    }

    async fn release(&self, node: &str, incarnation: i64) -> Result<()> {
        rest::release(&self.pool, node, incarnation).await
    }

    async fn commit(&self, writer: WriterId, batch: &Batch) -> CommitOutcome {
        connect::on_lane(&self.options, &self.lane(writer), async |connection| {
            commit::commit(connection, writer, batch).await
        })
        .await
    }

    async fn inspect(&self, batch: &Batch) -> Result<Vec<Blame>> {
        commit::inspect(&self.pool, batch).await
    }

    async fn record(&self, writer: WriterId, batch: &FactBatch) -> CommitOutcome {
        connect::on_lane(&self.options, &self.lane(writer), async |connection| {
            record::record(connection, writer, batch).await
        })
        .await
    }

    async fn standing(&self, receipts: &[NamedReceipt]) -> Result<Vec<Option<Standing>>> {
        messages::standing(&self.pool, receipts).await
    }

    async fn ripe_receipts(&self, limit: i32) -> Result<Vec<RipeReceipt>> {
        messages::ripe(&self.pool, limit).await
    }

    async fn forget_receipts(&self, told: &[RipeReceipt]) -> Result<()> {
        messages::forget(&self.pool, told).await
    }

    async fn find(&self, senders: &[SenderHashes]) -> Result<Vec<Option<ContactId>>> {
        directory::find(&self.pool, senders).await
    }

    async fn resolve(&self, senders: &[SealedSender]) -> Result<Vec<(ContactId, bool)>> {
        directory::resolve(&self.pool, senders).await
    }

    async fn move_addresses(&self, before: &[[u8; 16]], now: &SealedSender) -> Result<Option<ContactId>> {
        directory::move_addresses(&self.pool, before, now).await
    }

    async fn redeem_code(&self, sent: &SentCode) -> Result<Redeemed> {
        between::redeem_code(&self.pool, sent).await
    }

    async fn sweep_codes(&self, before: Timestamp) -> Result<i32> {
        between::sweep_codes(&self.pool, before).await
    }

    async fn ways_between(&self) -> Result<Vec<WayBetween>> {
        between::ways(&self.pool).await
    }

    async fn message_of(&self, id: OutboxId) -> Result<Option<SentMessage>> {
        between::message_of(&self.pool, id).await
    }

    async fn load(&self, conversations: &[Conversation]) -> Result<Vec<LoadedConversation>> {
        directory::load(&self.pool, conversations).await
    }

    async fn journaled(&self, tenant: TenantId, event: EventId, days: &[NaiveDate]) -> Result<bool> {
        directory::journaled(&self.pool, tenant, event, days).await
    }

    async fn due_timers(&self, until: Timestamp, limit: i32) -> Result<Vec<DueTimer>> {
        rest::due_timers(&self.pool, until, limit).await
    }

    async fn due_jobs(&self, now: Timestamp, limit: i32) -> Result<Vec<OpenJob>> {
        rest::due_jobs(&self.pool, now, limit).await
    }

    async fn postpone_job(&self, job: OutboxId, tries: i16, not_before: Timestamp) -> Result<()> {
        rest::postpone_job(&self.pool, job, tries, not_before).await
    }

    async fn servers(&self) -> Result<Vec<ServerRow>> {
        rest::servers(&self.pool).await
    }

    async fn open_outbox(&self, account: AccountId, after: OutboxPlace, limit: i32) -> Result<Vec<OpenOutboxRow>> {
        outbox::open(&self.pool, account, after, limit).await
    }

    async fn outbox_cursors(&self, account: AccountId) -> Result<Vec<(WriterId, i64)>> {
        outbox::cursors(&self.pool, account).await
    }

    async fn save_cursor(&self, account: AccountId, writer: WriterId, batch: i64) -> Result<()> {
        outbox::save_cursor(&self.pool, account, writer, batch).await
    }

    async fn accounts(&self) -> Result<Vec<AccountRow>> {
        rest::accounts(&self.pool).await
    }

    async fn live_flows(&self) -> Result<Vec<LiveFlows>> {
        flows::live(&self.pool).await
    }

    async fn flow_files(&self, tenant: TenantId, revision: i32) -> Result<Option<FlowFiles>> {
        flows::files(&self.pool, tenant, revision).await
    }

    async fn count_flows(&self, counts: &[FlowCount]) -> Result<()> {
        flows::count(&self.pool, counts).await
    }

    async fn tenant_rules(&self) -> Result<Vec<TenantRules>> {
        keeping::rules(&self.pool).await
    }

    async fn sender_ids(&self) -> Result<Vec<SenderIdRow>> {
        keeping::sender_ids(&self.pool).await
    }

    async fn opt_outs(&self, conversation: Conversation) -> Result<Vec<(String, String)>> {
        keeping::opt_outs(&self.pool, conversation).await
    }

    async fn opted_out(&self, conversation: Conversation, channel: &str, purpose: &str) -> Result<bool> {
        keeping::opted_out(&self.pool, conversation, channel, purpose).await
    }

    async fn stop_account(&self, account: AccountId, reason: Option<&str>) -> Result<()> {
        rest::stop_account(&self.pool, account, reason).await
    }

    async fn system_key(&self, fresh: &[u8]) -> Result<Vec<u8>> {
        rest::system_key(&self.pool, fresh).await
    }

    async fn bury(&self, letters: &[DeadLetterRow]) -> Result<()> {
        rest::bury(&self.pool, letters).await
    }

    async fn open_requests(&self, limit: i32) -> Result<Vec<RequestRow>> {
        rest::open_requests(&self.pool, limit).await
    }

    async fn answer_request(&self, id: i64, answer: &str) -> Result<()> {
        rest::answer_request(&self.pool, id, answer).await
    }

    async fn dead_letter_for_replay(&self, id: i64) -> Result<Option<ReplayRow>> {
        rest::dead_letter_for_replay(&self.pool, id).await
    }

    async fn mark_replayed(&self, id: i64) -> Result<()> {
        rest::mark_replayed(&self.pool, id).await
    }

    async fn ensure_days(&self) -> Result<i32> {
        rest::ensure_days(&self.pool).await
    }

    async fn days_ahead(&self) -> Result<i32> {
        rest::days_ahead(&self.pulse).await
    }

    async fn let_go(&self, journal_days: u32, dead_letter_days: u32, nobody_days: u32) -> Result<u32> {
        retention::let_go(&self.options, [journal_days, dead_letter_days, nobody_days]).await
    }

    async fn old_media(&self, days: u32, limit: i32) -> Result<Vec<String>> {
        rest::old_media(&self.pool, days, limit).await
    }

    async fn forget_media(&self, objects: &[String]) -> Result<()> {
        rest::forget_media(&self.pool, objects).await
    }

    async fn sweep_holds(&self) -> Result<i32> {
        rest::sweep_holds(&self.pool).await
    }

    async fn keep_part(&self, gateway: &str, part: &PartRow) -> Result<()> {
        sms_parts::keep(&self.pool, gateway, part).await
    }

    async fn kept_parts(&self, gateway: &str) -> Result<Vec<PartRow>> {
        sms_parts::kept(&self.pool, gateway).await
    }

    async fn settle_parts(&self, gateway: &str, message: [u8; 16]) -> Result<()> {
        sms_parts::settle(&self.pool, gateway, message).await
    }

    async fn forget_parts(&self, gateway: &str, before: Timestamp) -> Result<()> {
        sms_parts::forget(&self.pool, gateway, before).await
    }
}
