//! A message on its way out: what the sealed body of an outbox row holds, and the row as a dispatcher handles it.

use serde::{Deserialize, Serialize};

use crate::crypto::{CryptoError, DataKey, Place};
use crate::domain::outbound::WhenUnknown;
use crate::domain::{AccountId, Content, OutboxId, Phone, ScopedId, Seq, Timestamp, Trace};
use crate::flows::{Channel, Purpose};
use crate::store::{OutboxPlace, seals};

/// Most messages are shorter than this before they are sealed.
const PLAIN_BYTES: usize = 512;

/// Whom a message is for, on the account it leaves by. At least one address is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoped_id: Option<ScopedId>,
}

/// The body of an outbox row, sealed under the contact's key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    pub to: Recipient,
    pub content: Content,
    #[serde(default)]
    pub when_unknown: WhenUnknown,
    /// Somebody waits for this message's receipts.
    #[serde(default)]
    pub wake: bool,
    /// Until when the channel lets us write freely. `None`: it always does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door_until: Option<Timestamp>,
    /// What it is sent for; `None`: it answers the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// It may not leave before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// The person had stopped such messages when it was written: it stands here only to be seen, and never leaves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unwanted: bool,
    /// Of the event whose turn wrote it.
    #[serde(default)]
    pub trace: Trace,
    /// What it stands in for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<InsteadOf>,
    /// The same words as an SMS, where the content does not hold them itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Content>,
}

/// A message that could not go the way it was meant to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsteadOf {
    pub channel: Channel,
    /// A stable word: `window_shut`, `undeliverable`.
    pub reason: String,
    /// The message that failed; none if it was known before that it would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<(Seq, i16)>,
}

impl Envelope {
    pub fn seal(&self, key: &DataKey, id: OutboxId) -> Vec<u8> {
        let mut plain = Vec::with_capacity(PLAIN_BYTES);
        let _ = serde_json::to_writer(&mut plain, self);
        key.seal(Place { tenant: id.conversation.tenant.0, table: seals::OUTBOX, row: &seals::outbox_row(id) }, &plain)
    }

    pub fn open(key: &DataKey, id: OutboxId, sealed: &[u8]) -> Result<Self, CryptoError> {
        let plain = key.open(
            Place { tenant: id.conversation.tenant.0, table: seals::OUTBOX, row: &seals::outbox_row(id) },
            sealed,
        )?;
        serde_json::from_slice(&plain).map_err(|_| CryptoError::DoesNotOpen)
    }
}

/// A committed message that is to be sent. The envelope is open: it lives in memory only.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub id: OutboxId,
    pub account: AccountId,
    pub place: OutboxPlace,
    /// When its turn was committed.
    pub at: Timestamp,
    pub envelope: std::sync::Arc<Envelope>,
}
