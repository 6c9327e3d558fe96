//! What sealed bytes are bound to: the tables' names and the rows' keys as they stand in the seals. Whoever seals and whoever opens takes
//! them from here.

use crate::domain::{ContactId, Conversation, OutboxId, Seq};

/// The credential of an account, sealed by its tenant's key; the row is the account's external id.
pub const CREDENTIAL: &str = "account.credential";
/// The secret of a tenant's own server, sealed by the tenant's key; the row is the server's name.
pub const SERVER: &str = "tenant_server.secret";
/// What news tells of a person, until it is told, sealed by the tenant's key; the row is [`news_row`].
pub const NEWS: &str = "request.news";
/// Work outside that a turn ordered, sealed by the contact's key; the row is [`outbox_row`].
pub const JOB: &str = "job";
/// An address, sealed by its tenant's key; the row is the address's keyed hash.
pub const DIRECTORY: &str = "directory";
/// A dead letter, sealed by its tenant's key or the system's; the row is its `dedupe`.
pub const DEAD_LETTER: &str = "dead_letter";
/// A snapshot, sealed by the contact's key; the row is [`snapshot_row`].
pub const CONVERSATION: &str = "conversation";
/// An event's raw bytes, sealed by the contact's key; the row is the event's id.
pub const JOURNAL: &str = "journal";
/// A message, sealed by the contact's key; the row is [`outbox_row`].
pub const OUTBOX: &str = "outbox";

/// A part of a long message, sealed by the system's key; the row is the message's hash.
pub const SMS_PART: &str = "sms_part";

/// What a contact's key is wrapped for: it is made before its contact has a number.
pub const CONTACT_KEY: &[u8] = b"";

/// The key of news: the contact, the news' name and its id.
pub fn news_row(contact: ContactId, name: &str, id: &str) -> Vec<u8> {
    [&contact.0.to_be_bytes()[..], name.as_bytes(), b"\0", id.as_bytes()].concat()
}

/// The key of an outbox row as bytes.
pub fn outbox_row(id: OutboxId) -> [u8; 18] {
    let mut bytes = [0; 18];
    bytes[..8].copy_from_slice(&id.conversation.contact.0.to_be_bytes());
    bytes[8..16].copy_from_slice(&id.seq.0.to_be_bytes());
    bytes[16..].copy_from_slice(&id.n.to_be_bytes());
    bytes
}

/// The key of the snapshot that the turn `seq` wrote.
pub fn snapshot_row(conversation: Conversation, seq: Seq) -> [u8; 16] {
    let mut row = [0; 16];
    row[..8].copy_from_slice(&conversation.contact.0.to_be_bytes());
    row[8..].copy_from_slice(&seq.0.to_be_bytes());
    row
}
