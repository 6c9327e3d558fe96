//! What the names of a flow stand for.

use std::collections::BTreeMap;

use super::Check;
use crate::flows::definition::{Flow, FlowSet, Formula};
use crate::flows::expression::{Kind, Known};
use crate::flows::mistake::did_you_mean;
use crate::flows::operation::{Field, Type};

/// A value's kind, and its fields where they are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub kind: Kind,
    pub fields: Option<&'static [Field]>,
}

impl From<Type> for Named {
    fn from(kind: Type) -> Self {
        let fields = match kind {
            Type::Row(fields) | Type::Rows { fields, .. } => Some(fields),
            _ => None,
        };
        Self { kind: kind.into(), fields }
    }
}

const UNKNOWN: Named = Named { kind: Kind::Unknown, fields: None };

/// All names that any step of a flow gives a value.
#[derive(Debug, Default)]
pub(super) struct Names<'f> {
    pub known: BTreeMap<&'f str, Named>,
}

impl<'f> Names<'f> {
    pub(super) fn of(set: &'f FlowSet, flow: &'f Flow) -> Self {
        let mut names = Self::default();
        for (name, kind) in &flow.takes {
            names.give(name, Named { kind: *kind, fields: None });
        }
        for given in flow.start.event.iter().flat_map(|event| &event.gives) {
            names.give(&given.name, Named { kind: given.kind, fields: given.fields });
        }
        let lines = || flow.blocks.iter().flat_map(|block| &block.lines);
        for line in lines() {
            if let Some(operation) = line.step.operation() {
                let outcomes = set.signatures.get(operation.name).map_or(&[][..], |signature| signature.outcomes);
                let given = outcomes.iter().find_map(|outcome| outcome.yields);
                if let Some(given) = given {
                    names.give(operation.yields, given.into());
                }
            } else if let Some((name, callee)) = line.step.callee().and_then(|callee| Some((callee.yields?, callee))) {
                let ends = set.flow(callee.flow).map_or(&[][..], |flow| &flow.ends);
                let given = ends.iter().find_map(|(_, values)| match &values[..] {
                    [] => None,
                    [(_, kind)] => Some(Named { kind: *kind, fields: None }),
                    _ => Some(Named { kind: Kind::Row, fields: None }),
                });
                names.give(name, given.unwrap_or(UNKNOWN));
            } else if line.step.rows_from().is_none() {
                for (name, kind) in line.step.yields() {
                    names.give(name, Named { kind, fields: None });
                }
            }
        }
        for line in lines() {
            let (Some(from), Some(asking)) = (line.step.rows_from(), line.step.asking()) else { continue };
            let fields = names.known.get(from).and_then(|named| named.fields);
            names.give(&asking.name, Named { kind: Kind::Row, fields });
        }
        names
    }

    /// A name that two steps give different kinds is of unknown kind.
    fn give(&mut self, name: &'f str, named: Named) {
        let known = self.known.entry(name).or_insert(named);
        if known.kind != named.kind {
            *known = UNKNOWN;
        } else if known.fields != named.fields {
            known.fields = None;
        }
    }

    /// All names, for a mistake's cause.
    pub(super) fn list(&self) -> String {
        let mut names: Vec<&str> = self.known.keys().copied().filter(|name| !name.starts_with("contact.")).collect();
        names.push("contact");
        names.join(", ")
    }
}

impl Known for Names<'_> {
    fn kind(&self, path: &[String]) -> Result<Kind, String> {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        let (first, rest) = match words[..] {
            ["channel" | "language"] | ["input", "text"] | ["contact", "name"] => return Ok(Kind::Text),
            ["today"] => return Ok(Kind::Date),
            ["now"] => return Ok(Kind::DateTime),
            ["contact", _] | [] => return Ok(Kind::Unknown),
            [first, ref rest @ ..] => (first, rest),
        };
        let Some(named) = self.known.get(first) else { return Err(format!("nothing is named \"{first}\"")) };
        match (rest, named) {
            ([], named) => Ok(named.kind),
            (_, Named { kind: Kind::Unknown, .. } | Named { kind: Kind::Row, fields: None }) => Ok(Kind::Unknown),
            ([field], Named { kind: Kind::Row, fields: Some(fields) }) => {
                let found = fields.iter().find(|known| known.name == *field);
                found.map(|field| field.kind.into()).ok_or_else(|| {
                    let mend = did_you_mean(field, fields.iter().map(|field| field.name), "name one it has");
                    format!("{first} has no field \"{field}\", {mend}")
                })
            }
            (_, named) => Err(format!("{first} is a {} and has no fields", named.kind)),
        }
    }
}

impl Check<'_> {
    pub(super) fn expressions(&mut self) {
        let flow = self.flow;
        let mut wrong = Vec::new();
        for line in flow.blocks.iter().flat_map(|block| &block.lines) {
            for formula in line.step.formulas() {
                wrong.extend(formula.expression.kind(&self.names).err().map(|cause| (formula, cause)));
            }
            let condition = line.guard.iter().map(|guard| &guard.condition).chain(line.step.condition());
            for formula in condition {
                match formula.expression.kind(&self.names) {
                    Ok(Kind::YesNo | Kind::Unknown) => {}
                    Ok(kind) => wrong.push((formula, format!("a condition is yes or no, not {kind}"))),
                    // A step's own condition stands among its formulas.
                    Err(cause)
                        if line
                            .guard
                            .as_ref()
                            .is_some_and(|guard| std::ptr::eq(&raw const guard.condition, formula)) =>
                    {
                        wrong.push((formula, cause));
                    }
                    Err(_) => {}
                }
            }
        }
        for (formula, cause) in wrong {
            self.wrong_expression(formula, &cause);
        }
    }

    fn wrong_expression(&mut self, formula: &Formula, cause: &str) {
        let known = self.names.list();
        self.add(
            formula.at,
            format!("{cause}: {}", formula.source),
            format!("known here: {known}"),
            "correct the expression",
        );
    }
}
