//! A message on its way out: what the sealed body of an outbox row holds, and the row as a dispatcher handles it.

use serde::{Deserialize, Serialize};

use crate::crypto::{CryptoError, DataKey, Place};
use crate::domain::outbound::WhenUnknown;
use crate::domain::{AccountId, Content, Conversation, OutboxId, Phone, ScopedId, Timestamp, Trace};
use crate::flows::Purpose;
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
    /// What it is sent for.
    #[serde(default, skip_serializing_if = "is_reply")]
    pub purpose: Purpose,
    /// It may not leave before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// The person had stopped such messages when it was written: it stands here only to be seen, and never leaves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unwanted: bool,
    /// Of the event whose turn wrote it.
    #[serde(default)]
    pub trace: Trace,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_reply(purpose: &Purpose) -> bool {
    *purpose == Purpose::Reply
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

impl Outgoing {
    pub fn conversation(&self) -> Conversation {
        self.id.conversation
    }
}
