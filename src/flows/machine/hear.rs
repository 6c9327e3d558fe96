//! What an input does to a state.

use super::run::Run;
use super::state::Frame;
use super::walk::{Then, first};
use crate::domain::MessageBody;
use crate::flows::definition::{Arm, Flow, Silence, To};
use crate::flows::keeping::Wish;
use crate::flows::steps::Signal;
use crate::flows::turn::{Input, Passing, Question};
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
        let asked = self.hear_now(input);
        if asked.is_some() { asked } else { self.begin_kept() }
    }

    fn hear_now(&mut self, input: &Input) -> Option<Question> {
        let quiet = self.state.quiet_until.is_some_and(|until| until > self.context.now);
        match input {
            Input::StaffSpoke { quiet_until } => {
                self.state.quiet_until = self.state.quiet_until.max(Some(*quiet_until));
                None
            }
            // What is waited for comes even while staff talk, or it would be lost.
            Input::Job { number, outcome, value, payment } => {
                self.job(*number, outcome, value.as_ref(), payment.as_ref())
            }
            Input::Event { name, payload } => self.news(name, payload),
            Input::Prefers { purpose, channel } => {
                self.prefers(*purpose, *channel);
                None
            }
            Input::Moved if quiet || self.is_with_staff() => {
                self.state.via = Some(self.context.channel);
                None
            }
            Input::Moved => {
                self.came_by(self.context.channel);
                self.moved()
            }
            Input::GivenBack => self.staff(Signal::GivenBack),
            Input::NobodyThere => self.staff(Signal::NobodyThere),
            Input::Kept { again: true } => {
                self.wish = Some(Wish::Start);
                None
            }
            Input::Kept { again: false } => {
                self.stopped_by_network();
                None
            }
            Input::Message { body, referral } => {
                let heard = Heard::of(body)?;
                if quiet || self.is_with_staff() {
                    self.heard_by_staff(heard)
                } else {
                    self.person(heard, referral.as_ref())
                }
            }
            _ if quiet => None,
            Input::HungUp => self.hung_up(),
            Input::Dial { code } => self.dial(code),
            Input::Alarm => self.alarm(),
            Input::SendFailed { .. } => self.undelivered(),
        }
    }

    pub(super) fn start(&mut self, flow: &'a Flow) -> Option<Question> {
        let mut here = first(flow);
        let then = self.enter(&flow.name, Row::new(), &mut here);
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

/// Of the arms that are due, the first that leaves the question; else the last.
fn due_arm<'a>(silences: &'a [Silence], due: &[u32]) -> Option<&'a Arm> {
    let due = || silences.iter().filter(|silence| due.contains(&silence.after_s)).map(|silence| &silence.arm);
    due().find(|arm| !matches!(arm.to, To::Block(_))).or_else(|| due().next_back())
}
