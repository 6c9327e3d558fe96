//! Bytes as a row of decisions: what a person does next, what an operation answers. When they are used up, all that comes is nothing.

use std::borrow::Cow;

#[derive(Debug, Clone)]
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn number(&mut self) -> i64 {
        (0..4).fold(0, |number, _| (number << 8) | i64::from(self.byte()))
    }

    pub fn one_of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[usize::from(self.byte()) % all.len()]
    }

    /// Up to the next line end.
    pub fn text(&mut self) -> Cow<'a, str> {
        let end = self.0.iter().position(|byte| *byte == b'\n');
        let (text, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.get(1..).unwrap_or_default();
        String::from_utf8_lossy(text)
    }
}
