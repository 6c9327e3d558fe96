//! What is due, what waits to be sent, and all that is written beside the turns.

use chrono::{Days, TimeDelta};
use ganira::domain::TenantId;
use ganira::store::{DeadLetterRow, FlowCount, OutboxPlace, PartRow, WriterId};

use super::super::ground;
use super::super::operation::Operation;
use super::{Dice, Seen, account, conversation};

pub(super) fn due_or_waiting(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    match dice.below(12) {
        0 | 1 => {
            let until = ground::base() + TimeDelta::minutes(dice.number(0, 600));
            Operation::DueTimers { until, limit: dice.of(&[3, 1000]) }
        }
        2 | 3 => Operation::DueJobs { now: dice.instant(), limit: dice.of(&[2, 1000]) },
        4 => match dice.any(seen.tables.jobs.keys()) {
            Some(job) => Operation::Postpone { job: *job, tries: dice.number(1, 9) as i16, not_before: dice.instant() },
            None => Operation::DueJobs { now: dice.instant(), limit: 1000 },
        },
        5..9 => Operation::OpenOutbox { account: account(dice), after: place(dice, seen), limit: dice.of(&[3, 1000]) },
        9 => Operation::Cursors(account(dice)),
        _ => {
            let (writer, batch) = (WriterId(dice.number(1, 6)), dice.number(1, 20));
            Operation::SaveCursor { account: account(dice), writer, batch }
        }
    }
}

fn place(dice: &mut Dice, seen: &Seen<'_>) -> OutboxPlace {
    let some = dice.any(seen.tables.outbox.values().rev().take(40)).map(|row| row.place);
    some.filter(|_| dice.percent(60)).unwrap_or_default()
}

pub(super) fn parts(dice: &mut Dice) -> Operation {
    let gateway = dice.of(&["north", "south"]);
    let message = dice.hash(6, 4);
    match dice.below(6) {
        0..3 => {
            let (part, at, body) = (dice.number(1, 4) as i16, dice.instant(), dice.bytes());
            Operation::KeepPart { gateway, part: PartRow { message, part, at, delivered: dice.percent(20), body } }
        }
        3 => Operation::KeptParts { gateway },
        4 => Operation::SettleParts { gateway, message },
        _ => Operation::ForgetParts { gateway, before: dice.instant() },
    }
}

pub(super) fn letters(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    let id = dice.number(1, 12);
    match dice.below(8) {
        0..4 => Operation::Bury(dice.several(1, 3, |dice| letter(dice, seen))),
        4 => Operation::ForReplay(id),
        5 => Operation::MarkReplayed(id),
        6 => Operation::OpenRequests { limit: dice.of(&[2, 1000]) },
        _ => Operation::AnswerRequest { id, answer: "done" },
    }
}

fn letter(dice: &mut Dice, seen: &Seen<'_>) -> DeadLetterRow {
    let of = dice.maybe(70, |dice| conversation(dice, seen));
    DeadLetterRow {
        dedupe: vec![dice.below(12) as u8],
        tenant: of.map(|of| of.tenant),
        contact: of.filter(|_| dice.percent(60)).map(|of| of.contact),
        account: dice.maybe(50, account),
        reason: "poison",
        error: "it was".to_owned(),
        at: dice.instant(),
        body: dice.bytes(),
    }
}

pub(super) fn tenants(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    let of = conversation(dice, seen);
    let channel = dice.of(&["whatsapp", "sms", "ussd"]);
    match dice.below(8) {
        0 => Operation::ReadTenants,
        1 | 2 => Operation::OptOuts(of),
        3 | 4 => {
            let purpose = dice.of(&["*", "service", "reminder", "marketing", "code"]);
            Operation::OptedOut { of, channel, purpose }
        }
        5 => Operation::StopAccount { account: account(dice), reason: dice.maybe(50, |_| "it was refused") },
        6 => Operation::SystemKey(dice.bytes()),
        _ => Operation::CountFlows(vec![FlowCount {
            tenant: TenantId(1),
            day: ground::base().date_naive() + Days::new(dice.below(2) as u64),
            revision: 1,
            flow: "salon".to_owned(),
            step: dice.of(&["ask", "tell"]).to_owned(),
            channel,
            entered: dice.number(0, 5),
            answered: dice.number(0, 5),
            asked_again: dice.number(0, 5),
            left: dice.number(0, 5),
        }]),
    }
}

pub(super) fn housekeeping(dice: &mut Dice, seen: &Seen<'_>) -> Operation {
    match dice.below(20) {
        0 => Operation::LetGo { days: [dice.of(&[7, 1]), dice.of(&[1, 90]), dice.of(&[1, 7])] },
        1..6 => Operation::EnsureDays,
        6..9 => Operation::DaysAhead,
        9..12 => Operation::OldMedia { days: dice.of(&[0, 1]) },
        12..15 => {
            let objects = seen.tables.media.values().map(|row| row.object.clone());
            Operation::ForgetMedia(dice.any(objects).into_iter().collect())
        }
        _ => Operation::SweepHolds,
    }
}
