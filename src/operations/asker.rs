//! Who asks, and what is answered.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::{ContactId, EventId, TenantId, Timestamp};
use crate::flows::{Answer, Row, Value};
use crate::store::GuardedEffect;

use super::arguments::BadArgument;

/// Seals bytes with the contact's data key, bound to a table and a row's key: `seal(table, row, bytes)`.
pub type Seal<'a> = &'a (dyn Fn(&'static str, &[u8], &[u8]) -> Vec<u8> + Send + Sync);

/// The turn in whose name questions are asked.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    pub tenant: TenantId,
    pub contact: ContactId,
    /// The event that the turn handles: with a question's ordinal it names a reservation.
    pub event: EventId,
    /// The tenant's zone: what a day and an hour mean.
    pub zone: chrono_tz::Tz,
    /// The person's language; labels are in it where it is known, else in English.
    pub language: &'a str,
    /// The turn's one present.
    pub now: Timestamp,
    /// What a refused commit said of this turn's effects: a question whose ordinal stands here is answered with that outcome.
    pub true_outcomes: &'a BTreeMap<u8, String>,
    pub seal: Seal<'a>,
}

impl fmt::Debug for Asker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asker")
            .field("tenant", &self.tenant)
            .field("contact", &self.contact)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// An answer, and what it leaves to the commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub answer: Answer,
    pub effect: Option<GuardedEffect>,
    /// It is `unavailable` because the database did not answer, not because the operation could not.
    pub database_away: bool,
}

impl Answered {
    /// An outcome that yields nothing.
    pub fn outcome(name: impl Into<String>) -> Self {
        Self { answer: Answer { outcome: name.into(), value: None }, effect: None, database_away: false }
    }

    /// The outcome that every operation may have.
    pub fn unavailable() -> Self {
        Self::outcome("unavailable")
    }

    /// The same where nothing is known but that the database did not answer.
    pub fn away() -> Self {
        Self { database_away: true, ..Self::unavailable() }
    }

    /// What a question found.
    pub fn found(rows: Vec<Row>) -> Self {
        let mut found = Self::outcome("found");
        found.answer.value = Some(Value::Rows(rows.into()));
        found
    }

    /// The same answer with a row.
    #[must_use]
    pub fn with_row(mut self, row: Row) -> Self {
        self.answer.value = Some(Value::Row(row));
        self
    }

    /// The same answer, true only if the commit can do `effect`.
    #[must_use]
    pub fn with_effect(mut self, effect: GuardedEffect) -> Self {
        self.effect = Some(effect);
        self
    }
}

/// Builds a row from its fields.
pub(super) fn row<const N: usize>(fields: [(&str, Value); N]) -> Row {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Why an operation could not be answered. To a flow all of these are `unavailable`.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Argument(#[from] BadArgument),
    #[error("there is no operation {0:?}")]
    UnknownOperation(String),
}
