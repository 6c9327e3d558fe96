//! `set`: gives names their values, in the order written.
//!
//! ```yaml
//! - set: {guests: size + 1, contact.city: place.city}
//! - set: {entries: "append(entries, input.text, 50)"}   # a bounded list: the last 50 lines
//! ```

use super::Step;
use crate::flows::definition::{Formula, Line};
use crate::flows::expression::Kind;
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader};

#[derive(Debug)]
struct Set {
    values: Vec<(String, Formula)>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let node = keys.take("set")?;
    let values = reader.formulas(Some(node), "set");
    for (name, formula) in &values {
        reader.name(name.strip_prefix("contact.").unwrap_or(name), formula.at, "a value");
    }
    Some(Box::new(Set { values }))
}

impl Step for Set {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        for (name, formula) in &self.values {
            if let Some(value) = run.value(formula) {
                run.set(name, value);
            }
        }
        Then::Next
    }

    fn formulas(&self) -> Vec<&Formula> {
        self.values.iter().map(|(_, formula)| formula).collect()
    }

    fn gives_in_turn(&self) -> bool {
        true
    }

    fn yields(&self) -> Vec<(&str, Kind)> {
        self.values.iter().map(|(name, _)| (name.as_str(), Kind::Unknown)).collect()
    }
}
