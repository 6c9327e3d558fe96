//! Rewrites what a file of tests expects into what came: only the `bot:` parts, so that comments and layout stay.

use super::script::{Exchange, Expected, Named, Pin, Test};
use crate::flows::mistake::At;
use crate::flows::turn::Channel;

/// What was said at one exchange, on each channel on which the talk came that far, and which pins held there.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub said: Vec<(Channel, Vec<String>)>,
    /// Pins that did not hold.
    pub untrue: Vec<Pin>,
}

/// One replacement in a text: bytes from, to, and what stands there then.
type Edit = (usize, usize, String);

/// The text of the file with everything as it was heard. `heard` has one entry for every exchange of every test, in their order.
pub(super) fn blessed(text: &str, tests: &[Test], heard: &[Heard]) -> String {
    let exchanges = tests.iter().flat_map(|test| &test.talk);
    let mut edits: Vec<Edit> =
        exchanges.zip(heard).filter_map(|(exchange, heard)| edit(text, exchange, heard)).collect();
    edits.sort_by_key(|(from, _, _)| *from);
    let mut out = String::with_capacity(text.len());
    let mut until = 0;
    for (from, to, new) in edits {
        // Brackets that are part of a word may make a value seem to reach into the next: that one stays as it is.
        if let Some(between) = text.get(until..from) {
            out.push_str(between);
            out.push_str(&new);
            until = to;
        }
    }
    out.push_str(&text[until..]);
    out
}

fn edit(text: &str, exchange: &Exchange, heard: &Heard) -> Option<Edit> {
    if heard.said.is_empty() {
        return None;
    }
    match &exchange.bot {
        Some((at, expected)) => {
            let right = |(channel, said): &(Channel, Vec<String>)| {
                expected.on(*channel).is_none_or(|named| named.iter().map(|named| &named.name).eq(said))
            };
            if heard.untrue.is_empty() && heard.said.iter().all(right) {
                return None;
            }
            let from = byte(text, *at)?;
            Some((from, value_end(text, from), written(expected, heard)))
        }
        None if heard.said.iter().all(|(_, said)| said.is_empty()) => None,
        None => {
            let from = byte(text, exchange.at)?;
            let new = written(&Expected::Everywhere(Vec::new()), heard);
            if text[from..].starts_with('{') {
                let end = value_end(text, from) - 1;
                return Some((end, end, format!(", bot: {new}")));
            }
            // The first key and its value stand on one line: the new one comes below it.
            let end = from + text[from..].find('\n').unwrap_or(text.len() - from);
            let indent = " ".repeat(exchange.at.column.saturating_sub(1) as usize);
            (!text[from..end].trim_end().ends_with(':')).then(|| (end, end, format!("\n{indent}bot: {new}")))
        }
    }
}

/// What is expected then: one list if all channels say the same.
fn written(expected: &Expected, heard: &Heard) -> String {
    let on = |channel: Channel, said: &[String]| {
        let before = expected.on(channel).unwrap_or_default();
        let items: Vec<String> = said.iter().map(|name| item(name, before, &heard.untrue)).collect();
        match &items[..] {
            [one] => one.clone(),
            all => format!("[{}]", all.join(", ")),
        }
    };
    let all: Vec<(Channel, String)> = heard.said.iter().map(|(channel, said)| (*channel, on(*channel, said))).collect();
    match all.first() {
        Some((_, first)) if all.iter().all(|(_, other)| other == first) => first.clone(),
        _ => {
            let each: Vec<String> = all.iter().map(|(channel, said)| format!("{}: {said}", channel.as_str())).collect();
            format!("{{{}}}", each.join(", "))
        }
    }
}

/// A name with those of its pins that still hold.
fn item(name: &str, before: &[Named], untrue: &[Pin]) -> String {
    let pins = before.iter().find(|named| named.name == name).map_or(&[][..], |named| &named.pins[..]);
    let kept: Vec<String> = pins.iter().filter(|pin| !untrue.contains(pin)).map(pinned).collect();
    if kept.is_empty() { name.to_owned() } else { format!("{{{name}: {{{}}}}}", kept.join(", ")) }
}

fn pinned(pin: &Pin) -> String {
    match pin {
        Pin::Has(text) => format!("has: {text:?}"),
        Pin::Text(text) => format!("text: {text:?}"),
        Pin::Is(kind) => format!("is: {kind}"),
        Pin::ScreenAtMost(chars) => format!("screen_at_most: {chars}"),
    }
}

/// The byte at which a place stands.
fn byte(text: &str, at: At) -> Option<usize> {
    let line = text.split_inclusive('\n').take(at.line.checked_sub(1)? as usize).map(str::len).sum::<usize>();
    let column = at.column.checked_sub(1)? as usize;
    text.get(line..)?.char_indices().nth(column).map(|(offset, _)| line + offset)
}

/// Where a value that begins at `from` ends: at its closing bracket or quote, or with its last word.
fn value_end(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let plain = !rest.starts_with(['[', '{', '"', '\'']);
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    let mut before = '[';
    for (at, c) in rest.char_indices() {
        // Inside a word a quote is a letter.
        let opens = "[{,: \t\n".contains(std::mem::replace(&mut before, c));
        match (quote, c) {
            _ if std::mem::take(&mut escaped) => {}
            (Some('"'), '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => continue,
            // A plain word ends with the line, or with the list or map it stands in.
            (None, ',' | '}' | ']' | '\n' | '#') if plain => return from + rest[..at].trim_end().len(),
            (None, '"' | '\'') if !plain && opens => {
                quote = Some(c);
                continue;
            }
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, _) => {}
        }
        if !plain && !escaped && quote.is_none() && depth == 0 {
            return from + at + c.len_utf8();
        }
    }
    from + rest.trim_end().len()
}
