//! What begins a flow: words, a dialled code, an advertisement or link, news, a day of the contact's.
//!
//! ```yaml
//! start:
//!   words: true                        # the words of message `start`, attribute `.words`
//!   ussd: "*384*77#"                   # what follows the code is walked: `*384*77*1*2#`
//!   referral: {counter: book}          # an ad's id, or `#counter` in the text of a wa.me link
//!   event: {api.promo: offer, salon.visit_due: {go: remind, gives: {visit: salon.visit}, purpose: reminder}}
//!   schedule: {birthday: contact.birthday, pickup: {on: contact.pickup, at: "18:00"}}
//!   otherwise: true
//! ```

use chrono::NaiveTime;

use super::head::kinds;
use super::{Keys, Reader, describe, text};
use crate::flows::definition::{Arm, Occasion, Schedule, Start, To};
use crate::flows::source::{Key, Kind, Node};
use crate::flows::turn::Purpose;

/// When a day of the contact's begins a flow, where nothing else is said.
const CLOCK: (u32, u32) = (9, 0);

pub(super) fn read(node: Option<&Node>, reader: &mut Reader<'_>) -> Start {
    let Some(mut keys) = node.and_then(|node| Keys::of(node, "start", reader.mistakes)) else {
        return Start::default();
    };
    let start = of_keys(&mut keys, reader);
    keys.finish("start", reader.mistakes);
    start
}

pub(super) fn of_keys(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Start {
    Start {
        at: keys.at,
        words: keys.yes_no("words", reader.mistakes),
        otherwise: keys.yes_no("otherwise", reader.mistakes),
        folded: Vec::new(),
        ussd: keys.take("ussd").and_then(|node| code(node, reader)),
        referral: pairs(keys.take("referral"), "referral", reader)
            .iter()
            .filter_map(|(key, node)| Some((key.name.to_lowercase(), scene(node, reader)?)))
            .collect(),
        event: pairs(keys.take("event"), "event", reader)
            .iter()
            .filter_map(|(key, node)| occasion(key, node, reader))
            .collect(),
        schedule: pairs(keys.take("schedule"), "schedule", reader)
            .iter()
            .filter_map(|(key, node)| schedule(key, node, reader))
            .collect(),
    }
}

fn pairs<'n>(node: Option<&'n Node>, what: &str, reader: &mut Reader<'_>) -> &'n [(Key, Node)] {
    node.and_then(|node| Keys::of(node, what, reader.mistakes)).map_or(&[], |keys| keys.pairs())
}

fn scene(node: &Node, reader: &mut Reader<'_>) -> Option<Arm> {
    let name = text(node, "a scene", reader.mistakes)?;
    Some(Arm { at: node.at, to: To::Scene(name.to_owned()) })
}

/// `*384*77#` without the `#`.
fn code(node: &Node, reader: &mut Reader<'_>) -> Option<(crate::flows::mistake::At, String)> {
    let written = text(node, "ussd", reader.mistakes)?;
    let parts = written.strip_prefix('*').and_then(|rest| rest.strip_suffix('#'));
    let good = parts
        .is_some_and(|parts| parts.split('*').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit())));
    if !good {
        let cause = "a code begins with *, ends with # and has digits between";
        reader.mistakes.add(node.at, format!("\"{written}\" is not a USSD code"), cause, "write it as \"*384*77#\"");
        return None;
    }
    Some((node.at, written.trim_end_matches('#').to_owned()))
}

/// Complains of an event's name that operations could not give.
pub(crate) fn event_name(name: &str, at: crate::flows::mistake::At, reader: &mut Reader<'_>) {
    let good = !name.is_empty()
        && name.len() <= 80
        && name.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        });
    if !good {
        let cause = "an event is named like salon.visit_due";
        reader.mistakes.add(at, format!("\"{name}\" is not the name of an event"), cause, "give it such a name");
    }
}

fn occasion(key: &Key, node: &Node, reader: &mut Reader<'_>) -> Option<Occasion> {
    event_name(&key.name, key.at, reader);
    let Kind::Map(_) = &node.kind else {
        let (name, arm, purpose) = (key.name.clone(), scene(node, reader)?, Purpose::Service);
        return Some(Occasion { name, arm, gives: Vec::new(), purpose });
    };
    let mut keys = Keys::of(node, "an event", reader.mistakes)?;
    let arm = keys.take("go").and_then(|node| scene(node, reader));
    let gives = kinds(keys.take("gives"), "gives", reader);
    let purpose = purpose(&mut keys, Purpose::Service, reader);
    keys.finish("an event", reader.mistakes);
    if arm.is_none() {
        reader.mistakes.add(
            node.at,
            format!("event {} goes nowhere", key.name),
            "there is no key \"go\"",
            "add go: scene",
        );
    }
    Some(Occasion { name: key.name.clone(), arm: arm?, gives, purpose })
}

/// Why the business writes then.
fn purpose(keys: &mut Keys<'_>, usual: Purpose, reader: &mut Reader<'_>) -> Purpose {
    let Some(node) = keys.take("purpose") else { return usual };
    let written = match &node.kind {
        Kind::Text(text) => Purpose::named(text),
        _ => None,
    };
    written.unwrap_or_else(|| {
        let known = Purpose::ALL.map(Purpose::as_str).join(", ");
        let cause = format!("here stands {}", describe(node));
        reader.mistakes.add(node.at, format!("purpose is one of {known}"), cause, "write purpose: reminder, say");
        usual
    })
}

/// The key is the scene, the value the day or instant, or a map with `on` and `at`.
fn schedule(key: &Key, node: &Node, reader: &mut Reader<'_>) -> Option<Schedule> {
    let arm = Arm { at: key.at, to: To::Scene(key.name.clone()) };
    let usual = NaiveTime::from_hms_opt(CLOCK.0, CLOCK.1, 0)?;
    let Kind::Map(_) = &node.kind else {
        let (key, when, purpose) = (key.name.clone(), reader.formula(node)?, Purpose::Reminder);
        return Some(Schedule { key, arm, when, clock: usual, purpose });
    };
    let mut keys = Keys::of(node, "a schedule", reader.mistakes)?;
    let when = keys.take("on").and_then(|node| reader.formula(node));
    let clock = keys.take("at").and_then(|node| clock(node, reader)).unwrap_or(usual);
    let purpose = purpose(&mut keys, Purpose::Reminder, reader);
    keys.finish("a schedule", reader.mistakes);
    if when.is_none() {
        let mend = "add on: contact.birthday, say";
        reader.mistakes.add(node.at, format!("schedule {} has no day", key.name), "there is no key \"on\"", mend);
    }
    Some(Schedule { key: key.name.clone(), arm, when: when?, clock, purpose })
}

fn clock(node: &Node, reader: &mut Reader<'_>) -> Option<NaiveTime> {
    let read = match &node.kind {
        Kind::Text(text) => NaiveTime::parse_from_str(text, "%H:%M").ok(),
        _ => None,
    };
    if read.is_none() {
        let cause = format!("here stands {}", describe(node));
        reader.mistakes.add(node.at, "at is a time of day", cause, "write at: \"09:00\"");
    }
    read
}
