//! A conversation test as it is written, read into what the runner plays.

use std::collections::HashMap;

use chrono::Duration;

use crate::domain::Timestamp;
use crate::flows::mistake::At;
use crate::flows::source::Node;
use crate::flows::turn::Channel;

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
    /// What operations answer, by their names.
    pub world: HashMap<String, Node>,
    pub rows: HashMap<String, Node>,
}

/// One test.
#[derive(Debug)]
pub struct Test {
    pub name: String,
    pub(super) at: At,
    /// It is played once on each.
    pub channels: Vec<Channel>,
    /// The flow that `start` begins.
    pub(super) flow: Option<String>,
    pub(super) now: Timestamp,
    pub(super) zone: chrono_tz::Tz,
    pub(super) language: String,
    pub(super) profile: Option<String>,
    /// The person's number for `split`.
    pub(super) shares: u64,
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
    /// Something else than text.
    Send(String),
    React,
    /// Staff answer, and the flow is silent for so long.
    Staff(Duration),
    /// An alarm that comes early.
    Alarm,
    /// Our last message was not delivered.
    Failed,
    /// A USSD code is dialled.
    Dial(String),
    /// The USSD screen is gone.
    HangUp,
    /// The doors of the person besides the one she stands at, and whether free text may leave there.
    Doors(Vec<(Channel, bool)>),
    /// The next message comes through an advertisement of this id.
    Referral(String),
    /// News from outside, and what it carries.
    News(String, Node),
    /// The last job ends: its outcome and what it gave.
    Job(String, Option<Node>),
    /// Staff give the conversation back.
    GivenBack,
    /// Nobody of the staff is there.
    NobodyThere,
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
#[derive(Debug, Clone)]
pub(super) enum Pin {
    Has(String),
    /// A message with exactly this text.
    Text(String),
    /// A message of this kind: text, buttons, list, …
    Is(String),
    /// No screen is longer, in characters.
    ScreenAtMost(usize),
}
