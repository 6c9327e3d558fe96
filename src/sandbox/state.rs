//! What the sandbox knows, behind one lock that is never held across a wait.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::faults::Faults;
use super::graph::media::Shelf;
use super::options::{Number, Options};
use super::people::{People, PersonId};
use super::provider::Providers;
use super::requests::Requests;
use super::sms::Sms;
use super::smsc::Smsc;
use super::templates::Templates;
use super::ussd::Ussd;
use super::webhook::Courier;
use crate::crypto::random;
use crate::domain::Timestamp;

/// The whole sandbox.
pub(super) struct State {
    pub(super) options: Options,
    pub(super) smsc: Option<Smsc>,
    pub(super) inner: Mutex<Inner>,
    pub(super) courier: Courier,
    /// Owns every task the sandbox starts.
    pub(super) tasks: TaskTracker,
    pub(super) stop: CancellationToken,
    /// `http://127.0.0.1:8090`, once it listens.
    pub(super) base: OnceLock<String>,
}

/// What changes.
#[derive(Default)]
pub(super) struct Inner {
    pub(super) webhook_url: Option<Url>,
    pub(super) people: People,
    pub(super) faults: Faults,
    pub(super) requests: Requests,
    pub(super) templates: Templates,
    pub(super) shelf: Shelf,
    pub(super) providers: Providers,
    pub(super) sms: Sms,
    pub(super) ussd: Ussd,
    /// When a person last wrote to a number: the customer service window.
    pub(super) wrote: HashMap<(usize, PersonId), Timestamp>,
    pub(super) pairs: HashMap<(usize, PersonId), Bucket>,
    pub(super) throughput: HashMap<usize, Bucket>,
    /// Status updates that wait: held back, or for their batch to be full. With the number they are of.
    pub(super) held: Vec<(usize, Value)>,
}

/// A token bucket that is full at first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    level: f64,
    at: Timestamp,
}

impl Bucket {
    pub(super) fn full(capacity: u32, now: Timestamp) -> Self {
        Self { level: f64::from(capacity), at: now }
    }

    /// Takes one token, if there is one.
    pub(super) fn take(&mut self, capacity: u32, refill: Duration, now: Timestamp) -> bool {
        let passed = (now - self.at).to_std().unwrap_or_default();
        self.at = now;
        let earned = passed.as_secs_f64() / refill.as_secs_f64().max(1e-9);
        self.level = (self.level + earned).min(f64::from(capacity));
        if self.level < 1.0 {
            return false;
        }
        self.level -= 1.0;
        true
    }
}

impl State {
    /// The number of that id, or the one that shows those digits; without a name the first.
    pub(super) fn number(&self, name: Option<&str>) -> Result<usize, String> {
        let numbers = &self.options.numbers;
        let Some(name) = name else {
            return if numbers.is_empty() { Err("the sandbox has no business numbers".to_owned()) } else { Ok(0) };
        };
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        let found = numbers.iter().position(|number| number.phone_number_id == digits || number.display == digits);
        let known = || numbers.iter().map(|number| number.phone_number_id.as_str()).collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| format!("no business number {name}: the sandbox has {}", known()))
    }

    pub(super) fn number_at(&self, at: usize) -> &Number {
        &self.options.numbers[at]
    }

    pub(super) fn now(&self) -> Timestamp {
        self.options.clock.now()
    }
}

/// An id as Meta's nodes have: digits.
pub(super) fn numeric_id() -> String {
    (1_000_000_000_000_000 + random::number() % 9_000_000_000_000_000).to_string()
}
