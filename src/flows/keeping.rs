//! What a person wants to get: for what a message is sent, what she has stopped, and which messages wait for the morning.
//!
//! | what is said | by the door she wrote by | by another door of hers | nobody asked for it |
//! |---|---|---|---|
//! | nothing of a purpose, service, reminder | an answer: goes always | of service: goes at any hour, unless she stopped that door | goes unless stopped, and not in quiet hours |
//! | marketing | goes unless stopped | goes unless stopped | goes unless stopped, and not in quiet hours |
//! | code | an answer | goes at any hour, also after STOP: she asked for it elsewhere | the same |
//!
//! What serves a person who wrote a moment ago is part of the talk she is having: quiet hours do not hold it.

use serde::{Deserialize, Serialize};

use super::turn::{Channel, Purpose};
use crate::domain::Timestamp;

/// Something a person has stopped on a channel. Without a purpose it is all that the business starts, which a code is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OptOut {
    #[serde(rename = "c")]
    pub channel: Channel,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
}

impl OptOut {
    /// Whether it is about a message for this on this channel. What answers her is for nothing, and never stopped.
    pub fn covers(self, channel: Channel, purpose: Option<Purpose>) -> bool {
        let of_it = match purpose {
            None => false,
            Some(Purpose::Code) => self.purpose == Some(Purpose::Code),
            Some(purpose) => self.purpose.is_none_or(|stopped| stopped == purpose),
        };
        of_it && self.channel == channel
    }
}

/// What a person wants from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing more of what the business starts on this channel.
    Stop,
    /// All of it again.
    Start,
    /// Nothing more for this purpose on this channel.
    StopOf(Purpose),
    /// What is for it again.
    StartOf(Purpose),
}

/// What a turn is to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion {
    /// The turn answers something she said, now or a while ago.
    pub asked: bool,
    /// She wrote a moment ago.
    pub awake: bool,
}

/// Whether a message leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    Goes,
    /// Not before then.
    Waits(Timestamp),
    /// She does not want it.
    Unwanted,
}

/// What a message is for, in the end; `None` where it answers the person. `said` is what its flow says, `own_door` whether it leaves by the
/// door she wrote by.
pub fn purpose(said: Option<Purpose>, occasion: Occasion, own_door: bool) -> Option<Purpose> {
    match said {
        Some(Purpose::Marketing) => said,
        _ if occasion.asked && own_door => None,
        _ => said.or(Some(Purpose::Service)),
    }
}

/// Whether a message for this leaves by this channel, and when. `quiet_over` tells when the quiet hours are over that hold the present.
pub fn passage(
    purpose: Option<Purpose>,
    channel: Channel,
    occasion: Occasion,
    opt_outs: &[OptOut],
    quiet_over: Option<Timestamp>,
) -> Passage {
    if opt_outs.iter().any(|one| one.covers(channel, purpose)) {
        return Passage::Unwanted;
    }
    let started = match purpose {
        None | Some(Purpose::Code) => false,
        Some(Purpose::Service) => !occasion.asked && !occasion.awake,
        Some(Purpose::Reminder | Purpose::Marketing) => !occasion.asked,
    };
    match quiet_over {
        Some(until) if started => Passage::Waits(until),
        _ => Passage::Goes,
    }
}
