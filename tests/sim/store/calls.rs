//! The store's trait: each call passes the faults and runs its statement.

use async_trait::async_trait;
use chrono::NaiveDate;
use ganira::domain::{AccountId, ContactId, Conversation, EventId, OutboxId, TenantId, Timestamp};
use ganira::store::{
    AccountRow, Batch, Blame, CommitOutcome, DeadLetterRow, DueTimer, FactBatch, FlowCount, FlowFiles, LiveFlows,
    LoadedConversation, NamedReceipt, OpenJob, OpenOutboxRow, OutboxPlace, PartRow, Redeemed, Registration, ReplayRow,
    RequestRow, Result, RipeReceipt, SealedSender, SenderHashes, SenderIdRow, SentCode, SentMessage, ServerRow,
    Standing, Store, StoreError, TenantRules, WayBetween, WriterId,
};

use super::faults::Call;
use super::raised::raised;
use super::{SimStore, codes, commit, days, directory, facts, letters, nodes, parts, receipts, salon, tenants, work};

#[async_trait]
impl Store for SimStore {
    async fn register(&self, node: &str, commit_lanes: u16, stale_ms: u32) -> Result<Option<Registration>> {
        self.ask(Call::Register, |tables, now| nodes::register(tables, node, commit_lanes, stale_ms, now)).await
    }

    async fn heartbeat(&self, node: &str, incarnation: i64) -> Result<bool> {
        self.ask(Call::Heartbeat, |tables, now| nodes::heartbeat(tables, node, incarnation, now)).await
    }

    async fn release(&self, node: &str, incarnation: i64) -> Result<()> {
        self.ask(Call::Release, |tables, _| nodes::release(tables, node, incarnation)).await
    }

    async fn commit(&self, writer: WriterId, batch: &Batch) -> CommitOutcome {
        self.ask_as_lane(Call::Commit, Some(batch), |tables, now| commit::commit(tables, writer, batch, now)).await
    }

    async fn inspect(&self, batch: &Batch) -> Result<Vec<Blame>> {
        let blames = self.ask(Call::Inspect, |tables, now| commit::inspect(tables, batch, now)).await?;
        blames.map_err(|abort| StoreError { what: "inspect an aborted batch", source: raised(abort) })
    }

    async fn record(&self, writer: WriterId, batch: &FactBatch) -> CommitOutcome {
        self.ask_as_lane(Call::Record, None, |tables, now| facts::record(tables, writer, batch, now)).await
    }

    async fn standing(&self, asked: &[NamedReceipt]) -> Result<Vec<Option<Standing>>> {
        let look = |tables: &_| asked.iter().map(|receipt| receipts::standing(tables, receipt)).collect();
        self.ask(Call::Read("standing"), |tables, _| look(tables)).await
    }

    async fn ripe_receipts(&self, limit: i32) -> Result<Vec<RipeReceipt>> {
        self.ask(Call::Read("ripe_receipts"), |tables, _| receipts::ripe(tables, limit)).await
    }

    async fn forget_receipts(&self, told: &[RipeReceipt]) -> Result<()> {
        self.ask(Call::Write("forget_receipts"), |tables, _| receipts::forget(tables, told)).await
    }

    async fn find(&self, senders: &[SenderHashes]) -> Result<Vec<Option<ContactId>>> {
        let look = |tables: &_| senders.iter().map(|sender| directory::find(tables, sender)).collect();
        self.ask(Call::Read("find"), |tables, _| look(tables)).await
    }

    async fn resolve(&self, senders: &[SealedSender]) -> Result<Vec<(ContactId, bool)>> {
        self.ask(Call::Write("resolve"), |tables, _| directory::resolve(tables, senders)).await
    }

    async fn move_addresses(&self, before: &[[u8; 16]], now: &SealedSender) -> Result<Option<ContactId>> {
        self.ask(Call::Write("move_addresses"), |tables, _| directory::move_addresses(tables, before, now)).await
    }

    async fn redeem_code(&self, sent: &SentCode) -> Result<Redeemed> {
        self.ask(Call::Write("redeem_code"), |tables, _| codes::redeem(tables, sent)).await
    }

    async fn sweep_codes(&self, before: Timestamp) -> Result<i32> {
        self.ask(Call::Write("sweep_codes"), |tables, _| codes::sweep(tables, before)).await
    }

    async fn load(&self, conversations: &[Conversation]) -> Result<Vec<LoadedConversation>> {
        self.ask(Call::Read("load"), |tables, _| directory::load(tables, conversations)).await
    }

    async fn journaled(&self, tenant: TenantId, event: EventId, days: &[NaiveDate]) -> Result<bool> {
        self.ask(Call::Read("journaled"), |tables, _| {
            days.iter().any(|day| tables.journal.contains_key(&(tenant, event, *day)))
        })
        .await
    }

    async fn due_timers(&self, until: Timestamp, limit: i32) -> Result<Vec<DueTimer>> {
        self.ask(Call::Read("due_timers"), |tables, _| work::due_timers(tables, until, limit)).await
    }

    async fn due_jobs(&self, now: Timestamp, limit: i32) -> Result<Vec<OpenJob>> {
        self.ask(Call::Read("due_jobs"), |tables, _| work::due_jobs(tables, now, limit)).await
    }

    async fn postpone_job(&self, job: OutboxId, tries: i16, not_before: Timestamp) -> Result<()> {
        self.ask(Call::Write("postpone_job"), |tables, _| work::postpone_job(tables, job, tries, not_before)).await
    }

    async fn open_outbox(&self, account: AccountId, after: OutboxPlace, limit: i32) -> Result<Vec<OpenOutboxRow>> {
        self.ask(Call::Read("open_outbox"), |tables, _| work::open_outbox(tables, account, after, limit)).await
    }

    async fn outbox_cursors(&self, account: AccountId) -> Result<Vec<(WriterId, i64)>> {
        self.ask(Call::Read("outbox_cursors"), |tables, _| work::cursors(tables, account)).await
    }

    async fn save_cursor(&self, account: AccountId, writer: WriterId, batch: i64) -> Result<()> {
        self.ask(Call::Write("save_cursor"), |tables, _| work::save_cursor(tables, account, writer, batch)).await
    }

    async fn accounts(&self) -> Result<Vec<AccountRow>> {
        self.ask(Call::Read("accounts"), |tables, _| tables.accounts.values().cloned().collect()).await
    }

    async fn servers(&self) -> Result<Vec<ServerRow>> {
        self.ask(Call::Read("servers"), |tables, _| tables.servers.clone()).await
    }

    async fn ways_between(&self) -> Result<Vec<WayBetween>> {
        self.ask(Call::Read("ways_between"), |tables, _| tables.ways.clone()).await
    }

    async fn message_of(&self, id: OutboxId) -> Result<Option<SentMessage>> {
        self.ask(Call::Read("message_of"), |tables, _| work::message_of(tables, id)).await
    }

    async fn live_flows(&self) -> Result<Vec<LiveFlows>> {
        self.ask(Call::Read("live_flows"), |tables, _| tenants::live_flows(tables)).await
    }

    async fn flow_files(&self, tenant: TenantId, revision: i32) -> Result<Option<FlowFiles>> {
        self.ask(Call::Read("flow_files"), |tables, _| tables.revisions.get(&(tenant, revision)).cloned()).await
    }

    async fn count_flows(&self, counts: &[FlowCount]) -> Result<()> {
        self.ask(Call::Write("count_flows"), |tables, _| tenants::count_flows(tables, counts)).await
    }

    async fn tenant_rules(&self) -> Result<Vec<TenantRules>> {
        self.ask(Call::Read("tenant_rules"), |tables, _| tables.rules.values().cloned().collect()).await
    }

    async fn sender_ids(&self) -> Result<Vec<SenderIdRow>> {
        self.ask(Call::Read("sender_ids"), |tables, _| tables.sender_ids.clone()).await
    }

    async fn opt_outs(&self, conversation: Conversation) -> Result<Vec<(String, String)>> {
        self.ask(Call::Read("opt_outs"), |tables, _| tenants::opt_outs(tables, conversation)).await
    }

    async fn opted_out(&self, conversation: Conversation, channel: &str, purpose: &str) -> Result<bool> {
        self.ask(Call::Read("opted_out"), |tables, _| tenants::opted_out(tables, conversation, channel, purpose)).await
    }

    async fn stop_account(&self, account: AccountId, reason: Option<&str>) -> Result<()> {
        let reason = reason.map(str::to_owned);
        self.ask(Call::Write("stop_account"), |tables, _| {
            if let Some(row) = tables.accounts.get_mut(&account) {
                row.stopped_reason = reason;
            }
        })
        .await
    }

    async fn system_key(&self, fresh: &[u8]) -> Result<Vec<u8>> {
        self.ask(Call::Write("system_key"), |tables, _| {
            tables.system_key.add((), fresh.to_vec());
            tables.system_key.get(&()).cloned().unwrap_or_default()
        })
        .await
    }

    async fn bury(&self, letters: &[DeadLetterRow]) -> Result<()> {
        self.ask(Call::Write("bury"), |tables, _| letters::bury(tables, letters)).await
    }

    async fn open_requests(&self, limit: i32) -> Result<Vec<RequestRow>> {
        self.ask(Call::Read("open_requests"), |tables, _| letters::open_requests(tables, limit)).await
    }

    async fn answer_request(&self, id: i64, answer: &str) -> Result<()> {
        self.ask(Call::Write("answer_request"), |tables, now| letters::answer_request(tables, id, answer, now)).await
    }

    async fn dead_letter_for_replay(&self, id: i64) -> Result<Option<ReplayRow>> {
        self.ask(Call::Read("dead_letter_for_replay"), |tables, _| letters::for_replay(tables, id)).await
    }

    async fn mark_replayed(&self, id: i64) -> Result<()> {
        self.ask(Call::Write("mark_replayed"), |tables, _| letters::mark_replayed(tables, id)).await
    }

    async fn ensure_days(&self) -> Result<i32> {
        self.ask(Call::Write("ensure_days"), days::ensure).await
    }

    async fn days_ahead(&self) -> Result<i32> {
        self.ask(Call::Read("days_ahead"), |tables, now| days::ahead(tables, now)).await
    }

    async fn let_go(&self, journal_days: u32, dead_letter_days: u32, nobody_days: u32) -> Result<u32> {
        let days = [journal_days, dead_letter_days, nobody_days];
        self.ask(Call::Write("let_go"), |tables, now| days::let_go(tables, days, now)).await
    }

    async fn old_media(&self, days: u32, limit: i32) -> Result<Vec<String>> {
        self.ask(Call::Read("old_media"), |tables, now| days::old_media(tables, days, limit, now)).await
    }

    async fn forget_media(&self, objects: &[String]) -> Result<()> {
        self.ask(Call::Write("forget_media"), |tables, _| {
            tables.media.take_where(|_, row| objects.contains(&row.object));
        })
        .await
    }

    async fn sweep_holds(&self) -> Result<i32> {
        self.ask(Call::Write("sweep_holds"), salon::sweep).await
    }

    async fn keep_part(&self, gateway: &str, part: &PartRow) -> Result<()> {
        self.ask(Call::Write("keep_part"), |tables, _| parts::keep(tables, gateway, part)).await
    }

    async fn kept_parts(&self, gateway: &str) -> Result<Vec<PartRow>> {
        self.ask(Call::Read("kept_parts"), |tables, _| parts::kept(tables, gateway)).await
    }

    async fn settle_parts(&self, gateway: &str, message: [u8; 16]) -> Result<()> {
        self.ask(Call::Write("settle_parts"), |tables, _| parts::settle(tables, gateway, message)).await
    }

    async fn forget_parts(&self, gateway: &str, before: Timestamp) -> Result<()> {
        self.ask(Call::Write("forget_parts"), |tables, _| parts::forget(tables, gateway, before)).await
    }
}
