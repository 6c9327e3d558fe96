//! What is asked of both stores next: made of one number and of what the tables hold, so that any step of a sequence can be left out and the
//! others still mean something.

mod dice;
mod effects;
mod facts;
mod people;
mod rest;
mod turns;

use chrono::NaiveDate;
use ganira::domain::{AccountId, Conversation, TenantId};
use ganira::store::{TurnRow, WriterId};

use super::operation::Operation;
use super::sim_store::{Occupancy, Tables};

pub use dice::Dice;

/// One step of a sequence.
#[derive(Debug, Clone)]
pub enum Step {
    Call(Operation),
    /// Another process takes a time of a resource.
    Hold {
        owner: String,
        resource: i64,
        hold: Occupancy,
    },
    /// Another process asks something of the engine.
    Request(Conversation),
}

/// A batch that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    pub writer: WriterId,
    pub number: i64,
    pub day: NaiveDate,
    pub turns: Vec<TurnRow>,
}

/// What a step can refer to.
#[derive(Debug)]
pub struct Seen<'a> {
    pub tables: &'a Tables,
    /// The latest batches and facts that were sent.
    pub batches: &'a [Sent],
    pub facts: &'a [Operation],
}

const NODES: [&str; 2] = ["one", "two"];

/// The next step.
pub fn step(dice: &mut Dice, seen: &Seen<'_>) -> Step {
    // A world begins with a node and with people.
    if seen.tables.writers.is_empty() {
        return Step::Call(Operation::Register { node: "one", lanes: 2, stale_ms: 0 });
    }
    if seen.tables.conversations.len() < 3 {
        return Step::Call(people::resolve(dice));
    }
    Step::Call(match dice.below(100) {
        0..34 => turns::commit(dice, seen),
        34..38 => turns::again(dice, seen),
        38..52 => facts::record(dice, seen),
        52..57 => facts::read(dice, seen),
        57..66 => people::step(dice, seen),
        66..69 => people::codes(dice, seen),
        69..81 => rest::due_or_waiting(dice, seen),
        81..83 => turns::nodes(dice, seen),
        83..86 => rest::parts(dice),
        86..90 => rest::letters(dice, seen),
        90..94 => rest::tenants(dice, seen),
        94..96 => rest::housekeeping(dice, seen),
        96..99 => return hold(dice, seen),
        _ => return Step::Request(conversation(dice, seen)),
    })
}

fn hold(dice: &mut Dice, seen: &Seen<'_>) -> Step {
    let from = dice.long_ago_or_ahead() + chrono::TimeDelta::minutes(dice.number(0, 120));
    let hold = Occupancy {
        contact: conversation(dice, seen).contact,
        expires_at: Some(dice.long_ago_or_ahead()),
        service: dice.number(1, 3),
        from,
        until: from + chrono::TimeDelta::minutes(30),
    };
    Step::Hold { owner: dice.uuid(30), resource: dice.number(1, 4), hold }
}

/// Somebody who is known, and now and then somebody who is not.
fn conversation(dice: &mut Dice, seen: &Seen<'_>) -> Conversation {
    let stranger = Conversation { tenant: TenantId(1), contact: ganira::domain::ContactId(9_999) };
    if dice.percent(2) {
        return stranger;
    }
    // Few, so that they are met again.
    dice.any(seen.tables.conversations.keys().rev().take(8)).copied().unwrap_or(stranger)
}

fn account(dice: &mut Dice) -> AccountId {
    AccountId(dice.number(1, 5))
}

/// A living writer with its next number; now and then a dead one or a wrong number.
fn writer(dice: &mut Dice, seen: &Seen<'_>) -> (WriterId, i64) {
    let writers = seen.tables.writers.iter();
    let alive = dice.any(writers.clone().filter(|(_, writer)| writer.alive));
    let any = dice.any(writers);
    let Some((id, row)) = alive.filter(|_| dice.percent(94)).or(any) else { return (WriterId(1), 1) };
    let off = if dice.percent(4) { dice.of(&[-1, 0, 2]) } else { 1 };
    (*id, row.last_batch + off)
}
