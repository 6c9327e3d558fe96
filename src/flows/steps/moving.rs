//! `move`: the conversation goes on by another channel, if the person can be spoken to there. The message of its name leaves first, by the
//! door the person stands at.
//!
//! ```yaml
//! - move: whatsapp
//!   outcomes: {moved: next, unreachable: menu}
//! ```

use super::{Needs, Outcomes, Step};
use crate::flows::definition::{Arm, Line};
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader};
use crate::flows::turn::Channel;

#[derive(Debug)]
struct Move {
    to: Channel,
    outcomes: Vec<(String, Arm)>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let written = keys.text("move", reader.mistakes)?;
    let outcomes = reader.arms(keys.take("outcomes"), "outcomes");
    let Some(to) = Channel::named(written).filter(|to| *to != Channel::Ussd) else {
        let cause = "one can move to whatsapp and sms: a USSD screen is opened by the person alone";
        reader.mistakes.add(keys.at, format!("cannot move to \"{written}\""), cause, "write move: whatsapp");
        return None;
    };
    Some(Box::new(Move { to, outcomes }))
}

impl Step for Move {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        let outcome = if run.move_to(self.to, self.to.as_str()) { "moved" } else { "unreachable" };
        match self.outcomes.iter().find(|(name, _)| name == outcome) {
            Some((_, arm)) => Then::Take(arm),
            None => Then::Next,
        }
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
