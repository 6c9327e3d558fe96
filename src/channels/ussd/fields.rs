//! The fields of a request, however they were written: names with dots and simple values.

use serde_json::Value as Json;

use super::Unreadable;

/// More fields than any gateway sends.
const FIELDS_MAX: usize = 100;
/// Deeper than any gateway nests.
const DEPTH_MAX: usize = 8;

/// Names and simple values, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, Json)>);

impl Fields {
    /// Refused beyond [`FIELDS_MAX`].
    pub(super) fn add(&mut self, name: impl Into<String>, value: Json) -> Result<(), Unreadable> {
        if self.0.len() >= FIELDS_MAX {
            return Err(Unreadable::TooMany(FIELDS_MAX));
        }
        self.0.push((name.into(), value));
        Ok(())
    }

    /// Objects are entered as deep as [`DEPTH_MAX`]; lists and nulls are passed by.
    pub(super) fn add_object(&mut self, object: serde_json::Map<String, Json>) -> Result<(), Unreadable> {
        self.add_below("", object, 0)
    }

    fn add_below(
        &mut self,
        prefix: &str,
        object: serde_json::Map<String, Json>,
        depth: usize,
    ) -> Result<(), Unreadable> {
        for (name, value) in object {
            let name = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            match value {
                Json::Object(below) if depth < DEPTH_MAX => self.add_below(&name, below, depth + 1)?,
                Json::Object(_) | Json::Array(_) | Json::Null => {}
                value => self.add(name, value)?,
            }
        }
        Ok(())
    }

    /// The first field of that name, as it came.
    pub(super) fn value(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The name that is there, the first of several, with its value as text.
    pub(super) fn text<'n>(&self, names: &'n [String]) -> Option<(&'n str, String)> {
        let found = names.iter().find_map(|name| self.value(name).map(|value| (name.as_str(), value)));
        found.map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    }
}
