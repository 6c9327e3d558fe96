//! `commit_batch` and `inspect_batch`, statement by statement.

use std::collections::{BTreeMap, BTreeSet};

use ganira::domain::{Conversation, OutboxId, Timestamp};
use ganira::store::{Batch, Blame, OutboxPlace, TurnRow, WriterId};

use super::effects::{self, Asked};
use super::nodes;
use super::tables::{Job, JournalEntry, OutboxEntry, Tables};

/// An error raised inside the statement: nothing was written.
#[derive(Debug, PartialEq, Eq)]
pub struct Abort {
    pub state: &'static str,
    pub message: String,
}

impl Abort {
    pub fn new(state: &'static str, message: impl Into<String>) -> Self {
        Self { state, message: message.into() }
    }

    pub fn unique(table: &str) -> Self {
        Self::new("23505", format!("duplicate key value violates the unique key of {table}"))
    }

    pub fn check(table: &str) -> Self {
        Self::new("23514", format!("a row of {table} violates a check, or has no partition"))
    }
}

/// False: it had been applied before. After an error the caller rolls back.
pub(super) fn commit(tables: &mut Tables, writer: WriterId, batch: &Batch, now: Timestamp) -> Result<bool, Abort> {
    if !nodes::fence(tables, writer, batch.number, batch.digest())? {
        return Ok(false);
    }
    journal(tables, batch)?;
    conversations(tables, batch)?;
    outbox(tables, writer, batch)?;
    timers(tables, batch)?;
    jobs(tables, batch)?;
    for (kind, asked) in asked_by_kind(batch) {
        let done = effects::apply(tables, kind, &asked, now)?;
        if done != asked.len() {
            let refused = asked.len().saturating_sub(done);
            return Err(Abort::new("GN004", format!("{refused} of {} effects {kind} are refused", asked.len())));
        }
    }
    Ok(true)
}

fn journal(tables: &mut Tables, batch: &Batch) -> Result<(), Abort> {
    for turn in &batch.turns {
        let row = &turn.journal;
        if !tables.journal_days.contains(&row.day) {
            return Err(Abort::check("journal"));
        }
        let entry = JournalEntry {
            contact: turn.conversation.contact,
            seq: turn.seq.next(),
            account: row.account,
            kind: row.kind,
            at: row.at,
            body: row.body.clone(),
        };
        if !tables.journal.add((turn.conversation.tenant, row.event, row.day), entry) {
            return Err(Abort::unique("journal"));
        }
    }
    Ok(())
}

fn conversations(tables: &mut Tables, batch: &Batch) -> Result<(), Abort> {
    // One statement: each row is compared as it was before, and changed once.
    let met: Vec<&TurnRow> = batch.turns.iter().filter(|turn| is_at(tables, turn)).collect();
    let rows: BTreeSet<Conversation> = met.iter().map(|turn| turn.conversation).collect();
    if rows.len() != batch.turns.len() {
        let stale = batch.turns.len() - rows.len();
        return Err(Abort::new("GN002", format!("{stale} of {} turns are stale", batch.turns.len())));
    }
    for turn in met {
        tables.conversations.change(&turn.conversation, |row| {
            row.seq = turn.seq.next();
            row.sealed.clone_from(&turn.snapshot);
        });
    }
    Ok(())
}

fn is_at(tables: &Tables, turn: &TurnRow) -> bool {
    let is_loose = tables.loosened.compare;
    tables.conversations.get(&turn.conversation).is_some_and(|row| is_loose || row.seq == turn.seq)
}

fn outbox(tables: &mut Tables, writer: WriterId, batch: &Batch) -> Result<(), Abort> {
    let rows = batch.turns.iter().flat_map(|turn| turn.outbox.iter().map(move |row| (turn, row)));
    for (place, (turn, row)) in (1..).zip(rows) {
        if !tables.outbox_days.contains(&batch.day) {
            return Err(Abort::check("outbox"));
        }
        let entry = OutboxEntry {
            account: row.account,
            place: OutboxPlace { writer: writer.0, batch: batch.number, place },
            at: turn.journal.at,
            body: row.body.clone(),
        };
        if !tables.outbox.add((turn.outbox_id(row.n), batch.day), entry) {
            return Err(Abort::unique("outbox"));
        }
    }
    Ok(())
}

fn timers(tables: &mut Tables, batch: &Batch) -> Result<(), Abort> {
    let shard = |turn: &TurnRow| turn.conversation.shard().0;
    for turn in &batch.turns {
        let Some(gone) = turn.alarm_gone else { continue };
        let was_there = tables.timers.take(&(shard(turn), gone.due, turn.conversation)).is_some();
        if gone.fired && !was_there {
            return Err(Abort::new("GN003", "a fired timer is gone"));
        }
    }
    for turn in &batch.turns {
        if let Some(due) = turn.alarm {
            tables.timers.add((shard(turn), due, turn.conversation), ());
        }
    }
    Ok(())
}

fn finished(turn: &TurnRow) -> Option<OutboxId> {
    turn.job_finished.map(|job| OutboxId { conversation: turn.conversation, seq: job.seq, n: job.n })
}

fn jobs(tables: &mut Tables, batch: &Batch) -> Result<(), Abort> {
    for done in batch.turns.iter().filter_map(finished) {
        if tables.jobs.take(&done).is_none() {
            return Err(Abort::new("GN003", "a finished job is gone"));
        }
    }
    for turn in &batch.turns {
        for job in &turn.jobs {
            let row = Job {
                account: turn.journal.account,
                kind: job.kind.to_owned(),
                at: turn.journal.at,
                body: job.body.clone(),
                tries: 0,
                not_before: None,
            };
            if !tables.jobs.add(turn.outbox_id(job.n), row) {
                return Err(Abort::unique("job"));
            }
        }
    }
    Ok(())
}

/// The effects of a batch by their kinds, in the order of the kinds.
fn asked_by_kind(batch: &Batch) -> BTreeMap<&'static str, Vec<Asked<'_>>> {
    let mut kinds: BTreeMap<&'static str, Vec<Asked<'_>>> = BTreeMap::new();
    for (turn, row) in batch.turns.iter().enumerate() {
        for effect in &row.effects {
            let asked = Asked { turn, ordinal: effect.ordinal, of: row.conversation, args: &effect.args };
            kinds.entry(effect.kind).or_default().push(asked);
        }
    }
    kinds
}

pub(super) fn inspect(tables: &Tables, batch: &Batch, now: Timestamp) -> Result<Vec<Blame>, Abort> {
    let mut blames = Vec::new();
    for (turn, row) in batch.turns.iter().enumerate() {
        if tables.journal.contains_key(&(row.conversation.tenant, row.journal.event, row.journal.day)) {
            blames.push(Blame::Journaled { turn });
        }
        if !is_at(tables, row) {
            blames.push(Blame::Stale { turn });
        }
        let fired = row.alarm_gone.filter(|gone| gone.fired);
        let is_gone = |due| !tables.timers.contains_key(&(row.conversation.shard().0, due, row.conversation));
        if fired.is_some_and(|gone| is_gone(gone.due)) {
            blames.push(Blame::Gone { turn });
        }
        if finished(row).is_some_and(|job| !tables.jobs.contains_key(&job)) {
            blames.push(Blame::Gone { turn });
        }
    }
    for (kind, asked) in asked_by_kind(batch) {
        for (asked, outcome) in effects::inspect(tables, kind, &asked, now)? {
            let (turn, ordinal) = (asked.turn, asked.ordinal);
            blames.push(Blame::Refused { turn, ordinal, outcome: outcome.to_owned() });
        }
    }
    Ok(blames)
}

/// Makes the guard of the first effect fail that has one, as if somebody had been faster.
pub(super) fn refuse_first(tables: &mut Tables, batch: &Batch) {
    let effects = batch.turns.iter().flat_map(|turn| turn.effects.iter().map(move |effect| (turn, effect)));
    for (turn, effect) in effects {
        if let Some(outcome) = effects::refusal(effect.kind) {
            let key = (turn.conversation, effect.kind.to_owned(), effect.args.to_string());
            tables.refusals.insert(key, outcome);
            return;
        }
    }
}
