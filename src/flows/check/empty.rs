//! Values that may be empty where they are read: some way leads there on which nothing gives them.

use std::collections::{HashSet, VecDeque};

use super::Check;
use crate::flows::definition::{Formula, Line};
use crate::flows::expression::{Known, call_of};
use crate::flows::messages::{self, Entry};
use crate::flows::mistake::{At, Mistake};
use crate::flows::ways::{BUILT_IN, Edge, Given, Path, START, Target, known_by, musts, starts, supplies, uses};

/// Scenes named of one way.
const SCENES_SHOWN_MAX: usize = 6;

impl Check<'_> {
    pub(super) fn nothing_is_empty(&mut self) {
        let given = Given::of(self.ways);
        let reached = self.ways.reached();
        let mut told = HashSet::new();
        for number in (1..self.ways.spots.len()).filter(|number| reached[*number]) {
            let Some(line) = self.ways.line(number) else { continue };
            let mut missing: Vec<(At, String)> = Vec::new();
            let shown = self.of_guard(&given, number, line, &mut missing);
            self.of_formulas(&given, number, line, &shown, &mut missing);
            if let Some((_, values)) = self.flow.ends.iter().find(|(end, _)| Some(end.as_str()) == line.step.end()) {
                let lost = values
                    .iter()
                    .filter(|(name, _)| !given.has(number, name) && !shown.iter().any(|known| starts(known, name)));
                missing.extend(lost.map(|(name, _)| (line.at, name.clone())));
            }
            for (at, fact) in missing {
                if let Some(call) = call_of(std::slice::from_ref(&fact)) {
                    if told.insert((self.flow.file.clone(), at, fact.clone())) {
                        let mend =
                            format!("say what stands in its place: {call}(text, …), or add when: has({call}(text))");
                        self.add(at, format!("{call} may find nothing here"), "then the expression has no value", mend);
                    }
                    continue;
                }
                if told.insert((self.flow.file.clone(), at, fact.clone())) {
                    let (cause, mend) = self.blame(&given, number, &fact);
                    self.add(at, format!("\"{fact}\" may be empty here"), cause, mend);
                }
            }
            self.of_messages(&given, number, line, &shown, &mut told);
        }
    }

    /// What the guard itself needs; the paths it has shown to be there come back.
    fn of_guard<'l>(
        &self,
        given: &Given,
        number: usize,
        line: &'l Line,
        missing: &mut Vec<(At, String)>,
    ) -> Vec<Path<'l>> {
        let Some(guard) = &line.guard else { return Vec::new() };
        self.of_formula(given, number, &guard.condition, &mut Vec::new(), &|_| false, missing);
        let (holds, fails) = known_by(&guard.condition.expression);
        if guard.wanted { holds } else { fails }
    }

    fn of_formulas<'l>(
        &self,
        given: &Given,
        number: usize,
        line: &'l Line,
        shown: &[Path<'l>],
        missing: &mut Vec<(At, String)>,
    ) {
        let operation = line.step.operation().and_then(|operation| self.set.signatures.get(operation.name));
        let optional = |name: &str| {
            operation.is_some_and(|known| known.inputs.iter().any(|input| input.name == name && input.optional))
        };
        for found in uses(line, &optional) {
            let own = |fact: &str| {
                found.given.iter().any(|gift| fact.split('.').next() == Some(gift.name) || fact == gift.name)
            };
            self.of_formula(given, number, found.formula, &mut shown.to_vec(), &own, missing);
        }
    }

    fn of_formula<'l>(
        &self,
        given: &Given,
        number: usize,
        formula: &'l Formula,
        shown: &mut Vec<Path<'l>>,
        own: &dyn Fn(&str) -> bool,
        missing: &mut Vec<(At, String)>,
    ) {
        musts(&formula.expression, shown, &mut |path, known| {
            if let Some(fact) = self.lacks(given, number, path, known)
                && !own(&fact)
            {
                missing.push((formula.at, fact));
            }
        });
    }

    /// The part of a path that may not be there: its name, or a field of it.
    fn lacks(&self, given: &Given, number: usize, path: &[String], shown: &[Path<'_>]) -> Option<String> {
        let first = path.first()?;
        if call_of(path).is_some() {
            let known = given.has(number, first) || shown.contains(&path);
            return (!known).then(|| first.clone());
        }
        let plain = BUILT_IN.contains(&first.as_str()) && first != "contact" && first != "input";
        if plain || self.names.kind(path).is_err() {
            return None;
        }
        let depths = if first == "contact" || first == "input" { 2..=2 } else { 1..=path.len().min(2) };
        depths
            .filter_map(|depth| path.get(..depth))
            .map(|part| part.join("."))
            .find(|fact| !given.has(number, fact) && !shown.iter().any(|known| starts(known, fact)))
    }

    fn of_messages(
        &mut self,
        given: &Given,
        number: usize,
        line: &Line,
        shown: &[Path<'_>],
        told: &mut HashSet<(String, At, String)>,
    ) {
        let flow = self.flow;
        let ways = self.ways;
        for needs in line.step.needs() {
            for (texts, entry) in ways.said(&needs.message) {
                for (variable, at) in texts.reached(entry).flat_map(|entry| &entry.uses.variables) {
                    if is_limit(entry, variable) {
                        continue;
                    }
                    let Some(fact) = self.lacks(given, number, &messages::path(variable), shown) else { continue };
                    if told.insert((texts.file.clone(), *at, fact.clone())) {
                        let (cause, mend) = self.blame(given, number, &fact);
                        let what = format!(
                            "\"{fact}\" may be empty where {} is said ({}:{})",
                            entry.key(),
                            flow.file,
                            line.at.line
                        );
                        self.elsewhere.push(Mistake::new(&texts.file, *at, what, cause, mend));
                    }
                }
            }
        }
    }

    /// The way on which a value is not given, and how to mend it.
    fn blame(&self, given: &Given, number: usize, fact: &str) -> (String, String) {
        let mend = format!("yield it on that way, or add when: has({fact})");
        let name = fact.split('.').next().unwrap_or(fact);
        if name == "input" {
            return ("what came may be no text".to_owned(), format!("add when: has({fact})"));
        }
        if name != fact && name != "contact" && given.has(number, name) {
            return (format!("{name} does not always have this field"), format!("add when: has({fact})"));
        }
        let way = self.way_without(number, fact);
        let giver = self.ways.edges.iter().find(|edge| edge.from != START && supplies_itself(edge, fact));
        let giver = giver.and_then(|edge| self.ways.line(edge.from)).map(|line| yielded(line, fact));
        match (way, giver) {
            (Some(way), Some(giver)) => (format!("the way {way} misses {giver}"), mend),
            (Some(way), None) => (format!("nothing gives it on the way {way}"), mend),
            (None, _) => ("not every way gives it".to_owned(), mend),
        }
    }

    /// The shortest way to a step that misses a value, as its scenes.
    fn way_without(&self, number: usize, fact: &str) -> Option<String> {
        let mut from: Vec<Option<&Edge<'_>>> = vec![None; self.ways.spots.len()];
        let mut open = VecDeque::from([START]);
        while let Some(here) = open.pop_front() {
            for edge in self.ways.edges_from(here).filter(|edge| !supplies(edge, fact)) {
                if let Target::Step(to) = edge.to
                    && from[to].is_none()
                {
                    from[to] = Some(edge);
                    open.push_back(to);
                }
            }
        }
        let mut scenes = Vec::new();
        let mut here = number;
        let mut seen = HashSet::new();
        while here != START && seen.insert(here) {
            let edge = from[here]?;
            let scene = self.ways.scene(here);
            let word = if scene != "head" {
                scene
            } else if edge.from != START && self.ways.scene(edge.from) == "head" {
                ""
            } else {
                edge.way.as_str()
            };
            if !word.is_empty() && scenes.last() != Some(&word) {
                scenes.push(word);
            }
            here = edge.from;
        }
        scenes.truncate(SCENES_SHOWN_MAX);
        scenes.reverse();
        Some(scenes.join(" > "))
    }
}

/// `$low` and `$high` are given by the question itself.
fn is_limit(entry: &Entry, variable: &str) -> bool {
    matches!((entry.attribute.as_deref(), variable), (Some("low"), "low") | (Some("high"), "high"))
}

fn supplies_itself(edge: &Edge<'_>, fact: &str) -> bool {
    edge.gives.iter().any(|gift| gift.name == fact) || (!edge.gives.is_empty() && supplies(edge, fact))
}

/// How a step names the value it gives: `"as: hold" (line 29)`.
fn yielded(line: &Line, fact: &str) -> String {
    let name = fact.split('.').next().filter(|name| *name != "contact").unwrap_or(fact);
    if let Some(callee) = line.step.callee().filter(|_| name.starts_with("contact.")) {
        return format!("\"call: {}\" (line {})", callee.flow, line.at.line);
    }
    let renamed = line.step.callee().is_some() || line.step.operation().is_some_and(|operation| operation.name != name);
    let key = if renamed { "as" } else { line.verb };
    format!("\"{key}: {name}\" (line {})", line.at.line)
}
