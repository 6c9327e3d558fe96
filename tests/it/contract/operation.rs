//! One call of a store, and its answer in a form that both stores write alike.

use chrono::NaiveDate;
use ganira::domain::{AccountId, Conversation, EventId, OutboxId, TenantId, Timestamp};
use ganira::store::{
    Batch, CommitOutcome, DeadLetterRow, Fact, FactBatch, FlowCount, NamedReceipt, News, Notice, OpenOutboxRow,
    OutboxPlace, PartRow, SealedSender, SenderHashes, SentCode, Store, TurnRow, WriterId,
};

/// A call with all it says.
#[derive(Debug, Clone)]
pub enum Operation {
    Register {
        node: &'static str,
        lanes: u16,
        stale_ms: u32,
    },
    Heartbeat {
        node: &'static str,
        incarnation: i64,
    },
    Release {
        node: &'static str,
        incarnation: i64,
    },
    Commit {
        writer: WriterId,
        number: i64,
        day: NaiveDate,
        turns: Vec<TurnRow>,
    },
    Record {
        writer: WriterId,
        number: i64,
        facts: Vec<Fact>,
        notices: Vec<Notice>,
        receipts: Vec<NamedReceipt>,
    },
    Standing(Vec<NamedReceipt>),
    RipeReceipts,
    /// The ripe ones, but for every so-manieth.
    ForgetReceipts {
        but: usize,
    },
    Find(Vec<SenderHashes>),
    Resolve(Vec<SealedSender>),
    Move {
        before: Vec<[u8; 16]>,
        now: SealedSender,
    },
    Redeem(SentCode),
    SweepCodes(Timestamp),
    Load(Vec<Conversation>),
    Journaled {
        tenant: TenantId,
        event: EventId,
        days: Vec<NaiveDate>,
    },
    DueTimers {
        until: Timestamp,
        limit: i32,
    },
    DueJobs {
        now: Timestamp,
        limit: i32,
    },
    Postpone {
        job: OutboxId,
        tries: i16,
        not_before: Timestamp,
    },
    OpenOutbox {
        account: AccountId,
        after: OutboxPlace,
        limit: i32,
    },
    Cursors(AccountId),
    SaveCursor {
        account: AccountId,
        writer: WriterId,
        batch: i64,
    },
    MessageOf(OutboxId),
    CountFlows(Vec<FlowCount>),
    OptOuts(Conversation),
    OptedOut {
        of: Conversation,
        channel: &'static str,
        purpose: &'static str,
    },
    StopAccount {
        account: AccountId,
        reason: Option<&'static str>,
    },
    SystemKey(Vec<u8>),
    Bury(Vec<DeadLetterRow>),
    OpenRequests {
        limit: i32,
    },
    AnswerRequest {
        id: i64,
        answer: &'static str,
    },
    ForReplay(i64),
    MarkReplayed(i64),
    EnsureDays,
    DaysAhead,
    LetGo {
        days: [u32; 3],
    },
    OldMedia {
        days: u32,
    },
    ForgetMedia(Vec<String>),
    SweepHolds,
    KeepPart {
        gateway: &'static str,
        part: PartRow,
    },
    KeptParts {
        gateway: &'static str,
    },
    SettleParts {
        gateway: &'static str,
        message: [u8; 16],
    },
    ForgetParts {
        gateway: &'static str,
        before: Timestamp,
    },
    /// All that is read at the start: accounts, rules, flows, servers, senders, ways.
    ReadTenants,
}

/// What the store says to it.
pub async fn answer(store: &dyn Store, operation: &Operation) -> String {
    use Operation::*;
    match operation.clone() {
        Register { node, lanes, stale_ms } => said(store.register(node, lanes, stale_ms).await),
        Heartbeat { node, incarnation } => said(store.heartbeat(node, incarnation).await),
        Release { node, incarnation } => said(store.release(node, incarnation).await),
        Commit { writer, number, day, turns } => commit(store, writer, &Batch::new(number, day, turns)).await,
        Record { writer, number, facts, notices, receipts } => {
            let batch = FactBatch::new(number, News { facts, notices, receipts });
            outcome(&store.record(writer, &batch).await)
        }
        Standing(receipts) => said(store.standing(&receipts).await),
        RipeReceipts => sorted(store.ripe_receipts(10_000).await),
        ForgetReceipts { but } => forget_receipts(store, but).await,
        Find(senders) => said(store.find(&senders).await),
        Resolve(senders) => said(store.resolve(&senders).await),
        Move { before, now } => said(store.move_addresses(&before, &now).await),
        Redeem(sent) => said(store.redeem_code(&sent).await),
        SweepCodes(before) => said(store.sweep_codes(before).await),
        Load(conversations) => sorted(store.load(&conversations).await),
        Journaled { tenant, event, days } => said(store.journaled(tenant, event, &days).await),
        // Which of several of one instant come first is nobody's promise.
        DueTimers { until, limit } => {
            said(store.due_timers(until, limit).await.map(|due| due.iter().map(|timer| timer.due).collect::<Vec<_>>()))
        }
        DueJobs { now, limit } if limit < 100 => {
            let job = |job: ganira::store::OpenJob| (job.kind, job.id.conversation, job.id.seq);
            sorted(store.due_jobs(now, limit).await.map(|jobs| jobs.into_iter().map(job).collect()))
        }
        DueJobs { now, limit } => sorted(store.due_jobs(now, limit).await),
        Postpone { job, tries, not_before } => said(store.postpone_job(job, tries, not_before).await),
        OpenOutbox { account, after, limit } => said(
            store.open_outbox(account, after, limit).await.map(|rows| rows.into_iter().map(dated).collect::<Vec<_>>()),
        ),
        Cursors(account) => sorted(store.outbox_cursors(account).await),
        SaveCursor { account, writer, batch } => said(store.save_cursor(account, writer, batch).await),
        MessageOf(id) => said(store.message_of(id).await),
        CountFlows(counts) => said(store.count_flows(&counts).await),
        OptOuts(of) => sorted(store.opt_outs(of).await),
        OptedOut { of, channel, purpose } => said(store.opted_out(of, channel, purpose).await),
        StopAccount { account, reason } => said(store.stop_account(account, reason).await),
        SystemKey(fresh) => said(store.system_key(&fresh).await),
        Bury(letters) => said(store.bury(&letters).await),
        OpenRequests { limit } => said(store.open_requests(limit).await),
        AnswerRequest { id, answer } => said(store.answer_request(id, answer).await),
        ForReplay(id) => said(store.dead_letter_for_replay(id).await),
        MarkReplayed(id) => said(store.mark_replayed(id).await),
        EnsureDays => said(store.ensure_days().await),
        DaysAhead => said(store.days_ahead().await),
        LetGo { days: [journal, letters, nobody] } => said(store.let_go(journal, letters, nobody).await),
        OldMedia { days } => sorted(store.old_media(days, 10_000).await),
        ForgetMedia(objects) => said(store.forget_media(&objects).await),
        SweepHolds => said(store.sweep_holds().await),
        KeepPart { gateway, part } => said(store.keep_part(gateway, &part).await),
        KeptParts { gateway } => said(store.kept_parts(gateway).await),
        SettleParts { gateway, message } => said(store.settle_parts(gateway, message).await),
        ForgetParts { gateway, before } => said(store.forget_parts(gateway, before).await),
        ReadTenants => read_tenants(store).await,
    }
}

fn said<T: std::fmt::Debug>(answer: ganira::store::Result<T>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => format!("an error: could not {}", error.what),
    }
}

/// Where the order is nobody's promise.
fn sorted<T: std::fmt::Debug>(answer: ganira::store::Result<Vec<T>>) -> String {
    said(answer.map(|rows| {
        let mut rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
        rows.sort();
        rows
    }))
}

/// An aborted batch is looked into at once, as a lane does.
async fn commit(store: &dyn Store, writer: WriterId, batch: &Batch) -> String {
    let ended = store.commit(writer, batch).await;
    let blames = match ended {
        CommitOutcome::Aborted { .. } => sorted(store.inspect(batch).await),
        _ => String::new(),
    };
    format!("{} {blames}", outcome(&ended))
}

fn outcome(outcome: &CommitOutcome) -> String {
    match outcome {
        CommitOutcome::Aborted { state, .. } => format!("Aborted {state}"),
        other => format!("{other:?}"),
    }
}

async fn forget_receipts(store: &dyn Store, but: usize) -> String {
    let ripe = store.ripe_receipts(10_000).await;
    let Ok(mut ripe) = ripe else { return said(ripe) };
    ripe.sort_by_key(|ripe| (ripe.receipt, ripe.standing.outbox));
    let told: Vec<_> = (0..).zip(ripe).filter(|(place, _)| (place + 1) % but != 0).map(|(_, ripe)| ripe).collect();
    said(store.forget_receipts(&told).await)
}

/// What the database's own clock wrote is only known to be of today.
fn dated(mut row: OpenOutboxRow) -> OpenOutboxRow {
    row.changed_at = row.changed_at.map(super::ground::dated);
    row
}

async fn read_tenants(store: &dyn Store) -> String {
    let mut all = vec![
        sorted(store.accounts().await),
        sorted(store.tenant_rules().await),
        sorted(store.live_flows().await),
        sorted(store.servers().await),
        sorted(store.sender_ids().await),
        sorted(store.ways_between().await),
    ];
    for revision in 1..3 {
        all.push(said(store.flow_files(TenantId(1), revision).await));
    }
    all.join("\n")
}
