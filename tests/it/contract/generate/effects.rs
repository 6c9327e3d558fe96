//! Guarded effects, of every kind.

use chrono::SecondsFormat;
use ganira::domain::{Conversation, Timestamp};
use ganira::store::GuardedEffect;
use serde_json::{Value as Json, json};

use super::{Dice, Seen};

const KINDS: [&str; 14] = [
    "give_code",
    "give_code",
    "fall_back",
    "media_stored",
    "hand_over",
    "hand_back",
    "opt_out",
    "opt_out",
    "opt_in",
    "record_consent",
    "leave_feedback",
    "release_hold",
    "cancel_visit",
    "move_visit",
];

pub(super) fn some(dice: &mut Dice, seen: &Seen<'_>, of: Conversation) -> Vec<GuardedEffect> {
    if !dice.percent(25) {
        return Vec::new();
    }
    let mut effects = dice.several(1, 2, |dice| one(dice, seen, of));
    for (ordinal, effect) in (1..).zip(&mut effects) {
        effect.ordinal = ordinal;
    }
    effects
}

fn one(dice: &mut Dice, seen: &Seen<'_>, of: Conversation) -> GuardedEffect {
    let kind = match dice.below(100) {
        0 => "no_such_effect",
        1..3 => "erase_person",
        3..15 => "book_visit",
        _ => dice.of(&KINDS),
    };
    GuardedEffect { ordinal: 0, kind, args: args(dice, seen, of, kind) }
}

fn written(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn args(dice: &mut Dice, seen: &Seen<'_>, of: Conversation, kind: &str) -> Json {
    match kind {
        "give_code" => json!({
            "code": hex::encode(dice.hash(2, 20)), "channel": dice.of(&["sms", "whatsapp"]), "until": written(dice.instant()),
        }),
        "fall_back" => json!({"seq": dice.number(1, 6), "n": dice.number(0, 2), "by_seq": dice.number(1, 99)}),
        "media_stored" => json!({
            "seq": dice.number(1, 9), "n": dice.number(0, 2), "object": format!("object {}", dice.below(50)),
            "mime": "image/png", "bytes": dice.number(1, 99),
        }),
        "hand_over" if dice.percent(50) => json!({"queue": "till", "at": written(dice.instant())}),
        "hand_over" => json!({"queue": "desk", "at": written(dice.instant()), "call_back": dice.percent(50)}),
        "opt_out" => json!({
            "channel": channel(dice), "purpose": purpose(dice), "source": dice.of(&["person", "network", "flow"]),
            "at": written(dice.instant()),
        }),
        "opt_in" if dice.percent(50) => json!({"channel": channel(dice), "purpose": purpose(dice)}),
        "opt_in" => json!({"channel": channel(dice)}),
        "record_consent" => json!({
            "purpose": dice.of(&["photos", "news"]), "given": dice.percent(50), "channel": dice.maybe(50, channel),
            "at": written(super::super::ground::base()),
        }),
        _ => of_salon(dice, seen, of, kind),
    }
}

/// A word outside the list is now and then among them: the table refuses it.
fn purpose(dice: &mut Dice) -> &'static str {
    dice.of(&[
        "*",
        "*",
        "*",
        "service",
        "service",
        "reminder",
        "reminder",
        "marketing",
        "code",
        "code",
        "code",
        "marketing",
        "weather",
    ])
}

fn channel(dice: &mut Dice) -> &'static str {
    dice.of(&["whatsapp", "sms", "ussd"])
}

fn of_salon(dice: &mut Dice, seen: &Seen<'_>, of: Conversation, kind: &str) -> Json {
    let hold = hold(dice, seen, of);
    let visit = visit(dice, seen, of);
    let at = written(dice.instant());
    match kind {
        "release_hold" => json!({"hold": hold}),
        "cancel_visit" => json!({"visit": visit, "at": at}),
        "leave_feedback" => {
            let stars = if dice.percent(3) { 9 } else { dice.number(1, 6) };
            let (id, visit) = if dice.percent(70) { (visit.clone(), Some(visit)) } else { (dice.uuid(9), None) };
            let words = dice.maybe(50, |_| "d29yZHM=");
            json!({"id": id, "visit": visit, "stars": stars, "words_sealed": words, "at": at})
        }
        "book_visit" | "move_visit" => json!({
            "visit": visit, "at": at, "hold": hold, "service": 1, "staff": dice.number(1, 4), "starts_at": written(super::super::ground::base()),
            "ends_at": written(super::super::ground::base() + chrono::TimeDelta::hours(1)), "price_minor": dice.number(0, 9_000), "currency": "RWF",
            "cancel_until": written(dice.instant()), "name_sealed": dice.maybe(50, |_| "bmFtZQ=="),
        }),
        _ => json!({}),
    }
}

fn hold(dice: &mut Dice, seen: &Seen<'_>, of: Conversation) -> String {
    let hers = seen.tables.occupancies.iter().filter(|(_, row)| row.contact == of.contact && row.expires_at.is_some());
    match dice.any(hers) {
        Some(((_, owner, _), _)) if dice.percent(90) => owner.clone(),
        _ => dice.uuid(30),
    }
}

fn visit(dice: &mut Dice, seen: &Seen<'_>, of: Conversation) -> String {
    let hers = seen.tables.visits.iter().filter(|(_, row)| row.contact == of.contact);
    match dice.any(hers) {
        Some(((_, id), _)) if dice.percent(90) => id.clone(),
        _ => dice.uuid(30),
    }
}
