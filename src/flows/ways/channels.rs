//! On which channels a step may be reached: conditions on `channel` and `move` keep the others away.

use std::collections::VecDeque;

use super::{Edge, START, Target, Ways};
use crate::flows::definition::Line;
use crate::flows::expression::{Comparison, Expression};
use crate::flows::turn::Channel;
use crate::flows::value::Value;

/// A flag for each of [`Channel::ALL`].
type Flags = [bool; Channel::ALL.len()];

/// The channels on which each step may be run.
#[derive(Debug)]
pub(crate) struct Channels {
    run: Vec<Flags>,
}

impl Channels {
    pub(crate) fn of(ways: &Ways<'_>) -> Self {
        let spoken = Channel::ALL.map(|channel| ways.flow.channels.iter().any(|name| name == channel.as_str()));
        let mut at: Vec<Flags> = vec![[false; Channel::ALL.len()]; ways.spots.len()];
        at[START] = spoken;
        let mut open = VecDeque::from([START]);
        // The head's arms are taken for reasons that no way shows.
        for to in ways.flow.head.arms().map(|arm| ways.target(START, arm)) {
            if let Target::Step(to) = to {
                at[to] = spoken;
                open.push_back(to);
            }
        }
        while let Some(from) = open.pop_front() {
            for edge in ways.edges_from(from) {
                let Target::Step(to) = edge.to else { continue };
                let there = both(at[to], after(ways.line(from), edge, at[from]));
                if there != at[to] {
                    at[to] = there;
                    open.push_back(to);
                }
            }
        }
        // Of a step that nothing leads to nothing is known.
        for (flags, _) in at.iter_mut().zip(ways.reached()).filter(|(_, reached)| !reached) {
            *flags = spoken;
        }
        let run = |(number, flags): (usize, Flags)| {
            kept(flags, |channel| ways.line(number).is_none_or(|line| guarded(line, channel).0))
        };
        Self { run: at.into_iter().enumerate().map(run).collect() }
    }

    /// Whether a step may be run on a channel.
    pub(crate) fn has(&self, number: usize, channel: Channel) -> bool {
        let place = Channel::ALL.iter().position(|known| *known == channel);
        place.zip(self.run.get(number)).is_some_and(|(place, flags)| flags[place])
    }
}

fn both(one: Flags, other: Flags) -> Flags {
    let mut all = one;
    for (flag, more) in all.iter_mut().zip(other) {
        *flag |= more;
    }
    all
}

fn kept(flags: Flags, keep: impl Fn(Channel) -> bool) -> Flags {
    let mut left = flags;
    for (flag, channel) in left.iter_mut().zip(Channel::ALL) {
        *flag &= keep(channel);
    }
    left
}

/// The channels behind a way.
fn after(line: Option<&Line>, edge: &Edge<'_>, before: Flags) -> Flags {
    let Some(line) = line else { return before };
    if let Some(moved) = line.step.moves_to().filter(|_| edge.way == "outcome moved") {
        return Channel::ALL.map(|channel| channel == moved);
    }
    kept(before, |channel| takes(line, edge, channel))
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
