//! What the engine keeps of a conversation between two turns: the flows' state, the doors, and which events it has had.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::outgoing::Recipient;
use super::ussd::session::LastHop;
use crate::crypto::{CryptoError, DataKey, Place};
use crate::domain::{AccountId, Conversation, EventId, Seq, Timestamp};
use crate::flows::OptOut;
use crate::flows::machine::State;
use crate::store::seals;

/// The layout written now. Older ones are read through [`Snapshot::open`].
const VERSION: u8 = 2;
/// How many of the latest events are remembered by name.
const RING_MAX: usize = 16;
/// How long a person's message keeps WhatsApp's door open.
const WINDOW_HOURS: i64 = 24;
/// More doors than channels and numbers a person uses with one business; the least recent one goes first.
const DOORS_MAX: usize = 8;
/// A snapshot may not be larger: the flow's state has then grown out of bounds.
pub const SNAPSHOT_BYTES_MAX: usize = 64 * 1024;

/// Most snapshots are shorter than this before they are sealed.
const PLAIN_BYTES: usize = 1536;

/// What most snapshots say, so that each need say only what is its own: a third of the bytes remain. Part of the layout: another text is
/// another version. By version, from 1.
const DICTIONARIES: [&[u8]; VERSION as usize] =
    [include_bytes!("snapshot.1.dictionary"), include_bytes!("snapshot.2.dictionary")];

/// See the module.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    pub kept: Kept,
    pub ring: Ring,
}

/// The part of a snapshot that is written as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    #[serde(rename = "s", deserialize_with = "read_state")]
    pub state: State,
    /// The most recently used first.
    #[serde(rename = "d", default, skip_serializing_if = "Vec::is_empty")]
    pub doors: Vec<Door>,
    /// The one alarm row there is, never later than the time it is wanted.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Timestamp>,
    /// The name the person's profile shows.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub profile_name: Option<String>,
    /// What the person has stopped, as the table has it too.
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    pub opt_outs: Vec<OptOut>,
    /// The person's last hop at a keypad and what answered it: a repeated one gets the same.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub hop: Option<Box<LastHop>>,
}

/// A flow's state has versions of its own, and lifts older ones itself.
fn read_state<'de, D: Deserializer<'de>>(deserializer: D) -> Result<State, D::Error> {
    let json = Box::<RawValue>::deserialize(deserializer)?;
    State::read(json.get().as_bytes()).map_err(D::Error::custom)
}

/// Where a person stands with one channel account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    #[serde(rename = "i")]
    pub account: AccountId,
    #[serde(rename = "t")]
    pub to: Recipient,
    /// When the person last wrote here.
    #[serde(rename = "l")]
    pub last_inbound: Option<Timestamp>,
}

impl Door {
    /// Until when we may write freely here.
    pub fn open_until(&self) -> Timestamp {
        self.last_inbound.map_or(Timestamp::UNIX_EPOCH, |at| at + chrono::TimeDelta::hours(WINDOW_HOURS))
    }
}

impl Kept {
    pub fn door(&self, account: AccountId) -> Option<&Door> {
        self.doors.iter().find(|door| door.account == account)
    }

    /// The person came in by this door now.
    pub fn came_by(&mut self, account: AccountId, to: Recipient, at: Option<Timestamp>) {
        let earlier = self.doors.iter().position(|door| door.account == account).map(|index| self.doors.remove(index));
        let before = earlier.and_then(|door| door.last_inbound);
        self.doors.insert(0, Door { account, to, last_inbound: before.max(at) });
        self.doors.truncate(DOORS_MAX);
    }
}

/// The last events by name, and the watermark: the newest time of an event that fell out of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ring {
    entries: Vec<([u8; 8], u32)>,
    watermark: u32,
}

/// What the ring knows of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Duplicate,
    /// Surely never seen: newer than everything forgotten.
    New,
    /// Old enough to have been forgotten: the journal must be asked.
    AskJournal,
}

impl Ring {
    pub fn knows(&self, id: EventId, occurred_at: Option<Timestamp>) -> Known {
        let short = short(id);
        if self.entries.iter().any(|(entry, _)| *entry == short) {
            return Known::Duplicate;
        }
        match occurred_at {
            // The ring has never forgotten anything: whatever is not in it is new.
            _ if self.entries.len() < RING_MAX => Known::New,
            Some(at) if seconds(at) > self.watermark => Known::New,
            _ => Known::AskJournal,
        }
    }

    pub fn remember(&mut self, id: EventId, occurred_at: Option<Timestamp>, received_at: Timestamp) {
        if self.entries.len() == RING_MAX {
            let (_, at) = self.entries.remove(0);
            self.watermark = self.watermark.max(at);
        }
        self.entries.push((short(id), seconds(occurred_at.unwrap_or(received_at))));
    }
}

fn short(id: EventId) -> [u8; 8] {
    let mut short = [0; 8];
    short.copy_from_slice(&id.0[..8]);
    short
}

/// Seconds since 1970; providers count in whole seconds.
fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.timestamp()).unwrap_or_default()
}

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("the snapshot does not open")]
    Sealed(#[from] CryptoError),
    #[error("the snapshot has layout {0}, which this release does not know: a newer release wrote it")]
    Version(u8),
    #[error("the snapshot cannot be read")]
    Unreadable(#[source] serde_json::Error),
    #[error("the snapshot has {0} bytes, more than {SNAPSHOT_BYTES_MAX}")]
    TooLarge(usize),
}

impl Snapshot {
    /// Everything but the flows' state, for a turn that makes a new one.
    #[must_use]
    pub fn without_state(&self) -> Self {
        let Kept { state: _, doors, alarm, profile_name, opt_outs, hop } = &self.kept;
        let kept = Kept {
            state: State::default(),
            doors: doors.clone(),
            alarm: *alarm,
            profile_name: profile_name.clone(),
            opt_outs: opt_outs.clone(),
            hop: hop.clone(),
        };
        Self { kept, ring: self.ring.clone() }
    }

    /// The bytes before sealing: version, ring, then JSON in an LZ4 block with its length before it.
    pub fn encode(&self) -> Result<Vec<u8>, SnapshotError> {
        let mut bytes = Vec::with_capacity(PLAIN_BYTES);
        bytes.push(VERSION);
        bytes.push(self.ring.entries.len() as u8);
        bytes.extend_from_slice(&self.ring.watermark.to_le_bytes());
        for (id, at) in &self.ring.entries {
            bytes.extend_from_slice(id);
            bytes.extend_from_slice(&at.to_le_bytes());
        }
        let mut json = Vec::with_capacity(PLAIN_BYTES);
        serde_json::to_writer(&mut json, &self.kept).map_err(SnapshotError::Unreadable)?;
        if json.len() > SNAPSHOT_BYTES_MAX {
            return Err(SnapshotError::TooLarge(json.len()));
        }
        bytes.extend_from_slice(&lz4_flex::block::compress_prepend_size_with_dict(
            &json,
            DICTIONARIES[DICTIONARIES.len() - 1],
        ));
        Ok(bytes)
    }

    /// Reads what [`Snapshot::encode`] wrote, of this release or an older one. No bytes: a conversation that never had a turn.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let cut = || SnapshotError::Unreadable(serde::de::Error::custom("it is cut short"));
        let [version, count, rest @ ..] = bytes else {
            return if bytes.is_empty() { Ok(Self::default()) } else { Err(cut()) };
        };
        let dictionary = usize::from(*version).checked_sub(1).and_then(|n| DICTIONARIES.get(n));
        let Some(dictionary) = dictionary else { return Err(SnapshotError::Version(*version)) };
        let (watermark, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let (entries, block) = rest.split_at_checked(usize::from(*count) * 12).ok_or_else(cut)?;
        let entries = entries.as_chunks::<12>().0.iter().map(|entry| {
            let mut id = [0; 8];
            id.copy_from_slice(&entry[..8]);
            (id, u32::from_le_bytes([entry[8], entry[9], entry[10], entry[11]]))
        });
        let ring = Ring { entries: entries.collect(), watermark: u32::from_le_bytes(*watermark) };
        let (length, block) = block.split_first_chunk::<4>().ok_or_else(cut)?;
        let length = u32::from_le_bytes(*length) as usize;
        if length > SNAPSHOT_BYTES_MAX {
            return Err(SnapshotError::TooLarge(length));
        }
        let json = lz4_flex::block::decompress_with_dict(block, length, dictionary).map_err(|_| cut())?;
        let kept = serde_json::from_slice(&json).map_err(SnapshotError::Unreadable)?;
        Ok(Self { kept, ring })
    }

    /// Sealed for the turn that makes the conversation's number `seq`.
    pub fn seal(&self, key: &DataKey, conversation: Conversation, seq: Seq) -> Result<Vec<u8>, SnapshotError> {
        Ok(key.seal(place(conversation, &seals::snapshot_row(conversation, seq)), &self.encode()?))
    }

    /// Opens what the turn `seq` sealed. Empty bytes are a conversation without a past.
    pub fn open(key: &DataKey, conversation: Conversation, seq: Seq, sealed: &[u8]) -> Result<Self, SnapshotError> {
        if sealed.is_empty() {
            return Ok(Self::default());
        }
        Self::decode(&key.open(place(conversation, &seals::snapshot_row(conversation, seq)), sealed)?)
    }
}

fn place(conversation: Conversation, row: &[u8]) -> Place<'_> {
    Place { tenant: conversation.tenant.0, table: seals::CONVERSATION, row }
}
