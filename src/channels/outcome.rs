//! What a company answered to a send, in one closed list: the dispatcher knows what each asks of it.

use std::time::Duration;

use serde::Serialize;

/// The outcome of one attempt to send one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum SendOutcome {
    /// Taken; the provider's ids of the message: one for each part, if it was cut.
    Accepted { messages: Vec<String> },
    /// Too fast. Costs no attempt: the message waits with its scope.
    Throttled { scope: Scope, retry_after: Option<Duration>, code: Option<i64> },
    /// A failure of theirs, and surely not sent: another attempt after a backoff. Counts towards the breaker.
    Retry { code: Option<i64>, retry_after: Option<Duration> },
    /// The answer was lost or says nothing: the message may or may not be on its way. Counts towards the breaker.
    Unknown,
    /// Nothing can be sent for this account until somebody acts (token, billing, lock). Costs no attempt; receiving goes on.
    AccountStopped { code: i64, reason: String },
    /// This message will never go: tell the flow.
    Refused { code: i64, reason: Refused, detail: String },
}

/// What has to slow down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// This contact on this account.
    Pair,
    /// The account (a phone number).
    Account,
    /// The whole business portfolio or app.
    Portfolio,
}

/// Why a message will never go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The 24-hour window is shut: only a template may go.
    WindowShut,
    /// This person cannot be reached on this channel.
    Undeliverable,
    /// The person, the network's health rules or an experiment does not want this kind of message now.
    Unwanted,
    /// The person has stopped the business at the network or gateway: it is known from now on, and not tried again.
    OptedOut,
    /// The template is missing, paused or filled wrongly.
    Template,
    /// We built something the provider does not take: a bug or a limit.
    BadRequest,
    /// Media could not be fetched or is of a wrong kind.
    Media,
}

impl Refused {
    /// The stable word a flow sees.
    pub fn word(self) -> &'static str {
        match self {
            Self::WindowShut => "window_shut",
            Self::Undeliverable => "undeliverable",
            Self::Unwanted => "unwanted",
            Self::OptedOut => "opted_out",
            Self::Template => "template",
            Self::BadRequest => "bad_request",
            Self::Media => "media",
        }
    }
}
