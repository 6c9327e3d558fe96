//! Facts about messages we sent: attempts begun, what became of them, receipts. One lane writes them, naturally batched.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::messages::{self, Named, NamedReceipt, Names};
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
    /// What the provider called its parts, where receipts come by those names.
    pub names: Option<Names>,
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
            names: self.names.or(other.names),
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

/// What the facts lane has gathered for one statement.
#[derive(Debug, Default)]
pub struct News {
    pub facts: Vec<Fact>,
    pub notices: Vec<Notice>,
    pub receipts: Vec<NamedReceipt>,
}

/// News under one number of the facts writer; each message and each name stands once.
#[derive(Debug)]
pub struct FactBatch {
    pub number: i64,
    pub facts: Vec<Fact>,
    pub notices: Vec<Notice>,
    pub named: Vec<Named>,
    pub receipts: Vec<NamedReceipt>,
    digest: [u8; 32],
}

impl FactBatch {
    /// Folds several facts of one message into one, and puts them in the order of their ids.
    pub fn new(number: i64, news: News) -> Self {
        let News { facts, notices, receipts } = news;
        let mut merged: HashMap<OutboxId, Fact> = HashMap::with_capacity(facts.len());
        let mut names = Vec::new();
        for mut fact in facts {
            names.extend(fact.names.take().map(|given| (fact.account, fact.id, given, fact.at)));
            let both = match merged.remove(&fact.id) {
                Some(earlier) => earlier.merge(fact),
                None => fact,
            };
            merged.insert(both.id, both);
        }
        let mut facts: Vec<Fact> = merged.into_values().collect();
        facts.sort_by_key(|fact| fact.id);
        let named = messages::named(names);
        let receipts = messages::folded(receipts);
        let digest = digest(&facts, &notices, &named, &receipts);
        Self { number, facts, notices, named, receipts, digest }
    }

    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

fn digest(facts: &[Fact], notices: &[Notice], named: &[Named], receipts: &[NamedReceipt]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for fact in facts {
        add(&mut hash, fact);
    }
    for notice in notices {
        hash.update(format!("{notice:?};"));
    }
    for name in named {
        hash.update(format!("{name:?};"));
    }
    for receipt in receipts {
        hash.update(format!("{receipt:?};"));
    }
    hash.finalize().into()
}

/// A fact as bytes, each part of a fixed length or with its length before it: there are three of them for every message.
fn add(hash: &mut Sha256, fact: &Fact) {
    // What its parts were called is written, and counted, beside the facts.
    let Fact { id, account, attempt, attempt_state, rank, message, names: _, error_code, price_category, at } = fact;
    hash.update(id.conversation.tenant.0.to_le_bytes());
    hash.update(id.conversation.contact.0.to_le_bytes());
    hash.update(id.seq.0.to_le_bytes());
    hash.update(id.n.to_le_bytes());
    hash.update(account.0.to_le_bytes());
    hash.update(attempt.to_le_bytes());
    hash.update((*attempt_state as i16).to_le_bytes());
    hash.update(rank.to_le_bytes());
    hash.update([u8::from(message.is_some()), u8::from(error_code.is_some())]);
    hash.update(message.unwrap_or_default());
    hash.update(error_code.unwrap_or_default().to_le_bytes());
    let price = price_category.as_deref();
    hash.update(price.map_or(u64::MAX, |price| price.len() as u64).to_le_bytes());
    hash.update(price.unwrap_or_default());
    hash.update(at.timestamp_micros().to_le_bytes());
}
