//! A request by its field map.

use serde_json::Value as Json;

use super::fields::Fields;
use super::map::{Body, Happened, Map};
use super::pattern::Part;
use super::{Asked, Asking, Called, Hop, Input, Unreadable, dialled, form, phone};
use crate::config::UssdInput;
use crate::domain::Phone;

const SESSION_CHARS_MAX: usize = 128;
/// Longer than any session's history.
const TEXT_CHARS_MAX: usize = 2_000;
/// Codes, networks, events and what is sent back.
const WORD_CHARS_MAX: usize = 200;

pub(super) fn read(map: &Map, called: &Called<'_>) -> Result<Asked, Unreadable> {
    let fields = fields(map, called)?;
    let event = some_text(&fields, &map.event, WORD_CHARS_MAX)?.filter(|(_, event)| !event.trim().is_empty());
    let asking = match event.map(|(_, event)| event) {
        None => hop(map, &fields, None)?,
        Some(event) => match map.meaning(event.trim()) {
            Some(Happened::Began) => hop(map, &fields, Some(true))?,
            Some(Happened::Answered) => hop(map, &fields, Some(false))?,
            Some(Happened::Ended(how)) => {
                // A gateway whose end names no person is believed about the session.
                let phone = phone_of(map, &fields).ok();
                Asking::Ended { how, phone, code: code_of(map, &fields).ok() }
            }
            None => Asking::Other { what: event.trim().to_owned() },
        },
    };
    Ok(Asked {
        session: needed(&fields, &map.session, SESSION_CHARS_MAX)?,
        asking,
        sequence: sequence(map, &fields)?,
        network: some_text(&fields, &map.network, WORD_CHARS_MAX)?.map(|(_, network)| network),
        echo: echo(map, &fields)?,
    })
}

fn fields(map: &Map, called: &Called<'_>) -> Result<Fields, Unreadable> {
    if !map.methods.contains(called.method) {
        let expected: Vec<&str> = map.methods.iter().map(http::Method::as_str).collect();
        return Err(Unreadable::Method { found: called.method.to_string(), expected: expected.join(" or ") });
    }
    let mut fields = Fields::default();
    path(map, called.path, &mut fields)?;
    match &map.body {
        Body::Form => form::pairs(called.body, &mut fields)?,
        Body::Query => form::pairs(called.query.as_bytes(), &mut fields)?,
        Body::Json => form::json(called.body, &mut fields)?,
        Body::Xml => form::xml(called.body, &mut fields)?,
        Body::XmlRpc { procedure } => form::call(called.body, procedure, &mut fields)?,
    }
    Ok(fields)
}

/// Every part of the map's path has its part in the request's, and none is left over.
fn path(map: &Map, path: &str, fields: &mut Fields) -> Result<(), Unreadable> {
    let found: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let fits = found.len() == map.path.len()
        && map.path.iter().zip(&found).all(|(part, found)| !matches!(part, Part::Word(word) if word != found));
    if !fits {
        let written = |part: &Part| match part {
            Part::Word(word) => word.clone(),
            Part::Field(name) => format!("{{{name}}}"),
        };
        let expected: Vec<String> = map.path.iter().map(written).collect();
        return Err(Unreadable::Path { expected: expected.join("/") });
    }
    for (part, found) in map.path.iter().zip(found) {
        if let Part::Field(name) = part {
            fields.add(name.as_str(), Json::String(found.to_owned()))?;
        }
    }
    Ok(())
}

fn hop(map: &Map, fields: &Fields, new: Option<bool>) -> Result<Asking, Unreadable> {
    let phone = phone_of(map, fields)?;
    let code = code_of(map, fields)?;
    let typed = some_text(fields, &map.text, TEXT_CHARS_MAX)?.map(|(_, text)| text).unwrap_or_default();
    let behind = if map.code_in_text { dialled::behind(&typed, &code) } else { None };
    let (input, dialled) = match map.input {
        UssdInput::History => {
            let history = behind.unwrap_or(&typed).to_owned();
            let dialled = dialled::rest(&history);
            (Input::History(history), dialled)
        }
        UssdInput::Last => {
            let beside = some_text(fields, &map.dialled, TEXT_CHARS_MAX)?.map(|(_, text)| dialled::rest(&text));
            let begun = if map.code_in_text { dialled::rest(behind.unwrap_or(&typed)) } else { String::new() };
            (Input::Last(typed), beside.unwrap_or(begun))
        }
    };
    let dialled = if new == Some(false) { String::new() } else { dialled };
    Ok(Asking::Hop(Hop { phone, code, new, input, dialled }))
}

fn phone_of(map: &Map, fields: &Fields) -> Result<Phone, Unreadable> {
    let (name, text) = some_text(fields, &map.phone, WORD_CHARS_MAX)?.ok_or_else(|| missing(&map.phone))?;
    phone::read(&text, map.country).ok_or_else(|| Unreadable::Phone(name.to_owned()))
}

fn code_of(map: &Map, fields: &Fields) -> Result<String, Unreadable> {
    match &map.number {
        Some(number) => Ok(number.clone()),
        None => needed(fields, &map.code, WORD_CHARS_MAX).map(|code| dialled::code(&code)),
    }
}

fn sequence(map: &Map, fields: &Fields) -> Result<Option<u64>, Unreadable> {
    let found = some_text(fields, &map.sequence, WORD_CHARS_MAX)?.filter(|(_, text)| !text.trim().is_empty());
    found.map(|(name, text)| text.trim().parse().map_err(|_| Unreadable::Sequence(name.to_owned()))).transpose()
}

fn echo(map: &Map, fields: &Fields) -> Result<Vec<(String, Json)>, Unreadable> {
    let mut echo = Vec::new();
    for name in &map.echoed {
        some_text(fields, std::slice::from_ref(name), TEXT_CHARS_MAX)?;
        echo.extend(fields.value(name).map(|value| (name.clone(), value.clone())));
    }
    Ok(echo)
}

/// A field that must be there and not empty.
fn needed(fields: &Fields, names: &[String], most: usize) -> Result<String, Unreadable> {
    let found = some_text(fields, names, most)?.map(|(_, text)| text.trim().to_owned());
    found.filter(|text| !text.is_empty()).ok_or_else(|| missing(names))
}

fn some_text<'n>(fields: &Fields, names: &'n [String], most: usize) -> Result<Option<(&'n str, String)>, Unreadable> {
    match fields.text(names) {
        Some((name, text)) if text.chars().count() > most => Err(Unreadable::TooLong { field: name.to_owned(), most }),
        found => Ok(found),
    }
}

fn missing(names: &[String]) -> Unreadable {
    Unreadable::Missing(names.join(" or "))
}
