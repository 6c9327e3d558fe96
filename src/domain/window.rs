//! Half-open spans of time.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// From `start` up to but not including `end`; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(Timestamp, Timestamp)", into = "(Timestamp, Timestamp)")]
pub struct TimeWindow {
    start: Timestamp,
    end: Timestamp,
}

/// The end does not lie behind the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time window must end after it starts")]
pub struct EmptyWindow;

impl TimeWindow {
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, EmptyWindow> {
        if start < end { Ok(Self { start, end }) } else { Err(EmptyWindow) }
    }

    pub fn start(&self) -> Timestamp {
        self.start
    }

    pub fn end(&self) -> Timestamp {
        self.end
    }

    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// The same, made to last until `end` where it ends sooner.
    #[must_use]
    pub fn until(self, end: Timestamp) -> Self {
        Self { start: self.start, end: self.end.max(end) }
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl TryFrom<(Timestamp, Timestamp)> for TimeWindow {
    type Error = EmptyWindow;

    fn try_from((start, end): (Timestamp, Timestamp)) -> Result<Self, EmptyWindow> {
        Self::new(start, end)
    }
}

impl From<TimeWindow> for (Timestamp, Timestamp) {
    fn from(window: TimeWindow) -> Self {
        (window.start, window.end)
    }
}
