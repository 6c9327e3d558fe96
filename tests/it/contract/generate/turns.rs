//! Nodes, batches of turns, and batches sent again.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use ganira::domain::{Conversation, EventId, Seq, TenantId};
use ganira::store::{FinishedJob, FiredTimer, JobRow, JournalRow, OutboxRow, TurnRow};

use super::super::ground;
use super::super::operation::Operation;
use super::{Dice, NODES, Seen, account, conversation, effects, writer};

pub(super) fn nodes(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    let node = dice.of(&NODES);
    let latest = seen.tables.nodes.get(node).map_or(1, |row| row.incarnation);
    let incarnation = latest - dice.of(&[0, 0, 0, 1]);
    match dice.below(10) {
        0..3 => Operation::Register {
            node,
            lanes: dice.number(1, 4) as u16,
            // Either every stranger is stale, or none that was here today.
            stale_ms: dice.of(&[0, 0, 10_000_000]),
        },
        3 => Operation::Release { node, incarnation },
        _ => Operation::Heartbeat { node, incarnation },
    }
}

pub(super) fn commit(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    let (writer, number) = writer(dice, seen);
    let mut turns = dice.several(1, 4, |dice| turn(dice, seen));
    if dice.percent(97) {
        let mut met = BTreeSet::new();
        turns.retain(|turn| met.insert(turn.conversation));
    }
    Operation::Commit { writer, number, day: dice.day(), turns }
}

/// The same batch, or another content under its number.
pub(super) fn again(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    if dice.percent(30)
        && let Some(facts) = dice.any(seen.facts.iter())
    {
        return facts.clone();
    }
    let Some(sent) = dice.any(seen.batches.iter()) else { return commit(dice, seen) };
    let mut sent = sent.clone();
    if dice.percent(40) {
        for turn in &mut sent.turns {
            turn.snapshot.push(1);
        }
    }
    Operation::Commit { writer: sent.writer, number: sent.number, day: sent.day, turns: sent.turns }
}

fn turn(dice: &mut Dice, seen: &Seen<'_>) -> TurnRow {
    let of = conversation(dice, seen);
    let now = seen.tables.conversations.get(&of).map_or(Seq(0), |row| row.seq);
    let off = if dice.percent(4) { dice.of(&[-1, 1]) } else { 0 };
    let jobs = dice.below(6).saturating_sub(3);
    TurnRow {
        conversation: of,
        seq: Seq((now.0 + off).max(0)),
        snapshot: dice.bytes(),
        journal: journal(dice, seen, of.tenant),
        outbox: outbox(dice),
        alarm: dice.maybe(25, |dice| ground::base() + TimeDelta::minutes(dice.number(0, 600))),
        alarm_gone: dice.maybe(25, |dice| gone(dice, seen, of)).flatten(),
        jobs: (0..jobs as i16).map(|n| job(dice, n)).collect(),
        job_finished: dice.maybe(15, |dice| finished(dice, seen, of)),
        effects: effects::some(dice, seen, of),
    }
}

fn journal(dice: &mut Dice, seen: &Seen<'_>, tenant: TenantId) -> JournalRow {
    let known = dice.maybe(5, |dice| {
        dice.any(seen.tables.journal.keys().filter(|(of, _, _)| *of == tenant)).map(|(_, event, day)| (*event, *day))
    });
    let (event, day) = known.flatten().unwrap_or_else(|| (EventId(dice.fresh_hash()), dice.day()));
    // The same event on another day is another row.
    let day = if dice.percent(3) { dice.day() } else { day };
    let at = dice.instant();
    JournalRow { event, day, account: account(dice), kind: dice.number(1, 20) as i16, at, body: dice.bytes() }
}

fn outbox(dice: &mut Dice) -> Vec<OutboxRow> {
    let rows = dice.below(4) as i16;
    let twice = dice.percent(1);
    let row = |n| OutboxRow { n: if twice { 0 } else { n }, account: account(dice), body: dice.bytes() };
    (0..rows).map(row).collect()
}

/// A timer of hers that stands, or one that does not.
fn gone(dice: &mut Dice, seen: &Seen<'_>, of: Conversation) -> Option<FiredTimer> {
    let hers = seen.tables.timers.keys().filter(|(_, _, whose)| *whose == of).map(|(_, due, _)| *due);
    let due = match dice.any(hers) {
        Some(due) if dice.percent(95) => due,
        None if dice.percent(80) => return None,
        _ => ground::base() + TimeDelta::minutes(dice.number(0, 600)),
    };
    Some(FiredTimer { due, fired: dice.percent(50) })
}

fn job(dice: &mut Dice, n: i16) -> JobRow {
    JobRow { n: if dice.percent(1) { 0 } else { n }, kind: dice.of(&["read", "pay", "request"]), body: dice.bytes() }
}

fn finished(dice: &mut Dice, seen: &Seen<'_>, of: Conversation) -> FinishedJob {
    let hers = seen.tables.jobs.keys().filter(|id| id.conversation == of);
    match dice.any(hers) {
        Some(id) if dice.percent(95) => FinishedJob { seq: id.seq, n: id.n },
        _ => FinishedJob { seq: Seq(dice.number(1, 5)), n: 0 },
    }
}
