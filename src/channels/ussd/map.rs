//! A field map, compiled: nothing in it can be missing any more.

use phonenumber::country::Id as Country;

use super::pattern::{Filled, Part};
use crate::config::UssdInput;

/// Everything about a gateway that is not code.
#[derive(Debug, Clone)]
pub(super) struct Map {
    pub country: Option<Country>,
    /// The code people dial, when it is not the request that says it.
    pub number: Option<String>,
    pub screen_chars: u16,
    pub body: Body,
    pub methods: Vec<http::Method>,
    pub path: Vec<Part>,
    pub session: Vec<String>,
    pub phone: Vec<String>,
    pub code: Vec<String>,
    pub text: Vec<String>,
    pub input: UssdInput,
    pub code_in_text: bool,
    pub dialled: Vec<String>,
    pub sequence: Vec<String>,
    pub network: Vec<String>,
    pub event: Vec<String>,
    pub happened: Vec<(String, Happened)>,
    pub writing: Writing,
    pub answer: Vec<Filled>,
    pub headers: Vec<(http::HeaderName, Filled)>,
    pub acknowledged: Option<Vec<Filled>>,
    pub refused: Option<Vec<Filled>>,
    /// Fields of requests that answers send back.
    pub echoed: Vec<String>,
}

/// Where the fields of a request stand.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Form,
    Query,
    Json,
    Xml,
    XmlRpc { procedure: String },
}

/// How an answer is written.
#[derive(Debug, Clone)]
pub(super) enum Writing {
    Marked { go_on: String, end: String },
    Plain,
    Json,
    Xml { root: String },
    XmlRpc,
}

/// What the value of the event's field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happened {
    Began,
    Answered,
    Ended(super::Ended),
}

impl Map {
    /// The meaning of an event; `None` for a word the map does not know. A value written out goes before `*`.
    pub(super) fn meaning(&self, event: &str) -> Option<Happened> {
        let named = |wanted: &str| {
            let found = self.happened.iter().find(|(value, _)| value.eq_ignore_ascii_case(wanted));
            found.map(|(_, happened)| *happened)
        };
        named(event).or_else(|| named("*"))
    }
}
