//! Reading a question's arguments: the first thing every operation does. `check` has typed them, so a mistake here is a bug of ours.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::flows::{Row, Value};

/// An argument is not what the operation takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("argument {name:?}: expected {expected}, found {found}")]
pub struct BadArgument {
    pub name: &'static str,
    pub expected: &'static str,
    /// The kind of value that was found: never its content, which may be a person's.
    pub found: &'static str,
}

/// A whole number, such as a service's id.
pub fn whole(arguments: &Row, name: &'static str) -> Result<i64, BadArgument> {
    let value = arguments.get(name);
    value.and_then(Value::as_whole).ok_or_else(|| bad(name, "a whole number", value))
}

/// A text.
pub fn text<'a>(arguments: &'a Row, name: &'static str) -> Result<&'a str, BadArgument> {
    let value = arguments.get(name);
    value.and_then(Value::as_text).ok_or_else(|| bad(name, "a text", value))
}

/// A text that may be absent; an empty one counts as absent.
pub fn optional_text<'a>(arguments: &'a Row, name: &'static str) -> Result<Option<&'a str>, BadArgument> {
    match arguments.get(name) {
        None => Ok(None),
        Some(_) => text(arguments, name).map(|text| Some(text).filter(|text| !text.is_empty())),
    }
}

/// A yes or no.
pub fn yes_no(arguments: &Row, name: &'static str) -> Result<bool, BadArgument> {
    match arguments.get(name) {
        Some(Value::YesNo(yes)) => Ok(*yes),
        other => Err(bad(name, "a yes or no", other)),
    }
}

/// A day that may be absent.
pub fn optional_date(arguments: &Row, name: &'static str) -> Result<Option<NaiveDate>, BadArgument> {
    let value = arguments.get(name);
    value.map(|found| found.as_date().ok_or_else(|| bad(name, "a date", value))).transpose()
}

/// The id of a hold or visit.
pub fn id(arguments: &Row, name: &'static str) -> Result<Uuid, BadArgument> {
    let value = arguments.get(name);
    let read = value.and_then(Value::as_text).and_then(|text| Uuid::parse_str(text).ok());
    read.ok_or_else(|| bad(name, "an id that an earlier answer gave", value))
}

/// A day as an ISO date.
pub fn iso_date(arguments: &Row, name: &'static str) -> Result<NaiveDate, BadArgument> {
    let value = arguments.get(name);
    let read = value.and_then(Value::as_text).and_then(|text| text.parse().ok());
    read.ok_or_else(|| bad(name, "an ISO date such as 2026-11-21", value))
}

pub(super) fn bad(name: &'static str, expected: &'static str, found: Option<&Value>) -> BadArgument {
    let found = match found {
        None => "nothing",
        Some(Value::Text(_)) => "a text",
        Some(Value::Whole(_)) => "a whole number",
        Some(Value::Decimal(_)) => "a decimal number",
        Some(Value::YesNo(_)) => "a yes or no",
        Some(Value::Money(_)) => "money",
        Some(Value::Date(_)) => "a date",
        Some(Value::Time(_)) => "a time",
        Some(Value::DateTime(_)) => "a date and time",
        Some(Value::Duration(_)) => "a duration",
        Some(Value::Place(_)) => "a place",
        Some(Value::Media(_)) => "a picture or file",
        Some(Value::Row(_)) => "a row",
        Some(Value::Rows(_)) => "rows",
        Some(Value::Texts(_)) => "texts",
    };
    BadArgument { name, expected, found }
}
