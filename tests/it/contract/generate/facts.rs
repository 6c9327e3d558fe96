//! Facts, names that providers give, receipts in any order, and what is read of them.

use ganira::domain::{EventId, OutboxId, Seq};
use ganira::store::messages::Carried;
use ganira::store::{AttemptState, Fact, NamedReceipt, Names, Notice};

use super::super::operation::Operation;
use super::{Dice, Seen, account, conversation, writer};

const RANKS: [i16; 6] = [30, 40, 50, 50, 60, 100];

pub(super) fn record(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    let (writer, number) = writer(dice, seen);
    let facts = dice.several(0, 3, |dice| fact(dice, seen));
    let notices = if dice.percent(20) { dice.several(1, 2, notice) } else { Vec::new() };
    let receipts = if dice.percent(60) { dice.several(1, 3, |dice| receipt(dice, seen)) } else { Vec::new() };
    Operation::Record { writer, number, facts, notices, receipts }
}

pub(super) fn read(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    match dice.below(4) {
        0 | 1 => Operation::Standing(dice.several(1, 4, |dice| receipt(dice, seen))),
        2 => Operation::RipeReceipts,
        _ => Operation::ForgetReceipts { but: 2 + dice.below(3) },
    }
}

/// A message that was written, or one that never was.
pub(super) fn message(dice: &mut Dice, seen: &Seen<'_>) -> OutboxId {
    let written = dice.any(seen.tables.outbox.keys().rev().take(12));
    match written {
        Some((id, _)) if dice.percent(85) => *id,
        _ => OutboxId { conversation: conversation(dice, seen), seq: Seq(dice.number(1, 4)), n: 0 },
    }
}

fn fact(dice: &mut Dice, seen: &Seen<'_>) -> Fact {
    use AttemptState::{Again, Begun, None as Never, Unknown};
    let parts = |dice: &mut Dice| dice.several(1, 3, name);
    Fact {
        id: message(dice, seen),
        account: account(dice),
        attempt: dice.number(0, 4) as i16,
        attempt_state: dice.of(&[Never, Begun, Unknown, Again]),
        rank: if dice.percent(50) { 0 } else { dice.of(&RANKS) },
        message: dice.maybe(40, Dice::fresh_hash),
        names: dice.maybe(50, |dice| Names { parts: parts(dice), wake: dice.percent(40) }),
        error_code: dice.maybe(20, |dice| dice.number(1, 99)),
        price_category: dice.maybe(20, |_| "service".to_owned()),
        at: dice.instant(),
    }
}

fn name(dice: &mut Dice) -> [u8; 16] {
    dice.hash(3, 24)
}

/// The same failure has the same code, for of two receipts of one rank nobody says whose code is kept.
fn receipt(dice: &mut Dice, seen: &Seen<'_>) -> NamedReceipt {
    let rank = dice.of(&RANKS);
    NamedReceipt {
        forms: dice.several(1, 3, name),
        carried: dice.maybe(25, |dice| Carried {
            account: account(dice),
            outbox: message(dice, seen),
            parts: dice.number(1, 3) as i16,
            wake: dice.percent(40),
        }),
        rank,
        error_code: (rank == 100).then_some(7),
        at: dice.instant(),
    }
}

fn notice(dice: &mut Dice) -> Notice {
    Notice {
        event: EventId(dice.hash(4, 30)),
        account: dice.maybe(70, account),
        field: "quality".to_owned(),
        at: dice.instant(),
        body: dice.bytes(),
    }
}
