//! Senders, addresses that move, codes.

use ganira::domain::{EventId, TenantId};
use ganira::store::{SealedSender, SenderHashes, SentCode};

use super::super::operation::Operation;
use super::{Dice, Seen, conversation};

pub(super) fn step(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    match dice.below(10) {
        0..4 => resolve(dice),
        4..6 => Operation::Find(dice.several(1, 4, |dice| sender(dice).hashes)),
        6 => Operation::Load(dice.several(1, 4, |dice| conversation(dice, seen))),
        7 => {
            let now = sender(dice);
            Operation::Move { before: dice.several(1, 2, address), now }
        }
        8 => {
            let known = dice.any(seen.tables.journal.keys()).copied();
            let (tenant, event, day) = known.unwrap_or_else(|| (TenantId(1), EventId(dice.fresh_hash()), dice.day()));
            let days = if dice.percent(70) { vec![dice.day(), day] } else { vec![dice.day()] };
            Operation::Journaled { tenant, event, days }
        }
        _ => Operation::MessageOf(super::facts::message(dice, seen)),
    }
}

pub(super) fn resolve(dice: &mut Dice) -> Operation {
    Operation::Resolve(dice.several(1, 4, sender))
}

pub(super) fn codes(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    if dice.percent(5) {
        return Operation::SweepCodes(dice.instant());
    }
    let given = dice.any(seen.tables.move_codes.keys()).map(|(_, code)| *code).filter(|_| dice.percent(85));
    Operation::Redeem(SentCode {
        code: given.unwrap_or_else(|| dice.hash(2, 20)),
        channel: dice.of(&["sms", "whatsapp"]),
        sender: sender(dice),
        event: EventId(dice.hash(5, 200)),
        at: dice.instant(),
        wrong_max: 3,
    })
}

/// Of few, so that a number is met with another id.
fn address(dice: &mut Dice) -> [u8; 16] {
    if dice.percent(50) { scoped(dice) } else { phone(dice) }
}

fn scoped(dice: &mut Dice) -> [u8; 16] {
    dice.hash(0, 8)
}

fn phone(dice: &mut Dice) -> [u8; 16] {
    dice.hash(1, 8)
}

fn sender(dice: &mut Dice) -> SealedSender {
    let (scoped, phone) = match dice.below(3) {
        0 => (Some(scoped(dice)), None),
        1 => (None, Some(phone(dice))),
        _ => (Some(scoped(dice)), Some(phone(dice))),
    };
    SealedSender {
        hashes: SenderHashes { tenant: TenantId(if dice.percent(80) { 1 } else { 2 }), scoped, phone },
        scoped_sealed: scoped.map(|_| dice.bytes()),
        phone_sealed: phone.map(|_| dice.bytes()),
        wrapped_key: dice.bytes(),
    }
}
