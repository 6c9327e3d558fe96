//! How values are written: JSON, as short as can be, because every turn reads and writes its whole session.
//!
//! A text, a whole number and a yes or no stand as they are; every other kind names itself: `{"date":"2026-11-21"}`. Rows of the same
//! fields name them once, as a table (see there). The longer form of every kind (`{"text":"Aline"}`, `{"rows":[…]}`) is read too: version 1
//! of a session has no other.

use std::fmt;

use chrono::NaiveTime;
use serde::de::{Error, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Value;
use super::moments::{Day, Instant};
use super::table::{ReadTable, Table};

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::YesNo(value) => serializer.serialize_bool(*value),
            Self::Decimal(number) => named(serializer, "decimal", number),
            Self::Money(money) => named(serializer, "money", money),
            Self::Date(day) => named(serializer, "date", &Day(*day)),
            Self::Time(time) => named(serializer, "time", time),
            Self::DateTime(at) => named(serializer, "date_time", &Instant(*at)),
            Self::Duration(seconds) => named(serializer, "duration", seconds),
            Self::Place(place) => named(serializer, "place", place),
            Self::Media(media) => named(serializer, "media", media),
            Self::Row(row) => named(serializer, "row", row),
            Self::Rows(rows) => match Table::of(rows) {
                Some(table) => named(serializer, "table", &table),
                None => named(serializer, "rows", rows),
            },
            Self::Texts(lines) => named(serializer, "texts", lines),
        }
    }
}

fn named<S: Serializer, T: Serialize + ?Sized>(serializer: S, kind: &str, value: &T) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(kind, value)?;
    map.end()
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyKind)
    }
}

/// The kinds that name themselves.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Kind {
    Text,
    Whole,
    Decimal,
    YesNo,
    Money,
    Date,
    Time,
    DateTime,
    Duration,
    Place,
    Media,
    Row,
    Rows,
    Table,
    Texts,
}

struct AnyKind;

impl<'de> Visitor<'de> for AnyKind {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value: a text, a whole number, true or false, or a kind by its name")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::YesNo(value))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Whole(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number)
            .map(Value::Whole)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &"a smaller number"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Value, M::Error> {
        let Some(kind) = map.next_key()? else { return Err(M::Error::custom("a value names its kind")) };
        let value = match kind {
            Kind::Text => Value::Text(map.next_value()?),
            Kind::Whole => Value::Whole(map.next_value()?),
            Kind::Decimal => Value::Decimal(map.next_value()?),
            Kind::YesNo => Value::YesNo(map.next_value()?),
            Kind::Money => Value::Money(map.next_value()?),
            Kind::Date => Value::Date(map.next_value::<Day>()?.0),
            Kind::Time => Value::Time(map.next_value::<NaiveTime>()?),
            Kind::DateTime => Value::DateTime(map.next_value::<Instant>()?.0),
            Kind::Duration => Value::Duration(map.next_value()?),
            Kind::Place => Value::Place(map.next_value()?),
            Kind::Media => Value::Media(map.next_value()?),
            Kind::Row => Value::Row(map.next_value()?),
            Kind::Rows => Value::Rows(map.next_value()?),
            Kind::Table => Value::Rows(map.next_value_seed(ReadTable)?.into()),
            Kind::Texts => Value::Texts(map.next_value()?),
        };
        match map.next_key::<IgnoredAny>()? {
            None => Ok(value),
            Some(_) => Err(M::Error::custom("a value is of one kind")),
        }
    }
}
