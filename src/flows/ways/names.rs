//! What the names of a flow stand for.

use std::collections::BTreeMap;

use super::fields_of;
use crate::flows::definition::{Flow, FlowSet};
use crate::flows::expression::{Expression, Kind, Known};
use crate::flows::mistake::{did_you_mean, nearest};
use crate::flows::operation::{Field, Type};

/// Names that the engine gives: a value of the same name would hide them.
pub(crate) const BUILT_IN: [&str; 6] = ["channel", "language", "today", "now", "input", "contact"];

/// A value's kind, and its fields where they are known.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub kind: Kind,
    /// The fields of each kind of row that the name stands for.
    pub rows: Vec<&'static [Field]>,
    /// It may also be a row whose fields are not known.
    pub open: bool,
    /// Two steps give it different kinds: this one, and the other.
    pub mixed: Option<(Kind, Kind)>,
}

impl Named {
    fn new(kind: Kind, fields: Option<&'static [Field]>) -> Self {
        let open = fields.is_none() && matches!(kind, Kind::Unknown | Kind::Row | Kind::Rows);
        Self { kind, rows: fields.into_iter().collect(), open, mixed: None }
    }

    fn of(kind: Type) -> Self {
        Self::new(kind.into(), fields_of(kind))
    }

    /// The kind of a field; `None` when no row has it.
    fn field(&self, name: &str) -> Option<Kind> {
        let mut kinds = self
            .rows
            .iter()
            .filter_map(|fields| fields.iter().find(|field| field.name == name))
            .map(|field| field.kind.into());
        let first = kinds.next();
        match first {
            Some(first) if kinds.all(|kind: Kind| kind == first) && !self.open => Some(first),
            None if !self.open => None,
            _ => Some(Kind::Unknown),
        }
    }
}

/// All names that any step of a flow gives a value.
#[derive(Debug, Default)]
pub(crate) struct Names<'f> {
    pub known: BTreeMap<&'f str, Named>,
}

impl<'f> Names<'f> {
    pub(crate) fn of(set: &'f FlowSet, flow: &'f Flow) -> Self {
        let mut names = Self::default();
        for (name, kind) in &flow.takes {
            names.give(name, Named::of(*kind));
        }
        let lines = || flow.blocks.iter().flat_map(|block| &block.lines);
        for line in lines() {
            if let Some(operation) = line.step.operation() {
                let outcomes = set.signatures.get(operation.name).map_or(&[][..], |signature| signature.outcomes);
                for given in outcomes.iter().filter_map(|outcome| outcome.yields) {
                    names.give(operation.yields, Named::of(given));
                }
            } else if let Some((name, callee)) = line.step.callee().and_then(|callee| Some((callee.yields?, callee))) {
                let ends = set.flow(callee.flow).map_or(&[][..], |flow| &flow.ends);
                let mut given = false;
                for (_, values) in ends.iter().filter(|(_, values)| !values.is_empty()) {
                    given = true;
                    names.give(
                        name,
                        match &values[..] {
                            [(_, kind)] => Named::of(*kind),
                            _ => Named::new(Kind::Row, None),
                        },
                    );
                }
                if !given {
                    names.give(name, Named::new(Kind::Unknown, None));
                }
            } else if line.step.rows_from().is_none() {
                for (name, kind) in line.step.yields() {
                    names.give(name, Named::new(kind, None));
                }
            }
        }
        for line in lines() {
            let (Some(from), Some(into)) = (line.step.rows_from(), line.step.rows_into()) else { continue };
            let list = names.known.get(from).cloned();
            if list.as_ref().is_some_and(|list| list.kind == Kind::Texts) {
                names.give(into, Named::new(Kind::Text, None));
                continue;
            }
            let rows = list.map_or_else(Vec::new, |list| list.rows);
            if rows.is_empty() {
                names.give(into, Named::new(Kind::Row, None));
            }
            for fields in rows {
                names.give(into, Named::new(Kind::Row, Some(fields)));
            }
        }
        for line in lines().filter(|line| line.step.gives_in_turn()) {
            for ((name, _), formula) in line.step.yields().into_iter().zip(line.step.formulas()) {
                names.refine(name, &formula.expression);
            }
        }
        names
    }

    fn give(&mut self, name: &'f str, named: Named) {
        let Some(known) = self.known.get_mut(name) else {
            self.known.insert(name, named);
            return;
        };
        if known.mixed.is_some() {
            return;
        }
        if known.kind == Kind::Unknown {
            known.kind = named.kind;
        } else if named.kind != Kind::Unknown && known.kind != named.kind {
            known.mixed = Some((known.kind, named.kind));
            known.kind = Kind::Unknown;
            known.open = true;
            return;
        }
        known.open |= named.open;
        known.rows.extend(named.rows);
        known.rows.dedup();
    }

    /// What an expression gives is known only when the other names are.
    fn refine(&mut self, name: &'f str, expression: &Expression) {
        let Ok(kind) = expression.kind(self) else { return };
        let named = match expression {
            Expression::Path(path) if path.len() == 1 => self.known.get(path[0].as_str()).cloned(),
            _ => None,
        };
        self.give(name, named.unwrap_or_else(|| Named::new(kind, None)));
    }

    /// All names, for a mistake's cause.
    pub(crate) fn list(&self) -> String {
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
            ["contact", field] => {
                let name = format!("contact.{field}");
                return Ok(self.known.get(name.as_str()).map_or(Kind::Unknown, |named| named.kind));
            }
            [] => return Ok(Kind::Unknown),
            [first, ref rest @ ..] => (first, rest),
        };
        let Some(named) = self.known.get(first) else {
            let meant = nearest(first, self.known.keys().copied().chain(BUILT_IN));
            let meant = meant.map_or_else(String::new, |name| format!(", did you mean \"{name}\"?"));
            return Err(format!("nothing is named \"{first}\"{meant}"));
        };
        match (rest, named.kind) {
            ([], kind) => Ok(kind),
            ([field], kind) if kind.fields().is_some() => kind.field(field).map_err(|cause| format!("{first} {cause}")),
            (_, Kind::Unknown) => Ok(Kind::Unknown),
            ([field], Kind::Row) => named.field(field).ok_or_else(|| {
                let all = named.rows.iter().flat_map(|fields| fields.iter()).map(|field| field.name);
                let mend = did_you_mean(field, all, "name one it has");
                format!("{first} has no field \"{field}\", {mend}")
            }),
            (_, kind) => Err(format!("{first} is a {kind} and has no fields")),
        }
    }
}
