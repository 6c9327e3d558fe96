//! Tests on what a text says. Case, accents and outer punctuation do not count.

use regex::{Regex, RegexBuilder};

use crate::flows::understand::fold;

/// Longest pattern.
const PATTERN_CHARS_MAX: usize = 200;
/// What a compiled pattern may take.
const PATTERN_BYTES_MAX: usize = 1024 * 1024;
/// How far into a text a pattern looks: its time is proportional to it.
const TEXT_BYTES_MAX: usize = 8 * 1024;

/// A compiled pattern. It runs in linear time: the engine has no backtracking.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Pattern {
    /// Compiles a pattern, or says in a sentence why it cannot be.
    pub(super) fn read(source: &str) -> Result<Self, String> {
        if source.chars().count() > PATTERN_CHARS_MAX {
            return Err(format!("a pattern has at most {PATTERN_CHARS_MAX} characters"));
        }
        let compiled = RegexBuilder::new(source)
            .case_insensitive(true)
            .size_limit(PATTERN_BYTES_MAX)
            .dfa_size_limit(PATTERN_BYTES_MAX)
            .nest_limit(20)
            .build();
        compiled.map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            // The last line says what is wrong, the ones before it point at the place.
            other => {
                let said = other.to_string();
                let last = said.lines().last().unwrap_or_default();
                format!("the pattern cannot be read: {}", last.strip_prefix("error: ").unwrap_or(last))
            }
        })
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.is_match(&text[..text.floor_char_boundary(TEXT_BYTES_MAX)])
    }
}

/// The words of a text, folded.
pub(super) fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(super) fn has_any(text: &str, wanted: &str) -> bool {
    let text = words(text);
    words(wanted).iter().any(|word| text.contains(word))
}

pub(super) fn has_all(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (words(text), words(wanted));
    !wanted.is_empty() && wanted.iter().all(|word| text.contains(word))
}

pub(super) fn has_phrase(text: &str, phrase: &str) -> bool {
    let (text, phrase) = (words(text), words(phrase));
    !phrase.is_empty() && text.windows(phrase.len()).any(|window| *window == *phrase)
}

pub(super) fn only_phrase(text: &str, phrase: &str) -> bool {
    words(text) == words(phrase)
}
