//! Walks from step to step until one waits or the flow ends.

use super::run::Run;
use super::state::Frame;
use super::{ASIDES_MAX, STACK_MAX, STEPS_MAX};
use crate::flows::definition::{After, Arm, Flow, Line, Spot, To};
use crate::flows::turn::{Fault, Question};
use crate::flows::value::{Row, Value};

/// What a step wants to happen next.
pub(crate) enum Then<'a> {
    Next,
    Take(&'a Arm),
    /// It waits; what there was to say has been said.
    Rest,
    /// An operation must be asked first.
    Ask(Question),
    /// An operation could not answer: the step's own arm, or the head's.
    Unavailable(Option<&'a Arm>),
    /// The channel's window is shut: the step's own arm, or the head's, or on.
    Shut(Option<&'a Arm>),
    /// Another flow is called.
    Enter {
        flow: &'a str,
        values: Row,
    },
    /// The flow is over, by this end.
    Leave(Option<&'a str>),
    /// The answer to the open question was none.
    Missed(Missed),
    /// The open question is shown from its next page.
    Page,
    /// From the page before, or from the first page back to the question before.
    PageBack,
    /// The open question was never shown: it is now.
    Pose,
    /// The rows of a choice are not there: they are found (again).
    Find(&'a str),
    /// The turn's budget is used up.
    Spent,
}

/// Why an answer was none.
#[derive(Debug)]
pub(crate) enum Missed {
    Unread,
    Low(Value),
    High(Value),
    Rule(String),
    /// A button of an older question.
    Stale,
}

impl<'a> Run<'a> {
    /// Does what `then` says at the step `here`, and what follows from it. `Some` when an operation must be asked.
    pub(super) fn walk(&mut self, mut then: Then<'a>, mut here: Spot) -> Option<Question> {
        loop {
            then = match then {
                Then::Rest => return None,
                Then::Ask(question) => return Some(question),
                Then::Next => self.arrive(here.next(), &mut here),
                Then::Take(arm) => self.take(arm, &mut here),
                Then::Unavailable(own) => self.unavailable(own, &mut here),
                Then::Shut(own) => self.shut(own, &mut here),
                Then::Enter { flow, values } => self.enter(flow, values, &mut here),
                Then::Leave(end) => self.leave(end, &mut here),
                Then::Missed(missed) => self.missed(&missed, here),
                Then::Page => {
                    let page = self.shown().map_or(0, |shown| shown.page.saturating_add(1));
                    self.pose(here, None, page)
                }
                Then::PageBack => match self.shown().map_or(0, |shown| shown.page) {
                    0 => self.back(&mut here),
                    page => self.pose(here, None, page - 1),
                },
                Then::Pose => self.pose(here, None, 0),
                Then::Find(rows) => self.find(rows, &mut here),
                Then::Spent => self.spent(&mut here),
            };
            if self.over_budget() {
                then = Then::Spent;
            }
        }
    }

    /// Begins a flow at its first scene.
    pub(super) fn enter(&mut self, name: &str, values: Row, here: &mut Spot) -> Then<'a> {
        let Some(flow) = self.set.flow(name) else {
            self.faults.push(Fault::Flow);
            return Then::Next;
        };
        if self.state.stack.len() >= STACK_MAX {
            return Then::Spent;
        }
        self.state.stack.push(Frame::new(name, values));
        self.arrive(first(flow), here)
    }

    /// Runs the step at `spot`, or follows the end of its list.
    pub(super) fn arrive(&mut self, mut spot: Spot, here: &mut Spot) -> Then<'a> {
        loop {
            self.steps += 1;
            if self.steps > STEPS_MAX {
                return Then::Spent;
            }
            let Some(flow) = self.flow() else { return Then::Rest };
            let Some(line) = flow.line(spot) else {
                match self.run_off(flow, spot) {
                    Ok(next) => spot = next,
                    Err(then) => return then,
                }
                continue;
            };
            if let Some(guard) = line.guard.as_ref().filter(|_| !self.came_round)
                && self.holds(&guard.condition) != guard.wanted
            {
                spot = spot.next();
                continue;
            }
            if line.step.asking().is_some_and(|asking| asking.in_form && self.known(&asking.name)) {
                spot = spot.next();
                continue;
            }
            *here = spot;
            if let Some(trace) = &mut self.trace {
                trace.push((&flow.name, &line.id));
            }
            return line.step.run(self, line);
        }
    }

    fn run_off(&mut self, flow: &'a Flow, spot: Spot) -> Result<Spot, Then<'a>> {
        let Some(block) = flow.blocks.get(spot.block) else { return Err(Then::Leave(None)) };
        match block.after {
            After::Next => block.owner.map(Spot::next).ok_or(Then::Leave(None)),
            After::Round => {
                self.came_round = true;
                block.owner.ok_or(Then::Leave(None))
            }
            After::Wait => Err(Then::Rest),
            After::Resume => Err(self.resume_below()),
            After::End => Err(Then::Leave(None)),
        }
    }

    /// A digression is over: the question it interrupted is asked again, tries and timers untouched.
    fn resume_below(&mut self) -> Then<'a> {
        if self.state.stack.last().is_some_and(|frame| frame.aside) {
            self.state.stack.pop();
        }
        self.ask_again()
    }

    /// The open question is asked again as it stands.
    pub(super) fn ask_again(&mut self) -> Then<'a> {
        let Some((line, spot)) = self.open_line() else { return Then::Leave(None) };
        if self.shown().is_some() || line.step.waits() {
            let page = self.shown().map_or(0, |shown| shown.page);
            return self.pose(spot, None, page);
        }
        let mut here = spot;
        let then = self.arrive(spot, &mut here);
        match then {
            // The walk goes on from where the flow below it stands.
            Then::Next => self.arrive(here.next(), &mut here),
            other => other,
        }
    }

    /// The step at which the open flow rests.
    pub(super) fn open_line(&self) -> Option<(&'a Line, Spot)> {
        let flow = self.flow()?;
        let spot = *flow.spots.get(self.state.stack.last()?.at.as_str())?;
        Some((flow.line(spot)?, spot))
    }

    pub(super) fn pose(&mut self, spot: Spot, lead: Option<String>, page: u8) -> Then<'a> {
        match self.flow().and_then(|flow| flow.line(spot)) {
            Some(line) => line.step.pose(self, line, lead, page),
            None => Then::Rest,
        }
    }

    pub(super) fn take(&mut self, arm: &'a Arm, here: &mut Spot) -> Then<'a> {
        match &arm.to {
            To::Next => self.arrive(here.next(), here),
            To::End => Then::Leave(None),
            To::Again => self.again(here),
            To::Back => self.back(here),
            To::Block(block) => {
                let spot = Spot { block: *block, index: 0 };
                self.arrive(spot, here)
            }
            To::Scene(name) => {
                while self.state.stack.last().is_some_and(|frame| frame.aside) {
                    self.state.stack.pop();
                }
                self.close_question();
                if let Some(frame) = self.top() {
                    frame.rounds.clear();
                }
                if let Some(scene) = self.flow().and_then(|flow| flow.scene(name)) {
                    return self.arrive(Spot { block: scene.block, index: 0 }, here);
                }
                self.faults.push(Fault::Flow);
                Then::Leave(None)
            }
        }
    }

    /// The open question is answered or left.
    pub(super) fn close_question(&mut self) {
        if let Some(frame) = self.top() {
            frame.tries = 0;
            frame.shown = None;
            frame.wake.clear();
            frame.readings.clear();
            frame.tongue = false;
        }
    }

    /// Asks the question again in whose arm we are.
    fn again(&mut self, here: &mut Spot) -> Then<'a> {
        let Some(flow) = self.flow() else { return Then::Rest };
        let mut spot = Some(*here);
        while let Some(at) = spot {
            if flow.line(at).is_some_and(|line| line.step.asking().is_some() || line.step.waits()) {
                return self.arrive(at, here);
            }
            spot = flow.blocks.get(at.block).and_then(|block| block.owner);
        }
        if self.state.stack.last().is_some_and(|frame| frame.aside) {
            return self.resume_below();
        }
        match self.open_line() {
            Some((line, at)) if line.step.asking().is_some() || line.step.waits() => self.arrive(at, here),
            _ => Then::Leave(None),
        }
    }

    /// The previous question of the same flow, if no command lies between; later values are forgotten.
    pub(super) fn back(&mut self, here: &mut Spot) -> Then<'a> {
        if self.state.stack.last().is_some_and(|frame| frame.aside) {
            return self.resume_below();
        }
        let flow = self.flow();
        let Some(frame) = self.top() else { return Then::Rest };
        if frame.trail.len() > 1 {
            let left = frame.trail.pop();
            for name in left.into_iter().flat_map(|passed| passed.gave) {
                frame.take_away(&name);
            }
        }
        if let Some(last) = frame.trail.last_mut() {
            for name in std::mem::take(&mut last.gave) {
                frame.take_away(&name);
            }
        }
        let at = frame.trail.last().map_or_else(|| frame.at.clone(), |last| last.at.clone());
        match flow.and_then(|flow| flow.spots.get(at.as_str())) {
            Some(spot) => self.arrive(*spot, here),
            None => Then::Leave(None),
        }
    }

    fn leave(&mut self, end: Option<&str>, here: &mut Spot) -> Then<'a> {
        while self.state.stack.last().is_some_and(|frame| frame.aside) {
            self.state.stack.pop();
        }
        let flow = self.flow();
        let Some(frame) = self.state.stack.pop() else { return Then::Rest };
        let declared = flow.and_then(|flow| flow.ends.iter().find(|(name, _)| Some(name.as_str()) == end));
        let value =
            declared.and_then(|(_, values)| given_back(values.iter().map(|(name, _)| name.as_str()), &frame.vals));
        if frame.over && self.open_line().is_some() {
            return self.uncover(here);
        }
        match self.open_line() {
            None => {
                self.state.stack.clear();
                Then::Rest
            }
            Some((line, spot)) => {
                *here = spot;
                line.step.returned(self, end, value)
            }
        }
    }

    /// Goes to the step that finds the rows of a choice: the nearest before it, else the first in the flow.
    fn find(&mut self, rows: &str, here: &mut Spot) -> Then<'a> {
        let Some(flow) = self.flow() else { return Then::Rest };
        let yields =
            |line: &Line| line.step.operation().is_some_and(|operation| operation.question && operation.yields == rows);
        let mut near =
            flow.blocks.get(here.block).into_iter().flat_map(|block| block.lines.iter().take(here.index).enumerate());
        let near = near.rfind(|(_, line)| yields(line)).map(|(index, _)| Spot { block: here.block, index });
        let all = || {
            let blocks = flow.blocks.iter().enumerate();
            blocks.flat_map(|(block, list)| {
                list.lines.iter().enumerate().map(move |(index, line)| (Spot { block, index }, line))
            })
        };
        if let Some(spot) = near.or_else(|| all().find(|(_, line)| yields(line)).map(|(spot, _)| spot)) {
            return self.arrive(spot, here);
        }
        self.faults.push(Fault::Expression);
        self.set(rows, Value::Rows([].into()));
        self.arrive(*here, here)
    }

    /// Runs a digression's steps in a frame of their own; at most three deep.
    pub(super) fn digress(&mut self, arm: &'a Arm, flow: &'a str, here: &mut Spot) -> Then<'a> {
        let asides = self.state.stack.iter().filter(|frame| frame.aside).count();
        if asides >= ASIDES_MAX || self.state.stack.len() >= STACK_MAX {
            return Then::Missed(Missed::Unread);
        }
        self.state.stack.push(Frame { aside: true, ..Frame::new(flow, Row::new()) });
        self.take(arm, here)
    }
}

/// Where a flow begins.
pub(super) fn first(flow: &Flow) -> Spot {
    Spot { block: flow.scenes.first().map_or(0, |scene| scene.block), index: 0 }
}

/// What an end gives back: nothing, the one value, or a row of several.
fn given_back<'n>(names: impl Iterator<Item = &'n str>, values: &Row) -> Option<Value> {
    let mut given: Row = names.filter_map(|name| Some((name.to_owned(), values.get(name)?.clone()))).collect();
    match given.len() {
        0 => None,
        1 => given.pop_first().map(|(_, value)| value),
        _ => Some(Value::Row(given)),
    }
}
