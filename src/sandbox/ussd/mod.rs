//! USSD as operators and their gateways play it: a handset has one session at a time, the gateway waits only so long for a screen and takes
//! only answers in its own form, and a person may hang up at any moment.

mod control;
mod ending;
mod gateway;
pub(super) mod gsm;
mod hop;
mod line;
mod session;
mod style;

use std::collections::{HashMap, VecDeque};

use serde::Serialize;

pub(super) use control::router;
pub use gateway::{UssdGateway, UssdStyle};

use crate::domain::Timestamp;
use session::Session;

/// Hops kept for looking at.
const HOPS_MAX: usize = 10_000;
/// Open sessions.
const SESSIONS_MAX: usize = 200_000;

/// What the USSD side knows.
#[derive(Debug, Default)]
pub(super) struct Ussd {
    gateways: Vec<UssdGateway>,
    /// By phone.
    sessions: HashMap<String, Session>,
    hops: VecDeque<Seen>,
    count: u64,
}

/// One request of a gateway and what came of it.
#[derive(Debug, Clone, Serialize)]
struct Seen {
    /// Counts from 1, without gaps.
    n: u64,
    at: Timestamp,
    gateway: String,
    session: String,
    of: String,
    /// `hop` or `end`.
    what: &'static str,
    request: String,
    /// `None` where no answer came in time.
    status: Option<u16>,
    answer: Option<String>,
    ms: u64,
    /// Why the gateway did not take the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

impl Ussd {
    pub(super) fn new(gateways: Vec<UssdGateway>) -> Self {
        Self { gateways, ..Self::default() }
    }

    fn record(&mut self, mut seen: Seen) {
        self.count += 1;
        seen.n = self.count;
        self.hops.push_back(seen);
        if self.hops.len() > HOPS_MAX {
            self.hops.pop_front();
        }
    }
}
