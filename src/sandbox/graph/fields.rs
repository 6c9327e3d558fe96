//! Walking a JSON object strictly: every key must be known, every value of its kind, and refusals name the place.

use serde_json::{Map, Value};

use crate::sandbox::refusal::Refusal;

/// An object and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

/// Characters as the strictest reading counts them.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value, path: impl Into<String>) -> Result<Self, Refusal> {
        let path = path.into();
        match value {
            Value::Object(map) => Ok(Self { path, map }),
            _ => Err(Refusal::parameter(format!("{path} must be an object"))),
        }
    }

    pub(super) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// No keys but these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                Err(Refusal::parameter(format!("{} has no place here: expected {}", self.path(key), known.join(", "))))
            }
            None => Ok(()),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    pub(super) fn value(&self, key: &str) -> Result<&'a Value, Refusal> {
        self.map.get(key).ok_or_else(|| Refusal::missing(format!("{} is required", self.path(key))))
    }

    /// A text of 1 to `most` characters.
    pub(super) fn text(&self, key: &str, most: usize) -> Result<&'a str, Refusal> {
        let path = self.path(key);
        let Value::String(text) = self.value(key)? else {
            return Err(Refusal::parameter(format!("{path} must be a string")));
        };
        if text.trim().is_empty() {
            return Err(Refusal::missing(format!("{path} must not be empty")));
        }
        if length(text) > most {
            return Err(Refusal::value(format!("{path} has {} characters, {most} are allowed", length(text))));
        }
        Ok(text)
    }

    pub(super) fn text_if_there(&self, key: &str, most: usize) -> Result<Option<&'a str>, Refusal> {
        if self.has(key) { self.text(key, most).map(Some) } else { Ok(None) }
    }

    pub(super) fn flag_if_there(&self, key: &str) -> Result<(), Refusal> {
        match self.map.get(key) {
            None | Some(Value::Bool(_)) => Ok(()),
            Some(_) => Err(Refusal::parameter(format!("{} must be true or false", self.path(key)))),
        }
    }

    /// A text that must be exactly this.
    pub(super) fn exactly(&self, key: &str, word: &str) -> Result<(), Refusal> {
        if self.text(key, usize::MAX)? == word {
            Ok(())
        } else {
            Err(Refusal::parameter(format!("{} must be {word}", self.path(key))))
        }
    }

    pub(super) fn object(&self, key: &str) -> Result<Fields<'a>, Refusal> {
        Fields::of(self.value(key)?, self.path(key))
    }

    pub(super) fn object_if_there(&self, key: &str) -> Result<Option<Fields<'a>>, Refusal> {
        if self.has(key) { self.object(key).map(Some) } else { Ok(None) }
    }

    /// A list of 1 to `most` objects.
    pub(super) fn objects(&self, key: &str, most: usize) -> Result<Vec<Fields<'a>>, Refusal> {
        let path = self.path(key);
        let Value::Array(items) = self.value(key)? else {
            return Err(Refusal::parameter(format!("{path} must be a list")));
        };
        if items.is_empty() {
            return Err(Refusal::missing(format!("{path} must not be empty")));
        }
        if items.len() > most {
            return Err(Refusal::value(format!("{path} has {} items, {most} are allowed", items.len())));
        }
        items.iter().enumerate().map(|(n, item)| Fields::of(item, format!("{path}[{n}]"))).collect()
    }
}

/// All texts must differ.
pub(super) fn unique<'a>(what: &str, texts: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
    let mut seen = std::collections::HashSet::new();
    for text in texts {
        if !seen.insert(text) {
            return Err(Refusal::value(format!("{what} must be unique: {text:?} comes twice")));
        }
    }
    Ok(())
}

/// An http or https address.
pub(super) fn link(path: &str, text: &str) -> Result<(), Refusal> {
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(()),
        _ => Err(Refusal::value(format!("{path} must be an http or https address"))),
    }
}
