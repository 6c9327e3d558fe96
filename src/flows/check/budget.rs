//! How much one turn may need at most: the longest way from an answer to the next rest, in steps and in operations. Conditions may
//! rule that way out, so it is a warning.

use std::collections::HashMap;

use super::loops::Unasked;
use crate::flows::expression::{Expression, Function};
use crate::flows::machine::{OPERATIONS_MAX, STEPS_MAX};
use crate::flows::mistake::{At, Mistake};
use crate::flows::operation::Type;
use crate::flows::value::Value;
use crate::flows::ways::{START, Target, Ways};

/// The way into the steps of a loop.
const ROUND: &str = "steps";

/// What a walk needs at most.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    steps: u32,
    operations: u32,
}

impl Cost {
    fn times(self, times: u32) -> Self {
        Self { steps: self.steps.saturating_mul(times), operations: self.operations.saturating_mul(times) }
    }

    fn max(self, other: Self) -> Self {
        Self { steps: self.steps.max(other.steps), operations: self.operations.max(other.operations) }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            steps: self.steps.saturating_add(other.steps),
            operations: self.operations.saturating_add(other.operations),
        }
    }
}

/// There must be no loop without a question.
pub(super) fn check(unasked: &Unasked<'_, '_>) -> Vec<Mistake> {
    let mut longest = Longest { unasked, within: HashMap::new(), after: HashMap::new(), rounds: HashMap::new() };
    let mut found = Vec::new();
    for (flow, ways) in unasked.ways.iter().enumerate() {
        let after = longest.after(flow);
        let costs = longest.costs(flow, after);
        for number in (0..ways.spots.len()).filter(|number| *number == START || ways.rests(*number)) {
            let turn = ways.edges_from(number).map(|edge| match edge.to {
                Target::Step(to) => costs[to],
                Target::Leave(_) => after,
                _ => Cost::default(),
            });
            found.extend(too_much(ways, number, turn.fold(Cost::default(), Cost::max)));
        }
    }
    found
}

fn too_much(ways: &Ways<'_>, number: usize, cost: Cost) -> Option<Mistake> {
    let (needed, allowed, what) = if cost.operations as usize > OPERATIONS_MAX {
        (cost.operations, OPERATIONS_MAX as u32, "operations")
    } else if cost.steps > STEPS_MAX {
        (cost.steps, STEPS_MAX, "steps")
    } else {
        return None;
    };
    let line = ways.line(number);
    let at = line.map_or(At { line: 1, column: 1 }, |line| line.at);
    let from = line.map_or_else(|| "the beginning".to_owned(), |line| line.id.clone());
    let cause = format!("a turn has at most {allowed}, then it is given up");
    let mend = "ask something on the way, or do less";
    let what = format!("a turn may need {needed} {what} after {from}");
    Some(Mistake::new(&ways.flow.file, at, what, cause, mend).into_warning())
}

struct Longest<'u, 'w, 'f> {
    unasked: &'u Unasked<'w, 'f>,
    /// By flow, from its beginning to a rest or its end.
    within: HashMap<usize, Cost>,
    /// By flow, from its end on, in the flows that call it.
    after: HashMap<usize, Cost>,
    /// By loop, all its rounds where they need no answer.
    rounds: HashMap<(usize, usize), Option<Cost>>,
}

impl Longest<'_, '_, '_> {
    fn within(&mut self, flow: usize) -> Cost {
        if let Some(cost) = self.within.get(&flow) {
            return *cost;
        }
        // A flow on its own way counts nothing: such a loop is told elsewhere.
        self.within.insert(flow, Cost::default());
        let cost = self.costs(flow, Cost::default())[START];
        self.within.insert(flow, cost);
        cost
    }

    fn after(&mut self, flow: usize) -> Cost {
        if let Some(cost) = self.after.get(&flow) {
            return *cost;
        }
        self.after.insert(flow, Cost::default());
        let mut most = Cost::default();
        for caller in 0..self.unasked.ways.len() {
            let calls: Vec<usize> = (1..self.unasked.ways[caller].spots.len())
                .filter(|number| self.unasked.called(caller, *number) == Some(flow))
                .collect();
            if calls.is_empty() {
                continue;
            }
            let after = self.after(caller);
            let costs = self.costs(caller, after);
            for edge in calls.into_iter().flat_map(|number| self.unasked.ways[caller].edges_from(number)) {
                if let (Target::Step(to), true) = (edge.to, edge.way.is_empty() || edge.way.starts_with("outcome")) {
                    most = most.max(costs[to]);
                }
            }
        }
        self.after.insert(flow, most);
        most
    }

    /// For each step of a flow, what the walk needs from there to the next rest.
    fn costs(&mut self, flow: usize, after: Cost) -> Vec<Cost> {
        let unasked = self.unasked;
        let length = unasked.ways[flow].spots.len();
        let mut costs: Vec<Option<Cost>> = vec![None; length];
        for start in 0..length {
            let mut open = vec![start];
            while let Some(number) = open.last().copied() {
                let steps = || unasked.edges(flow, number).map(|edge| edge.to);
                let missing = steps().find_map(|to| match to {
                    Target::Step(to) if costs[to].is_none() => Some(to),
                    _ => None,
                });
                if let Some(missing) = missing.filter(|_| costs[number].is_none()) {
                    open.push(missing);
                    continue;
                }
                open.pop();
                let rounds = self.rounds(flow, number).unwrap_or_default();
                let then = unasked
                    .edges(flow, number)
                    .map(|edge| {
                        let then = match edge.to {
                            Target::Step(to) => costs[to].unwrap_or_default(),
                            Target::Leave(_) => after,
                            _ => Cost::default(),
                        };
                        if edge.way == ROUND { then } else { rounds.plus(then) }
                    })
                    .fold(Cost::default(), Cost::max);
                let own = self.own(flow, number);
                costs[number] = Some(own.plus(then));
            }
        }
        costs.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// What a loop needs for as many items as its list may have. `None` where each round waits for somebody, or leaves.
    fn rounds(&mut self, flow: usize, number: usize) -> Option<Cost> {
        if let Some(known) = self.rounds.get(&(flow, number)) {
            return *known;
        }
        let unasked = self.unasked;
        let ways = &unasked.ways[flow];
        let items = ways.line(number).filter(|line| line.step.arms().iter().any(|(way, _)| way == ROUND));
        let items = items.and_then(|line| items_max(ways, line.step.rows_from()?));
        let found = items.and_then(|items| {
            let first = ways.edges_from(number).find(|edge| edge.way == ROUND)?;
            let once = match first.to {
                Target::Step(to) if to != number => self.round(flow, number, to)?,
                _ => Cost::default(),
            };
            Some(once.plus(Cost { steps: 1, operations: 0 }).times(items))
        });
        self.rounds.insert((flow, number), found);
        found
    }

    /// What one round needs from its first step until it comes back to the loop, if it may without waiting.
    fn round(&mut self, flow: usize, owner: usize, first: usize) -> Option<Cost> {
        let unasked = self.unasked;
        let ways = &unasked.ways[flow];
        let mut known: HashMap<usize, Option<Cost>> = HashMap::from([(owner, None)]);
        let mut open = vec![first];
        while let Some(number) = open.last().copied() {
            let steps = || {
                unasked.edges(flow, number).filter_map(|edge| match edge.to {
                    Target::Step(to) => Some(to),
                    _ => None,
                })
            };
            let missing = steps().find(|to| !known.contains_key(to));
            if let Some(missing) = missing.filter(|_| !known.contains_key(&number)) {
                open.push(missing);
                continue;
            }
            open.pop();
            let back = ways.edges_from(number).any(|edge| !edge.asked && edge.to == Target::Step(owner));
            let there = back.then(Cost::default);
            let then = steps().filter_map(|to| known.get(&to).copied().flatten()).chain(there).reduce(Cost::max);
            let rounds = self.rounds(flow, number).unwrap_or_default();
            let own = self.own(flow, number);
            known.insert(number, then.map(|then| own.plus(rounds).plus(then)));
        }
        known.get(&first).copied().flatten()
    }

    fn own(&mut self, flow: usize, number: usize) -> Cost {
        let Some(line) = self.unasked.ways[flow].line(number) else { return Cost::default() };
        let operations = u32::from(line.step.operation().is_some());
        let own = Cost { steps: 1, operations };
        match self.unasked.called(flow, number) {
            Some(callee) => own.plus(self.within(callee)),
            None => own,
        }
    }
}

/// How many items a list may have, as far as it is declared.
fn items_max(ways: &Ways<'_>, list: &str) -> Option<u32> {
    let of = |kind: Type| match kind {
        Type::Rows { rows_max: most, .. } | Type::Texts { items_max: most, .. } => Some(u32::from(most)),
        _ => None,
    };
    let flow = ways.flow;
    let taken = flow.takes.iter().chain(flow.start.event.iter().flat_map(|event| &event.gives));
    let taken = taken.filter(|(name, _)| name == list).filter_map(|(_, kind)| of(*kind));
    let lines = || flow.blocks.iter().flat_map(|block| &block.lines);
    let operations = lines().filter_map(|line| line.step.operation()).filter(|operation| operation.yields == list);
    let found = operations
        .filter_map(|operation| ways.set.signatures.get(operation.name))
        .flat_map(|signature| signature.outcomes.iter().filter_map(|outcome| of(outcome.yields?)));
    let set = lines().filter(|line| line.step.gives_in_turn()).flat_map(|line| {
        line.step.yields().into_iter().zip(line.step.formulas()).filter_map(|((name, _), formula)| {
            match &formula.expression {
                Expression::Call(Function::Append, arguments) if name == list => match arguments.last() {
                    Some(Expression::Literal(Value::Whole(most))) => u32::try_from(*most).ok(),
                    _ => None,
                },
                _ => None,
            }
        })
    });
    taken.chain(found).chain(set).max()
}
