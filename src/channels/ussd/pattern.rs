//! The small languages of a field map: `name = value` of answers, and paths with names in braces.

use serde_json::Value as Json;

/// A field of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filled {
    /// Dots lead into objects and elements.
    pub name: String,
    pub with: With,
}

/// What a field is filled with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum With {
    /// `{screen}`: what the person is shown.
    Screen,
    /// `{reason}`: why a request could not be read.
    Reason,
    /// `{= field}`: a field of the request.
    Echo(String),
    /// `{a|b}`: the first where the session goes on, the second where it ends.
    State {
        goes_on: Json,
        ends: Json,
    },
    Always(Json),
}

/// `name = value`; the error completes "expected …".
pub(super) fn filled(text: &str) -> Result<Filled, String> {
    let (name, value) = text.split_once('=').ok_or("name = value")?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || name.split('.').any(str::is_empty) {
        return Err("a name before the =, with single dots if any".to_owned());
    }
    Ok(Filled { name: name.to_owned(), with: with(value)? })
}

fn with(value: &str) -> Result<With, String> {
    let Some(inner) = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return Ok(With::Always(word(value)));
    };
    match inner.trim() {
        "screen" => Ok(With::Screen),
        "reason" => Ok(With::Reason),
        inner => match (inner.strip_prefix('='), inner.split_once('|')) {
            (Some(field), _) if !field.trim().is_empty() => Ok(With::Echo(field.trim().to_owned())),
            (None, Some((goes_on, ends))) => Ok(With::State { goes_on: word(goes_on), ends: word(ends) }),
            _ => Err("{screen}, {reason}, {= field} or {goes on|ends} between the braces".to_owned()),
        },
    }
}

/// A word as JSON takes it: true, false, numbers and quoted texts as such, everything else as a text.
fn word(text: &str) -> Json {
    let text = text.trim();
    serde_json::from_str(text)
        .ok()
        .filter(|value: &Json| value.is_boolean() || value.is_number() || value.is_string())
        .unwrap_or_else(|| Json::String(text.to_owned()))
}

/// The parts of a path: words, and names of fields in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Word(String),
    Field(String),
}

pub(super) fn path(text: &str) -> Vec<Part> {
    let part = |part: &str| match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => Part::Field(name.trim().to_owned()),
        None => Part::Word(part.to_owned()),
    };
    text.trim_matches('/').split('/').filter(|part| !part.is_empty()).map(part).collect()
}
