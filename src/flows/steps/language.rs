//! `language`: from here on the person is spoken to in another language, in all flows and for good.
//!
//! ```yaml
//! - choose: tongue
//!   options: {english: [language: en], kinyarwanda: [language: rw]}
//! ```

use super::Step;
use crate::flows::definition::Line;
use crate::flows::machine::{Run, Then};
use crate::flows::mistake::At;
use crate::flows::reader::{Keys, Reader, text};

#[derive(Debug)]
struct Language {
    code: String,
    at: At,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let node = keys.take("language")?;
    Some(Box::new(Language { code: text(node, "language", reader.mistakes)?.to_owned(), at: node.at }))
}

impl Step for Language {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        run.speak(&self.code);
        Then::Next
    }

    fn language(&self) -> Option<(&str, At)> {
        Some((&self.code, self.at))
    }
}
