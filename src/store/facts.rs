//! Facts about messages we sent: attempts begun, what became of them, receipts. One lane writes them, naturally batched.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::domain::{AccountId, EventId, OutboxId, Timestamp};

/// How far one attempt to send came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i16)]
pub enum AttemptState {
    #[default]
    None = 0,
    /// Recorded before the request, so that whoever takes over knows that it may have left.
    Begun = 1,
    /// Its answer was lost.
    Unknown = 2,
    /// It surely did not leave and will be tried again.
    Again = 3,
}

/// One piece of news about one message. Merging two is commutative and idempotent: order and repetition change nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub id: OutboxId,
    pub account: AccountId,
    pub attempt: i16,
    pub attempt_state: AttemptState,
    /// A [`crate::domain::DeliveryState`] rank, 0 for none.
    pub rank: i16,
    /// Keyed hash of the provider's message id.
    pub message: Option<[u8; 16]>,
    pub error_code: Option<i64>,
    pub price_category: Option<String>,
    pub at: Timestamp,
}

impl Fact {
    /// Both together.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let attempt_state = match self.attempt.cmp(&other.attempt) {
            std::cmp::Ordering::Less => other.attempt_state,
            std::cmp::Ordering::Equal => self.attempt_state.max(other.attempt_state),
            std::cmp::Ordering::Greater => self.attempt_state,
        };
        Self {
            attempt: self.attempt.max(other.attempt),
            attempt_state,
            rank: self.rank.max(other.rank),
            message: self.message.or(other.message),
            error_code: self.error_code.or(other.error_code),
            price_category: self.price_category.or(other.price_category),
            at: self.at.max(other.at),
            ..self
        }
    }
}

/// News about an account itself: a field of a webhook that belongs to no conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub event: EventId,
    pub account: Option<AccountId>,
    pub field: String,
    pub at: Timestamp,
    /// Sealed by the system key.
    pub body: Vec<u8>,
}

/// Facts under one number of the facts writer; each message stands once.
#[derive(Debug)]
pub struct FactBatch {
    pub number: i64,
    pub facts: Vec<Fact>,
    pub notices: Vec<Notice>,
    digest: [u8; 32],
}

impl FactBatch {
    /// Folds several facts of one message into one, and puts them in the order of their ids.
    pub fn new(number: i64, facts: Vec<Fact>, notices: Vec<Notice>) -> Self {
        let mut merged: HashMap<OutboxId, Fact> = HashMap::with_capacity(facts.len());
        for fact in facts {
            let both = match merged.remove(&fact.id) {
                Some(earlier) => earlier.merge(fact),
                None => fact,
            };
            merged.insert(both.id, both);
        }
        let mut facts: Vec<Fact> = merged.into_values().collect();
        facts.sort_by_key(|fact| fact.id);
        let digest = digest(&facts, &notices);
        Self { number, facts, notices, digest }
    }

    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

fn digest(facts: &[Fact], notices: &[Notice]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for fact in facts {
        hash.update(format!("{fact:?};"));
    }
    for notice in notices {
        hash.update(format!("{notice:?};"));
    }
    hash.finalize().into()
}
