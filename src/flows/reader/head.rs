//! The head of a flow file: everything but its scenes.

use super::{Keys, Reader, describe, start, text};
use crate::flows::definition::{After, Anytime, Flow, Return, UssdPages};
use crate::flows::layout::{Plain, SmsStyle};
use crate::flows::mistake::did_you_mean;
use crate::flows::operation::Type;
use crate::flows::source::{Kind, Node};
use crate::flows::turn::Channel;

/// The format of flow files that we read.
const FORMAT: i64 = 1;

/// The most pages a flow may allow a prompt on USSD, and the most segments of an SMS.
pub(crate) const PAGES_MAX: usize = 20;
pub(crate) const SEGMENTS_MAX: usize = 10;

const CHANNELS: [&str; 3] = ["whatsapp", "ussd", "sms"];
const LANGUAGES: [&str; 4] = ["en", "fr", "rw", "sw"];

/// Kinds by the names a flow gives them in `takes` and `ends`.
const KINDS: [(&str, Type); 16] = [
    ("text", Type::Text { chars_max: TEXT_CHARS_MAX }),
    ("person", Type::Text { chars_max: TEXT_CHARS_MAX }),
    ("phone", Type::Text { chars_max: PHONE_CHARS_MAX }),
    ("email", Type::Text { chars_max: TEXT_CHARS_MAX }),
    ("whole", Type::Whole),
    ("decimal", Type::Decimal),
    ("yesno", Type::YesNo),
    ("money", Type::Money),
    ("date", Type::Date),
    ("time", Type::Time),
    ("datetime", Type::DateTime),
    ("duration", Type::Duration),
    ("location", Type::Place),
    ("image", Type::Media),
    ("document", Type::Media),
    ("texts", Type::Texts { chars_max: TEXT_CHARS_MAX, items_max: TEXTS_MAX }),
];
/// What a text without a size of its own is taken to have at most.
const TEXT_CHARS_MAX: u16 = 200;
const TEXTS_MAX: u16 = 200;
/// `+` and fifteen digits (E.164).
const PHONE_CHARS_MAX: u16 = 16;

pub(super) fn read(keys: &mut Keys<'_>, flow: &mut Flow, reader: &mut Reader<'_>) {
    match keys.text("flow", reader.mistakes) {
        Some(name) => {
            reader.name(name, keys.at, "a flow");
            name.clone_into(&mut flow.name);
        }
        None => {
            reader.mistakes.add(keys.at, "a flow has a name", "there is no key \"flow\"", "begin with flow: its_name");
        }
    }
    if !keys.has("format") {
        reader.mistakes.add(
            keys.at,
            "a flow names its format",
            "there is no key \"format\"",
            format!("write format: {FORMAT}"),
        );
    }
    keys.whole("format", FORMAT, FORMAT, reader.mistakes);
    settings(keys, flow, reader);
    flow.start = start::read(keys.take("start"), reader);
    flow.takes = kinds(keys.take("takes"), "takes", reader);
    if let Some(ends) = keys.take("ends").and_then(|node| Keys::of(node, "ends", reader.mistakes)) {
        flow.ends =
            ends.pairs().iter().map(|(key, node)| (key.name.clone(), kinds(Some(node), "an end", reader))).collect();
    }
    flow.moves = keys.take("moves").and_then(|node| super::moves::read(node, reader));
    flow.head.stuck = keys.take("stuck").and_then(|node| reader.arm_with(node, After::End));
    flow.head.unavailable = keys.take("unavailable").and_then(|node| reader.arm_with(node, After::End));
    flow.head.undeliverable = keys.take("undeliverable").and_then(|node| reader.arm_with(node, After::Wait));
    flow.head.silence = reader.silences(keys.take("silence"));
    if let Some(anytime) = keys.take("anytime").and_then(|node| Keys::of(node, "anytime", reader.mistakes)) {
        for (key, node) in anytime.pairs() {
            let arm = reader.arm_with(node, After::Resume);
            flow.head.anytime.extend(arm.map(|arm| Anytime {
                key: key.name.clone(),
                at: key.at,
                arm,
                folded: Vec::new(),
            }));
        }
    }
}

/// The keys that the folder's `defaults.yaml` may give for all its flows: what has nothing to do with a flow's own scenes.
pub(super) fn settings(keys: &mut Keys<'_>, flow: &mut Flow, reader: &mut Reader<'_>) {
    flow.channels = known_words(keys.take("channels"), "channel", &CHANNELS, reader);
    if flow.channels.is_empty() {
        flow.channels = CHANNELS.map(str::to_owned).to_vec();
    }
    flow.languages = known_words(keys.take("languages"), "language", &LANGUAGES, reader);
    if flow.languages.is_empty() {
        flow.languages.push("en".to_owned());
    }
    flow.head.tries = keys.whole("tries", 1, 10, reader.mistakes).map(|tries| tries as u8);
    flow.head.resume = keys.take("resume").and_then(|node| resume(node, reader));
    flow.head.carry_on = known_words(keys.take("carry_on"), "channel", &CHANNELS, reader)
        .iter()
        .filter_map(|name| Channel::named(name))
        .collect();
    if let Some(sms) = keys.take("sms") {
        flow.head.sms = sms_style(sms, reader);
    }
    if let Some(mut ussd) = keys.take("ussd").and_then(|node| Keys::of(node, "ussd", reader.mistakes)) {
        if let Some(pages) = ussd.whole("pages", 1, PAGES_MAX as i64, reader.mistakes) {
            flow.head.ussd_pages = UssdPages(pages as u8);
        }
        ussd.finish("ussd", reader.mistakes);
    }
}

fn resume(node: &Node, reader: &mut Reader<'_>) -> Option<Return> {
    match text(node, "resume", reader.mistakes)? {
        "go_on" => Some(Return::GoOn),
        "ask" => Some(Return::Ask),
        "restart" => Some(Return::Restart),
        other => {
            let mend = did_you_mean(other, ["go_on", "ask", "restart"], "write one of them");
            reader.mistakes.add(node.at, format!("no resume \"{other}\""), "we know go_on, ask, restart", mend);
            None
        }
    }
}

/// `sms: {segments: 3, plain: saving}`.
fn sms_style(node: &Node, reader: &mut Reader<'_>) -> SmsStyle {
    let mut style = SmsStyle::default();
    let Some(mut keys) = Keys::of(node, "sms", reader.mistakes) else { return style };
    if let Some(segments) = keys.whole("segments", 1, SEGMENTS_MAX as i64, reader.mistakes) {
        style.segments = segments as u8;
    }
    if let Some(word) = keys.text("plain", reader.mistakes) {
        match Plain::named(word) {
            Some(plain) => style.plain = plain,
            None => reader.mistakes.add(
                node.at,
                format!("no way of writing \"{word}\""),
                "it says when letters that phones lack are replaced",
                format!("write one of {}", Plain::NAMES.join(", ")),
            ),
        }
    }
    keys.finish("sms", reader.mistakes);
    style
}

/// A list of words that must be `known` ones; others are left out.
fn known_words(node: Option<&Node>, what: &str, known: &[&str], reader: &mut Reader<'_>) -> Vec<String> {
    match node.map(|node| (node, &node.kind)) {
        None => Vec::new(),
        Some((_, Kind::List(items))) => {
            let mut words = Vec::new();
            for item in items {
                match text(item, what, reader.mistakes) {
                    Some(word) if known.contains(&word) => words.push(word.to_owned()),
                    Some(word) => {
                        let mend = did_you_mean(word, known.iter().copied(), "remove it");
                        reader.mistakes.add(
                            item.at,
                            format!("no {what} \"{word}\""),
                            format!("we know {}", known.join(", ")),
                            mend,
                        );
                    }
                    None => {}
                }
            }
            words
        }
        Some((node, _)) => {
            reader.mistakes.add(
                node.at,
                "here stands a list of words",
                format!("not {}", describe(node)),
                "write [word, word]",
            );
            Vec::new()
        }
    }
}

/// Names and their types: `{left: whole, visit: salon.visit}`.
pub(crate) fn kinds(node: Option<&Node>, what: &str, reader: &mut Reader<'_>) -> Vec<(String, Type)> {
    let Some(keys) = node.and_then(|node| Keys::of(node, what, reader.mistakes)) else { return Vec::new() };
    let mut found = Vec::new();
    for (key, node) in keys.pairs() {
        reader.name(&key.name, key.at, "a value");
        let Some(name) = text(node, "a type", reader.mistakes) else { continue };
        let plain = KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        let named = reader.types.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        if let Some(kind) = plain.or(named) {
            found.push((key.name.clone(), kind));
        } else {
            let known = KINDS.iter().map(|(name, _)| *name).chain(reader.types.iter().map(|(name, _)| *name));
            let mend = did_you_mean(name, known, "name one that exists");
            reader.mistakes.add(node.at, format!("no type \"{name}\""), "a flow takes and gives typed values", mend);
        }
    }
    found
}
