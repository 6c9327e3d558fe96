//! Reads typed fields out of the merged layers and gathers every mistake on the way.

use figment::Figment;
use figment::value::Value;

use super::mistake::{Mistake, Mistakes};
use super::section::Field;
use super::setting::{Raw, Setting};

/// The merged layers, and the mistakes found so far.
#[derive(Debug)]
pub struct Reader<'a> {
    layers: &'a Figment,
    mistakes: &'a mut Mistakes,
}

impl<'a> Reader<'a> {
    pub(super) fn new(layers: &'a Figment, mistakes: &'a mut Mistakes) -> Self {
        Self { layers, mistakes }
    }

    /// The names chosen below `path`, sorted.
    pub(super) fn names(&self, path: &str) -> Vec<String> {
        match self.layers.find_value(path) {
            Ok(Value::Dict(_, entries)) => entries.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// Whether this word is written at `path`.
    pub(super) fn is_word(&self, path: &str, word: &str) -> bool {
        let found = self.layers.find_value(path).ok();
        found.as_ref().and_then(text_of).is_some_and(|text| text.trim() == word)
    }

    /// One field: what the layers say, or its default.
    pub fn field<T: Setting>(&mut self, prefix: &str, name: &str, field: &Field) -> Option<T> {
        let path = format!("{prefix}.{name}");
        let found = self.layers.find_value(&path).ok();
        let raw = match (&found, field.default) {
            (Some(value), _) => read_raw(value),
            (None, Some(default)) => Some(Raw::Text(default.to_owned())),
            (None, None) => return T::unset().or_else(|| self.refuse::<T>(&path, "is not set", field)),
        };
        let value = raw.as_ref().and_then(T::read);
        match value {
            Some(value) if within(field.limits, value.magnitude()) => Some(value),
            _ => self.refuse::<T>(&path, &describe(raw.as_ref(), field.secret), field),
        }
    }

    fn refuse<T: Setting>(&mut self, path: &str, found: &str, field: &Field) -> Option<T> {
        let expected = match field.limits {
            Some((low, high)) => format!("{} from {low} to {high} ({})", T::expected(), field.unit),
            None => T::expected(),
        };
        let source = self.layers.find_metadata(path).map(|metadata| metadata.name.to_string());
        self.mistakes.add(Mistake::at(path, format!("{found}: expected {expected}")).coming_from(source));
        None
    }
}

fn within(limits: Option<(u64, u64)>, magnitude: Option<u64>) -> bool {
    match (limits, magnitude) {
        (Some((low, high)), Some(magnitude)) => (low..=high).contains(&magnitude),
        _ => true,
    }
}

fn describe(raw: Option<&Raw>, secret: bool) -> String {
    match raw {
        _ if secret => "cannot be used".to_owned(),
        Some(Raw::Text(text)) => format!("is \"{text}\""),
        Some(Raw::List(_)) => "is a list".to_owned(),
        None => "is a table".to_owned(),
    }
}

fn read_raw(value: &Value) -> Option<Raw> {
    match value {
        Value::Array(_, items) => items.iter().map(text_of).collect::<Option<_>>().map(Raw::List),
        value => text_of(value).map(Raw::Text),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.clone()),
        Value::Char(_, character) => Some(character.to_string()),
        Value::Bool(_, truth) => Some(truth.to_string()),
        Value::Num(_, number) => number
            .to_i128()
            .map(|number| number.to_string())
            .or_else(|| number.to_f64().map(|number| number.to_string())),
        Value::Empty(..) | Value::Dict(..) | Value::Array(..) => None,
    }
}
