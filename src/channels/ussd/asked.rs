//! What a gateway's request means, in one form for all gateways, and the screen that answers it.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value as Json;

use crate::domain::Phone;

/// A request at a gateway's callback, its secret key already taken off the path.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    pub method: &'a http::Method,
    /// What stands behind the key, without slashes at its ends: empty, or `session/42/start`.
    pub path: &'a str,
    /// What stands behind the `?`, undecoded.
    pub query: &'a str,
    pub headers: &'a http::HeaderMap,
    pub body: &'a Bytes,
}

/// A request, read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// The gateway's name of the session, 1 to 128 characters.
    pub session: String,
    pub asking: Asking,
    /// The number of this request in its session, where the gateway counts: a repeated one has the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The operator, as the gateway calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Fields that go back in the answer as they came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub echo: Vec<(String, Json)>,
}

/// What is asked of us.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Asking {
    /// A screen.
    Hop(Hop),
    /// Nothing: the session is over. Some gateways name the session alone.
    Ended {
        how: Ended,
        #[serde(skip_serializing_if = "Option::is_none")]
        phone: Option<Phone>,
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// Something the field map knows nothing of, by the gateway's word. Nothing is done about it.
    Other { what: String },
}

/// The person dialled or typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    pub phone: Phone,
    /// The code as people dial it, `*384*77#`, as far as the gateway says it.
    pub code: String,
    /// Whether the session begins, where the gateway says it.
    pub new: Option<bool>,
    pub input: Input,
    /// What was dialled behind the code (`1*2` of `*384*77*1*2#`), empty if nothing or where the gateway says that the session goes on. It
    /// counts only where this is the first hop of its session, and there it stands in the place of `input`.
    pub dialled: String,
}

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Everything since the code, joined by `*`. An answer may hold `*` too: what is new is what follows the history of the hop before.
    History(String),
    /// What was typed last.
    Last(String),
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// By our last screen.
    Finished,
    /// The person hung up, or the network lost her.
    Aborted,
    /// She did not answer in time.
    TimedOut,
    /// By a mistake, such as a late answer of ours.
    Failed,
}

/// What a person is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// Text in the alphabet of phones (GSM 03.38), at most 182 septets of it.
    pub text: String,
    /// Whether the session ends with it.
    pub ended: bool,
}
