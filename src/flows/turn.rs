//! The words in which the engine and the core speak of one turn.

use serde::{Deserialize, Serialize};

use super::machine::State;
use super::value::{Row, Value};
use crate::domain::outbound::WhenUnknown;
use crate::domain::{Content, MessageBody, Referral, Timestamp};

/// One thing that happened to a conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The person said, tapped or sent something.
    Message { body: MessageBody, referral: Option<Referral> },
    /// The alarm the state asked for has come (possibly early: then the turn only arms it again).
    Alarm,
    /// The owner answered the person herself: be silent until `quiet_until`.
    StaffSpoke { quiet_until: Timestamp },
    /// A message of ours could not be delivered, or was not allowed (`reason` is a stable word: `window_shut`, `undeliverable`, …).
    SendFailed { reason: &'static str },
    /// News from outside the conversation, such as a job's result.
    Event { name: String, payload: Row },
}

/// What a channel can carry, as the layout of prompts needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    WhatsApp,
    Ussd,
    Sms,
}

/// Everything a turn may know besides the state and the input.
#[derive(Debug, Clone)]
pub struct Context {
    pub now: Timestamp,
    /// The tenant's zone: what "today" means.
    pub zone: chrono_tz::Tz,
    pub channel: Channel,
    /// Whether the channel lets us write freely now (WhatsApp's 24-hour window). If not, only templates leave.
    pub door_open: bool,
    /// The language of a person who has chosen none.
    pub language: String,
    /// The name from the person's profile, if the channel told it.
    pub profile_name: Option<String>,
}

/// A question to operations: an operation and its arguments, numbered in the order the turn met them.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub ordinal: u8,
    pub operation: String,
    pub arguments: Row,
}

/// What an operation answered. `outcome` is one of its signature's, or `unavailable`.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub outcome: String,
    pub value: Option<Value>,
}

/// One message of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Say {
    pub content: Content,
    pub when_unknown: WhenUnknown,
    /// The flow wants to hear of this message's receipts.
    pub wake: bool,
}

/// How far a turn came.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// These must be answered; then the turn runs again from the start with all answers so far, in the order of their ordinals.
    Ask(Vec<Question>),
    Done(Box<Done>),
}

/// A finished turn. The guarded effects among its answers belong into the commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    pub state: State,
    pub messages: Vec<Say>,
    /// When the core wants to be woken at the latest.
    pub alarm: Option<Timestamp>,
    /// The names of the messages said, in their order: for tests and logs.
    pub said: Vec<String>,
    /// What went otherwise than a checked flow should: for the metrics, never for the person.
    pub faults: Vec<Fault>,
}

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A turn wanted more steps, operations or text than it may have.
    Budget,
    /// An expression had no value.
    Expression,
    /// A message is missing.
    Message,
    /// A flow or scene is missing, or none takes this input.
    Flow,
    /// The session rested at a place that this revision does not have.
    Place,
    /// An operation could not answer.
    Unavailable,
    /// Something could not be said because the channel's window is shut.
    WindowShut,
    /// News that no flow waits for.
    Event,
}

impl Fault {
    /// A stable word for labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Expression => "expression",
            Self::Message => "message",
            Self::Flow => "flow",
            Self::Place => "place",
            Self::Unavailable => "unavailable",
            Self::WindowShut => "window_shut",
            Self::Event => "event",
        }
    }
}
