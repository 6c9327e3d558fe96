//! How running sessions move from an earlier revision to this one.
//!
//! Each flow's head may say it, and `from` names the revisions it speaks of:
//! ```yaml
//! moves: {from: [5, 6], places: {when.day: day.day}, values: {svc: service}, give: {part: "'any'"}, ask_again: [slots.slot]}
//! ```
//! Places and values that are not named keep their names. [`FlowSet::heirs`] proves that every place where a session may rest has an heir
//! that finds all the values it needs; [`Moves::apply`] then cannot fail.

mod proof;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use super::definition::FlowSet;
use super::expression::Kind;
use super::machine::{Frame, Passed, State};
use super::mistake::At;
use super::value::{Row, Value};

/// What a flow's head says of sessions of earlier revisions.
#[derive(Debug)]
pub(crate) struct Moving {
    pub at: At,
    pub from: Vec<i32>,
    /// Steps by their ids: where a session rests, and where it rests then.
    pub places: Vec<(At, String, String)>,
    pub values: Vec<(At, String, String)>,
    pub give: Vec<(At, String, Value)>,
    /// Steps of this revision that are asked anew.
    pub ask_again: Vec<(At, String)>,
}

/// A proven move from one revision to another.
#[derive(Debug, Default)]
pub struct Moves {
    flows: HashMap<String, FlowMoves>,
    /// Places that keep their names, that move, and that are asked anew.
    kept: usize,
    moved: usize,
    asked_again: usize,
}

#[derive(Debug, Default)]
struct FlowMoves {
    /// By the place in the earlier revision.
    places: HashMap<String, Heir>,
    /// New names of values, by the earlier ones.
    values: BTreeMap<String, String>,
    give: Vec<(String, Value)>,
    kinds: HashMap<String, Kind>,
    /// Lists whose rows lack what is read of them now: they are found anew.
    forgets: HashSet<String>,
}

#[derive(Debug)]
struct Heir {
    place: String,
    /// It asks what was asked: an answer to what the person sees still means what it says.
    same: bool,
    /// It is a question, to which `back` may return.
    asks: bool,
    /// Values it and all that follows count on when `back` returns to it.
    behind: Vec<String>,
}

impl FlowSet {
    /// The earlier revisions from which sessions move to this one.
    pub fn moves_from(&self) -> BTreeSet<i32> {
        self.flows.iter().filter_map(|flow| flow.moves.as_ref()).flat_map(|moving| &moving.from).copied().collect()
    }
}

impl Moves {
    /// The session as the new revision has it. A session that rests at no place of the earlier revision comes back without an open flow.
    pub fn apply(&self, state: &State) -> State {
        let mut moved = state.clone();
        let stack: Option<Vec<Frame>> =
            state.stack.iter().map(|frame| self.flows.get(frame.flow.as_str())?.frame(frame)).collect();
        moved.stack = stack.unwrap_or_default();
        moved
    }
}

impl FlowMoves {
    fn frame(&self, frame: &Frame) -> Option<Frame> {
        let heir = self.places.get(frame.at.as_str())?;
        let mut values: Row = Row::new();
        let fits = |name: &str, value: &Value| {
            !self.forgets.contains(name) && self.kinds.get(name).is_none_or(|kind| Kind::of(value).fits(*kind))
        };
        // A value that is renamed wins over one that had the name before.
        for renamed in [false, true] {
            for (name, value) in
                frame.vals.iter().filter(|(name, _)| self.values.contains_key(name.as_str()) == renamed)
            {
                let name = self.now(name);
                if fits(name, value) {
                    values.insert(name, value.clone());
                }
            }
        }
        if !frame.aside {
            for (name, value) in &self.give {
                if !values.contains_key(name) {
                    values.insert(name.as_str(), value.clone());
                }
            }
        }
        let trail = self.trail(&frame.trail, &values);
        Some(Frame {
            at: heir.place.as_str().into(),
            vals: Arc::new(values),
            tries: if heir.same { frame.tries } else { 0 },
            shown: frame.shown.clone().filter(|_| heir.same),
            trail,
            ..frame.clone()
        })
    }

    /// What a value of this name is called now.
    fn now<'n>(&'n self, name: &'n str) -> &'n str {
        self.values.get(name).map_or(name, String::as_str)
    }

    /// The questions behind from which nothing is missing: `back` takes away what was given after them.
    fn trail(&self, trail: &[Passed], values: &Row) -> Vec<Passed> {
        let mut kept: Vec<Passed> = Vec::new();
        let mut gone: Vec<SmolStr> = Vec::new();
        for passed in trail.iter().rev() {
            let Some(heir) = self.places.get(passed.at.as_str()).filter(|heir| heir.asks) else { break };
            let gave: Vec<SmolStr> = passed.gave.iter().map(|name| self.now(name).into()).collect();
            gone.extend(gave.iter().cloned());
            if heir.behind.iter().any(|name| gone.iter().any(|gone| gone == name) || !values.contains_key(name)) {
                break;
            }
            kept.push(Passed { at: heir.place.as_str().into(), gave });
        }
        kept.reverse();
        kept
    }
}

/// `12 places keep their names, 2 move, 1 is asked again`.
impl fmt::Display for Moves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} places keep their names, {} move, {} are asked again", self.kept, self.moved, self.asked_again)
    }
}
