//! An event on its way to a conversation, and the gate behind which its answer waits for the commit.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use chrono::NaiveDate;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::accounts::Account;
use super::admission::Permit;
use crate::domain::{Conversation, EventId, Hop, Message, MessageBody, OutboxId, Screen, Sender, Timestamp, Trace};
use crate::flows::{Channel, Payment, Purpose, Row, Value};
use crate::store::Redeemed;

/// What became of an event. Only the first four may be answered with a 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its turn is in the database.
    Committed,
    /// It had been committed before; nothing was done again.
    Duplicate,
    /// It lies among the dead letters, whole.
    Buried,
    /// There is nothing to do for it any more (a timer that lost the race, a person who was erased).
    Void,
    /// It could not be brought to an end now; whoever sent it must come again.
    Unavailable,
}

impl Verdict {
    pub fn is_safe(self) -> bool {
        self != Self::Unavailable
    }
}

/// One thing that happened to one conversation. The turn's permit travels with it, not with the request that brought it.
#[derive(Debug)]
pub struct Event {
    pub id: EventId,
    /// The event's own day, part of the journal's key; the day of receipt where the provider has no clock.
    pub day: NaiveDate,
    /// `None`: the provider has no clock, so only the journal can tell a late duplicate.
    pub occurred_at: Option<Timestamp>,
    pub received_at: Timestamp,
    pub account: Arc<Account>,
    pub conversation: Conversation,
    pub kind: EventKind,
    /// What the journal keeps, as it came.
    pub raw: Bytes,
    /// Correlates log lines from the webhook to the send.
    pub trace: Trace,
    gate: Mutex<Option<oneshot::Sender<Verdict>>>,
    /// See [`Event::begin`].
    stage: AtomicU8,
    shown: OnceLock<Box<Shown>>,
    _permit: Option<Permit>,
}

/// What answers a hop, and the language it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub screen: Screen,
    pub language: String,
}

/// Nobody has decided whether the event is to have an effect.
const WAITING: u8 = 0;
/// Its commit is on the way.
const BEGUN: u8 = 1;
/// Whoever sent it was told that nothing happened.
const WITHDRAWN: u8 = 2;

#[derive(Debug)]
pub enum EventKind {
    Message {
        message: Box<Message>,
        provider_id: String,
    },
    /// A person at a keypad waits for a screen.
    Hop {
        hop: Box<Hop>,
        /// She dialled the code of a move with it: her hop tells nothing else.
        redeemed: Option<Redeemed>,
    },
    /// Her session is over, by the gateway's name of it.
    HungUp {
        session: String,
    },
    /// A hop was committed after its operator had stopped waiting: what she saw instead, and what she should have seen.
    Missed {
        hop: EventId,
        told: String,
        screen: Screen,
    },
    /// She sent the code of a move: her message tells nothing else.
    Code {
        message: Box<Message>,
        provider_id: String,
        redeemed: Redeemed,
    },
    /// Where the person wants to be written to, for one purpose or for all.
    Prefers {
        purpose: Option<Purpose>,
        channel: Option<Channel>,
    },
    /// The owner wrote herself, from her own app.
    Echo {
        to: Sender,
        body: MessageBody,
    },
    /// The provider vouches that the person is now reached by other addresses.
    AddressChange {
        now: Sender,
    },
    /// The alarm row of this instant came due.
    Alarm {
        due: Timestamp,
    },
    /// A message of ours failed for good.
    SendFailed {
        of: OutboxId,
        reason: &'static str,
    },
    /// News of a message somebody waits for.
    Receipt {
        of: OutboxId,
        state: &'static str,
    },
    /// A job ended; its row goes with this turn's commit.
    JobDone {
        job: OutboxId,
        result: JobResult,
    },
    /// News from outside the conversation, such as an operation's.
    News {
        name: String,
        payload: Row,
    },
    /// Staff give the person back, or say that nobody of them is there.
    HandedBack {
        there: bool,
    },
    /// The network heard that the person wants nothing more of us here (or, with `again`, that she does), and has told her so.
    Kept {
        again: bool,
    },
    /// The person exceeded her bucket and is told so, once.
    SlowDown,
    /// Forget the person.
    Erase,
}

/// What a job came to.
#[derive(Debug, Clone, PartialEq)]
pub enum JobResult {
    /// Media lies in the object store now; `None` if it could not be fetched.
    Media(Option<StoredMedia>),
    /// Work outside that a flow ordered under this number.
    Outside {
        number: u32,
        outcome: String,
        value: Option<Value>,
        /// What it was ordered for, if it is a payment.
        payment: Option<Box<Payment>>,
        /// Nobody outside said so: the engine gave up.
        given_up: bool,
    },
}

/// Media that lies in the object store now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMedia {
    pub object: String,
    pub mime: String,
    pub bytes: u64,
}

impl EventKind {
    /// Whether a row that goes with the commit makes sure that it takes effect once: then the journal need not be asked.
    pub fn has_row(&self) -> bool {
        matches!(self, Self::Alarm { .. } | Self::JobDone { .. })
    }

    /// The number the journal keeps. Numbers are never reused.
    pub fn number(&self) -> i16 {
        match self {
            Self::Message { .. } => 1,
            Self::Echo { .. } => 2,
            Self::AddressChange { .. } => 3,
            Self::Alarm { .. } => 4,
            Self::SendFailed { .. } => 5,
            Self::Receipt { .. } => 6,
            Self::JobDone { .. } => 7,
            Self::SlowDown => 8,
            Self::Erase => 9,
            Self::News { .. } => 10,
            Self::HandedBack { .. } => 11,
            Self::Hop { .. } => 12,
            Self::HungUp { .. } => 13,
            Self::Missed { .. } => 14,
            Self::Code { .. } => 20,
            Self::Prefers { .. } => 21,
            Self::Kept { .. } => 22,
        }
    }
}

/// The parts of an event that its maker knows.
#[derive(Debug)]
pub struct NewEvent {
    pub id: EventId,
    pub occurred_at: Option<Timestamp>,
    pub received_at: Timestamp,
    pub account: Arc<Account>,
    pub conversation: Conversation,
    pub kind: EventKind,
    pub raw: Bytes,
    pub trace: Trace,
}

/// Where the verdict arrives. Dropping it changes nothing: the turn goes on.
pub type Answer = oneshot::Receiver<Verdict>;

impl Event {
    pub fn new(new: NewEvent, permit: Option<Permit>) -> (Arc<Self>, Answer) {
        let (sender, receiver) = oneshot::channel();
        let NewEvent { id, occurred_at, received_at, account, conversation, kind, raw, trace } = new;
        #[cfg(not(feature = "planted-bugs"))]
        let day = occurred_at.unwrap_or(received_at).date_naive();
        #[cfg(feature = "planted-bugs")]
        let day = super::plant::own_day(occurred_at, received_at);
        let event = Self {
            id,
            day,
            occurred_at,
            received_at,
            account,
            conversation,
            kind,
            raw,
            trace,
            gate: Mutex::new(Some(sender)),
            stage: AtomicU8::new(WAITING),
            shown: OnceLock::new(),
            _permit: permit,
        };
        (Arc::new(event), receiver)
    }

    /// The commit is about to leave: from now on the event can be withdrawn no more. False: it was withdrawn before.
    pub fn begin(&self) -> bool {
        self.stage.compare_exchange(WAITING, BEGUN, Ordering::AcqRel, Ordering::Acquire) != Err(WITHDRAWN)
    }

    /// Takes the event back, if nothing of it can be in the database. False: its commit is on the way.
    pub fn withdraw(&self) -> bool {
        self.stage.compare_exchange(WAITING, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire) != Err(BEGUN)
    }

    pub fn is_withdrawn(&self) -> bool {
        self.stage.load(Ordering::Acquire) == WITHDRAWN
    }

    /// The screen that answers a hop, once it is committed. Only the first counts.
    pub fn show(&self, shown: Shown) {
        let _ = self.shown.set(Box::new(shown));
    }

    /// What was shown; there once the verdict is.
    pub fn shown(&self) -> Option<&Shown> {
        self.shown.get().map(Box::as_ref)
    }

    /// Opens the output gate. Only the first verdict counts.
    pub fn settle(&self, verdict: Verdict) {
        if let Some(gate) = self.gate.lock().take() {
            let _ = gate.send(verdict);
        }
    }
}
