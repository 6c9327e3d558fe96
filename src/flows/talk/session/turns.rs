//! The turns of a talk: what reaches the engine besides the person, and what becomes of the session.

use std::fmt::Write as _;

use chrono::Duration;

use super::{Prompt, Session};
use crate::flows::keeping::{OptOut, Wish};
use crate::flows::machine::{self, State};
use crate::flows::source::Node;
use crate::flows::talk::screen;
use crate::flows::talk::script::Middle;
use crate::flows::talk::trouble::Trouble;
use crate::flows::talk::world::outcome_of;
use crate::flows::turn::{Answer, Channel, Context, Done, Input, Turn};
use crate::flows::value::Row;

/// Alarms of one time jump.
const ALARMS_MAX: usize = 1_000;

impl Session<'_> {
    pub(super) fn event(&mut self, name: &str, payload: &[(String, Node)]) -> Result<Vec<String>, Trouble> {
        let value = |node: &Node| self.world.guessed(node, &self.flows.signatures);
        let payload = payload.iter().map(|(name, node)| (name.clone(), value(node))).collect();
        self.turn(&Input::Event { name: name.to_owned(), payload }, &format!("> (event {name})"))
    }

    /// The result of the last job that this provider or server was given.
    pub(super) fn job(&mut self, name: &str, answer: &Node) -> Result<Vec<String>, Trouble> {
        let ordered: Vec<&str> = self.jobs.iter().map(|job| job.name.as_str()).collect();
        let Some(order) = self.jobs.iter().rfind(|job| job.name == name) else {
            let all = if ordered.is_empty() { "none".to_owned() } else { ordered.join(", ") };
            return Err(Trouble::Impossible(format!("no job was given to {name}\nthe jobs so far: {all}")));
        };
        let (outcome, value) = outcome_of(answer).ok_or_else(|| {
            format!("a job's result is an outcome: write job: {{{name}: outcome}} or {{{name}: {{outcome: value}}}}")
        })?;
        let value = value.map(|node| self.world.guessed(node, &self.flows.signatures));
        let (number, payment) = (order.number, order.payment());
        let shown = format!("> ({name}: {outcome})");
        self.turn(&Input::Job { number, outcome, value, payment }, &shown)
    }

    /// The session begins in the middle of a flow, as if it had come there.
    pub(super) fn begin_at(&mut self, middle: &Middle) -> Result<Vec<String>, Trouble> {
        let flow = middle.flow.clone().or_else(|| self.flow.clone());
        let flow = flow.ok_or_else(|| "at names a flow, or the test does: add flow:".to_owned())?;
        let known = |name: &str, node: &Node| (name.to_owned(), self.world.guessed(node, &self.flows.signatures));
        let values: Row = middle.values.iter().map(|(name, node)| known(name, node)).collect();
        let state =
            machine::middle(self.flows, &self.state, (&flow, &middle.scene), &values, middle.caller.as_deref())?;
        let _ = writeln!(self.transcript, "> (at {flow}/{})", middle.scene);
        self.state = state;
        let (set, scene) = (self.flows, middle.scene.clone());
        self.answered(&mut |state, answers, context| machine::begin_at(set, state, &scene, answers, context))
    }

    /// Time passes; every alarm comes at its instant.
    pub(super) fn later(&mut self, time: Duration) -> Result<Vec<String>, Trouble> {
        let until = self.context.now + time;
        let mut said = Vec::new();
        for _ in 0..ALARMS_MAX {
            let Some(at) = self.alarm.filter(|at| *at <= until) else { break };
            self.context.now = at.max(self.context.now);
            said.extend(self.turn(&Input::Alarm, "> (alarm)")?);
            if self.alarm == Some(at) {
                return Err(Trouble::Impossible("an alarm that came was asked for again".to_owned()));
            }
        }
        self.context.now = until;
        Ok(said)
    }

    /// One turn, with all questions answered. The state goes through its written form before.
    pub(super) fn turn(&mut self, input: &Input, shown: &str) -> Result<Vec<String>, Trouble> {
        self.transcript.push_str(shown);
        self.transcript.push('\n');
        // A USSD screen waits only for the person's own answer.
        let answers_now = matches!(input, Input::Message { .. } | Input::Dial { .. } | Input::Moved);
        if !answers_now {
            self.door(Channel::Ussd, false);
        } else if self.context.channel == Channel::Ussd {
            self.door(Channel::Ussd, true);
        }
        let channel = self.context.channel;
        self.context.door_open = self.context.doors.iter().any(|door| door.channel == channel && door.open);
        let set = self.flows;
        self.answered(&mut |state, answers, context| machine::advance_traced(set, state, input, answers, context))
    }

    /// Runs a turn until all its questions are answered.
    pub(super) fn answered(&mut self, turn: &mut Advance<'_>) -> Result<Vec<String>, Trouble> {
        let state = reread(&self.state)?;
        let mut answers = Vec::new();
        let done = loop {
            let (turned, reached) = turn(&state, &answers, &self.context);
            match turned {
                Turn::Done(done) => {
                    self.reached.extend(reached);
                    break done;
                }
                Turn::Ask(questions) => {
                    for question in questions {
                        let signature = self.flows.signatures.get(question.operation.as_str());
                        let signature = signature.ok_or_else(|| format!("{} has no signature", question.operation))?;
                        answers.push(self.world.answer(&question, signature)?);
                    }
                }
            }
        };
        Ok(self.take(*done))
    }

    /// The person's wish holds from the next turn on.
    fn keep(&mut self, wish: Option<Wish>) {
        let channel = self.context.channel;
        let opt_outs = &mut self.context.opt_outs;
        match wish {
            Some(Wish::Stop) => opt_outs.push(OptOut { channel, purpose: None }),
            Some(Wish::Start) => opt_outs.retain(|one| one.channel != channel),
            Some(Wish::StopOf(purpose)) => opt_outs.push(OptOut { channel, purpose: Some(purpose) }),
            Some(Wish::StartOf(purpose)) => {
                opt_outs.retain(|one| one.channel != channel || one.purpose != Some(purpose));
            }
            None => {}
        }
    }

    pub(super) fn take(&mut self, done: Done) -> Vec<String> {
        self.state = done.state;
        self.alarm = done.alarm;
        self.rests = done.rests;
        self.keep(done.wish);
        if let Some(say) = done.messages.last() {
            self.by = Some(say.by.unwrap_or(self.context.channel));
        }
        self.faults.extend(&done.faults);
        self.jobs.extend(done.jobs);
        self.counts.extend(done.counts);
        self.screen.clear();
        for say in done.messages {
            let by = say.by.filter(|by| *by != self.context.channel);
            let margin = by.map_or_else(|| "  ".to_owned(), |by| format!("  ({}) ", by.as_str()));
            for line in screen::print(&say.content).lines() {
                self.transcript.push_str(&margin);
                self.transcript.push_str(line);
                self.transcript.push('\n');
            }
            self.prompts.extend(screen::taps(&say.content).map(|taps| Prompt { taps }));
            self.screen.push(say.content.clone());
            self.sent.push(say.content);
        }
        done.said
    }
}

/// One run of a turn with the answers so far: what came of it, and the steps it reached.
type Advance<'t> = dyn FnMut(&State, &[Answer], &Context) -> (Turn, Vec<(String, String)>) + 't;

/// A state as the next turn will find it.
fn reread(state: &State) -> Result<State, Trouble> {
    let written = serde_json::to_vec(state).map_err(|error| format!("the session cannot be written: {error}"))?;
    let read = State::read(&written).map_err(|error| format!("the session cannot be read back: {error}"))?;
    if read == *state {
        return Ok(read);
    }
    Err(Trouble::Impossible(format!("the session is read back otherwise:\n{}", String::from_utf8_lossy(&written))))
}
