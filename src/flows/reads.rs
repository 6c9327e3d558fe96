//! Which parts of a value anything in a flow can read: the rest need not be kept in the session.

use std::collections::HashSet;

use super::by_name::{ByName, Names};
use super::definition::Flow;
use super::messages;
use super::value::{Row, Value};

#[derive(Debug, Default)]
pub(crate) struct Reads {
    fields: ByName<Fields>,
    /// Lists that only choices read, and that a `find` yields.
    only_chosen: Names,
}

#[derive(Debug, Clone, Default)]
struct Fields {
    /// Passed on as a whole.
    whole: bool,
    /// Few, and none twice.
    names: Vec<String>,
}

impl Fields {
    fn note(&mut self, name: &str) {
        if !self.has(name) {
            self.names.push(name.to_owned());
        }
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}

impl Reads {
    pub(crate) fn of(flow: &Flow) -> Self {
        let mut reads = Self::default();
        let lines = || flow.blocks.iter().flat_map(|block| &block.lines);
        for line in lines() {
            let guard = line.guard.iter().map(|guard| &guard.condition);
            for formula in guard.chain(line.step.formulas()) {
                formula.expression.paths(&mut |path, _| reads.see(path, true));
            }
        }
        for (name, _) in flow.ends.iter().flat_map(|(_, values)| values) {
            reads.see(std::slice::from_ref(name), true);
        }
        for (variable, _) in flow.texts.iter().flat_map(|texts| &texts.entries).flat_map(|entry| &entry.uses.variables)
        {
            reads.see(&messages::path(variable), false);
        }
        let found: HashSet<&str> = lines()
            .filter_map(|line| line.step.operation())
            .filter(|operation| operation.question)
            .map(|operation| operation.yields)
            .collect();
        let looped: HashSet<&str> =
            lines().filter(|line| line.step.asking().is_none()).filter_map(|line| line.step.rows_from()).collect();
        for line in lines() {
            let (Some(from), Some(into)) = (line.step.rows_from(), line.step.rows_into()) else { continue };
            if line.step.asking().is_some()
                && found.contains(from)
                && !reads.fields.contains_key(from)
                && !looped.contains(from)
            {
                reads.only_chosen.insert(from.to_owned());
            }
            let mut chosen = reads.fields.get(into).cloned().unwrap_or_default();
            for name in ["id", "label", "note"] {
                chosen.note(name);
            }
            let list = reads.fields.entry(from.to_owned()).or_default();
            list.whole |= chosen.whole;
            for name in &chosen.names {
                list.note(name);
            }
        }
        reads
    }

    fn see(&mut self, path: &[String], expression: bool) {
        let Some((first, rest)) = path.split_first() else { return };
        let fields = self.fields.entry(first.clone()).or_default();
        match rest.first() {
            Some(field) => fields.note(field),
            None if expression => fields.whole = true,
            // Alone in a message a row prints its label.
            None => fields.note("label"),
        }
    }

    /// Whether anything reads this name.
    pub(crate) fn reads(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The value as far as it is read.
    pub(crate) fn project(&self, name: &str, value: &Value) -> Value {
        let none = Fields::default();
        let fields = self.fields.get(name).unwrap_or(&none);
        let keep = |row: &Row| row.only(|field| fields.has(field));
        match value {
            _ if fields.whole => value.clone(),
            Value::Row(row) => Value::Row(keep(row)),
            Value::Rows(rows) => Value::Rows(rows.iter().map(keep).collect()),
            other => other.clone(),
        }
    }

    /// Whether a session keeps this field of a value.
    pub(crate) fn keeps(&self, name: &str, field: &str) -> bool {
        self.fields.get(name).is_some_and(|fields| fields.whole || fields.has(field))
    }

    /// Whether a session that keeps what this reads of `name` has all that `later` reads of `other`.
    pub(crate) fn covers_as(&self, name: &str, later: &Self, other: &str) -> bool {
        let none = Fields::default();
        let (kept, read) = (self.fields.get(name).unwrap_or(&none), later.fields.get(other).unwrap_or(&none));
        kept.whole || (!read.whole && read.names.iter().all(|name| kept.has(name)))
    }

    pub(crate) fn covers(&self, later: &Self, name: &str) -> bool {
        self.covers_as(name, later, name)
    }

    /// Whether nothing but choices reads this list, and it can be found anew.
    pub(crate) fn only_chosen_from(&self, name: &str) -> bool {
        self.only_chosen.contains(name)
    }
}
