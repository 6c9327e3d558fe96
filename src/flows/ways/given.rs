//! Which values are surely there before each step: on every way that leads to it.

use std::collections::{HashMap, VecDeque};

use super::bits::Bits;
use super::narrow::{Path, uses};
use super::{Edge, START, Target, Ways};
use crate::flows::messages;

/// Facts are paths: `hold`, `visit.note`, `contact.name`.
pub(crate) struct Given {
    numbers: HashMap<String, usize>,
    /// What holds when the walk reaches a step, before its guard.
    at: Vec<Bits>,
}

impl Given {
    pub(crate) fn of(ways: &Ways<'_>) -> Self {
        let numbers = universe(ways);
        let length = numbers.len();
        let mut fields: HashMap<&str, Vec<(&str, usize)>> = HashMap::new();
        for (path, number) in &numbers {
            if let Some((name, field)) = path.split_once('.') {
                fields.entry(name).or_default().push((field, *number));
            }
        }
        let effects: Vec<(Bits, Bits)> = ways.edges.iter().map(|edge| effect(edge, &numbers, &fields)).collect();
        let mut at = vec![Bits::all(length); ways.spots.len()];
        at[START] = Bits::none(length);
        let mut open = VecDeque::from([START]);
        let (mut waiting, mut seen) = (vec![false; ways.spots.len()], vec![false; ways.spots.len()]);
        while let Some(from) = open.pop_front() {
            waiting[from] = false;
            for n in &ways.out[from] {
                let Target::Step(to) = ways.edges[*n].to else { continue };
                let (lost, gained) = &effects[*n];
                let mut there = at[from].clone();
                there.without(lost);
                there.join(gained);
                let first = !std::mem::replace(&mut seen[to], true);
                if (at[to].meet(&there) || first) && !std::mem::replace(&mut waiting[to], true) {
                    open.push_back(to);
                }
            }
        }
        Self { numbers, at }
    }

    /// Whether a path surely has a value before the step.
    pub(crate) fn has(&self, number: usize, path: &str) -> bool {
        self.numbers.get(path).is_some_and(|fact| self.at.get(number).is_some_and(|facts| facts.has(*fact)))
    }

    /// Everything that is surely there before the step.
    pub(crate) fn all(&self, number: usize) -> impl Iterator<Item = &str> {
        self.numbers.keys().map(String::as_str).filter(move |path| self.has(number, path))
    }
}

/// Whether a way changes what is known of a path to "there".
pub(crate) fn supplies(edge: &Edge<'_>, path: &str) -> bool {
    let (name, field) = path.split_once('.').filter(|(name, _)| *name != "contact").unwrap_or((path, ""));
    let given = edge.gives.iter().any(|gift| {
        gift.name == name
            && (field.is_empty()
                || gift.fields.is_none_or(|fields| fields.iter().any(|known| known.name == field && !known.optional)))
    });
    given || edge.knows.iter().any(|known| starts(known, path))
}

/// Whether a path that is there shows that `path` is: `has(visit.note)` shows `visit` too.
pub(crate) fn starts(known: Path<'_>, path: &str) -> bool {
    let joined = known.join(".");
    joined == path || joined.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
}

fn effect(
    edge: &Edge<'_>,
    numbers: &HashMap<String, usize>,
    fields: &HashMap<&str, Vec<(&str, usize)>>,
) -> (Bits, Bits) {
    let (mut lost, mut gained) = (Bits::none(numbers.len()), Bits::none(numbers.len()));
    if let Some(number) = numbers.get("input.text").filter(|_| edge.asked) {
        // The next words are other words.
        lost.put(*number);
    }
    // What a call has found in a value it need not find in another. Its text has each name it reads in quotes.
    let changed = edge.gives.iter().map(|gift| gift.name).chain(edge.asked.then_some("input"));
    let changed: Vec<String> =
        changed.map(|name| format!("\"{}\"", name.strip_prefix("contact.").unwrap_or(name))).collect();
    for (_, number) in
        numbers.iter().filter(|(path, _)| path.contains('(') && changed.iter().any(|name| path.contains(name.as_str())))
    {
        lost.put(*number);
    }
    for known in &edge.knows {
        for depth in 1..=known.len() {
            if let Some(number) = numbers.get(&known[..depth].join(".")) {
                gained.put(*number);
            }
        }
    }
    for gift in &edge.gives {
        if let Some(number) = numbers.get(gift.name) {
            gained.put(*number);
        }
        for (field, number) in fields.get(gift.name).into_iter().flatten() {
            let there =
                gift.fields.is_none_or(|known| known.iter().any(|known| known.name == *field && !known.optional));
            if there { gained.put(*number) } else { lost.put(*number) }
        }
    }
    (lost, gained)
}

/// All paths that anything in the flow speaks of, as far as they can be known: a name, or a name and a field.
fn universe(ways: &Ways<'_>) -> HashMap<String, usize> {
    let mut numbers = HashMap::new();
    let mut see = |path: &str| {
        let next = numbers.len();
        numbers.entry(path.to_owned()).or_insert(next);
    };
    for edge in &ways.edges {
        edge.gives.iter().for_each(|gift| see(gift.name));
    }
    let mut see_path = |path: &[String]| {
        for depth in 1..=path.len().min(2) {
            see(&path[..depth].join("."));
        }
    };
    for line in ways.flow.blocks.iter().flat_map(|block| &block.lines) {
        let guard = line.guard.iter().map(|guard| &guard.condition);
        let own = uses(line, &|_| false).into_iter().map(|found| found.formula);
        for formula in guard.chain(own) {
            formula.expression.paths(&mut |path, _| see_path(path));
        }
    }
    for (variable, _) in ways.flow.texts.iter().flat_map(|texts| &texts.entries).flat_map(|entry| &entry.uses.variables)
    {
        see_path(&messages::path(variable));
    }
    for (name, _) in ways.flow.ends.iter().flat_map(|(_, values)| values) {
        see_path(std::slice::from_ref(name));
    }
    numbers
}
