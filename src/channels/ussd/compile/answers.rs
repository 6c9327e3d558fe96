//! What a field map says of answers.

use super::super::map::Writing;
use super::super::pattern::{self, Filled, Part, With};
use super::super::preset::Written;
use super::Compiler;
use crate::config::{UssdAnswer, UssdInput, Words};

impl Compiler {
    pub(super) fn writing(&mut self, written: &Written) -> Option<Writing> {
        let expected = "`marked`, `plain`, `json`, `xml` or `xmlrpc`";
        match self.needed("answer", written.answer, expected)? {
            UssdAnswer::Marked => {
                let go_on = written.go_on.clone().unwrap_or_else(|| "CON".to_owned());
                let end = written.end.clone().unwrap_or_else(|| "END".to_owned());
                if go_on == end || go_on.is_empty() || end.is_empty() {
                    self.wrong("end", "is the same as go_on, or one of them is empty: expected two words");
                }
                Some(Writing::Marked { go_on, end })
            }
            UssdAnswer::Plain => Some(Writing::Plain),
            UssdAnswer::Json => Some(Writing::Json),
            UssdAnswer::Xml => {
                let root =
                    self.needed("answer_root", written.answer_root.clone(), "the name of the outermost element")?;
                if !is_element(&root) {
                    self.wrong("answer_root", format!("is \"{root}\": expected the name of an element"));
                }
                Some(Writing::Xml { root })
            }
            UssdAnswer::XmlRpc => Some(Writing::XmlRpc),
        }
    }

    pub(super) fn filled(&mut self, field: &'static str, words: Option<&Words>) -> Vec<Filled> {
        let mut read = Vec::new();
        for word in words.into_iter().flat_map(Words::iter) {
            match pattern::filled(word) {
                Ok(filled) => read.push(filled),
                Err(expected) => self.wrong(field, format!("holds \"{word}\": expected {expected}")),
            }
        }
        read
    }

    pub(super) fn headers(&mut self, written: &Written) -> Vec<(http::HeaderName, Filled)> {
        let mut read = Vec::new();
        for filled in self.filled("answer_headers", written.answer_headers.as_ref()) {
            match filled.name.parse() {
                Ok(name) => read.push((name, filled)),
                Err(_) => {
                    self.wrong("answer_headers", format!("holds \"{}\": expected the name of a header", filled.name));
                }
            }
        }
        read
    }

    /// An answer without screen, or without a word on whether it goes on, would leave people in the dark.
    pub(super) fn check_screen_shown(&mut self, written: &Written, answer: &[Filled]) {
        let Some(form) = written.answer else { return };
        let in_text = matches!(form, UssdAnswer::Marked | UssdAnswer::Plain);
        if in_text && !answer.is_empty() {
            self.wrong(
                "answer_fields",
                "are set while the answer is a text: expected `answer` to be json, xml or xmlrpc",
            );
        }
        if !in_text && !answer.iter().any(|filled| filled.with == With::Screen) {
            self.wrong("answer_fields", "hold no {screen}: expected one field with it");
        }
        let says_state = |filled: &Filled| matches!(filled.with, With::State { .. });
        if !in_text && !answer.iter().any(says_state) {
            self.wrong("answer_fields", "hold no {goes on|ends}: expected one field with it");
        }
        let headers = written.answer_headers.iter().flat_map(Words::iter);
        if form == UssdAnswer::Plain
            && !headers.filter_map(|word| pattern::filled(word).ok()).any(|filled| says_state(&filled))
        {
            self.wrong(
                "answer_headers",
                "hold no {goes on|ends}: expected one header with it, because the answer is plain",
            );
        }
        if form == UssdAnswer::Xml {
            for filled in answer.iter().filter(|filled| !filled.name.split('.').all(is_element)) {
                self.wrong("answer_fields", format!("holds \"{}\": expected the name of an element", filled.name));
            }
        }
        let path = pattern::path(written.path.as_deref().unwrap_or_default());
        if path.iter().any(|part| *part == Part::Field(String::new())) {
            self.wrong("path", "holds {}: expected a name between the braces");
        }
        if written.input == Some(UssdInput::History) && written.dialled.is_some() {
            self.wrong("dialled", "is set while `input` is `history`, which tells what was dialled");
        }
    }
}

/// The fields of requests that answers send back.
pub(super) fn echoed<'a>(filled: impl Iterator<Item = &'a Filled>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for filled in filled {
        if let With::Echo(name) = &filled.with
            && !names.contains(name)
        {
            names.push(name.clone());
        }
    }
    names
}

fn is_element(name: &str) -> bool {
    let mut letters = name.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'))
}
