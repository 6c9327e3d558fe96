//! Going from one channel to another: rows as the store gives and takes them.

use super::SealedSender;
use crate::domain::{AccountId, ContactId, EventId, TenantId, Timestamp};

/// The code of a move that somebody sent.
#[derive(Debug, Clone)]
pub struct SentCode {
    /// Its keyed hash.
    pub code: [u8; 16],
    /// By which channel it came.
    pub channel: &'static str,
    pub sender: SealedSender,
    pub event: EventId,
    pub at: Timestamp,
    /// Wrong codes of one sender within an hour, after which none is looked at.
    pub wrong_max: u32,
}

/// What became of it. The same event gets the same answer again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redeemed {
    /// The sender's addresses lead to this contact now.
    Joined(ContactId),
    /// Nothing has changed: it is none of ours, too old, used, or for another channel.
    NotGood,
    /// Nothing has changed: too many wrong ones came from this sender.
    TooMany,
}

/// What a business says of going from one channel to another; one row for each account with a number, or one without account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBetween {
    pub tenant: TenantId,
    /// Names of channels. `None`: it says nothing.
    pub fallback: Option<Vec<String>>,
    pub code_minutes: Option<u16>,
    /// An account and the number by which people know it.
    pub number: Option<(AccountId, String)>,
}

/// A message that was to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    pub account: AccountId,
    pub at: Timestamp,
    /// Sealed by the contact's key.
    pub body: Vec<u8>,
    /// Its words have gone another way.
    pub replaced: bool,
}
