//! A flow as a graph: from which step one may come to which, and what is known on the way. `check`, the drawing of a flow, and the
//! machine's forgetting of values read it.

mod bits;
mod channels;
mod given;
mod live;
mod names;
mod narrow;

pub(crate) use channels::Channels;
pub(crate) use given::{Given, starts, supplies};
pub(crate) use live::Live;
pub(crate) use names::{BUILT_IN, Names};
pub(crate) use narrow::{Path, known_by, musts, uses};

use std::collections::HashMap;

use super::definition::{After, Arm, Flow, FlowSet, Line, Spot, To};
use super::messages::{Entry, Texts};
use super::operation::{Field, Signature, Type};
use super::steps::Operation;

/// The place before the first step, from which a flow begins.
pub(crate) const START: usize = 0;

/// The ways of one flow.
pub(crate) struct Ways<'f> {
    pub set: &'f FlowSet,
    pub flow: &'f Flow,
    /// Steps by their number; number 0 is [`START`].
    pub spots: Vec<Spot>,
    pub edges: Vec<Edge<'f>>,
    /// The edges that leave each step.
    pub out: Vec<Vec<usize>>,
    /// The number of each block's first step.
    firsts: Vec<usize>,
    /// The flows in whose calls this one is looked at.
    within: Vec<&'f str>,
    /// What each message says, in all languages.
    said: HashMap<&'f str, Vec<(&'f Texts, &'f Entry)>>,
}

/// One way from one step on.
#[derive(Debug)]
pub(crate) struct Edge<'f> {
    pub from: usize,
    pub to: Target<'f>,
    /// What leads this way: `option book`; empty for the next step.
    pub way: String,
    /// Whether the person, an event or time decides it.
    pub asked: bool,
    /// The end of a list of steps leads back to the step whose list it is: as often as there are items, never without end.
    pub rounds: bool,
    /// The step's guard keeps it from being run.
    pub skips: bool,
    /// Names that have a value afterwards.
    pub gives: Vec<Gift<'f>>,
    /// Paths that were seen to have a value, by a condition on the way.
    pub knows: Vec<&'f [String]>,
}

/// A name that gets a value, and the fields of that value where they are known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gift<'f> {
    pub name: &'f str,
    pub fields: Option<&'static [Field]>,
}

/// Where a way leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'f> {
    Step(usize),
    /// The flow is over.
    Leave(Option<&'f str>),
    /// The interrupted question goes on, asked again or not.
    Resume,
    /// A question before this one.
    Back,
}

impl<'f> Ways<'f> {
    pub(crate) fn of(set: &'f FlowSet, flow: &'f Flow) -> Self {
        Self::within(set, flow, Vec::new())
    }

    fn within(set: &'f FlowSet, flow: &'f Flow, within: Vec<&'f str>) -> Self {
        let mut spots = vec![Spot { block: usize::MAX, index: 0 }];
        let mut firsts = Vec::with_capacity(flow.blocks.len());
        for (block, list) in flow.blocks.iter().enumerate() {
            firsts.push(spots.len());
            spots.extend((0..list.lines.len()).map(|index| Spot { block, index }));
        }
        let mut said: HashMap<&str, Vec<(&Texts, &Entry)>> = HashMap::new();
        for texts in &flow.texts {
            for entry in &texts.entries {
                said.entry(&entry.id).or_default().push((texts, entry));
            }
        }
        let mut ways = Self { set, flow, spots, edges: Vec::new(), out: Vec::new(), firsts, within, said };
        ways.begin();
        for number in 1..ways.spots.len() {
            ways.leave(number);
        }
        ways.out = vec![Vec::new(); ways.spots.len()];
        for (n, edge) in ways.edges.iter().enumerate() {
            ways.out[edge.from].push(n);
        }
        ways
    }

    pub(crate) fn line(&self, number: usize) -> Option<&'f Line> {
        self.flow.line(*self.spots.get(number)?)
    }

    pub(crate) fn number(&self, spot: Spot) -> Option<usize> {
        let first = *self.firsts.get(spot.block)?;
        (spot.index < self.flow.blocks.get(spot.block)?.lines.len()).then_some(first + spot.index)
    }

    /// The entries of a message: the message itself and its attributes, in all languages.
    pub(crate) fn said(&self, message: &str) -> &[(&'f Texts, &'f Entry)] {
        self.said.get(message).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn edges_from(&self, number: usize) -> impl Iterator<Item = &Edge<'f>> {
        self.out.get(number).into_iter().flatten().filter_map(|n| self.edges.get(*n))
    }

    /// The scene a step stands in; `head` for the head's arms.
    pub(crate) fn scene(&self, number: usize) -> &'f str {
        let id = self.line(number).map_or("", |line| line.id.as_str());
        id.split('.').next().unwrap_or(id)
    }

    /// Whether a session may rest at this step.
    pub(crate) fn rests(&self, number: usize) -> bool {
        self.line(number)
            .is_some_and(|line| line.step.callee().is_some() || line.step.asking().is_some() || line.step.waits())
    }

    /// Steps that some way leads to.
    pub(crate) fn reached(&self) -> Vec<bool> {
        let mut reached = vec![false; self.spots.len()];
        let mut open = vec![START];
        reached[START] = true;
        // The head's arms are taken for reasons that no way shows, such as a budget used up.
        for to in self.flow.head.arms().map(|arm| self.target(START, arm)) {
            if let Target::Step(to) = to {
                reached[to] = true;
                open.push(to);
            }
        }
        while let Some(from) = open.pop() {
            for edge in self.edges_from(from) {
                if let Target::Step(to) = edge.to
                    && !std::mem::replace(&mut reached[to], true)
                {
                    open.push(to);
                }
            }
        }
        reached
    }

    /// The ways into the flow: its first scene, and what a person without a session may say.
    fn begin(&mut self) {
        let flow = self.flow;
        let takes = flow.takes.iter().map(|(name, kind)| Gift { name, fields: fields_of(*kind) }).collect();
        let first = flow.scenes.first().map_or(Target::Leave(None), |scene| self.first_of(scene.block));
        self.push(START, first, String::new(), true, takes, Vec::new());
        for event in &flow.start.event {
            let gives = event.gives.iter().map(|(name, kind)| Gift { name, fields: fields_of(*kind) }).collect();
            let to = self.target(START, &event.arm);
            self.push(START, to, format!("event {}", event.name), true, gives, Vec::new());
        }
        let referrals = flow.start.referral.iter().map(|(key, arm)| (format!("referral {key}"), arm));
        let days = flow.start.schedule.iter().map(|day| (format!("schedule {}", day.key), &day.arm));
        for (way, arm) in referrals.chain(days) {
            let to = self.target(START, arm);
            self.push(START, to, way, true, Vec::new(), Vec::new());
        }
        if !flow.start.is_nothing() {
            for (way, arm) in flow.head.anytime.iter().map(|entry| (format!("anytime {}", entry.key), &entry.arm)) {
                let to = self.target(START, arm);
                self.push(START, to, way, true, Vec::new(), Vec::new());
            }
        }
    }

    /// All ways on from one step.
    fn leave(&mut self, number: usize) {
        let Some(line) = self.line(number) else { return };
        let spot = self.spots[number];
        let mut knows = Vec::new();
        if let Some(guard) = &line.guard {
            let (holds, fails) = narrow::known_by(&guard.condition.expression);
            let (passed, skipped) = if guard.wanted { (holds, fails) } else { (fails, holds) };
            let to = self.after(spot.next());
            self.push(number, to, String::new(), false, Vec::new(), skipped);
            if let Some(edge) = self.edges.last_mut() {
                edge.skips = true;
            }
            knows = passed;
        }
        let (next_unasked, unasked) = line.step.unasked();
        let branches = line.step.condition().map(|formula| narrow::known_by(&formula.expression));
        let with = |more: Option<&Vec<&'f [String]>>| knows.iter().chain(more.into_iter().flatten()).copied().collect();
        if line.step.falls_through() {
            let to = self.after(spot.next());
            let knows = with(branches.as_ref().map(|(_, fails)| fails));
            self.push(number, to, String::new(), !next_unasked, self.gives(line, None), knows);
        }
        for (way, arm) in line.step.arms() {
            let asked = !unasked.iter().any(|other| std::ptr::eq(*other, arm));
            let gives = self.gives(line, Some(&way));
            let known = branches.as_ref().map(|(holds, fails)| if way == "then" { holds } else { fails });
            let knows = with(known);
            let to = self.target(number, arm);
            self.push(number, to, way, asked, gives, knows);
        }
        if let Some(end) = line.step.end() {
            self.push(number, Target::Leave(Some(end)), String::new(), false, Vec::new(), knows.clone());
        }
        self.leave_by_head(number, line, &knows);
    }

    /// The head's arms that may be taken at a step.
    fn leave_by_head(&mut self, number: usize, line: &'f Line, knows: &[&'f [String]]) {
        let head = &self.flow.head;
        let mut ways: Vec<(String, &'f Arm, bool)> = Vec::new();
        let calls = line.step.callee().is_some();
        let asking = line.step.asking();
        if self.rests(number) {
            ways.extend(head.anytime.iter().map(|entry| (format!("anytime {}", entry.key), &entry.arm, true)));
            ways.extend(head.undeliverable.iter().map(|arm| ("undeliverable".to_owned(), arm, true)));
        }
        if calls || asking.is_some_and(|asking| asking.stuck.is_none()) {
            ways.extend(head.stuck.iter().map(|arm| ("stuck".to_owned(), arm, true)));
        }
        if asking.is_some_and(|asking| asking.silence.is_empty()) {
            ways.extend(head.silence.iter().map(|silence| ("silence".to_owned(), &silence.arm, true)));
        }
        let own = line.step.arms().iter().any(|(way, _)| way == "unavailable" || way == "outcome unavailable");
        if calls || (line.step.operation().is_some() && !own) {
            ways.extend(head.unavailable.iter().map(|arm| ("unavailable".to_owned(), arm, calls)));
        }
        for (way, arm, asked) in ways {
            let to = self.target(number, arm);
            self.push(number, to, way, asked, Vec::new(), knows.to_vec());
        }
    }

    fn push(
        &mut self,
        from: usize,
        to: Target<'f>,
        way: String,
        asked: bool,
        gives: Vec<Gift<'f>>,
        knows: Vec<&'f [String]>,
    ) {
        let rounds = matches!(to, Target::Step(to) if self.owns_round(to, from));
        self.edges.push(Edge { from, to, way, asked, rounds, skips: false, gives, knows });
    }

    /// Whether a step stands in the list of another that goes round.
    fn owns_round(&self, owner: usize, inner: usize) -> bool {
        let mut spot = self.spots.get(inner).copied();
        while let Some(block) = spot.and_then(|spot| self.flow.blocks.get(spot.block)) {
            if block.after == After::Round && block.owner.and_then(|spot| self.number(spot)) == Some(owner) {
                return true;
            }
            spot = block.owner;
        }
        false
    }

    fn first_of(&self, block: usize) -> Target<'f> {
        self.after(Spot { block, index: 0 })
    }

    /// The step at a place, or where one goes on after the end of its list.
    fn after(&self, mut spot: Spot) -> Target<'f> {
        loop {
            if let Some(number) = self.number(spot) {
                return Target::Step(number);
            }
            let Some(block) = self.flow.blocks.get(spot.block) else { return Target::Leave(None) };
            match (block.after, block.owner) {
                (After::Next, Some(owner)) => spot = owner.next(),
                (After::Round, Some(owner)) => return self.number(owner).map_or(Target::Leave(None), Target::Step),
                (After::Wait | After::Resume, _) => return Target::Resume,
                _ => return Target::Leave(None),
            }
        }
    }

    fn target(&self, number: usize, arm: &'f Arm) -> Target<'f> {
        let spot = self.spots[number];
        match &arm.to {
            To::Scene(name) => self.flow.scene(name).map_or(Target::Leave(None), |scene| self.first_of(scene.block)),
            To::Block(block) => self.first_of(*block),
            To::Next if number == START => Target::Resume,
            To::Next => self.after(spot.next()),
            To::Again => self.asked_again(spot),
            To::Back => Target::Back,
            To::End => Target::Leave(None),
        }
    }

    /// The question in whose arm a step stands.
    fn asked_again(&self, spot: Spot) -> Target<'f> {
        let mut owner = Some(spot);
        while let Some(at) = owner {
            if self.flow.line(at).is_some_and(|line| line.step.asking().is_some() || line.step.waits()) {
                return self.number(at).map_or(Target::Resume, Target::Step);
            }
            owner = self.flow.blocks.get(at.block).and_then(|block| block.owner);
        }
        Target::Resume
    }

    /// What a step gives when it is left along `way`. What nothing is known of counts as given: another rule speaks of it.
    fn gives(&self, line: &'f Line, way: Option<&str>) -> Vec<Gift<'f>> {
        if let Some(operation) = line.step.operation() {
            let name = operation.yields;
            let Some(signature) = self.set.signatures.get(operation.name) else {
                return vec![Gift { name, fields: None }];
            };
            let given = given_by(signature, &operation, way);
            return given.map(|kind| Gift { name, fields: fields_of(kind) }).into_iter().collect();
        }
        if let Some(callee) = line.step.callee() {
            let unknown = || callee.yields.map(|name| Gift { name, fields: None });
            let Some(flow) = self.set.flow(callee.flow) else { return unknown().into_iter().collect() };
            let end = match way {
                None if flow.ends.len() == 1 => flow.ends.first(),
                None => None,
                Some(way) => flow.ends.iter().find(|(end, _)| Some(end.as_str()) == way.strip_prefix("outcome ")),
            };
            let given = callee.yields.zip(end).and_then(|(name, (_, values))| match &values[..] {
                [] => None,
                [(_, kind)] => Some(Gift { name, fields: fields_of(*kind) }),
                _ => Some(Gift { name, fields: None }),
            });
            let left = end.is_some() || (way.is_none() && flow.ends.is_empty());
            let lasting = if left { self.lasting(flow, end.map(|(end, _)| end.as_str())) } else { Vec::new() };
            return given.into_iter().chain(lasting).collect();
        }
        let fields = line.step.rows_from().and_then(|rows| self.rows_of(rows));
        line.step.gives(way).into_iter().map(|name| Gift { name, fields }).collect()
    }

    /// The contact's fields that a called flow surely fills in before it leaves by `end`.
    fn lasting(&self, called: &'f Flow, end: Option<&str>) -> Vec<Gift<'f>> {
        let mut lines = self.set.flows.iter().flat_map(|flow| &flow.blocks).flat_map(|block| &block.lines);
        let fills = lines.any(|line| line.step.yields().iter().any(|(name, _)| name.starts_with("contact.")));
        if !fills || called.name == self.flow.name || self.within.contains(&called.name.as_str()) {
            return Vec::new();
        }
        let within = self.within.iter().copied().chain([self.flow.name.as_str()]).collect();
        let ways = Ways::within(self.set, called, within);
        let (given, reached) = (Given::of(&ways), ways.reached());
        let leaves: Vec<&Edge<'f>> =
            ways.edges.iter().filter(|edge| edge.to == Target::Leave(end) && reached[edge.from]).collect();
        let fields: Vec<&'f str> = ways.edges.iter().flat_map(|edge| &edge.gives).map(|gift| gift.name).collect();
        let mut lasting: Vec<&'f str> = fields
            .into_iter()
            .filter(|name| name.starts_with("contact."))
            .filter(|name| leaves.iter().all(|edge| given.has(edge.from, name) || supplies(edge, name)))
            .collect();
        lasting.sort_unstable();
        lasting.dedup();
        lasting.into_iter().map(|name| Gift { name, fields: None }).collect()
    }

    /// The fields of a list's rows, if only one step yields the list.
    fn rows_of(&self, rows: &str) -> Option<&'static [Field]> {
        let lines = self.flow.blocks.iter().flat_map(|block| &block.lines);
        let mut found = lines.filter_map(|line| line.step.operation()).filter(|operation| operation.yields == rows);
        let (first, second) = (found.next()?, found.next());
        let kind = self.set.signatures.get(first.name)?.outcomes.first()?.yields?;
        second.is_none_or(|second| second.name == first.name).then(|| fields_of(kind)).flatten()
    }
}

/// What an operation gives along a way.
fn given_by(signature: &Signature, operation: &Operation<'_>, way: Option<&str>) -> Option<Type> {
    match way {
        _ if operation.question && way == Some("unavailable") => None,
        _ if operation.question || way.is_none() => signature.outcomes.first()?.yields,
        Some(way) => {
            let name = way.strip_prefix("outcome ")?;
            signature.outcomes.iter().find(|outcome| outcome.name == name)?.yields
        }
        None => None,
    }
}

pub(crate) fn fields_of(kind: Type) -> Option<&'static [Field]> {
    match kind {
        Type::Row(fields) | Type::Rows { fields, .. } => Some(fields),
        _ => None,
    }
}
