//! What an input does to a state.

use super::run::Run;
use super::state::Frame;
use super::walk::{Missed, Then, first};
use crate::domain::MessageBody;
use crate::flows::definition::{Anytime, Arm, Flow, Silence, Spot, To};
use crate::flows::steps::Signal;
use crate::flows::turn::{Fault, Input, Passing, Question};
use crate::flows::understand::fold;
use crate::flows::value::Row;

/// What the person said, as a question hears it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Heard<'h> {
    Tap(Tap<'h>),
    Text(&'h str),
    /// A picture, a voice message, a position: nothing the questions so far can read.
    Other,
}

/// A tap on one of our options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tap<'h> {
    pub prompt: u32,
    pub digest: u32,
    pub option: &'h str,
}

impl<'h> Tap<'h> {
    /// Reads an option id as we rendered it: `p12.0f3a99c1:book`.
    fn read(id: &'h str) -> Option<Self> {
        let (mark, option) = id.strip_prefix('p')?.split_once(':')?;
        let (prompt, digest) = mark.split_once('.')?;
        Some(Self { prompt: prompt.parse().ok()?, digest: u32::from_str_radix(digest, 16).ok()?, option })
    }
}

impl<'h> Heard<'h> {
    /// `None` for what is no answer to anything: reactions, edits, revocations.
    fn of(body: &'h MessageBody) -> Option<Self> {
        Some(match body {
            MessageBody::Text { text } => Self::Text(text),
            MessageBody::Tap { id: payload, title: text } | MessageBody::TemplateTap { payload, text } => {
                Tap::read(payload).map_or(Self::Text(text), Self::Tap)
            }
            MessageBody::Reaction { .. } | MessageBody::Edit { .. } | MessageBody::Revoke { .. } => return None,
            _ => Self::Other,
        })
    }
}

impl<'a> Run<'a> {
    pub(super) fn hear(&mut self, input: &Input) -> Option<Question> {
        let quiet = self.state.quiet_until.is_some_and(|until| until > self.context.now);
        match input {
            Input::StaffSpoke { quiet_until } => {
                self.state.quiet_until = self.state.quiet_until.max(Some(*quiet_until));
                None
            }
            // What is waited for comes even while staff talk, or it would be lost.
            Input::Job { number, outcome, value } => self.job(*number, outcome, value.as_ref()),
            Input::Event { name, payload } => self.news(name, payload),
            Input::GivenBack => self.staff(Signal::GivenBack),
            Input::NobodyThere => self.staff(Signal::NobodyThere),
            Input::HungUp => None,
            _ if quiet => None,
            Input::Message { body, referral } => {
                let heard = Heard::of(body)?;
                self.person(heard, referral.as_ref())
            }
            Input::Dial { code } => self.dial(code),
            Input::Alarm => self.alarm(),
            Input::SendFailed { .. } => self.undelivered(),
        }
    }

    pub(super) fn message(&mut self, heard: Heard<'_>) -> Option<Question> {
        let said = match heard {
            Heard::Text(text) => fold(text),
            _ => String::new(),
        };
        if let Some(unread) = self.state.unread.take()
            && fold(&unread.key) == said
        {
            self.outbox.go_on(&unread.text);
            return None;
        }
        let words = self.own_texts();
        if self.state.is_open() && words.stop.contains(&said.as_str()) {
            self.clear();
            self.say_own("stopped", words.texts.stopped);
            return None;
        }
        if self.state.is_open() && self.open_line().is_none() {
            // The place is not in this revision any more.
            self.faults.push(Fault::Place);
            self.state.stack.clear();
        }
        let Some((line, spot)) = self.open_line() else { return self.begin_flow(heard, &said) };
        if let Some(then) = self.turned(heard, &said) {
            return self.walk(then, spot);
        }
        if line.step.takes_any_text()
            && let Some(entry) = self.anytime_entry(&said)
        {
            return self.anytime(entry, spot);
        }
        self.kept = self.state.stack.last().map(|frame| (frame.at.clone(), frame.wake.clone()));
        let then = line.step.receive(self, line, heard);
        match then {
            Then::Next | Then::Take(_) => {
                self.count(Passing::Answered);
                self.close_question();
            }
            Then::Missed(Missed::Unread) => {
                if let Some(entry) = self.anytime_entry(&said) {
                    return self.anytime(entry, spot);
                }
                if let Some(flow) = self.flow_by_word(&said).filter(|flow| !self.is_running(flow)) {
                    self.clear();
                    return self.start(flow);
                }
            }
            _ => {}
        }
        self.walk(then, spot)
    }

    /// A person without a session: a flow's start words begin it, else the flow for everything else.
    fn begin_flow(&mut self, heard: Heard<'_>, said: &str) -> Option<Question> {
        let flows = &self.set.flows;
        let found = self.flow_by_word(said).or_else(|| flows.iter().find(|flow| flow.start.otherwise));
        let Some(flow) = found else {
            self.faults.push(Fault::Flow);
            return None;
        };
        if let Heard::Tap(_) = heard {
            let stale =
                flow.texts(self.language_code()).map_or_else(|| self.own_texts(), |texts| texts.language).texts.stale;
            self.say_own("stale", stale);
        }
        if let (Some(entry), Some(line)) = (anytime_of(flow, said), flow.line(first(flow))) {
            self.state.stack.push(Frame { at: line.id.clone(), ..Frame::new(&flow.name, Row::new()) });
            return self.anytime((0, flow, &entry.arm), first(flow));
        }
        self.start(flow)
    }

    pub(super) fn start(&mut self, flow: &'a Flow) -> Option<Question> {
        let mut here = first(flow);
        let then = self.enter(&flow.name, Row::new(), &mut here);
        self.walk(then, here)
    }

    /// Whether a text is a word that is understood at any time, or begins another flow.
    pub(super) fn means_elsewhere(&self, said: &str) -> bool {
        self.anytime_entry(said).is_some() || self.flow_by_word(said).is_some()
    }

    fn flow_by_word(&self, said: &str) -> Option<&'a Flow> {
        if said.is_empty() {
            return None;
        }
        self.set.flows.iter().find(|flow| flow.start.folded.iter().any(|word| word == said))
    }

    pub(super) fn is_running(&self, flow: &Flow) -> bool {
        self.state.stack.iter().any(|frame| frame.flow == flow.name)
    }

    /// The flow on the stack, from the open one down, that knows this word at any time.
    fn anytime_entry(&self, said: &str) -> Option<(usize, &'a Flow, &'a Arm)> {
        let set = self.set;
        self.state.stack.iter().enumerate().rev().find_map(|(depth, frame)| {
            let flow = set.flow(&frame.flow)?;
            Some((depth, flow, &anytime_of(flow, said)?.arm))
        })
    }

    /// Does what an `anytime` word says: a scene leaves what is open, a list of steps is a digression.
    fn anytime(&mut self, (depth, flow, arm): (usize, &'a Flow, &'a Arm), spot: Spot) -> Option<Question> {
        let mut here = spot;
        let then = if let To::Block(_) = arm.to {
            self.digress(arm, &flow.name, &mut here)
        } else {
            self.state.stack.truncate(depth + 1);
            Then::Take(arm)
        };
        self.walk(then, here)
    }

    fn alarm(&mut self) -> Option<Question> {
        let now = self.context.now;
        let due = |(depth, frame): (usize, &Frame)| {
            frame.wake.iter().any(|wake| wake.at <= now && self.is_awake(depth, wake))
        };
        let Some(depth) = self.state.stack.iter().enumerate().rev().find(|entry| due(*entry)).map(|(depth, _)| depth)
        else {
            return self.day_comes();
        };
        self.state.stack.truncate(depth + 1);
        self.choose_door();
        let (line, spot) = self.open_line()?;
        let frame = self.top()?;
        let due: Vec<u32> = frame.wake.iter().filter(|wake| wake.at <= now).map(|wake| wake.after_s).collect();
        frame.wake.retain(|wake| wake.at > now);
        if due.contains(&0) {
            let then = line.step.signal(self, line, Signal::TimeUp)?;
            self.count(Passing::Answered);
            self.close_question();
            return self.walk(then, spot);
        }
        let own = line.step.asking().map(|asking| &asking.silence).filter(|silence| !silence.is_empty());
        let silences = own.or_else(|| self.flow().map(|flow| &flow.head.silence))?;
        let arm = due_arm(silences, &due)?;
        if !matches!(arm.to, To::Block(_)) {
            self.count(Passing::Left);
            self.close_question();
        }
        self.walk(Then::Take(arm), spot)
    }

    fn undelivered(&mut self) -> Option<Question> {
        let arm = self.head_arm(|head| head.undeliverable.as_ref())?;
        self.choose_door();
        let (_, spot) = self.open_line()?;
        self.undeliverable = true;
        self.walk(Then::Take(arm), spot)
    }
}

fn anytime_of<'f>(flow: &'f Flow, said: &str) -> Option<&'f Anytime> {
    flow.head.anytime.iter().find(|entry| entry.folded.iter().any(|word| word == said))
}

/// Of the arms that are due, the first that leaves the question; else the last.
fn due_arm<'a>(silences: &'a [Silence], due: &[u32]) -> Option<&'a Arm> {
    let due = || silences.iter().filter(|silence| due.contains(&silence.after_s)).map(|silence| &silence.arm);
    due().find(|arm| !matches!(arm.to, To::Block(_))).or_else(|| due().next_back())
}
