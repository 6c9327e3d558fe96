//! The words of the commit: turns gathered into a batch, its digest, and how it may end.

use chrono::{DateTime, Datelike as _, NaiveDate};
use sha2::{Digest, Sha256};

use super::effect::GuardedEffect;
use crate::domain::{AccountId, Conversation, EventId, OutboxId, Seq, Timestamp};

/// What one turn writes. All ids are made before the commit; it returns nothing a lane could miss.
#[derive(Debug, Clone)]
pub struct TurnRow {
    pub conversation: Conversation,
    /// The number the conversation has now; the turn makes it one more.
    pub seq: Seq,
    /// The new snapshot, sealed.
    pub snapshot: Vec<u8>,
    pub journal: JournalRow,
    pub outbox: Vec<OutboxRow>,
    /// A new alarm.
    pub alarm: Option<Timestamp>,
    /// The alarm that is no longer wanted, and whether this turn is its firing (then it must still be there).
    pub alarm_gone: Option<FiredTimer>,
    pub jobs: Vec<JobRow>,
    pub job_finished: Option<FinishedJob>,
    pub effects: Vec<GuardedEffect>,
}

#[derive(Debug, Clone)]
pub struct JournalRow {
    pub event: EventId,
    /// The day of the event itself, so that a redelivery meets the same row.
    pub day: NaiveDate,
    pub account: AccountId,
    pub kind: i16,
    pub at: Timestamp,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone)]
pub struct OutboxRow {
    pub n: i16,
    pub account: AccountId,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FiredTimer {
    pub due: Timestamp,
    pub fired: bool,
}

#[derive(Debug, Clone)]
pub struct JobRow {
    pub n: i16,
    pub kind: &'static str,
    pub body: Vec<u8>,
}

/// The job whose result this turn takes: its row goes with the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinishedJob {
    pub seq: Seq,
    pub n: i16,
}

impl TurnRow {
    /// Bytes this turn adds to a batch, for the cap.
    pub fn bytes(&self) -> usize {
        let outbox: usize = self.outbox.iter().map(|row| row.body.len()).sum();
        let jobs: usize = self.jobs.iter().map(|row| row.body.len()).sum();
        self.snapshot.len() + self.journal.body.len() + outbox + jobs + 128
    }

    /// The id of the `n`th message this turn writes.
    pub fn outbox_id(&self, n: i16) -> OutboxId {
        OutboxId { conversation: self.conversation, seq: self.seq.next(), n }
    }
}

/// Turns of different conversations under one number of one writer. A number belongs to one content.
#[derive(Debug)]
pub struct Batch {
    pub number: i64,
    pub turns: Vec<TurnRow>,
    /// The day of the outbox rows: that of the commit.
    pub day: NaiveDate,
    digest: [u8; 32],
}

impl Batch {
    pub fn new(number: i64, day: NaiveDate, turns: Vec<TurnRow>) -> Self {
        let digest = digest(day, &turns);
        Self { number, turns, day, digest }
    }

    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

/// SHA-256 over all that the batch writes, every part with its length before it.
fn digest(day: NaiveDate, turns: &[TurnRow]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    let micros = |at: DateTime<_>| -> [u8; 8] { Timestamp::timestamp_micros(&at).to_le_bytes() };
    part(&day.num_days_from_ce().to_le_bytes());
    for turn in turns {
        part(&turn.conversation.tenant.0.to_le_bytes());
        part(&turn.conversation.contact.0.to_le_bytes());
        part(&turn.seq.0.to_le_bytes());
        part(&turn.snapshot);
        let journal = &turn.journal;
        part(&journal.event.0);
        part(&journal.day.num_days_from_ce().to_le_bytes());
        part(&journal.account.0.to_le_bytes());
        part(&journal.kind.to_le_bytes());
        part(&micros(journal.at));
        part(&journal.body);
        part(&turn.outbox.len().to_le_bytes());
        for row in &turn.outbox {
            part(&row.n.to_le_bytes());
            part(&row.account.0.to_le_bytes());
            part(&row.body);
        }
        part(&turn.alarm.map(micros).unwrap_or_default());
        part(&turn.alarm_gone.map(|gone| micros(gone.due)).unwrap_or_default());
        part(&[u8::from(turn.alarm_gone.is_some_and(|gone| gone.fired))]);
        part(&turn.jobs.len().to_le_bytes());
        for job in &turn.jobs {
            part(&job.n.to_le_bytes());
            part(job.kind.as_bytes());
            part(&job.body);
        }
        part(&turn.job_finished.map(|job| (job.seq.0 << 16) | i64::from(job.n)).unwrap_or_default().to_le_bytes());
        part(&turn.effects.len().to_le_bytes());
        for effect in &turn.effects {
            part(&[effect.ordinal]);
            part(effect.kind.as_bytes());
            part(effect.args.to_string().as_bytes());
        }
    }
    hash.finalize().into()
}

/// How a commit may end.
#[derive(Debug)]
pub enum CommitOutcome {
    Applied,
    /// An earlier attempt whose answer was lost had done it.
    AlreadyApplied,
    /// Surely nothing was written. The number is free for another content.
    Aborted {
        state: String,
        message: String,
    },
    /// Another incarnation owns these conversations now: everything in memory is worthless.
    Fenced,
    /// It may or may not have been written: send the same bytes under the same number until it is decided.
    Unknown {
        message: String,
    },
}

/// Why one turn made its batch fail. `turn` counts from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blame {
    /// Its event stands in the journal already: a duplicate.
    Journaled { turn: usize },
    /// The conversation has moved on: the actor's memory was stale.
    Stale { turn: usize },
    /// The timer or job it answers is gone: nothing is to be done.
    Gone { turn: usize },
    /// The guard of the effect of operation `ordinal` failed; this is what is true.
    Refused { turn: usize, ordinal: u8, outcome: String },
}

impl Blame {
    pub fn turn(&self) -> usize {
        match self {
            Self::Journaled { turn } | Self::Stale { turn } | Self::Gone { turn } | Self::Refused { turn, .. } => *turn,
        }
    }
}
