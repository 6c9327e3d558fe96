//! Named values: a handful of them, side by side in the order of their names.
//!
//! A session holds dozens of rows of two or three values, which every turn reads and writes. A tree node for each would be ten times as large,
//! and a name of its own for every value would be one more piece of memory: short names lie within the row.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::Value;

/// Most rows have no more values.
const USUAL: usize = 4;
/// So many names are sooner looked through than halved.
const FEW: usize = 12;

/// Named values in the order of their names; a name stands once.
#[derive(Clone, Default, PartialEq)]
pub struct Row(Vec<(SmolStr, Value)>);

impl Row {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Of values whose names stand in their order already, and once each.
    pub(super) fn of_ordered(values: Vec<(SmolStr, Value)>) -> Self {
        debug_assert!(values.is_sorted_by(|(one, _), (next, _)| one < next), "the names are in order");
        Self(values)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = if self.0.len() <= FEW {
            // Names of another length differ at a glance.
            self.0.iter().find(|(known, _)| known == name)
        } else {
            self.place(name).ok().and_then(|place| self.0.get(place))
        };
        found.map(|(_, value)| value)
    }

    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Gives a name its value; the value it had before comes back.
    pub fn insert(&mut self, name: impl Into<SmolStr>, value: Value) -> Option<Value> {
        let name = name.into();
        if self.0.last().is_none_or(|(last, _)| *last < name) {
            self.0.push((name, value));
            return None;
        }
        match self.place(&name) {
            Ok(place) => Some(std::mem::replace(&mut self.0[place].1, value)),
            Err(place) => {
                self.0.insert(place, (name, value));
                None
            }
        }
    }

    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.place(name).ok()?;
        Some(self.0.remove(place).1)
    }

    /// Takes the value with the first name out.
    pub fn pop_first(&mut self) -> Option<(SmolStr, Value)> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    /// The values of these names.
    #[must_use]
    pub fn only(&self, mut wanted: impl FnMut(&str) -> bool) -> Self {
        let mut some = Vec::with_capacity(self.0.len());
        some.extend(self.0.iter().filter(|(name, _)| wanted(name)).cloned());
        Self(some)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&SmolStr, &Value)> + Clone {
        self.0.iter().map(|(name, value)| (name, value))
    }

    pub fn keys(&self) -> impl ExactSizeIterator<Item = &SmolStr> + Clone {
        self.0.iter().map(|(name, _)| name)
    }

    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> + Clone {
        self.0.iter().map(|(_, value)| value)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<N: Into<SmolStr>> Extend<(N, Value)> for Row {
    fn extend<I: IntoIterator<Item = (N, Value)>>(&mut self, values: I) {
        for (name, value) in values {
            self.insert(name, value);
        }
    }
}

impl<N: Into<SmolStr>> FromIterator<(N, Value)> for Row {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(values: I) -> Self {
        let values = values.into_iter();
        let (least, most) = values.size_hint();
        let mut row = Self(Vec::with_capacity(most.unwrap_or(USUAL).min(USUAL).max(least)));
        row.extend(values);
        row
    }
}

impl<N: Into<SmolStr>, const COUNT: usize> From<[(N, Value); COUNT]> for Row {
    fn from(values: [(N, Value); COUNT]) -> Self {
        values.into_iter().collect()
    }
}

impl IntoIterator for Row {
    type Item = (SmolStr, Value);
    type IntoIter = std::vec::IntoIter<(SmolStr, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'r> IntoIterator for &'r Row {
    type Item = (&'r SmolStr, &'r Value);
    type IntoIter = std::iter::Map<std::slice::Iter<'r, (SmolStr, Value)>, fn(&'r (SmolStr, Value)) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows;
        impl<'de> Visitor<'de> for Rows {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("named values")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Row, M::Error> {
                let mut row = Row(Vec::with_capacity(USUAL));
                while let Some((name, value)) = map.next_entry::<SmolStr, Value>()? {
                    row.insert(name, value);
                }
                Ok(row)
            }
        }
        deserializer.deserialize_map(Rows)
    }
}
