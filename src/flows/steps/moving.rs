//! `move`: the conversation goes on by another channel. The message of its name leaves first, by the door the person stands at. Where she
//! cannot be spoken to at the other channel she is told how to come there, with a code by which she is known again, and the flow waits for
//! her until the code is no good any more. Meanwhile she may say that she stays: then she is `unreachable`, too.
//!
//! ```yaml
//! - move: whatsapp
//!   at_most: 30m                     # how long the code is good, from 1m to 24h; 15m where the business says nothing else
//!   outcomes: {moved: next, unreachable: menu}
//! ```

use super::{Needs, Outcomes, Signal, Step};
use crate::flows::definition::{Arm, Line};
use crate::flows::machine::{Heard, Moved, Run, Then};
use crate::flows::reader::{Keys, Reader, describe, duration_s};
use crate::flows::source::Kind;
use crate::flows::turn::Channel;

/// How long a code may be good.
const LIFE_S: std::ops::RangeInclusive<u32> = 60..=24 * 3600;

#[derive(Debug)]
struct Move {
    to: Channel,
    life_s: Option<u32>,
    outcomes: Vec<(String, Arm)>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let written = keys.text("move", reader.mistakes)?;
    let life_s = keys.take("at_most").and_then(|node| {
        let read = match &node.kind {
            Kind::Text(text) => duration_s(text).filter(|s| LIFE_S.contains(s)),
            _ => None,
        };
        if read.is_none() {
            let cause = format!("here stands {}", describe(node));
            let what = "at_most of move is a length of time from 1m to 24h";
            reader.mistakes.add(node.at, what, cause, "write at_most: 15m, say");
        }
        read
    });
    let outcomes = reader.arms(keys.take("outcomes"), "outcomes");
    let Some(to) = Channel::named(written) else {
        let cause = "one can move to whatsapp, sms and ussd";
        reader.mistakes.add(keys.at, format!("cannot move to \"{written}\""), cause, "write move: whatsapp");
        return None;
    };
    Some(Box::new(Move { to, life_s, outcomes }))
}

impl Move {
    fn take(&self, outcome: &str) -> Then<'_> {
        match self.outcomes.iter().find(|(name, _)| name == outcome) {
            Some((_, arm)) => Then::Take(arm),
            None => Then::Next,
        }
    }
}

impl Step for Move {
    fn run<'a>(&'a self, run: &mut Run<'a>, line: &'a Line) -> Then<'a> {
        match run.move_to(self.to, self.to.as_str(), self.life_s) {
            Moved::Here => self.take("moved"),
            Moved::Invited(until) => {
                run.begin_rest(line, Some(until));
                Then::Rest
            }
            Moved::Nowhere => self.take("unreachable"),
        }
    }

    fn pose<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, _: Option<String>, _: u8) -> Then<'a> {
        if run.is_awaited_here() { self.take("moved") } else { run.wait_elsewhere() }
    }

    fn receive<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, heard: Heard<'_>) -> Then<'a> {
        if run.stays(heard) { self.take("unreachable") } else { Then::Pose }
    }

    fn signal<'a>(&'a self, _: &mut Run<'a>, _: &'a Line, signal: Signal<'_>) -> Option<Then<'a>> {
        match signal {
            Signal::Moved => Some(self.take("moved")),
            Signal::TimeUp => Some(self.take("unreachable")),
            _ => None,
        }
    }

    fn waits(&self) -> bool {
        true
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        self.outcomes.iter().map(|(name, arm)| (format!("outcome {name}"), arm)).collect()
    }

    fn falls_through(&self) -> bool {
        false
    }

    fn outcomes(&self) -> Option<Outcomes<'_>> {
        Some(Outcomes { known: vec!["moved", "unreachable"], handled: &self.outcomes })
    }

    fn moves_to(&self) -> Option<Channel> {
        Some(self.to)
    }

    fn needs(&self) -> Vec<Needs> {
        let message = self.to.as_str().to_owned();
        vec![Needs::if_there(message)]
    }
}
