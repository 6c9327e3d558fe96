//! Known bugs, planted on purpose so that the checks that must find them can be seen red. Only in builds with `planted-bugs`.
//!
//! `GANIRA_PLANT` names the one that grows in this process; nothing grows without it. Where the engine has a second belt that would hide the
//! bug, the plant loosens that one too.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use chrono::{Days, NaiveDate};
use parking_lot::Mutex;

use super::cache::Asleep;
use super::lane::Commit;
use super::shared::World;
use crate::crypto::random;
use crate::domain::{Conversation, EventId, Timestamp};
use crate::store::Blame;

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
    /// A commit whose outcome is unknown is taken for one that failed for good.
    TimeoutAsAbort,
    /// The same, only that it is tried again later; a store that compares numbers but not digests takes what comes next for it.
    DigestDropped,
    /// Whoever repeats an event whose turn is still under way is told that it was had before.
    DuplicateAckedEarly,
    /// What a fenced incarnation remembered is believed by the next one.
    StaleCacheAfterFence,
    /// The same, in a store that does not compare the number a conversation has.
    NoCompareAndSet,
    /// A turn whose guard was refused is written without what was guarded.
    RefusedGuardIgnored,
    /// A timer is fired twice, and nothing holds the second one back.
    TimerFiredByBoth,
    /// A dispatcher takes new rows before it has read the old ones.
    LiveBeforeCaughtUp,
    /// A dispatcher is not told of some of the rows.
    LostWakeUp,
    /// A lane numbers its next batch as the one before.
    BatchNumberReused,
    /// An event that comes again is looked for among those of the day it came on, not of its own.
    LateRedeliveryRunAgain,
}

impl Plant {
    /// As `GANIRA_PLANT` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AckBeforeCommit => "ack_before_commit",
            Self::DedupeInMemory => "dedupe_in_memory",
            Self::AcceptedBeforeSend => "accepted_before_send",
            Self::AttemptNotRecorded => "attempt_not_recorded",
            Self::TimeoutAsAbort => "timeout_as_abort",
            Self::DigestDropped => "digest_dropped",
            Self::DuplicateAckedEarly => "duplicate_acked_early",
            Self::StaleCacheAfterFence => "stale_cache_after_fence",
            Self::NoCompareAndSet => "no_compare_and_set",
            Self::RefusedGuardIgnored => "refused_guard_ignored",
            Self::TimerFiredByBoth => "timer_fired_by_both",
            Self::LiveBeforeCaughtUp => "live_before_caught_up",
            Self::LostWakeUp => "lost_wake_up",
            Self::BatchNumberReused => "batch_number_reused",
            Self::LateRedeliveryRunAgain => "late_redelivery_run_again",
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

/// What [`Plant::TimeoutAsAbort`] and [`Plant::DigestDropped`] take an unknown outcome for.
pub fn abort_instead() -> Option<&'static str> {
    match () {
        () if Plant::TimeoutAsAbort.grows() => Some("57014"),
        () if Plant::DigestDropped.grows() => Some("40001"),
        () => None,
    }
}

/// The day that [`Plant::LateRedeliveryRunAgain`] looks at.
pub fn own_day(occurred_at: Option<Timestamp>, received_at: Timestamp) -> NaiveDate {
    let own = if Plant::LateRedeliveryRunAgain.grows() { None } else { occurred_at };
    own.unwrap_or(received_at).date_naive()
}

/// Forgets the refusals, and what was refused.
pub fn ignore_refusals<'a>(commits: impl Iterator<Item = &'a mut Commit>, blames: Vec<Blame>) -> Vec<Blame> {
    if !Plant::RefusedGuardIgnored.grows() {
        return blames;
    }
    let (refused, others): (Vec<Blame>, _) =
        blames.into_iter().partition(|blame| matches!(blame, Blame::Refused { .. }));
    for (turn, commit) in commits.enumerate() {
        if refused.iter().any(|blame| blame.turn() == turn) {
            commit.row.effects.clear();
        }
    }
    others
}

/// Conversations as they were last left, by the process they were left in.
static LEFT: LazyLock<Mutex<HashMap<(usize, Conversation), Asleep>>> = LazyLock::new(Mutex::default);

fn left_in(world: &Arc<World>, conversation: Conversation) -> (usize, Conversation) {
    (Arc::as_ptr(world) as usize, conversation)
}

fn believes_what_is_left() -> bool {
    Plant::StaleCacheAfterFence.grows() || Plant::NoCompareAndSet.grows()
}

/// Leaves a conversation as it is.
pub fn leave(world: &Arc<World>, conversation: Conversation, asleep: impl FnOnce() -> Option<Asleep>) {
    if believes_what_is_left()
        && let Some(asleep) = asleep()
    {
        LEFT.lock().insert(left_in(world, conversation), asleep);
    }
}

/// As it was left, whatever happened since.
pub fn left(world: &Arc<World>, conversation: Conversation) -> Option<Asleep> {
    if believes_what_is_left() { LEFT.lock().get(&left_in(world, conversation)).cloned() } else { None }
}
