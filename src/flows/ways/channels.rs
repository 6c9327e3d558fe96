//! On which channels a step may be reached: conditions on `channel` and `move` keep the others away.

use std::collections::VecDeque;

use super::{Edge, START, Target, Ways};
use crate::flows::definition::Line;
use crate::flows::expression::{Comparison, Expression};
use crate::flows::turn::Channel;
use crate::flows::value::Value;

/// A set of channels: one flag for each of [`Channel::ALL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Set([bool; Channel::ALL.len()]);

/// The channels of each step: where it is run, not only reached.
#[derive(Debug)]
pub(crate) struct Channels {
    run: Vec<Set>,
}

impl Channels {
    pub(crate) fn of(ways: &Ways<'_>) -> Self {
        let spoken = Channel::ALL.map(|channel| ways.flow.channels.iter().any(|name| name == channel.as_str()));
        let mut at = vec![Set::default(); ways.spots.len()];
        at[START] = Set(spoken);
        let mut open = VecDeque::from([START]);
        // The head's arms are taken for reasons that no way shows.
        for to in ways.flow.head.arms().map(|arm| ways.target(START, arm)) {
            if let Target::Step(to) = to {
                at[to] = Set(spoken);
                open.push_back(to);
            }
        }
        while let Some(from) = open.pop_front() {
            for edge in ways.edges_from(from) {
                let Target::Step(to) = edge.to else { continue };
                let mut there = at[to];
                for (n, channel) in Channel::ALL.into_iter().enumerate() {
                    there.0[n] |= at[from].0[n] && spoken[n] && ways.line(from).is_none_or(|line| takes(line, edge, channel));
                }
                if let Some(moved) = ways.line(from).and_then(|line| line.step.moves_to()).filter(|_| edge.way == "outcome moved") {
                    there = at[to];
                    for (n, channel) in Channel::ALL.into_iter().enumerate() {
                        there.0[n] |= channel == moved;
                    }
                }
                if there != at[to] {
                    at[to] = there;
                    open.push_back(to);
                }
            }
        }
        // Of a step that nothing leads to nothing is known.
        for (set, _) in at.iter_mut().zip(ways.reached()).filter(|(_, reached)| !reached) {
            *set = Set(spoken);
        }
        let run = at.into_iter().enumerate().map(|(number, set)| {
            let runs = |channel| ways.line(number).is_none_or(|line| guarded(line, channel).0);
            let mut n = 0;
            Set(set.0.map(|here| {
                n += 1;
                here && runs(Channel::ALL[n - 1])
            }))
        });
        Self { run: run.collect() }
    }

    /// Whether a step may be run on a channel.
    pub(crate) fn has(&self, number: usize, channel: Channel) -> bool {
        let n = Channel::ALL.iter().position(|known| *known == channel);
        n.zip(self.run.get(number)).is_some_and(|(n, set)| set.0[n])
    }
}

/// Whether a way may be taken on a channel.
fn takes(line: &Line, edge: &Edge<'_>, channel: Channel) -> bool {
    let (passes, skips) = guarded(line, channel);
    if edge.skips {
        return skips;
    }
    passes && of_branch(line, edge, channel)
}

/// Whether the step may be run on a channel, and whether it may be skipped.
fn guarded(line: &Line, channel: Channel) -> (bool, bool) {
    let Some(guard) = &line.guard else { return (true, false) };
    let (holds, fails) = may(&guard.condition.expression, channel);
    if guard.wanted { (holds, fails) } else { (fails, holds) }
}

fn of_branch(line: &Line, edge: &Edge<'_>, channel: Channel) -> bool {
    if let Some(condition) = line.step.condition() {
        let (holds, fails) = may(&condition.expression, channel);
        return if edge.way == "then" { holds } else { fails };
    }
    let Some(cases) = line.step.cases().filter(|cases| is_channel(&cases.value.expression)) else { return true };
    match edge.way.strip_prefix("case ") {
        Some(case) => case == channel.as_str(),
        None => !cases.names.iter().any(|(name, _)| *name == channel.as_str()),
    }
}

fn is_channel(expression: &Expression) -> bool {
    matches!(expression, Expression::Path(path) if path.len() == 1 && path[0] == "channel")
}

/// Whether a condition may hold on a channel, and whether it may fail.
fn may(condition: &Expression, channel: Channel) -> (bool, bool) {
    let named = |side: &Expression| match side {
        Expression::Literal(Value::Text(name)) => Some(name == channel.as_str()),
        _ => None,
    };
    let decided = |is: bool| (is, !is);
    match condition {
        Expression::Literal(Value::YesNo(is)) => decided(*is),
        Expression::Compare(comparison @ (Comparison::Equal | Comparison::NotEqual), left, right) => {
            let same = if is_channel(left) { named(right) } else { named(left).filter(|_| is_channel(right)) };
            same.map_or((true, true), |same| decided(same == (*comparison == Comparison::Equal)))
        }
        Expression::In(left, list) if is_channel(left) => {
            let all: Option<Vec<bool>> = list.iter().map(named).collect();
            all.map_or((true, true), |all| decided(all.contains(&true)))
        }
        Expression::Not(inner) => {
            let (holds, fails) = may(inner, channel);
            (fails, holds)
        }
        Expression::And(left, right) => {
            let (left, right) = (may(left, channel), may(right, channel));
            (left.0 && right.0, left.1 || right.1)
        }
        Expression::Or(left, right) => {
            let (left, right) = (may(left, channel), may(right, channel));
            (left.0 || right.0, left.1 && right.1)
        }
        _ => (true, true),
    }
}
