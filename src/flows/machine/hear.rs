//! What an input does to a state.

use super::run::Run;
use super::walk::{Then, first};
use crate::domain::MessageBody;
use crate::flows::definition::{Arm, Flow, Silence, To};
use crate::flows::turn::{Fault, Input, Question};
use crate::flows::value::Row;

/// What the person said, as a question hears it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Heard<'h> {
    Tap(Tap<'h>),
    Text(&'h str),
    /// A picture, a voice message, a position.
    Sent(&'h MessageBody),
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
            _ => Self::Sent(body),
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
            _ if quiet => None,
            Input::Message { body, .. } => {
                self.state.quiet_until = None;
                let heard = Heard::of(body)?;
                self.message(heard)
            }
            Input::Alarm => self.alarm(),
            Input::SendFailed { .. } => self.undelivered(),
            Input::Event { .. } => {
                self.faults.push(Fault::Event);
                None
            }
            Input::Job { .. } => {
                self.faults.push(Fault::Job);
                None
            }
            Input::Dial { .. } => {
                self.faults.push(Fault::Flow);
                None
            }
            Input::GivenBack | Input::NobodyThere | Input::HungUp => None,
        }
    }

    pub(super) fn start(&mut self, flow: &'a Flow) -> Option<Question> {
        let mut here = first(flow);
        let then = self.enter(&flow.name, Row::new(), &mut here);
        self.walk(then, here)
    }

    fn alarm(&mut self) -> Option<Question> {
        let now = self.context.now;
        let depth = self.state.stack.iter().rposition(|frame| frame.wake.iter().any(|wake| wake.at <= now))?;
        self.state.stack.truncate(depth + 1);
        let (line, spot) = self.open_line()?;
        let frame = self.top()?;
        let due: Vec<u32> = frame.wake.iter().filter(|wake| wake.at <= now).map(|wake| wake.after_s).collect();
        frame.wake.retain(|wake| wake.at > now);
        let own = line.step.asking().map(|asking| &asking.silence).filter(|silence| !silence.is_empty());
        let silences = own.or_else(|| self.flow().map(|flow| &flow.head.silence))?;
        let arm = due_arm(silences, &due)?;
        if !matches!(arm.to, To::Block(_)) {
            self.close_question();
        }
        self.walk(Then::Take(arm), spot)
    }

    fn undelivered(&mut self) -> Option<Question> {
        let arm = self.head_arm(|head| head.undeliverable.as_ref())?;
        let (_, spot) = self.open_line()?;
        self.undeliverable = true;
        self.walk(Then::Take(arm), spot)
    }
}

/// Of the arms that are due, the first that leaves the question; else the last.
fn due_arm<'a>(silences: &'a [Silence], due: &[u32]) -> Option<&'a Arm> {
    let due = || silences.iter().filter(|silence| due.contains(&silence.after_s)).map(|silence| &silence.arm);
    due().find(|arm| !matches!(arm.to, To::Block(_))).or_else(|| due().next_back())
}
