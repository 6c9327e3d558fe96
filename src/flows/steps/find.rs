//! `find`: a typed question to operations. The result is named like it, or `as` says.
//!
//! ```yaml
//! - find: free_slots
//!   with: {service: service.id, day: day.id}
//!   as: slots
//!   empty: day              # taken when a list of rows is empty
//!   unavailable: trouble    # else the head's
//! ```

use super::{Operation, Step};
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::expression::Kind;
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader};
use crate::flows::value::Value;

#[derive(Debug)]
struct Find {
    operation: String,
    with: Vec<(String, Formula)>,
    name: String,
    empty: Option<Arm>,
    unavailable: Option<Arm>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let operation = keys.text("find", reader.mistakes)?.to_owned();
    let name = keys.text("as", reader.mistakes).unwrap_or(&operation).to_owned();
    Some(Box::new(Find {
        with: reader.formulas(keys.take("with"), "with"),
        empty: keys.take("empty").and_then(|node| reader.arm(node)),
        unavailable: keys.take("unavailable").and_then(|node| reader.arm(node)),
        operation,
        name,
    }))
}

impl Step for Find {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        let answer = match run.operation(&self.operation, &self.with) {
            Ok(answer) => answer,
            Err(then) => return then,
        };
        match (answer.outcome.as_str(), &answer.value) {
            ("found", Some(value)) => {
                let empty = matches!(value, Value::Rows(rows) if rows.is_empty());
                run.set_found(&self.name, value);
                match &self.empty {
                    Some(arm) if empty => Then::Take(arm),
                    _ => Then::Next,
                }
            }
            _ => Then::Unavailable(self.unavailable.as_ref()),
        }
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        let named = [("empty", &self.empty), ("unavailable", &self.unavailable)];
        named.into_iter().filter_map(|(name, arm)| arm.as_ref().map(|arm| (name.to_owned(), arm))).collect()
    }

    fn formulas(&self) -> Vec<&Formula> {
        self.with.iter().map(|(_, formula)| formula).collect()
    }

    fn yields(&self) -> Vec<(&str, Kind)> {
        vec![(&self.name, Kind::Unknown)]
    }

    fn operation(&self) -> Option<Operation<'_>> {
        let Self { operation, with, name, empty, .. } = self;
        Some(Operation { name: operation, with, outcomes: &[], empty: empty.as_ref(), question: true, yields: name })
    }
}
