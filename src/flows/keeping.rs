//! What a person wants to get: for what a message is sent, what she has stopped, and which messages wait for the morning.
//!
//! | what is said | by the door she wrote by | by another door of hers | nobody asked for it |
//! |---|---|---|---|
//! | nothing of a purpose, notice, reminder | an answer: goes always | a notice: goes at any hour, unless she stopped that door | goes unless stopped, and not in quiet hours |
//! | marketing | goes unless stopped | goes unless stopped | goes unless stopped, and not in quiet hours |
//! | code | an answer | goes at any hour, also after STOP: she asked for it elsewhere | the same |
//!
//! A notice to a person who wrote a moment ago is part of the talk she is having: quiet hours do not hold it.

use serde::{Deserialize, Serialize};

use super::turn::Channel;
use crate::domain::Timestamp;

/// What a message is sent for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// It answers what the person said.
    #[default]
    Reply,
    /// News that concern her.
    Notice,
    Reminder,
    Marketing,
    /// A code that proves who she is, which she asked for.
    Code,
}

impl Purpose {
    /// Those that a flow may name, and a person stop.
    pub const NAMED: [Self; 4] = [Self::Notice, Self::Reminder, Self::Marketing, Self::Code];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Notice => "notice",
            Self::Reminder => "reminder",
            Self::Marketing => "marketing",
            Self::Code => "code",
        }
    }

    /// The purpose a flow names so.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

/// Something a person has stopped on a channel. Without a purpose it is all that the business starts, which a code is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OptOut {
    #[serde(rename = "c")]
    pub channel: Channel,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
}

impl OptOut {
    /// Whether it is about a message for this on this channel.
    pub fn covers(self, channel: Channel, purpose: Purpose) -> bool {
        let of_it = match purpose {
            Purpose::Reply => false,
            Purpose::Code => self.purpose == Some(Purpose::Code),
            _ => self.purpose.is_none_or(|stopped| stopped == purpose),
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

/// What a message is for, in the end: `said` is what its flow says, `own_door` whether it leaves by the door she wrote by.
pub fn purpose(said: Option<Purpose>, occasion: Occasion, own_door: bool) -> Purpose {
    match said {
        Some(Purpose::Marketing) => Purpose::Marketing,
        _ if occasion.asked && own_door => Purpose::Reply,
        None | Some(Purpose::Reply) => Purpose::Notice,
        Some(named) => named,
    }
}

/// Whether a message for this leaves by this channel, and when. `quiet_over` tells when the quiet hours are over that hold the present.
pub fn passage(
    purpose: Purpose,
    channel: Channel,
    occasion: Occasion,
    opt_outs: &[OptOut],
    quiet_over: Option<Timestamp>,
) -> Passage {
    if opt_outs.iter().any(|one| one.covers(channel, purpose)) {
        return Passage::Unwanted;
    }
    let started = match purpose {
        Purpose::Reply | Purpose::Code => false,
        Purpose::Notice => !occasion.asked && !occasion.awake,
        Purpose::Reminder | Purpose::Marketing => !occasion.asked,
    };
    match quiet_over {
        Some(until) if started => Passage::Waits(until),
        _ => Passage::Goes,
    }
}
