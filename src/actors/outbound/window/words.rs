//! What a window hears and what it wants done.

use std::time::Duration;

use crate::actors::outgoing::Outgoing;
use crate::channels::{Refused, SendOutcome};
use crate::config;
use crate::domain::{ContactId, Content, DeliveryState, OutboxId, Timestamp};
use crate::flows::layout::gsm;
use crate::resilience::breaker;
use crate::store::{Fact, NameHash, Names, OutboxPlace};

use super::super::buckets::Sizes;

/// How a window works.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Rows held in memory.
    pub rows_max: usize,
    /// Rows held of one contact; the others stay in the table until these have drained.
    pub contact_rows_max: usize,
    pub unknown_wait: Duration,
    pub follower_wait: Duration,
    pub attempts_max: u32,
    pub breaker: breaker::Limits,
    pub buckets: Sizes,
    /// A text takes as many from the number's bucket as it fills short messages.
    pub by_segment: bool,
}

impl Pace {
    /// What a message takes from the number's bucket: at least one.
    pub(super) fn costs(&self, message: &Outgoing) -> u32 {
        match &message.envelope.content {
            Content::Text { text, .. } if self.by_segment => {
                u32::try_from(gsm::segments(text)).unwrap_or(u32::MAX).max(1)
            }
            _ => 1,
        }
    }

    /// The pace of an account that sends so many short messages a second.
    #[must_use]
    pub fn of_segments(mut self, per_second: u32) -> Self {
        self.buckets.number_per_second = per_second;
        self.by_segment = true;
        self
    }
}

impl From<&config::Outbound> for Pace {
    fn from(settings: &config::Outbound) -> Self {
        Self {
            rows_max: settings.window_rows,
            contact_rows_max: (settings.window_rows / 16).clamp(2, 64),
            unknown_wait: Duration::from_millis(settings.unknown_wait_ms),
            follower_wait: Duration::from_millis(settings.follower_wait_ms),
            attempts_max: settings.attempts_max,
            breaker: breaker::Limits {
                failures: settings.breaker_failures,
                rest: Duration::from_millis(settings.breaker_open_ms),
            },
            buckets: Sizes {
                number_per_second: settings.number_per_second,
                pair_burst: settings.pair_burst,
                pair_refill: Duration::from_millis(settings.pair_refill_ms),
            },
            by_segment: false,
        }
    }
}

/// A page of the table that is wanted: the rows behind `after`, in table order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    pub after: OutboxPlace,
    pub limit: usize,
    pub(super) goal: Goal,
}

impl Read {
    /// Whether a row of this contact is of interest; others need not be opened.
    pub fn wants(&self, of: ContactId) -> bool {
        !matches!(self.goal, Goal::Contact { contact, .. } if contact != of)
    }
}

/// What a page is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// What earlier incarnations left.
    Past,
    /// The rows of one of our own lanes.
    Lane { writer: i64, heard: OutboxPlace },
    /// The rows of one contact that found no room.
    Contact { contact: ContactId, last: OutboxPlace },
    /// Held rows whose time has come.
    Held,
}

/// A row of the table.
#[derive(Debug, Clone)]
pub struct Found {
    pub id: OutboxId,
    pub place: OutboxPlace,
    pub standing: Standing,
    /// `None` where it can never be sent: settled, of an erased contact, or not to be opened.
    pub message: Option<Outgoing>,
}

/// How far a row had come when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Never tried, or surely not sent by the attempts so far.
    Queued { attempt: i16 },
    /// An attempt began and nobody knows how it ended.
    Unknown { attempt: i16, since: Timestamp },
    /// It was taken then. Only of interest when followers wait for it to be sent.
    Accepted { since: Timestamp },
    /// Nothing is left to do.
    Done,
}

/// What a window hears.
#[derive(Debug)]
pub enum Event {
    /// Time passed.
    Tick,
    /// Rows were committed: all of one batch that belong to this account, in their order; batches of one writer in their order.
    Committed(Vec<Outgoing>),
    /// The page that was wanted.
    Page(Read, Vec<Found>),
    /// The page could not be read.
    ReadFailed(Read),
    /// The attempt could not be recorded, so nothing was sent.
    NotBegun(OutboxId),
    /// The person has stopped such messages since it was written: nothing was recorded or sent.
    Unwanted(OutboxId),
    /// An attempt ended. `message` is the keyed hash of the provider's id, `names` are all it gave where receipts come by them, `random` is
    /// even in 0..=1.
    Ended { id: OutboxId, outcome: SendOutcome, message: Option<NameHash>, names: Option<Names>, random: f64 },
    /// What [`Action::Record`] asked for is written.
    Recorded(OutboxPlace),
    /// News of a message.
    Receipt(OutboxId, DeliveryState),
    /// The whole business portfolio is too fast, as another of its accounts has learned.
    PauseUntil(Timestamp),
    /// Somebody has to act before anything is sent.
    Stopped,
    /// Somebody has acted.
    Resumed,
    /// A contact was erased: its messages must not leave any more.
    Forget(ContactId),
    /// The engine stops: no new attempts.
    Drain,
}

/// What a window wants done.
#[derive(Debug, Clone)]
pub enum Action {
    /// Read this page; answer with [`Event::Page`] or [`Event::ReadFailed`].
    Read(Read),
    /// Record attempt number `attempt`, then send; answer with [`Event::NotBegun`] or [`Event::Ended`].
    Send {
        message: Outgoing,
        attempt: i16,
    },
    /// Write a fact. If it `closes` a row, answer with [`Event::Recorded`]; then tell the flow of the `refusal`.
    Record {
        fact: Fact,
        closes: Option<OutboxPlace>,
        refusal: Option<Refusal>,
    },
    /// A message whose answer was lost is left alone: sent or not, nobody knows.
    Lost(OutboxId),
    /// Write down that nothing is sent for the account until somebody acts.
    StopAccount {
        code: i64,
        reason: String,
    },
    /// Tell the other accounts of the portfolio.
    PausePortfolio(Timestamp),
    /// Everything up to this batch of this writer is settled.
    SaveCursor {
        writer: i64,
        batch: i64,
    },
    /// The breaker opened until then.
    BreakerOpened(Timestamp),
    BreakerClosed,
}

/// Why a message will never go, for its flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Refused,
    /// The provider's code. `None`: we did not even ask.
    pub code: Option<i64>,
}
