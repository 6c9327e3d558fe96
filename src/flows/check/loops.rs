//! Ways that never rest: loops without a question, also through calls; flows that call each other without end; and turns that would need
//! more than a turn may have.

use std::collections::{BTreeSet, HashSet};

use super::budget;
use crate::flows::definition::FlowSet;
use crate::flows::machine::STACK_MAX;
use crate::flows::mistake::{At, Mistake};
use crate::flows::ways::{Edge, START, Target, Ways};

/// The steps of all flows that may follow each other without anybody saying anything.
pub(super) struct Unasked<'w, 'f> {
    pub ways: &'w [Ways<'f>],
    /// By flow, the ends by which a call of it may come back without having waited.
    passes: Vec<HashSet<Option<&'f str>>>,
}

pub(super) fn check(set: &FlowSet, ways: &[Ways<'_>]) -> Vec<Mistake> {
    let unasked = Unasked::of(set, ways);
    let mut found = unasked.loops();
    if found.is_empty() {
        found = budget::check(&unasked);
    }
    found.extend(calls(ways));
    found
}

impl<'w, 'f> Unasked<'w, 'f> {
    fn of(set: &FlowSet, ways: &'w [Ways<'f>]) -> Self {
        let mut unasked = Self { ways, passes: vec![HashSet::new(); set.flows.len()] };
        loop {
            let mut changed = false;
            for flow in 0..ways.len() {
                let ends = unasked.ends_reached(flow);
                changed |= ends.len() > unasked.passes[flow].len();
                unasked.passes[flow] = ends;
            }
            if !changed {
                return unasked;
            }
        }
    }

    fn ends_reached(&self, flow: usize) -> HashSet<Option<&'f str>> {
        let mut ends = HashSet::new();
        let mut seen = HashSet::from([START]);
        let mut open = vec![START];
        while let Some(number) = open.pop() {
            for edge in self.edges(flow, number) {
                match edge.to {
                    Target::Step(to) if seen.insert(to) => open.push(to),
                    Target::Leave(end) => {
                        ends.insert(end);
                    }
                    _ => {}
                }
            }
        }
        ends
    }

    /// The flow a step calls.
    pub(super) fn called(&self, flow: usize, number: usize) -> Option<usize> {
        let ways = self.ways.get(flow)?;
        let callee = ways.line(number)?.step.callee()?;
        ways.set.by_name.get(callee.flow).copied()
    }

    /// The ways on from a step that nobody has to decide.
    pub(super) fn edges(&self, flow: usize, number: usize) -> impl Iterator<Item = &'w Edge<'f>> {
        let ways = &self.ways[flow];
        let passes = self.called(flow, number).map(|callee| &self.passes[callee]);
        ways.out[number].iter().map(|n| &ways.edges[*n]).filter(move |edge| {
            if number == START {
                return edge.way.is_empty();
            }
            let passed = passes.is_none_or(|ends| match edge.way.strip_prefix("outcome ") {
                Some(end) => ends.contains(&Some(end)),
                None => !ends.is_empty(),
            });
            !edge.asked && !edge.rounds && passed
        })
    }

    fn next(&self, (flow, number): Place) -> Vec<Place> {
        let entered = self.called(flow, number).map(|callee| (callee, START));
        let steps = self.edges(flow, number).filter_map(|edge| match edge.to {
            Target::Step(to) => Some((flow, to)),
            _ => None,
        });
        entered.into_iter().chain(steps).collect()
    }

    fn loops(&self) -> Vec<Mistake> {
        let mut found = Vec::new();
        let mut told: HashSet<BTreeSet<Place>> = HashSet::new();
        let mut done: HashSet<Place> = HashSet::new();
        for flow in 0..self.ways.len() {
            for number in 0..self.ways[flow].spots.len() {
                // Each place of the trail with what is still to be followed from it.
                let mut trail: Vec<(Place, Vec<Place>)> = Vec::new();
                let mut on_trail: HashSet<Place> = HashSet::new();
                let mut enter = Some((flow, number)).filter(|place| !done.contains(place));
                loop {
                    if let Some(place) = enter.take() {
                        on_trail.insert(place);
                        trail.push((place, self.next(place)));
                    }
                    let Some((place, open)) = trail.last_mut() else { break };
                    let place = *place;
                    match open.pop() {
                        None => {
                            trail.pop();
                            on_trail.remove(&place);
                            done.insert(place);
                        }
                        Some(next) if on_trail.contains(&next) => {
                            let start = trail.iter().position(|(passed, _)| *passed == next).unwrap_or(0);
                            let around: Vec<Place> = trail[start..].iter().map(|(place, _)| *place).collect();
                            if told.insert(around.iter().copied().collect()) {
                                found.push(self.endless(&around));
                            }
                        }
                        Some(next) => enter = Some(next).filter(|next| !done.contains(next)),
                    }
                }
            }
        }
        found
    }

    fn endless(&self, around: &[Place]) -> Mistake {
        let steps: Vec<Place> = around.iter().copied().filter(|(_, number)| *number != START).collect();
        let (flow, number) = steps.iter().min().copied().unwrap_or_default();
        let turn = steps.iter().position(|place| *place == (flow, number)).unwrap_or(0);
        let several = steps.iter().any(|(other, _)| *other != flow);
        let name = |(flow, number): &Place| {
            let ways = &self.ways[*flow];
            if several { format!("{}.{}", ways.flow.name, ways.scene(*number)) } else { ways.scene(*number).to_owned() }
        };
        let mut names: Vec<String> = steps[turn..].iter().chain(&steps[..turn]).map(name).collect();
        names.dedup();
        if names.len() > 1 && names.first() == names.last() {
            names.pop();
        }
        names.extend(names.first().cloned());
        let ways = &self.ways[flow];
        let at = ways.line(number).map_or(At { line: 1, column: 1 }, |line| line.at);
        let what = format!("loop without a question: {}", names.join(" > "));
        Mistake::new(&ways.flow.file, at, what, "no step on it waits", "ask something, or go elsewhere")
    }
}

/// A step of a flow, both by number.
type Place = (usize, usize);

/// Flows that call each other without end, or too deep.
fn calls(ways: &[Ways<'_>]) -> Vec<Mistake> {
    let mut found = Vec::new();
    for flow in 0..ways.len() {
        let mut trail = vec![flow];
        follow(ways, &mut trail, &mut found);
    }
    found
}

fn follow(ways: &[Ways<'_>], trail: &mut Vec<usize>, found: &mut Vec<Mistake>) {
    let Some(last) = trail.last().copied() else { return };
    let lines = ways[last].flow.blocks.iter().flat_map(|block| &block.lines);
    let mut seen = HashSet::new();
    for line in lines.filter(|line| line.step.callee().is_some()) {
        let called = line.step.callee().and_then(|callee| ways[last].set.by_name.get(callee.flow).copied());
        let Some(called) = called.filter(|called| seen.insert(*called)) else { continue };
        let file = &ways[last].flow.file;
        let names = |trail: &[usize]| {
            let names: Vec<&str> = trail.iter().chain([&called]).map(|n| ways[*n].flow.name.as_str()).collect();
            names.join(" > ")
        };
        if called == trail[0] {
            let what = format!("flows call each other without end: {}", names(trail));
            let cause = format!("at most {STACK_MAX} can be open at once, then the conversation is given up");
            found.push(
                Mistake::new(file, line.at, what, cause, "end the called flow, and go on from its outcome")
                    .into_warning(),
            );
        } else if trail.len() >= STACK_MAX {
            if trail.len() == STACK_MAX && !trail.contains(&called) {
                let what = format!("calls nest too deep: {}", names(trail));
                let cause = format!("at most {STACK_MAX} flows can be open at once");
                found.push(Mistake::new(file, line.at, what, cause, "call fewer flows one within the other"));
            }
        } else if !trail.contains(&called) {
            trail.push(called);
            follow(ways, trail, found);
            trail.pop();
        }
    }
}
