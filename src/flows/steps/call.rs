//! `call`: another flow; its ends are the outcomes. It sees what `with` passes and gives back what its end declares: the value itself
//! if there is one, else a row of them.
//!
//! ```yaml
//! - call: pick_slot
//!   with: {service: service.id}
//!   as: hold
//!   outcomes: {held: next, gave_up: menu}
//! ```

use super::{Callee, Step};
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::expression::Kind;
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader};
use crate::flows::value::Value;

#[derive(Debug)]
struct Call {
    flow: String,
    with: Vec<(String, Formula)>,
    name: Option<String>,
    outcomes: Vec<(String, Arm)>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    Some(Box::new(Call {
        flow: keys.text("call", reader.mistakes)?.to_owned(),
        with: reader.formulas(keys.take("with"), "with"),
        name: keys.text("as", reader.mistakes).map(str::to_owned),
        outcomes: reader.arms(keys.take("outcomes"), "outcomes"),
    }))
}

impl Step for Call {
    fn run<'a>(&'a self, run: &mut Run<'a>, line: &'a Line) -> Then<'a> {
        let values = run.row(&self.with);
        run.rest_at(line);
        Then::Enter { flow: &self.flow, values }
    }

    fn returned<'a>(&'a self, run: &mut Run<'a>, end: Option<&str>, value: Option<Value>) -> Then<'a> {
        if let (Some(name), Some(value)) = (&self.name, value) {
            run.set(name, value);
        }
        match self.outcomes.iter().find(|(name, _)| Some(name.as_str()) == end) {
            Some((_, arm)) => Then::Take(arm),
            None => Then::Next,
        }
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        self.outcomes.iter().map(|(name, arm)| (format!("outcome {name}"), arm)).collect()
    }

    fn falls_through(&self) -> bool {
        self.outcomes.is_empty()
    }

    fn formulas(&self) -> Vec<&Formula> {
        self.with.iter().map(|(_, formula)| formula).collect()
    }

    fn yields(&self) -> Vec<(&str, Kind)> {
        self.name.iter().map(|name| (name.as_str(), Kind::Unknown)).collect()
    }

    fn callee(&self) -> Option<Callee<'_>> {
        let Self { flow, with, name, outcomes } = self;
        Some(Callee { flow, with, outcomes, yields: name.as_deref() })
    }
}
