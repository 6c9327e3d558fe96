//! The engine without a database: a store that keeps nothing and agrees to everything, and answers to what a booking asks on its way into
//! the middle. What is left is what the engine itself costs.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use chrono::NaiveDate;
use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;

use super::bodies::{APP, NUMBER, WABA};
use super::ground::{Keys, WIDE, config, environment};
use super::part;
use crate::actors::Engine;
use crate::actors::engine::Phase;
use crate::actors::shared::Answering;
use crate::api::Api;
use crate::cli::{assemble, logging};
use crate::config::Config;
use crate::crypto::{KeyRing, TenantKey, random};
use crate::domain::{AccountId, Clock, ContactId, Conversation, EventId, Money, OutboxId, Seq, TenantId, Timestamp};
use crate::flows::{Question, Row, Value};
use crate::operations::{Answered, Asker};
use crate::store::{
    AccountRow, AppPool, Batch, Blame, CommitOutcome, DeadLetterRow, DueTimer, FactBatch, FlowCount, FlowFiles,
    LiveFlows, LoadedConversation, NamedReceipt, OpenJob, OpenOutboxRow, OutboxPlace, PartRow, Redeemed, Registration,
    ReplayRow, RequestRow, Result, RipeReceipt, SealedSender, SenderHashes, SenderIdRow, SentCode, SentMessage,
    ServerRow, Standing, Store, TenantRules, WayBetween, WriterId, seals,
};

const TENANT: i64 = 1;

/// Serves the engine on this store until the parent ends it.
pub(super) async fn run() -> anyhow::Result<()> {
    let metrics = assemble::record_metrics();
    let folder = std::env::temp_dir().join(format!("ganira-bench-null-{}", random::hex_token::<4>()));
    let config = settings(&folder, &[])?;
    logging::start(&config.logging)?;
    let engine = engine(config).await?;
    while engine.phase() != Phase::Owning {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    part::tell(&listener.local_addr()?)?;
    let _ = std::fs::remove_dir_all(folder);
    axum::serve(listener, Api::new(engine, metrics.into(), AppPool::new(PgConnectOptions::new(), 1)).router())
        .await
        .context("the server ended")
}

/// The settings of an engine on this store.
pub(super) fn settings(folder: &std::path::Path, more: &[(&str, &str)]) -> anyhow::Result<Config> {
    let more: Vec<_> = WIDE.iter().chain(more).copied().chain([("DATABASE_URL", "postgres://none")]).collect();
    config(environment(folder, &Keys::generate(), &more))
}

pub(super) async fn engine(config: Config) -> anyhow::Result<Engine> {
    let store = NullStore::new(&assemble::key_ring(&config)?);
    assemble::engine(config, Arc::new(store), Arc::new(Answers), Clock::system()).await
}

/// See the module.
#[derive(Debug)]
pub(super) struct NullStore {
    wrapped_tenant_key: Vec<u8>,
    /// Everybody's key: keys are not what is measured.
    wrapped_key: Vec<u8>,
}

impl NullStore {
    fn new(ring: &KeyRing) -> Self {
        let (key, wrapped_tenant_key): (TenantKey, _) = ring.generate_tenant_key(TENANT);
        Self { wrapped_tenant_key, wrapped_key: key.generate_data_key(seals::CONTACT_KEY).1 }
    }
}

fn contact(sender: &SenderHashes) -> ContactId {
    let hash = sender.scoped.or(sender.phone).unwrap_or_default();
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    ContactId(i64::from_be_bytes(first) & i64::MAX)
}

#[async_trait]
impl Store for NullStore {
    async fn register(&self, _: &str, commit_lanes: u16, _: u32) -> Result<Option<Registration>> {
        let lanes = (2..).take(usize::from(commit_lanes)).map(WriterId).collect();
        Ok(Some(Registration { incarnation: 1, facts: WriterId(1), lanes }))
    }

    async fn heartbeat(&self, _: &str, _: i64) -> Result<bool> {
        Ok(true)
    }

    async fn release(&self, _: &str, _: i64) -> Result<()> {
        Ok(())
    }

    async fn commit(&self, _: WriterId, _: &Batch) -> CommitOutcome {
        // A lane waits for its answer: meanwhile the next batch gathers.
        tokio::task::yield_now().await;
        CommitOutcome::Applied
    }

    async fn inspect(&self, _: &Batch) -> Result<Vec<Blame>> {
        Ok(Vec::new())
    }

    async fn record(&self, _: WriterId, _: &FactBatch) -> CommitOutcome {
        tokio::task::yield_now().await;
        CommitOutcome::Applied
    }

    async fn standing(&self, receipts: &[NamedReceipt]) -> Result<Vec<Option<Standing>>> {
        Ok(vec![None; receipts.len()])
    }

    async fn ripe_receipts(&self, _: i32) -> Result<Vec<RipeReceipt>> {
        Ok(Vec::new())
    }

    async fn forget_receipts(&self, _: &[RipeReceipt]) -> Result<()> {
        Ok(())
    }

    async fn find(&self, senders: &[SenderHashes]) -> Result<Vec<Option<ContactId>>> {
        Ok(senders.iter().map(|sender| Some(contact(sender))).collect())
    }

    async fn resolve(&self, senders: &[SealedSender]) -> Result<Vec<(ContactId, bool)>> {
        Ok(senders.iter().map(|sender| (contact(&sender.hashes), false)).collect())
    }

    async fn move_addresses(&self, _: &[[u8; 16]], _: &SealedSender) -> Result<Option<ContactId>> {
        Ok(None)
    }

    async fn load(&self, conversations: &[Conversation]) -> Result<Vec<LoadedConversation>> {
        let load = |conversation: &Conversation| LoadedConversation {
            conversation: *conversation,
            seq: Seq(0),
            snapshot: Vec::new(),
            wrapped_key: Some(self.wrapped_key.clone()),
        };
        Ok(conversations.iter().map(load).collect())
    }

    async fn journaled(&self, _: TenantId, _: EventId, _: &[NaiveDate]) -> Result<bool> {
        Ok(false)
    }

    async fn due_timers(&self, _: Timestamp, _: i32) -> Result<Vec<DueTimer>> {
        Ok(Vec::new())
    }

    async fn due_jobs(&self, _: Timestamp, _: i32) -> Result<Vec<OpenJob>> {
        Ok(Vec::new())
    }

    async fn postpone_job(&self, _: OutboxId, _: i16, _: Timestamp) -> Result<()> {
        Ok(())
    }

    async fn redeem_code(&self, _: &SentCode) -> Result<Redeemed> {
        Ok(Redeemed::NotGood)
    }

    async fn sweep_codes(&self, _: Timestamp) -> Result<i32> {
        Ok(0)
    }

    async fn ways_between(&self) -> Result<Vec<WayBetween>> {
        Ok(Vec::new())
    }

    async fn message_of(&self, _: OutboxId) -> Result<Option<SentMessage>> {
        Ok(None)
    }

    async fn servers(&self) -> Result<Vec<ServerRow>> {
        Ok(Vec::new())
    }

    async fn open_outbox(&self, _: AccountId, _: OutboxPlace, _: i32) -> Result<Vec<OpenOutboxRow>> {
        Ok(Vec::new())
    }

    async fn outbox_cursors(&self, _: AccountId) -> Result<Vec<(WriterId, i64)>> {
        Ok(Vec::new())
    }

    async fn save_cursor(&self, _: AccountId, _: WriterId, _: i64) -> Result<()> {
        Ok(())
    }

    async fn accounts(&self) -> Result<Vec<AccountRow>> {
        Ok(vec![AccountRow {
            id: AccountId(1),
            tenant: TenantId(TENANT),
            channel: "whatsapp".to_owned(),
            external_id: NUMBER.to_owned(),
            parent_id: WABA.to_owned(),
            app: APP.to_owned(),
            credential: None,
            stopped_reason: Some("a measurement sends nowhere".to_owned()),
            zone: "Africa/Kigali".to_owned(),
            language: "en".to_owned(),
            flow: "salon".to_owned(),
            wrapped_tenant_key: self.wrapped_tenant_key.clone(),
        }])
    }

    async fn live_flows(&self) -> Result<Vec<LiveFlows>> {
        Ok(Vec::new())
    }

    async fn flow_files(&self, _: TenantId, _: i32) -> Result<Option<FlowFiles>> {
        Ok(None)
    }

    async fn count_flows(&self, _: &[FlowCount]) -> Result<()> {
        Ok(())
    }

    async fn tenant_rules(&self) -> Result<Vec<TenantRules>> {
        Ok(Vec::new())
    }

    async fn sender_ids(&self) -> Result<Vec<SenderIdRow>> {
        Ok(Vec::new())
    }

    async fn opt_outs(&self, _: Conversation) -> Result<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    async fn opted_out(&self, _: Conversation, _: &str, _: &str) -> Result<bool> {
        Ok(false)
    }

    async fn stop_account(&self, _: AccountId, _: Option<&str>) -> Result<()> {
        Ok(())
    }

    async fn system_key(&self, fresh: &[u8]) -> Result<Vec<u8>> {
        Ok(fresh.to_vec())
    }

    async fn bury(&self, _: &[DeadLetterRow]) -> Result<()> {
        Ok(())
    }

    async fn open_requests(&self, _: i32) -> Result<Vec<RequestRow>> {
        Ok(Vec::new())
    }

    async fn answer_request(&self, _: i64, _: &str) -> Result<()> {
        Ok(())
    }

    async fn dead_letter_for_replay(&self, _: i64) -> Result<Option<ReplayRow>> {
        Ok(None)
    }

    async fn mark_replayed(&self, _: i64) -> Result<()> {
        Ok(())
    }

    async fn ensure_days(&self) -> Result<i32> {
        Ok(0)
    }

    async fn days_ahead(&self) -> Result<i32> {
        Ok(7)
    }

    async fn let_go(&self, _: u32, _: u32, _: u32) -> Result<u32> {
        Ok(0)
    }

    async fn old_media(&self, _: u32, _: i32) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    async fn forget_media(&self, _: &[String]) -> Result<()> {
        Ok(())
    }

    async fn sweep_holds(&self) -> Result<i32> {
        Ok(0)
    }

    async fn keep_part(&self, _: &str, _: &PartRow) -> Result<()> {
        Ok(())
    }

    async fn kept_parts(&self, _: &str) -> Result<Vec<PartRow>> {
        Ok(Vec::new())
    }

    async fn settle_parts(&self, _: &str, _: [u8; 16]) -> Result<()> {
        Ok(())
    }

    async fn forget_parts(&self, _: &str, _: Timestamp) -> Result<()> {
        Ok(())
    }
}

/// The demo salon's services and staff, without its tables.
#[derive(Debug)]
struct Answers;

#[async_trait]
impl Answering for Answers {
    async fn answer(&self, _: &Asker<'_>, questions: &[Question]) -> Vec<Answered> {
        questions.iter().map(answered).collect()
    }
}

fn answered(question: &Question) -> Answered {
    match question.operation.as_str() {
        "services" => Answered::found(vec![
            service(1, "Box braids", "RWF 15,000, 120 minutes", 120, 15_000),
            service(2, "Wash and style", "RWF 6,000, 45 minutes", 45, 6_000),
            service(3, "Haircut", "RWF 3,000, 30 minutes", 30, 3_000),
        ]),
        "staff_for" => Answered::found(vec![
            staff(0, "Anyone", "Whoever is free first"),
            staff(1, "Aline", ""),
            staff(2, "Diane", ""),
        ]),
        _ => Answered::unavailable(),
    }
}

fn service(id: i64, label: &str, note: &str, minutes: i64, francs: i64) -> Row {
    let mut row = staff(id, label, note);
    row.insert("minutes".to_owned(), Value::Whole(minutes));
    row.insert("price".to_owned(), Value::Money(Money::rwf(francs)));
    row
}

fn staff(id: i64, label: &str, note: &str) -> Row {
    Row::from([
        ("id".to_owned(), Value::Whole(id)),
        ("label".to_owned(), Value::text(label)),
        ("note".to_owned(), Value::text(note)),
    ])
}
