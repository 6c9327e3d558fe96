//! The fields of a flat request, in the order they came.

use bytes::Bytes;
use serde_json::Value;
use url::form_urlencoded;

/// More fields than any company sends.
const FIELDS_MAX: usize = 500;

/// Names and values. A name may come more than once; the last one counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn of_form(body: &[u8]) -> Self {
        let owned = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
            (name.into_owned(), value.into_owned())
        };
        Self(form_urlencoded::parse(body).map(owned).take(FIELDS_MAX).collect())
    }

    /// The members of an object that are texts, numbers or truth values; others are no fields.
    pub(super) fn of_json(body: &Bytes) -> Self {
        let Ok(Value::Object(members)) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        let field = |(name, value)| match value {
            Value::String(text) => Some((name, text)),
            Value::Number(number) => Some((name, number.to_string())),
            Value::Bool(truth) => Some((name, truth.to_string())),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        Self(members.into_iter().take(FIELDS_MAX).filter_map(field).collect())
    }

    pub(super) fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// One that is there and not empty.
    pub(super) fn some(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
