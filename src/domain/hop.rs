//! USSD: one request of a gateway, in whose answer the person's next screen stands.

use serde::{Deserialize, Serialize};

use super::Phone;

/// A person at a keypad dialled or typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The gateway's name of the session.
    pub session: String,
    pub phone: Phone,
    /// The code as people dial it, `*384*77#`, as far as the gateway says it.
    pub code: String,
    /// Whether the session begins, where the gateway says it.
    pub new: Option<bool>,
    pub typed: Typed,
    /// What was dialled behind the code (`1*2` of `*384*77*1*2#`). Counts on the first hop of a session only, in the place of `typed`.
    pub dialled: String,
    /// The number of this hop in its session, where the gateway counts.
    pub sequence: Option<u64>,
}

/// What a gateway tells of what was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Typed {
    /// Everything since the code, joined by `*`. An answer may hold `*` too.
    History(String),
    /// What was typed last.
    Last(String),
}

/// What a person at a keypad is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// In the alphabet of phones (GSM 03.38).
    pub text: String,
    /// The session ends with it.
    pub ended: bool,
}

/// The name of an account that is reached by a number or code of one gateway: one short code stands at several of them.
pub fn account_name(gateway: &str, number: &str) -> String {
    format!("{gateway} {number}")
}
