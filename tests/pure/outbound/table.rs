//! A store in memory: only what sending asks of it, and commits that end as they are told to.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use ganira::actors::outgoing::{Envelope, Outgoing};
use ganira::crypto::{DataKey, KeyRing, TenantKey};
use ganira::domain::{AccountId, ContactId, Conversation, EventId, OutboxId, Seq, TenantId, Timestamp};
use ganira::store::{
    AccountRow, AttemptState, Batch, Blame, CommitOutcome, DeadLetterRow, DueTimer, Fact, FactBatch, FlowCount,
    FlowFiles, LiveFlows, LoadedConversation, NamedReceipt, OpenJob, OpenOutboxRow, OutboxPlace, PartRow, Redeemed,
    Registration, ReplayRow, RequestRow, Result, RipeReceipt, SealedSender, SenderHashes, SenderIdRow, SentCode,
    SentMessage, ServerRow, Standing, Store, StoreError, TenantRules, WayBetween, WriterId, seals,
};
use parking_lot::Mutex;

pub(super) const TENANT: TenantId = TenantId(1);
const ELSEWHERE: &str = "sending does not ask for this";

#[derive(Debug)]
pub(super) struct Table {
    pub ring: KeyRing,
    tenant_key: TenantKey,
    contact_key: DataKey,
    wrapped_contact_key: Vec<u8>,
    pub fenced: AtomicBool,
    pub inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
pub(super) struct Inner {
    pub rows: BTreeMap<(AccountId, OutboxPlace), OpenOutboxRow>,
    pub facts: HashMap<OutboxId, Fact>,
    pub cursors: HashMap<(AccountId, WriterId), i64>,
    pub accounts: Vec<AccountRow>,
    /// Those who have stopped everything.
    pub opted_out: HashSet<ContactId>,
    /// How often each of these calls still fails.
    pub ailing: HashMap<&'static str, u32>,
    /// How the next commits end; then they are applied. Every batch that came, by its number and its conversations.
    pub commits: VecDeque<CommitOutcome>,
    pub batches: Vec<(i64, Vec<i64>)>,
    /// Who is to blame for the next aborted batches; `None`: the database does not answer.
    pub inspections: VecDeque<Option<Vec<Blame>>>,
}

impl Table {
    /// With these accounts, named by their numbers.
    pub fn new(accounts: &[i64]) -> Self {
        let ring = KeyRing::parse("first:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
        let (tenant_key, wrapped_tenant_key) = ring.generate_tenant_key(TENANT.0);
        let (contact_key, wrapped_contact_key) = tenant_key.generate_data_key(seals::CONTACT_KEY);
        let account = |number: &i64| {
            let external_id = number.to_string();
            AccountRow {
                id: AccountId(*number),
                tenant: TENANT,
                channel: "whatsapp".to_owned(),
                credential: Some(tenant_key.seal(seals::CREDENTIAL, external_id.as_bytes(), b"token")),
                external_id,
                parent_id: "1".to_owned(),
                app: "dev".to_owned(),
                stopped_reason: None,
                zone: "Africa/Kigali".to_owned(),
                language: "rw".to_owned(),
                flow: "salon".to_owned(),
                wrapped_tenant_key: wrapped_tenant_key.clone(),
            }
        };
        let inner = Inner { accounts: accounts.iter().map(account).collect(), ..Inner::default() };
        Self {
            ring,
            tenant_key,
            contact_key,
            wrapped_contact_key,
            fenced: AtomicBool::new(false),
            inner: Mutex::new(inner),
        }
    }

    /// Commits a message; what a lane would hand to the dispatchers.
    pub fn commit(&self, account: i64, contact: i64, seq: i64, place: OutboxPlace, envelope: Envelope) -> Outgoing {
        let conversation = Conversation { tenant: TENANT, contact: ContactId(contact) };
        let id = OutboxId { conversation, seq: Seq(seq), n: 0 };
        let at = super::dispatcher::clock().now();
        let row = OpenOutboxRow {
            id,
            place,
            at,
            body: envelope.seal(&self.contact_key, id),
            wrapped_key: Some(self.wrapped_contact_key.clone()),
            rank: 0,
            attempt: 0,
            attempt_state: 0,
            changed_at: None,
        };
        let account = AccountId(account);
        self.inner.lock().rows.insert((account, place), row);
        Outgoing { id, account, place, at, envelope: envelope.into() }
    }

    /// As an engine left it that was killed in the middle of an attempt.
    pub fn begun(&self, message: &Outgoing) {
        let fact = Fact {
            id: message.id,
            account: message.account,
            attempt: 1,
            attempt_state: AttemptState::Begun,
            rank: 0,
            message: None,
            names: None,
            error_code: None,
            price_category: None,
            at: message.at,
        };
        self.inner.lock().facts.insert(message.id, fact);
    }

    pub fn fact(&self, id: OutboxId) -> Option<Fact> {
        self.inner.lock().facts.get(&id).cloned()
    }

    /// The next so many calls of this name fail.
    pub fn ails(&self, what: &'static str, times: u32) {
        self.inner.lock().ailing.insert(what, times);
    }

    pub fn is_well(&self, what: &'static str) -> bool {
        self.inner.lock().ailing.get(what).is_none_or(|left| *left == 0)
    }

    fn well(&self, what: &'static str) -> Result<()> {
        let mut inner = self.inner.lock();
        match inner.ailing.get_mut(what).filter(|left| **left > 0) {
            Some(left) => {
                *left -= 1;
                Err(StoreError { what, source: sqlx::Error::PoolTimedOut })
            }
            None => Ok(()),
        }
    }

    pub fn stopped_reason(&self, account: i64) -> Option<String> {
        let inner = self.inner.lock();
        inner.accounts.iter().find(|row| row.id.0 == account).and_then(|row| row.stopped_reason.clone())
    }

    /// Gives an account a token anew.
    pub fn repair(&self, account: i64, token: &str) {
        let mut inner = self.inner.lock();
        for row in inner.accounts.iter_mut().filter(|row| row.id.0 == account) {
            row.stopped_reason = None;
            row.credential =
                Some(self.tenant_key.seal(seals::CREDENTIAL, row.external_id.as_bytes(), token.as_bytes()));
        }
    }
}

#[async_trait]
impl Store for Table {
    async fn record(&self, _: WriterId, batch: &FactBatch) -> CommitOutcome {
        if self.fenced.load(Ordering::SeqCst) {
            return CommitOutcome::Fenced;
        }
        let mut inner = self.inner.lock();
        for fact in &batch.facts {
            let merged = match inner.facts.remove(&fact.id) {
                Some(before) => before.merge(fact.clone()),
                None => fact.clone(),
            };
            inner.facts.insert(fact.id, merged);
        }
        CommitOutcome::Applied
    }

    async fn open_outbox(&self, account: AccountId, after: OutboxPlace, limit: i32) -> Result<Vec<OpenOutboxRow>> {
        self.well("open_outbox")?;
        let inner = self.inner.lock();
        let behind = inner.rows.iter().filter(|((of, place), _)| *of == account && *place > after);
        let row = |row: &OpenOutboxRow| {
            let mut row = row.clone();
            if let Some(fact) = inner.facts.get(&row.id) {
                row.rank = fact.rank;
                row.attempt = fact.attempt;
                row.attempt_state = fact.attempt_state as i16;
                row.changed_at = Some(fact.at);
            }
            row
        };
        Ok(behind.take(limit as usize).map(|(_, found)| row(found)).collect())
    }

    async fn outbox_cursors(&self, account: AccountId) -> Result<Vec<(WriterId, i64)>> {
        self.well("outbox_cursors")?;
        let inner = self.inner.lock();
        let of_account = inner.cursors.iter().filter(|((of, _), _)| *of == account);
        Ok(of_account.map(|((_, writer), batch)| (*writer, *batch)).collect())
    }

    async fn save_cursor(&self, account: AccountId, writer: WriterId, batch: i64) -> Result<()> {
        self.well("save_cursor")?;
        self.inner.lock().cursors.insert((account, writer), batch);
        Ok(())
    }

    async fn accounts(&self) -> Result<Vec<AccountRow>> {
        Ok(self.inner.lock().accounts.clone())
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

    async fn opted_out(&self, conversation: Conversation, _: &str, _: &str) -> Result<bool> {
        self.well("opted_out")?;
        Ok(self.inner.lock().opted_out.contains(&conversation.contact))
    }

    async fn stop_account(&self, account: AccountId, reason: Option<&str>) -> Result<()> {
        self.well("stop_account")?;
        let mut inner = self.inner.lock();
        for row in inner.accounts.iter_mut().filter(|row| row.id == account) {
            row.stopped_reason = reason.map(str::to_owned);
        }
        Ok(())
    }

    async fn register(&self, _: &str, _: u16, _: u32) -> Result<Option<Registration>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn heartbeat(&self, _: &str, _: i64) -> Result<bool> {
        unreachable!("{ELSEWHERE}")
    }
    async fn release(&self, _: &str, _: i64) -> Result<()> {
        unreachable!("{ELSEWHERE}")
    }
    async fn commit(&self, _: WriterId, batch: &Batch) -> CommitOutcome {
        let mut inner = self.inner.lock();
        inner.batches.push((batch.number, batch.turns.iter().map(|turn| turn.conversation.contact.0).collect()));
        inner.commits.pop_front().unwrap_or(CommitOutcome::Applied)
    }
    async fn inspect(&self, _: &Batch) -> Result<Vec<Blame>> {
        let told = self.inner.lock().inspections.pop_front().unwrap_or(Some(Vec::new()));
        told.ok_or(StoreError { what: "inspect an aborted batch", source: sqlx::Error::PoolTimedOut })
    }
    async fn find(&self, _: &[SenderHashes]) -> Result<Vec<Option<ContactId>>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn resolve(&self, _: &[SealedSender]) -> Result<Vec<(ContactId, bool)>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn move_addresses(&self, _: &[[u8; 16]], _: &SealedSender) -> Result<Option<ContactId>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn load(&self, _: &[Conversation]) -> Result<Vec<LoadedConversation>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn journaled(&self, _: TenantId, _: EventId, _: &[chrono::NaiveDate]) -> Result<bool> {
        unreachable!("{ELSEWHERE}")
    }
    async fn due_timers(&self, _: Timestamp, _: i32) -> Result<Vec<DueTimer>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn due_jobs(&self, _: Timestamp, _: i32) -> Result<Vec<OpenJob>> {
        unreachable!("{ELSEWHERE}")
    }

    async fn postpone_job(&self, _: OutboxId, _: i16, _: Timestamp) -> Result<()> {
        unreachable!("{ELSEWHERE}")
    }

    async fn redeem_code(&self, _: &SentCode) -> Result<Redeemed> {
        unreachable!("{ELSEWHERE}")
    }
    async fn sweep_codes(&self, _: Timestamp) -> Result<i32> {
        unreachable!("{ELSEWHERE}")
    }
    async fn ways_between(&self) -> Result<Vec<WayBetween>> {
        Ok(Vec::new())
    }
    async fn message_of(&self, _: OutboxId) -> Result<Option<SentMessage>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn servers(&self) -> Result<Vec<ServerRow>> {
        Ok(Vec::new())
    }
    async fn system_key(&self, _: &[u8]) -> Result<Vec<u8>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn bury(&self, _: &[DeadLetterRow]) -> Result<()> {
        unreachable!("{ELSEWHERE}")
    }
    async fn open_requests(&self, _: i32) -> Result<Vec<RequestRow>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn answer_request(&self, _: i64, _: &str) -> Result<()> {
        unreachable!("{ELSEWHERE}")
    }
    async fn dead_letter_for_replay(&self, _: i64) -> Result<Option<ReplayRow>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn mark_replayed(&self, _: i64) -> Result<()> {
        unreachable!("{ELSEWHERE}")
    }
    async fn ensure_days(&self) -> Result<i32> {
        unreachable!("{ELSEWHERE}")
    }
    async fn days_ahead(&self) -> Result<i32> {
        unreachable!("{ELSEWHERE}")
    }
    async fn let_go(&self, _: u32, _: u32, _: u32) -> Result<u32> {
        unreachable!("{ELSEWHERE}")
    }
    async fn old_media(&self, _: u32, _: i32) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    async fn forget_media(&self, _: &[String]) -> Result<()> {
        Ok(())
    }

    async fn standing(&self, _: &[NamedReceipt]) -> Result<Vec<Option<Standing>>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn ripe_receipts(&self, _: i32) -> Result<Vec<RipeReceipt>> {
        unreachable!("{ELSEWHERE}")
    }
    async fn forget_receipts(&self, _: &[RipeReceipt]) -> Result<()> {
        unreachable!("{ELSEWHERE}")
    }
    async fn sweep_holds(&self) -> Result<i32> {
        unreachable!("{ELSEWHERE}")
    }

    async fn keep_part(&self, _: &str, _: &PartRow) -> Result<()> {
        unreachable!("{ELSEWHERE}")
    }

    async fn kept_parts(&self, _: &str) -> Result<Vec<PartRow>> {
        unreachable!("{ELSEWHERE}")
    }

    async fn settle_parts(&self, _: &str, _: [u8; 16]) -> Result<()> {
        unreachable!("{ELSEWHERE}")
    }

    async fn forget_parts(&self, _: &str, _: Timestamp) -> Result<()> {
        unreachable!("{ELSEWHERE}")
    }
}
