//! What comes from outside: news, results of jobs, staff who give a conversation back.

use super::STACK_MAX;
use super::run::Run;
use super::state::{Begins, Frame, Later};
use super::walk::first;
use crate::flows::definition::{Arm, Flow, Line, Occasion};
use crate::flows::gives::fit_row;
use crate::flows::steps::{PAYMENTS, Signal};
use crate::flows::turn::{Fault, PAID, Passing, Payment, Purpose, Question};
use crate::flows::value::{Row, Value};

/// What is kept of news and days while staff talk to the person.
const LATER_MAX: usize = 8;

/// A signal was waited for; the operation that must be asked before the turn can go on.
struct Heeded(Option<Question>);

impl<'a> Run<'a> {
    /// News goes to the step that waits for it, else it begins the flow that names it. News that nobody wants is counted.
    pub(super) fn news(&mut self, name: &str, payload: &Row) -> Option<Question> {
        if name.starts_with(PAID) {
            // Only a payment itself speaks by this name.
            self.faults.push(Fault::Event);
            return None;
        }
        let all = (0..self.state.stack.len()).rev();
        for depth in all {
            if let Some(Heeded(asked)) = self.signal_at(depth, Signal::News { name, payload }) {
                return asked;
            }
        }
        let Some(begun) = self.begins_with(name, payload) else {
            self.faults.push(Fault::Event);
            return None;
        };
        self.begin_over(begun)
    }

    /// The flow that begins with this news, and the values it begins with.
    pub(super) fn begins_with(&self, name: &str, payload: &Row) -> Option<Later> {
        let begins = |flow: &'a Flow| flow.start.event.iter().find(|occasion| occasion.name == name);
        let (flow, occasion) = self.set.flows.iter().find_map(|flow| Some((flow, begins(flow)?)))?;
        let vals = told(flow, occasion, payload)?;
        Some(Later { flow: flow.name.clone(), by: Begins::Event(occasion.name.clone()), vals })
    }

    /// The result of a job. One that nobody waits for any more is counted; a payment goes to the flow that claims it.
    pub(super) fn job(
        &mut self,
        number: u32,
        outcome: &str,
        value: Option<&Value>,
        payment: Option<&Payment>,
    ) -> Option<Question> {
        let depth = self.state.stack.iter().rposition(|frame| frame.job == Some(number));
        if let Some(Heeded(asked)) = depth.and_then(|depth| self.signal_at(depth, Signal::Job { outcome, value })) {
            return asked;
        }
        if let Some(payment) = payment {
            return self.claim(payment, outcome, value);
        }
        self.faults.push(Fault::Job);
        None
    }

    /// Begins the flow that claims a payment for which nobody waits any more. Where none does, only money that surely did not move is
    /// no more than counted.
    fn claim(&mut self, payment: &Payment, outcome: &str, value: Option<&Value>) -> Option<Question> {
        let outcome = PAYMENTS.into_iter().find(|known| *known == outcome).unwrap_or("unknown");
        let name = format!("{PAID}{}", payment.name);
        // It is not kept until staff give the person back: what is kept may be dropped, and money may not.
        let begun = self.begins_with(&name, &payment.told(outcome, value));
        let Some(begun) = begun.filter(|_| !self.is_with_staff() && self.state.stack.len() < STACK_MAX) else {
            let unmoved = matches!(outcome, "declined" | "expired");
            self.faults.push(if unmoved { Fault::Job } else { Fault::Payment });
            return None;
        };
        self.begin_over(begun)
    }

    /// Staff give the conversation back, or nobody of them is there.
    pub(super) fn staff(&mut self, signal: Signal<'_>) -> Option<Question> {
        self.state.quiet_until = None;
        let depth = self
            .state
            .stack
            .iter()
            .enumerate()
            .rposition(|(depth, _)| self.line_at(depth).is_some_and(|line| line.step.is_with_staff()));
        if let Some(Heeded(asked)) = depth.and_then(|depth| self.signal_at(depth, signal)) {
            return asked;
        }
        self.faults.push(Fault::Event);
        None
    }

    fn line_at(&self, depth: usize) -> Option<&'a Line> {
        self.state.stack.get(depth)?.line(self.set)
    }

    /// Gives a signal to the step at which the frame rests. `None` when it does not want it; then nothing has changed. What lies above
    /// is left.
    fn signal_at(&mut self, depth: usize, signal: Signal<'_>) -> Option<Heeded> {
        let line = self.line_at(depth).filter(|line| line.step.waits())?;
        let above = self.state.stack.split_off(depth + 1);
        self.choose_door();
        let Some(then) = line.step.signal(self, line, signal) else {
            self.state.stack.extend(above);
            return None;
        };
        let (_, spot) = self.open_line()?;
        self.state.resume = None;
        self.count(Passing::Answered);
        self.close_question();
        if let Some(frame) = self.top() {
            frame.job = None;
        }
        Some(Heeded(self.walk(then, spot)))
    }

    /// Whether staff talk to the person because the flow asked for them.
    pub(super) fn is_with_staff(&self) -> bool {
        self.state.is_with_staff(self.set)
    }

    /// Begins a flow over what is open. While staff talk to the person it is kept until they give her back; of more than a few the oldest
    /// is dropped and counted.
    pub(super) fn begin_over(&mut self, begun: Later) -> Option<Question> {
        if self.is_with_staff() {
            self.state.later.push(begun);
            if self.state.later.len() > LATER_MAX {
                self.state.later.remove(0);
                self.faults.push(Fault::Event);
            }
            return None;
        }
        let Some((flow, arm, purpose)) = self.begun_by(&begun).filter(|_| self.state.stack.len() < STACK_MAX) else {
            self.faults.push(Fault::Event);
            return None;
        };
        let over = !self.state.stack.is_empty();
        self.state.resume = None;
        self.state.stack.push(Frame { over, purpose: Some(purpose), ..Frame::new(&flow.name, begun.vals) });
        self.choose_door();
        let mut here = first(flow);
        let then = self.take(arm, &mut here);
        self.walk(then, here)
    }

    /// The flow and scene that it begins in this revision, and why.
    fn begun_by(&self, begun: &Later) -> Option<(&'a Flow, &'a Arm, Purpose)> {
        let flow = self.set.flow(&begun.flow)?;
        let start = &flow.start;
        let (arm, purpose) = match &begun.by {
            Begins::Event(name) => {
                start.event.iter().find(|event| event.name == *name).map(|event| (&event.arm, event.purpose))?
            }
            Begins::Day(key) => start.schedule.iter().find(|day| day.key == *key).map(|day| (&day.arm, day.purpose))?,
        };
        Some((flow, arm, purpose))
    }

    /// Begins what was kept while staff talked to the person, one after the other: each once the one before is over.
    pub(super) fn begin_kept(&mut self) -> Option<Question> {
        let quiet = self.state.quiet_until.is_some_and(|until| until > self.context.now);
        while !self.state.later.is_empty()
            && !quiet
            && !self.is_with_staff()
            && !self.state.stack.iter().any(|frame| frame.over)
        {
            let begun = self.state.later.remove(0);
            let asked = self.begin_over(begun);
            if asked.is_some() {
                return asked;
            }
        }
        None
    }

    /// Nothing of what was kept begins any more.
    pub(super) fn drop_kept(&mut self) {
        for _ in self.state.later.drain(..) {
            self.faults.push(Fault::Event);
        }
    }
}

/// The values a flow begins with. Without a declaration everything the flow reads by name; with one exactly what it declares.
fn told(flow: &Flow, occasion: &Occasion, payload: &Row) -> Option<Row> {
    let values = if occasion.gives.is_empty() {
        payload
            .iter()
            .filter(|(name, _)| flow.reads.reads(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    } else {
        fit_row(payload, &occasion.gives)?
    };
    Some(
        values
            .into_iter()
            .map(|(name, value)| (flow.reads.project(&name, &value), name))
            .map(|(value, name)| (name, value))
            .collect(),
    )
}
