//! XML-RPC (xmlrpc.com/spec): a call with one structure of simple values.

use bytes::Bytes;
use serde_json::Value as Json;

use super::tree::{self, Element};
use crate::channels::ussd::Unreadable;
use crate::channels::ussd::fields::Fields;

/// The members of the structure that `procedure` is called with.
pub(in crate::channels::ussd) fn call(body: &Bytes, procedure: &str, fields: &mut Fields) -> Result<(), Unreadable> {
    let root = tree::read(body)?;
    if root.name != "methodCall" {
        return Err(refused("its root is not methodCall"));
    }
    let called = root.child("methodName").map(|name| name.text.trim()).unwrap_or_default();
    if called != procedure {
        let found = called.chars().take(64).collect();
        return Err(Unreadable::Procedure { found, expected: procedure.to_owned() });
    }
    let parameter = root.child("params").and_then(|parameters| parameters.child("param"));
    let structure = parameter.and_then(|parameter| parameter.child("value")).and_then(|value| value.child("struct"));
    let structure = structure.ok_or_else(|| refused("its first parameter is no structure"))?;
    for member in structure.children.iter().filter(|member| member.name == "member") {
        if let (Some(name), Some(value)) = (member.child("name"), member.child("value").and_then(simple)) {
            fields.add(name.text.trim(), value)?;
        }
    }
    Ok(())
}

/// A value without type is a text; lists and structures are passed by.
fn simple(value: &Element) -> Option<Json> {
    let Some(typed) = value.children.first() else { return Some(Json::String(value.text.clone())) };
    let text = typed.text.trim();
    match typed.name.as_str() {
        "string" => Some(Json::String(typed.text.clone())),
        "dateTime.iso8601" | "base64" => Some(Json::String(text.to_owned())),
        "int" | "i4" | "i8" => text.parse::<i64>().ok().map(Json::from),
        "double" => text.parse::<f64>().ok().map(Json::from),
        "boolean" => Some(Json::Bool(text == "1")),
        _ => None,
    }
}

fn refused(reason: &str) -> Unreadable {
    Unreadable::Body { expected: "an XML-RPC call", reason: reason.to_owned() }
}
