//! Known bugs, planted on purpose so that the checks that must find them can be seen red. Only in builds with `planted-bugs`.
//!
//! `GANIRA_PLANT` names the one that grows in this process; nothing grows without it.

use std::collections::HashSet;
use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use parking_lot::Mutex;

use crate::crypto::random;
use crate::domain::EventId;

/// A bug that can be planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plant {
    /// The webhook gets its 200 before its turn is in the database.
    AckBeforeCommit,
    /// Which events were had before is known to this process alone.
    DedupeInMemory,
    /// A message is written down as accepted before it is sent.
    AcceptedBeforeSend,
    /// A message is sent without an attempt on record.
    AttemptNotRecorded,
}

impl Plant {
    /// As `GANIRA_PLANT` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AckBeforeCommit => "ack_before_commit",
            Self::DedupeInMemory => "dedupe_in_memory",
            Self::AcceptedBeforeSend => "accepted_before_send",
            Self::AttemptNotRecorded => "attempt_not_recorded",
        }
    }

    /// Whether it grows here.
    pub fn grows(self) -> bool {
        static NAMED: LazyLock<Option<std::ffi::OsString>> = LazyLock::new(|| std::env::var_os("GANIRA_PLANT"));
        NAMED.as_deref().is_some_and(|named| named == self.name())
    }
}

/// The day a turn is journaled under. [`Plant::DedupeInMemory`] takes another one in every process: otherwise the journal's key would find
/// what the memory of one process does not know.
pub fn day(day: NaiveDate) -> NaiveDate {
    static AGO: LazyLock<u64> = LazyLock::new(|| random::number() % 8);
    if Plant::DedupeInMemory.grows() { day - Days::new(*AGO) } else { day }
}

/// What [`Plant::DedupeInMemory`] remembers: whether the event is new to this process.
pub fn is_new_here(event: EventId) -> bool {
    static HAD: LazyLock<Mutex<HashSet<EventId>>> = LazyLock::new(Mutex::default);
    HAD.lock().insert(event)
}
