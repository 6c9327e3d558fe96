//! Rows of the same fields, written as a table: the names, what the columns hold, then a line of values for each row.
//!
//! `[["date","id","label"],"d--",["2026-11-21","a","Saturday"],…]`: `d` is a column of days, `t` one of instants, `-` one of any values.

use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, SeqAccess, Visitor};
use serde::ser::SerializeSeq as _;
use serde::{Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::moments::{Day, Instant};
use super::{Row, Value};

/// Fewer rows are no shorter as a table.
const ROWS_MIN: usize = 2;
/// Room made for the rows before they are counted.
const ROWS_USUAL: usize = 10;

const DAYS: char = 'd';
const INSTANTS: char = 't';
const ANY: char = '-';

/// Rows that have the same fields.
pub(super) struct Table<'r>(&'r [Row]);

impl<'r> Table<'r> {
    /// `None` for rows of different fields, and for so few that a table would be no shorter.
    pub(super) fn of(rows: &'r [Row]) -> Option<Self> {
        let (first, others) = rows.split_first()?;
        (rows.len() >= ROWS_MIN && others.iter().all(|row| row.keys().eq(first.keys()))).then_some(Self(rows))
    }

    /// What each column holds.
    fn kinds(&self) -> SmolStr {
        let kind = |value: &Value| match value {
            Value::Date(_) => DAYS,
            Value::DateTime(_) => INSTANTS,
            _ => ANY,
        };
        let Some((first, others)) = self.0.split_first() else { return SmolStr::default() };
        let column = |(n, value): (usize, &Value)| {
            let found = kind(value);
            let same = found == ANY || others.iter().all(|row| row.values().nth(n).map(kind) == Some(found));
            if same { found } else { ANY }
        };
        first.values().enumerate().map(column).collect()
    }
}

impl Serialize for Table<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len() + 2))?;
        let kinds = self.kinds();
        let names: Vec<&SmolStr> = self.0.first().into_iter().flat_map(Row::keys).collect();
        list.serialize_element(&names)?;
        list.serialize_element(&kinds)?;
        for row in self.0 {
            list.serialize_element(&Line { kinds: &kinds, row })?;
        }
        list.end()
    }
}

struct Line<'l> {
    kinds: &'l str,
    row: &'l Row,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.row.len()))?;
        for (kind, value) in self.kinds.chars().zip(self.row.values()) {
            match (kind, value) {
                (DAYS, Value::Date(day)) => list.serialize_element(&Day(*day))?,
                (INSTANTS, Value::DateTime(at)) => list.serialize_element(&Instant(*at))?,
                _ => list.serialize_element(value)?,
            }
        }
        list.end()
    }
}

/// Reads what [`Table`] writes.
pub(super) struct ReadTable;

impl<'de> DeserializeSeed<'de> for ReadTable {
    type Value = Vec<Row>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Row>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ReadTable {
    type Value = Vec<Row>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of names, what the columns hold, then lists of as many values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Row>, A::Error> {
        let names: Vec<SmolStr> = list.next_element()?.unwrap_or_default();
        let kinds: SmolStr = list.next_element()?.unwrap_or_default();
        if !names.is_sorted_by(|one, next| one < next) {
            return Err(A::Error::custom("the names of a table stand in their order"));
        }
        if kinds.chars().count() != names.len() {
            return Err(A::Error::custom("a table says of each column what it holds"));
        }
        let mut rows = Vec::with_capacity(ROWS_USUAL);
        while let Some(row) = list.next_element_seed(ReadLine { names: &names, kinds: &kinds })? {
            rows.push(row);
        }
        Ok(rows)
    }
}

#[derive(Clone, Copy)]
struct ReadLine<'n> {
    names: &'n [SmolStr],
    kinds: &'n str,
}

impl<'de> DeserializeSeed<'de> for ReadLine<'_> {
    type Value = Row;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Row, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ReadLine<'_> {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.names.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Row, A::Error> {
        let mut values = Vec::with_capacity(self.names.len());
        for (name, kind) in self.names.iter().zip(self.kinds.chars()) {
            let value = match kind {
                DAYS => list.next_element::<Day>()?.map(|day| Value::Date(day.0)),
                INSTANTS => list.next_element::<Instant>()?.map(|at| Value::DateTime(at.0)),
                _ => list.next_element()?,
            };
            let Some(value) = value else { return Err(A::Error::invalid_length(values.len(), &self)) };
            values.push((name.clone(), value));
        }
        match list.next_element::<IgnoredAny>()? {
            None => Ok(Row::of_ordered(values)),
            Some(_) => Err(A::Error::invalid_length(values.len() + 1, &self)),
        }
    }
}
