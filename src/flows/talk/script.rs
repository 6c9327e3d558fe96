//! A conversation test as it is written, read into what the runner plays.

use std::collections::HashMap;

use chrono::Duration;

use crate::domain::{MediaRef, Timestamp};
use crate::flows::mistake::At;
use crate::flows::source::Node;
use crate::flows::turn::Channel;
use crate::flows::value::Place;

/// Where the flows of a file of tests are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flows {
    /// In the folder of the tests.
    Beside,
    /// A set that comes with the program.
    Shipped(String),
    /// In the test file itself: names and texts.
    Inline(Vec<(String, String)>),
}

/// What all tests of a file share.
#[derive(Debug)]
pub(super) struct Settings {
    pub flows: Flows,
    pub flow: Option<String>,
    /// What operations answer, by their names.
    pub world: HashMap<String, Node>,
    pub rows: HashMap<String, Node>,
}

/// One test.
#[derive(Debug)]
pub struct Test {
    pub name: String,
    /// It is played once on each.
    pub channels: Vec<Channel>,
    /// The flow that `start` begins.
    pub(super) flow: Option<String>,
    pub(super) now: Timestamp,
    pub(super) zone: chrono_tz::Tz,
    pub language: String,
    pub(super) profile: Option<String>,
    /// The person's number for `split`.
    pub(super) shares: u64,
    /// What is known of the person before.
    pub(super) contact: Vec<(String, Node)>,
    /// Other channels by which the person can be reached from the beginning.
    pub(super) doors: Vec<Channel>,
    /// The business's numbers, by channel: where the person can be told to go on.
    pub(super) numbers: Vec<(Channel, String)>,
    pub(super) talk: Vec<Exchange>,
}

/// One line of a talk: what changes, what happens, and what is expected then.
#[derive(Debug)]
pub(super) struct Exchange {
    pub at: At,
    pub acts: Vec<(At, Act)>,
    pub bot: Option<(At, Expected)>,
    pub checks: Vec<(At, String, Node)>,
}

/// What happens, in the order in which one line does it.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// The next answer of operations.
    Once(Vec<(String, Node)>),
    /// The answers of operations from now on.
    World(Vec<(String, Node)>),
    Door {
        open: bool,
    },
    Via(Channel),
    /// Time passes; alarms come when they were asked for.
    Later(Duration),
    /// The person begins the flow, as a person of the channel does.
    Start,
    Say(String),
    /// An option of the last prompt, or of the `from`th last.
    Pick {
        option: String,
        from: usize,
    },
    /// Something else than text: a picture, a place, a thing no question reads.
    Send(Sent),
    React,
    /// Staff answer, and the flow is silent for so long.
    Staff(Duration),
    /// An alarm that comes early.
    Alarm,
    /// Our last message was not delivered.
    Failed,
    /// A USSD code is dialled.
    Dial(String),
    /// The person sends the code of a move, by the channel she is at.
    Code,
    /// The next message comes through an advertisement of this id.
    Referral(String),
    /// The USSD session breaks off.
    HangUp,
    /// News from outside: its name and what it carries.
    Event {
        name: String,
        payload: Vec<(String, Node)>,
    },
    /// The result of a job that the flow ordered from this provider or server: an outcome, or an outcome and its value.
    Job {
        name: String,
        answer: Node,
    },
    /// Staff give the person back.
    GivenBack,
    /// Nobody is there for a hand-over.
    Nobody,
    /// The talk begins in the middle.
    At(Middle),
}

/// Something a person sends that is not text.
#[derive(Debug, Clone)]
pub(super) enum Sent {
    Media(MediaRef),
    Place(Place),
    /// What a channel announces and does not deliver, such as a poll.
    Unsupported(String),
}

/// A place in a flow with the values that are known there.
#[derive(Debug, Clone)]
pub(super) struct Middle {
    pub flow: Option<String>,
    pub scene: String,
    pub values: Vec<(String, Node)>,
    /// The scene whose `call` the flow returns to.
    pub caller: Option<String>,
}

/// What the bot said since the line before.
#[derive(Debug, Clone)]
pub(super) enum Expected {
    Everywhere(Vec<Named>),
    /// By channel; `None` is `else`.
    PerChannel(Vec<(Option<Channel>, Vec<Named>)>),
}

impl Expected {
    /// What is expected on a channel, if anything is.
    pub(super) fn on(&self, channel: Channel) -> Option<&[Named]> {
        match self {
            Self::Everywhere(named) => Some(named),
            Self::PerChannel(channels) => {
                let own = channels.iter().find(|(known, _)| *known == Some(channel));
                own.or_else(|| channels.iter().find(|(known, _)| known.is_none())).map(|(_, named)| named.as_slice())
            }
        }
    }
}

/// The name of a message, and what is pinned of its content.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub name: String,
    pub pins: Vec<Pin>,
}

/// Something that must be true of what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pin {
    Has(String),
    /// A message with exactly this text.
    Text(String),
    /// A message of this kind: text, buttons, list, …
    Is(String),
    /// No screen is longer, in characters.
    ScreenAtMost(usize),
}
