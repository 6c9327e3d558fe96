//! The messages of one contact, in their order: which one may leave now, and until when the others wait.

use std::collections::VecDeque;
use std::time::Duration;

use crate::actors::outgoing::Outgoing;
use crate::channels::Refused;
use crate::domain::outbound::WhenUnknown;
use crate::domain::{Content, DeliveryState, OutboxId, Timestamp};
use crate::store::OutboxPlace;

/// One message and how far it has come.
#[derive(Debug)]
pub(super) struct Entry {
    pub message: Outgoing,
    pub state: State,
    /// The number of the last attempt that was recorded; grows with throttled attempts too.
    pub attempt: i16,
    /// Attempts that count. A restart grants them anew.
    pub spent: u32,
    pub first_tried: Option<Timestamp>,
    /// The newest receipt that came while it was being sent.
    pub heard: Option<DeliveryState>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// To be sent, not before `due`.
    Queued {
        due: Option<Timestamp>,
    },
    Sending {
        begun: Timestamp,
    },
    /// It may have left: until then a receipt can tell.
    Unknown {
        until: Timestamp,
    },
}

impl Entry {
    pub fn new(message: Outgoing) -> Self {
        Self { message, state: State::Queued { due: None }, attempt: 0, spent: 0, first_tried: None, heard: None }
    }

    /// Only a template may go when the channel's door is shut.
    fn is_shut_out(&self, now: Timestamp) -> bool {
        let envelope = &self.message.envelope;
        !matches!(envelope.content, Content::Template(_)) && envelope.door_until.is_some_and(|until| until <= now)
    }

    /// Why it will never leave, if that is known before it is tried.
    pub fn is_refused(&self, now: Timestamp) -> Option<Refused> {
        if self.message.envelope.unwanted {
            return Some(Refused::Unwanted);
        }
        self.is_shut_out(now).then_some(Refused::WindowShut)
    }

    pub fn is_media(&self) -> bool {
        is_media(&self.message)
    }

    pub fn is_sending(&self) -> bool {
        matches!(self.state, State::Sending { .. })
    }
}

/// Media reaches the phone later than text sent after it, unless the text waits.
pub(super) fn is_media(message: &Outgoing) -> bool {
    matches!(message.envelope.content, Content::Media { .. })
}

/// Rows of a contact that stay in the table, from the first to the last we know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    pub from: OutboxPlace,
    pub last: OutboxPlace,
}

/// Where a contact stands among the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Filed {
    #[default]
    Idle,
    /// In this turn of the queue of those who may send.
    Ready(u64),
    Waiting(Timestamp),
}

#[derive(Debug, Default)]
pub(super) struct Contact {
    pub queue: VecDeque<Entry>,
    /// Nothing goes to this person before.
    pub not_before: Option<Timestamp>,
    /// How often in a row the provider said that this person gets too much.
    pub throttles: u32,
    /// A token of the pair's bucket that was taken and not yet used.
    pub has_token: bool,
    /// The medium whose `sent` is awaited, and until when.
    pub hold: Option<(OutboxId, Timestamp)>,
    pub left: Option<Left>,
    pub filed: Filed,
}

/// What a contact wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// To send the entry at this index.
    Send(usize),
    /// To be looked at again then.
    Wait(Timestamp),
    /// Nothing before something happens.
    Rest,
}

impl Contact {
    /// The first message may leave; a later one only when all before it have been tried, cannot be tried now, and have held it up for
    /// `follower_wait`.
    pub fn wish(&self, follower_wait: Duration, now: Timestamp) -> Wish {
        let until = |at: Option<Timestamp>| at.filter(|at| *at > now);
        let alarm = self.queue.iter().filter_map(Entry::alarm).min();
        let wait = |at: Option<Timestamp>| earliest(at, alarm).map_or(Wish::Rest, Wish::Wait);
        if self.queue.iter().any(Entry::is_sending) {
            return wait(None);
        }
        if let Some(held) = until(self.not_before.max(self.hold.map(|(_, until)| until))) {
            return wait(Some(held));
        }
        let mut next = None;
        for (index, entry) in self.queue.iter().enumerate() {
            let free = match entry.state {
                State::Queued { due } => match until(due) {
                    None => return Wish::Send(index),
                    Some(due) => due,
                },
                State::Unknown { until } | State::Sending { begun: until } => until,
            };
            let Some(tried) = entry.first_tried else { return wait(earliest(next, Some(free))) };
            let patience = tried + follower_wait;
            next = earliest(next, Some(free));
            if patience > now {
                return wait(earliest(next, Some(patience)));
            }
        }
        wait(next)
    }

    pub fn position(&self, id: OutboxId) -> Option<usize> {
        self.queue.iter().position(|entry| entry.message.id == id)
    }

    /// Nothing is remembered of it that matters.
    pub fn is_done(&self, now: Timestamp) -> bool {
        let over = |at: Option<Timestamp>| at.is_none_or(|at| at <= now);
        self.queue.is_empty() && self.left.is_none() && over(self.hold.map(|(_, until)| until)) && over(self.not_before)
    }
}

impl Entry {
    /// When something has to be decided about it.
    fn alarm(&self) -> Option<Timestamp> {
        match self.state {
            State::Unknown { until } => Some(until),
            _ => None,
        }
    }

    pub fn when_unknown(&self) -> WhenUnknown {
        self.message.envelope.when_unknown
    }
}

fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    a.into_iter().chain(b).min()
}
