//! What a typed line means.

use crate::flows::Channel;
use crate::flows::talk::Session;

/// A line as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    Quit,
    Help,
    Values,
    Undo,
    /// To be played: the inside of an exchange.
    Play(String),
}

/// Reads a line; the error says what was expected.
pub(super) fn read(line: &str, session: &Session<'_>) -> Result<Line, String> {
    let Some(command) = line.strip_prefix(':') else { return Ok(Line::Play(said(line, session))) };
    let (verb, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let rest = rest.trim();
    let needed = |example: &str| if rest.is_empty() { Err(format!("expected {example}")) } else { Ok(rest) };
    let named = |example: &str| {
        let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if name.is_empty() { Err(format!("expected {example}")) } else { Ok((name, value.trim())) }
    };
    Ok(Line::Play(match verb {
        "quit" | "q" => return Ok(Line::Quit),
        "help" | "?" => return Ok(Line::Help),
        "values" => return Ok(Line::Values),
        "undo" => return Ok(Line::Undo),
        "later" => format!("later: {}", needed(":later 10m")?),
        "hangup" => "hangup: true".to_owned(),
        "dial" => format!("dial: {}", quoted(needed(":dial *384*77#")?)),
        "via" => format!("via: {}", needed(":via whatsapp")?),
        "send" => format!("send: {}", needed(":send image")?),
        "staff" => format!("staff: {}", needed(":staff 1h")?),
        "given_back" => "given_back: true".to_owned(),
        "nobody" => "nobody: true".to_owned(),
        "event" => {
            let (name, payload) = named(":event NAME {field: value}")?;
            format!("event: {{{name}: {}}}", if payload.is_empty() { "{}" } else { payload })
        }
        "job" => {
            let (name, outcome) = named(":job NAME outcome")?;
            format!("job: {{{name}: {outcome}}}")
        }
        "answer" => {
            let (name, outcome) = named(":answer OPERATION outcome")?;
            format!("world: {{{name}: {outcome}}}")
        }
        other => return Err(format!("there is no :{other}; :help names what there is")),
    }))
}

/// Words, or on WhatsApp the number of an option.
fn said(line: &str, session: &Session<'_>) -> String {
    let number = line.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let options = if session.channel() == Channel::WhatsApp { session.options() } else { Vec::new() };
    match number.and_then(|number| options.get(number)) {
        Some(option) => format!("pick: {}", quoted(option)),
        None => format!("say: {}", quoted(line)),
    }
}

/// A text as YAML reads it back: plain where it is a name and nothing else.
pub(super) fn quoted(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !["yes", "no", "on", "off", "true", "false", "null", "y", "n"].contains(&text);
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
