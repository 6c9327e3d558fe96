//! What the core keeps of a conversation between two turns, and how it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::notes::{Passed, Wake};
use crate::domain::Timestamp;
use crate::flows::definition::{FlowSet, Line};
use crate::flows::turn::{Channel, Purpose};
use crate::flows::value::{Row, Value};

/// The version in which states are written. Version 1 named every value's kind and knew no tables; all it wrote is still read as it stands.
const VERSION: u16 = 2;

/// All that the core keeps of a conversation between two turns. Written as JSON and read back equal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    v: u16,
    /// The language the person chose; without one the context's counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lang: Option<String>,
    /// What is known of the person, for good: `contact.name`.
    #[serde(default, skip_serializing_if = "Row::is_empty")]
    pub(crate) contact: Row,
    /// Marks that `tag` has given the person, for good.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) tags: BTreeSet<String>,
    /// The number of the last prompt.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) prompt: u32,
    /// The session: flows that have called each other, the open one last. Empty when no flow runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) stack: Vec<Frame>,
    /// The revision of the flows that run; 0 for flows that were never published.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub(crate) rev: i32,
    /// Staff talk here themselves until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) quiet_until: Option<Timestamp>,
    /// The channel of the door by which the two last spoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) via: Option<Channel>,
    /// The person has come back and is asked whether to go on or to begin anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resume: Option<Shown>,
    /// The number of the last job.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) jobs: u32,
    /// When the contact's own days are due, by flow and scene.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) days: BTreeMap<String, Timestamp>,
    /// What a USSD screen had no room for, when nothing was asked after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unread: Option<Unread>,
    /// What would have begun a flow while staff talked to the person, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) later: Vec<Later>,
    /// When the person was last given codes for a move.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) invited: Vec<Timestamp>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            v: VERSION,
            lang: None,
            contact: Row::new(),
            tags: BTreeSet::new(),
            prompt: 0,
            stack: Vec::new(),
            via: None,
            resume: None,
            jobs: 0,
            days: BTreeMap::new(),
            rev: 0,
            quiet_until: None,
            unread: None,
            later: Vec::new(),
            invited: Vec::new(),
        }
    }
}

/// A state that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableState {
    #[error("the state is not the JSON it should be")]
    Json(#[from] serde_json::Error),
    #[error("the state has version {0}, this program reads up to {VERSION}: run the newer one")]
    Newer(u16),
}

impl State {
    /// Reads a written state, of this version or an older one.
    pub fn read(json: &[u8]) -> Result<Self, UnreadableState> {
        #[derive(Deserialize)]
        struct Version {
            v: u16,
        }
        // As we write it, the version stands first: then the whole need not be read to find it.
        let version = match json {
            [b'{', b'"', b'v', b'"', b':', b'2', b',' | b'}', ..] => VERSION,
            _ => serde_json::from_slice::<Version>(json)?.v,
        };
        match version {
            // An older version is lifted here, step by step, before it is read as the present one.
            1..=VERSION => {
                // Of a text that is known to be UTF-8 as a whole, each word need not be looked at again.
                let state: Self = match str::from_utf8(json) {
                    Ok(text) => serde_json::from_str(text)?,
                    Err(_) => serde_json::from_slice(json)?,
                };
                Ok(Self { v: VERSION, ..state })
            }
            version => Err(UnreadableState::Newer(version)),
        }
    }

    /// The language the person chose, if she did.
    pub fn language(&self) -> Option<&str> {
        self.lang.as_deref()
    }

    /// The marks the person has, in the order of the alphabet.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().map(String::as_str)
    }

    /// Whether an open flow has a way of its own for what cannot be delivered.
    pub fn minds_undelivered(&self, flows: &FlowSet) -> bool {
        let minds = |frame: &Frame| flows.flow(&frame.flow).is_some_and(|flow| flow.head.undeliverable.is_some());
        self.stack.iter().any(minds)
    }

    /// Whether staff talk to the person because a flow asked for them.
    pub fn is_with_staff(&self, flows: &FlowSet) -> bool {
        self.stack.iter().any(|frame| frame.line(flows).is_some_and(|line| line.step.is_with_staff()))
    }

    /// Whether a flow is waiting for the person.
    pub fn is_open(&self) -> bool {
        !self.stack.is_empty()
    }

    /// The revision of the flows that run, while some do; 0 for flows that were never published.
    pub fn revision(&self) -> Option<i32> {
        self.is_open().then_some(self.rev)
    }

    /// Where the session rests, as flow and step, for people who look at it.
    pub fn place(&self) -> Option<(&str, &str)> {
        self.stack.last().map(|frame| (frame.flow.as_str(), frame.at.as_str()))
    }

    /// The value a name has in the open flow, for tests and for people who look at it.
    pub fn value(&self, name: &str) -> Option<&Value> {
        let base = self.stack.iter().rfind(|frame| !frame.aside)?;
        base.vals.get(name)
    }
}

/// One flow of the session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Frame {
    pub flow: SmolStr,
    /// The step at which it rests.
    pub at: SmolStr,
    /// Shared with the state before, until a turn changes them.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub vals: Arc<Row>,
    /// Unreadable answers to the open question.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub tries: u8,
    /// What the person sees of the open question; `None` when it could not be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    /// The questions behind, since the last command: where `back` may go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trail: Vec<Passed>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wake: Vec<Wake>,
    /// What the last answer could mean, if it was ambiguous: the person is choosing among these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Value>,
    /// The person asked for another language and is shown which there are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tongue: bool,
    /// How far the loops have come in whose steps it rests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<Round>,
    /// A digression: steps of the flow below it, run while its question stays open. It sees that flow's values.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aside: bool,
    /// News or a day of the contact's began it over what was open; when it ends, the open question is asked again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
    /// The job whose result it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<u32>,
    /// The business began it for this, and the person has not answered yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
}

impl Frame {
    pub(crate) fn new(flow: &str, vals: Row) -> Self {
        Self {
            flow: flow.into(),
            at: SmolStr::default(),
            vals: Arc::new(vals),
            tries: 0,
            shown: None,
            trail: Vec::new(),
            wake: Vec::new(),
            readings: Vec::new(),
            tongue: false,
            rounds: Vec::new(),
            aside: false,
            over: false,
            job: None,
            purpose: None,
        }
    }
}

impl Frame {
    /// The step at which it rests, if these flows have it.
    pub(super) fn line<'f>(&self, flows: &'f FlowSet) -> Option<&'f Line> {
        let flow = flows.flow(&self.flow)?;
        flow.line(*flow.spots.get(self.at.as_str())?)
    }

    /// Gives a name its value.
    pub(super) fn give(&mut self, name: &str, value: Value) {
        Arc::make_mut(&mut self.vals).insert(name, value);
    }

    /// Takes a name's value away.
    pub(super) fn take_away(&mut self, name: &str) {
        if self.vals.contains_key(name) {
            Arc::make_mut(&mut self.vals).remove(name);
        }
    }
}

/// A prompt on the person's screen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    pub prompt: u32,
    /// Two prompts of one digest ask the same of the same step: a tap on the older one still means what it says.
    pub digest: u32,
    /// Places in the step's options, in the order shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<u8>,
    #[serde(default, skip_serializing_if = "is_nought")]
    pub page: u8,
    /// The options carry numbers, the same on every page; without them a number is a place among `rows`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub numbered: bool,
    /// The keys that turn the page, where there are such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<String>,
    /// What was said before the question, if its other pages have to be laid out with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<String>,
}

/// The rest of a text, and the key that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unread {
    pub text: String,
    pub key: String,
}

/// Something that begins a flow once staff have given the person back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Later {
    pub flow: String,
    pub by: Begins,
    #[serde(default, skip_serializing_if = "Row::is_empty")]
    pub vals: Row,
}

/// What begins it, by its key under the flow's `start`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Begins {
    Event(String),
    Day(String),
}

/// How far an `each` has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Round {
    /// The step's id.
    pub at: SmolStr,
    /// The item it is at.
    pub item: u16,
}

fn is_empty(values: &Arc<Row>) -> bool {
    values.is_empty()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_none_yet(revision: &i32) -> bool {
    *revision == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_nought(number: &u8) -> bool {
    *number == 0
}
