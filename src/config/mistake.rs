//! What is wrong with a configuration: all of it at once, each with its field and its variable.

use std::fmt;

use super::section::variable_of;

/// One wrong or missing setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Dotted path of the field.
    pub path: String,
    /// What was found and what was expected. Never holds a secret.
    pub text: String,
    /// Where the value came from, if it came from somewhere.
    pub source: Option<String>,
}

impl Mistake {
    /// A mistake at a field; `text` completes "field (VARIABLE) …".
    pub fn at(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), source: None }
    }

    pub(super) fn coming_from(self, source: Option<String>) -> Self {
        Self { source, ..self }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return formatter.write_str(&self.text);
        }
        write!(formatter, "{} ({}) {}", self.path, variable_of(&self.path), self.text)?;
        self.source.as_ref().map_or(Ok(()), |source| write!(formatter, " [from {source}]"))
    }
}

/// The mistakes found so far.
#[derive(Debug, Default)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    pub fn add(&mut self, mistake: Mistake) {
        self.0.push(mistake);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The error to return, if there is anything to say.
    pub fn into_result(self) -> Result<(), ConfigError> {
        if self.0.is_empty() { Ok(()) } else { Err(ConfigError { mistakes: self.0 }) }
    }
}

/// The configuration cannot be used; holds every mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mistakes.len() {
            1 => write!(formatter, "1 mistake in the configuration:")?,
            count => write!(formatter, "{count} mistakes in the configuration:")?,
        }
        self.mistakes.iter().try_for_each(|mistake| write!(formatter, "\n  {mistake}"))
    }
}

impl std::error::Error for ConfigError {}
