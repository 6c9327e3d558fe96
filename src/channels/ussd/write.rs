//! A screen by its field map: exact bytes, the same ones for the same screen.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use quick_xml::escape::partial_escape;
use serde_json::{Map as Object, Value as Json};

use super::map::{Map, Writing};
use super::pattern::{Filled, With};
use super::{Asked, Screen, Unreadable};

/// What the fields of an answer are filled with.
struct Said<'a> {
    text: &'a str,
    ended: bool,
    reason: &'a str,
    echo: &'a [(String, Json)],
}

pub(super) fn screen(map: &Map, asked: &Asked, screen: &Screen) -> Response<Bytes> {
    let said = Said { text: &screen.text, ended: screen.ended, reason: "", echo: &asked.echo };
    respond(map, &map.answer, &said)
}

/// The answer to news that want none.
pub(super) fn acknowledgement(map: &Map, asked: &Asked) -> Response<Bytes> {
    if matches!(map.writing, Writing::Marked { .. } | Writing::Plain) {
        return typed("text/plain; charset=utf-8", String::new());
    }
    let said = Said { text: "", ended: true, reason: "", echo: &asked.echo };
    respond(map, map.acknowledged.as_ref().unwrap_or(&map.answer), &said)
}

pub(super) fn refusal(map: &Map, why: &Unreadable, text: &str) -> Response<Bytes> {
    let reason = why.to_string();
    let said = Said { text, ended: true, reason: &reason, echo: &[] };
    match (&map.refused, &map.writing) {
        (Some(refused), Writing::XmlRpc) => typed("text/xml", xmlrpc("fault", &members(refused, &said))),
        (Some(refused), _) => respond(map, refused, &said),
        (None, _) => respond(map, &map.answer, &said),
    }
}

fn respond(map: &Map, fields: &[Filled], said: &Said<'_>) -> Response<Bytes> {
    let mut response = match &map.writing {
        Writing::Marked { go_on, end } => {
            let mark = if said.ended { end } else { go_on };
            typed("text/plain; charset=utf-8", format!("{mark} {}", said.text))
        }
        Writing::Plain => typed("text/plain; charset=utf-8", said.text.trim_start().to_owned()),
        Writing::Json => typed("application/json", json(&members(fields, said))),
        Writing::Xml { root } => typed("text/xml; charset=utf-8", xml(root, &members(fields, said))),
        Writing::XmlRpc => typed("text/xml", xmlrpc("params", &members(fields, said))),
    };
    for (name, filled) in &map.headers {
        let value = value(&filled.with, said).map(|value| HeaderValue::from_str(&plain(&value)));
        if let Some(Ok(value)) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The fields that have a value: one that sends back what did not come is left out.
fn members<'f>(fields: &'f [Filled], said: &Said<'_>) -> Vec<(&'f str, Json)> {
    fields.iter().filter_map(|filled| value(&filled.with, said).map(|value| (filled.name.as_str(), value))).collect()
}

fn value(with: &With, said: &Said<'_>) -> Option<Json> {
    match with {
        With::Screen => Some(Json::String(said.text.to_owned())),
        With::Reason => Some(Json::String(said.reason.to_owned())),
        With::Echo(name) => said.echo.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone()),
        With::State { goes_on, ends } => Some(if said.ended { ends.clone() } else { goes_on.clone() }),
        With::Always(value) => Some(value.clone()),
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn nested(members: &[(&str, Json)]) -> Object<String, Json> {
    let mut object = Object::new();
    for (name, value) in members {
        let mut at = &mut object;
        let mut parts: Vec<&str> = name.split('.').collect();
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            let below = at.entry(part).or_insert_with(|| Json::Object(Object::new()));
            if !below.is_object() {
                *below = Json::Object(Object::new());
            }
            let Json::Object(object) = below else { return Object::new() };
            at = object;
        }
        at.insert(last.to_owned(), value.clone());
    }
    object
}

fn json(members: &[(&str, Json)]) -> String {
    Json::Object(nested(members)).to_string()
}

fn xml(root: &str, members: &[(&str, Json)]) -> String {
    format!("<{root}>{}</{root}>", elements(&nested(members)))
}

fn elements(object: &Object<String, Json>) -> String {
    let element = |(name, value): (&String, &Json)| {
        let inside = match value {
            Json::Object(below) => elements(below),
            value => written(&plain(value)),
        };
        format!("<{name}>{inside}</{name}>")
    };
    object.iter().map(element).collect()
}

/// `wrapped` is `params` for a result and `fault` for a refusal.
fn xmlrpc(wrapped: &str, members: &[(&str, Json)]) -> String {
    let member = |(name, value): &(&str, Json)| {
        let typed = match value {
            Json::Bool(value) => format!("<boolean>{}</boolean>", u8::from(*value)),
            Json::Number(number) if number.is_i64() => format!("<int>{number}</int>"),
            Json::Number(number) => format!("<double>{number}</double>"),
            value => format!("<string>{}</string>", written(&plain(value))),
        };
        format!("<member><name>{}</name><value>{typed}</value></member>", written(name))
    };
    let members: String = members.iter().map(member).collect();
    let value = format!("<value><struct>{members}</struct></value>");
    let inside = if wrapped == "params" { format!("<param>{value}</param>") } else { value };
    format!("<?xml version=\"1.0\"?><methodResponse><{wrapped}>{inside}</{wrapped}></methodResponse>")
}

/// Escaped, and without the characters that XML 1.0 cannot hold.
fn written(text: &str) -> String {
    let allowed: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    partial_escape(&allowed).into_owned()
}

fn typed(content_type: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
