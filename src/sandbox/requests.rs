//! Everything the engine sent, kept for looking at.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::Timestamp;

/// One request to the Graph stand-in and what it was answered.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Seen {
    /// Counts from 1, without gaps.
    pub(super) n: u64,
    pub(super) at: Timestamp,
    pub(super) method: String,
    pub(super) path: String,
    /// Whether it carried a bearer token; the token itself is not kept.
    pub(super) bearer: bool,
    /// JSON, or for anything else its length in bytes.
    pub(super) body: Value,
    /// `None` where the connection was closed without an answer.
    pub(super) status: Option<u16>,
    pub(super) answer: Value,
}

/// The latest requests.
#[derive(Debug, Default)]
pub(super) struct Requests {
    seen: VecDeque<Seen>,
    count: u64,
}

impl Requests {
    pub(super) fn record(&mut self, mut seen: Seen, most: usize) {
        self.count += 1;
        seen.n = self.count;
        seen.body = shortened(seen.body);
        seen.answer = shortened(seen.answer);
        self.seen.push_back(seen);
        if self.seen.len() > most {
            self.seen.pop_front();
        }
    }

    /// Those after number `after`, of paths that contain `path`.
    pub(super) fn after(&self, after: u64, path: &str) -> Vec<&Seen> {
        self.seen.iter().filter(|seen| seen.n > after && seen.path.contains(path)).collect()
    }
}

/// A longer body or answer than this, in JSON, is kept as its length only.
const KEPT_BYTES_MAX: usize = 32 * 1024;

fn shortened(value: Value) -> Value {
    let bytes = value.to_string().len();
    if bytes > KEPT_BYTES_MAX { json!({ "bytes": bytes }) } else { value }
}
