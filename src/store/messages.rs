//! Messages by the names their providers gave them: for channels whose receipts carry nothing of ours.
//!
//! A message may be cut into parts that are named one by one. The whole is delivered when all parts are, and failed when one is.

use std::collections::{HashMap, HashSet};

use crate::domain::{AccountId, OutboxId, Timestamp};

/// Keyed hash of a gateway and the name it gave to a part of a message.
pub type NameHash = [u8; 16];

/// What a provider called the parts of a message it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// One for each part, in their order. A provider may name all of them alike.
    pub parts: Vec<NameHash>,
    /// Somebody waits for the receipts of the whole.
    pub wake: bool,
}

/// News of one part of a message, by its provider's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedReceipt {
    /// The name as it came, then other forms in which the provider may have given it when it took the message. The first that is known counts.
    pub forms: Vec<NameHash>,
    /// What an opaque field of the receipt says: whose it is even if nobody knows its name yet.
    pub carried: Option<Carried>,
    /// A [`crate::domain::DeliveryState`] rank.
    pub rank: i16,
    pub error_code: Option<i64>,
    pub at: Timestamp,
}

/// What an opaque field brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    pub account: AccountId,
    pub outbox: OutboxId,
    /// How many parts the message was cut into.
    pub parts: i16,
    pub wake: bool,
}

/// How the whole of a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub account: AccountId,
    pub outbox: OutboxId,
    pub wake: bool,
    /// A [`crate::domain::DeliveryState`] rank, 0 for none.
    pub rank: i16,
    pub error_code: Option<i64>,
}

/// A receipt that came before its message had a name, and is to be told now that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RipeReceipt {
    pub receipt: NameHash,
    pub standing: Standing,
}

/// One row of `sent_message` to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub account: AccountId,
    pub name: NameHash,
    pub outbox: OutboxId,
    pub parts: i16,
    pub wake: bool,
    pub at: Timestamp,
}

/// Each name once; of one that was given twice, the later.
pub(super) fn named(names: Vec<(AccountId, OutboxId, Names, Timestamp)>) -> Vec<Named> {
    let mut rows: HashMap<NameHash, Named> = HashMap::new();
    for (account, outbox, Names { mut parts, wake }, at) in names {
        parts.sort_unstable();
        parts.dedup();
        let count = i16::try_from(parts.len()).unwrap_or(i16::MAX);
        for name in parts {
            rows.insert(name, Named { account, name, outbox, parts: count, wake, at });
        }
    }
    let mut rows: Vec<Named> = rows.into_values().collect();
    rows.sort_by_key(|row| row.name);
    rows
}

/// Each receipt once, several states of it folded into the furthest, and each form of a receipt once. One without a name is nobody's news.
pub(super) fn folded(receipts: Vec<NamedReceipt>) -> Vec<NamedReceipt> {
    let mut folded: HashMap<NameHash, NamedReceipt> = HashMap::new();
    for mut receipt in receipts {
        let Some(key) = receipt.forms.first().copied() else { continue };
        let mut met = HashSet::new();
        receipt.forms.retain(|form| met.insert(*form));
        match folded.get_mut(&key) {
            Some(earlier) => {
                earlier.rank = earlier.rank.max(receipt.rank);
                earlier.error_code = earlier.error_code.or(receipt.error_code);
                earlier.carried = earlier.carried.or(receipt.carried);
                earlier.at = earlier.at.max(receipt.at);
            }
            None => {
                folded.insert(key, receipt);
            }
        }
    }
    let mut folded: Vec<NamedReceipt> = folded.into_values().collect();
    folded.sort_by(|a, b| a.forms.cmp(&b.forms));
    folded
}
