//! `do`: a typed, idempotent command; the engine adds the key.
//!
//! ```yaml
//! - do: hold_slot
//!   with: {slot: slot.id, service: service.id}
//!   as: hold
//!   outcomes: {held: next, taken: [say: slot_taken, go: slots]}
//! ```

use super::{Operation, Step};
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::expression::Kind;
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader};

#[derive(Debug)]
struct Do {
    operation: String,
    with: Vec<(String, Formula)>,
    name: String,
    outcomes: Vec<(String, Arm)>,
    unavailable: Option<Arm>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let operation = keys.text("do", reader.mistakes)?.to_owned();
    let name = keys.text("as", reader.mistakes).unwrap_or(&operation).to_owned();
    Some(Box::new(Do {
        with: reader.formulas(keys.take("with"), "with"),
        outcomes: reader.arms(keys.take("outcomes"), "outcomes"),
        unavailable: keys.take("unavailable").and_then(|node| reader.arm(node)),
        operation,
        name,
    }))
}

impl Step for Do {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        let answer = match run.operation(&self.operation, &self.with) {
            Ok(answer) => answer,
            Err(then) => return then,
        };
        run.no_way_back();
        if !run.has_outcome(&self.operation, &answer.outcome) {
            let own = self.outcomes.iter().find(|(name, _)| name == "unavailable").map(|(_, arm)| arm);
            return Then::Unavailable(self.unavailable.as_ref().or(own));
        }
        if let Some(value) = &answer.value {
            run.set_found(&self.name, value);
        }
        match self.outcomes.iter().find(|(name, _)| *name == answer.outcome) {
            Some((_, arm)) => Then::Take(arm),
            None => Then::Next,
        }
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        let outcomes = self.outcomes.iter().map(|(name, arm)| (format!("outcome {name}"), arm));
        outcomes.chain(self.unavailable.iter().map(|arm| ("unavailable".to_owned(), arm))).collect()
    }

    fn falls_through(&self) -> bool {
        self.outcomes.is_empty()
    }

    fn formulas(&self) -> Vec<&Formula> {
        self.with.iter().map(|(_, formula)| formula).collect()
    }

    fn yields(&self) -> Vec<(&str, Kind)> {
        vec![(&self.name, Kind::Unknown)]
    }

    fn operation(&self) -> Option<Operation<'_>> {
        let Self { operation, with, name, outcomes, .. } = self;
        Some(Operation { name: operation, with, outcomes, empty: None, question: false, yields: name })
    }
}
