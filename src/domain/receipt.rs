//! What becomes of a message after it left: states whose rank only rises.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// How far a message has come. `Failed` is final and outranks all, so that late news never makes it look delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(i16)]
pub enum DeliveryState {
    /// The provider took it and named it.
    Accepted = 30,
    Sent = 40,
    Delivered = 50,
    Read = 60,
    /// A voice message was listened to.
    Played = 65,
    Failed = 100,
}

impl DeliveryState {
    /// The number tables compare.
    pub fn rank(self) -> i16 {
        self as i16
    }

    pub fn from_rank(rank: i16) -> Option<Self> {
        [Self::Accepted, Self::Sent, Self::Delivered, Self::Read, Self::Played, Self::Failed]
            .into_iter()
            .find(|state| state.rank() == rank)
    }

    /// The stable word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed => "failed",
        }
    }

    /// The state after also hearing `news`, in whatever order news comes, once or twice.
    #[must_use]
    pub fn after(self, news: Self) -> Self {
        self.max(news)
    }
}

/// News of one message we sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The provider's id of our message, or of one part of it.
    pub message: String,
    /// Other forms in which the provider may have given that id when it took the message; the first that is known counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// `None` for a state we do not know (a call's `RINGING`, …): kept in the journal, changes nothing.
    pub state: Option<DeliveryState>,
    /// What we put into the message's opaque field.
    pub opaque: Option<String>,
    /// Into how many parts the message was cut, where its opaque field tells.
    #[serde(default = "whole", skip_serializing_if = "is_whole")]
    pub parts: i16,
    pub at: Option<Timestamp>,
    /// The provider's error code and text, of a failed one.
    pub error: Option<ReceiptError>,
    pub pricing: Option<Pricing>,
}

fn whole() -> i16 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
fn is_whole(parts: &i16) -> bool {
    *parts == 1
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptError {
    pub code: i64,
    pub title: String,
}

/// What the provider will charge, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pricing {
    pub billable: Option<bool>,
    pub model: Option<String>,
    pub category: Option<String>,
    pub kind: Option<String>,
}
