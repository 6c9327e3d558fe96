//! Values that a flow keeps and passes on. They can be written to a snapshot and read back equal.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::domain::{Money, Timestamp};

/// Named values in a fixed order.
pub type Row = BTreeMap<String, Value>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Text(String),
    Whole(i64),
    YesNo(bool),
    Money(Money),
    /// A day on the wall calendar of the tenant's zone.
    Date(NaiveDate),
    Time(NaiveTime),
    /// An instant.
    DateTime(Timestamp),
    Row(Row),
    Rows(Vec<Row>),
    /// Lines of text, such as `append` gathers.
    Texts(Vec<String>),
}

impl Value {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The field `name` of a row; `None` for another kind of value or a field that is not there.
    pub fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Row(row) => row.get(name),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_whole(&self) -> Option<i64> {
        match self {
            Self::Whole(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_date(&self) -> Option<NaiveDate> {
        match self {
            Self::Date(date) => Some(*date),
            _ => None,
        }
    }

    pub fn as_date_time(&self) -> Option<Timestamp> {
        match self {
            Self::DateTime(at) => Some(*at),
            _ => None,
        }
    }
}
