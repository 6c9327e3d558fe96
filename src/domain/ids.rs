//! Identifiers: newtypes, so that a tenant can never stand where a contact is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many shards there are, for ever: a conversation's shard is part of its rows.
pub const SHARDS: u16 = 256;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A business that uses the engine.
    TenantId(i64)
}
id! {
    /// A person as one tenant knows them; has any number of addresses.
    ContactId(i64)
}
id! {
    /// One of a tenant's doors to a channel: a WhatsApp number, a USSD code, an SMS sender.
    AccountId(i64)
}
id! {
    /// How many turns a conversation has had; the compare-and-set of every commit.
    Seq(i64)
}
id! {
    /// One of the [`SHARDS`] fixed groups of conversations.
    Shard(u16)
}

impl Seq {
    /// The number of the turn after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A conversation is what a tenant and a contact say to each other, over all channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Conversation {
    pub tenant: TenantId,
    pub contact: ContactId,
}

impl Conversation {
    /// The shard: a fixed mix of the contact id (splitmix64's finaliser), the same on every node and release.
    pub fn shard(self) -> Shard {
        let mut x = self.contact.0.cast_unsigned().wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Shard(((x ^ (x >> 31)) % u64::from(SHARDS)) as u16)
    }
}

impl fmt::Display for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.contact)
    }
}

/// Follows one message through the log, from its webhook to the send of its answers. Written as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Trace(pub u64);

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for Trace {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Trace {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}

/// A provider's event as tables know it: a keyed hash of the provider's own id, since those contain phone numbers in clear.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(#[serde(with = "hex_bytes")] pub [u8; 16]);

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({self})")
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Sixteen bytes as 32 hexadecimal digits.
mod hex_bytes {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 16];
        hex::decode_to_slice(&text, &mut bytes).map_err(D::Error::custom)?;
        Ok(bytes)
    }
}

/// One message we send, named by the turn that wrote it and its place in that turn: known before the commit, unique for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OutboxId {
    pub conversation: Conversation,
    pub seq: Seq,
    pub n: i16,
}

/// What travels in a provider's opaque field and comes back with every receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opaque {
    pub outbox: OutboxId,
    /// Whether somebody waits for the receipts of this message; others wake nobody.
    pub wake: bool,
}

impl fmt::Display for OutboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { conversation: Conversation { tenant, contact }, seq, n } = self;
        write!(f, "{tenant}.{contact}.{seq}.{n}")
    }
}

impl fmt::Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "g1.{}.{}", self.outbox, u8::from(self.wake))
    }
}

/// The text is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an opaque id of ours: expected g1.<tenant>.<contact>.<seq>.<n>.<0|1>")]
pub struct NotOurs;

impl FromStr for Opaque {
    type Err = NotOurs;

    fn from_str(text: &str) -> Result<Self, NotOurs> {
        let parts: Vec<&str> = text.splitn(7, '.').collect();
        let ["g1", tenant, contact, seq, n, wake] = parts[..] else { return Err(NotOurs) };
        let number = |part: &str| part.parse::<i64>().map_err(|_| NotOurs);
        Ok(Self {
            outbox: OutboxId {
                conversation: Conversation { tenant: TenantId(number(tenant)?), contact: ContactId(number(contact)?) },
                seq: Seq(number(seq)?),
                n: n.parse().map_err(|_| NotOurs)?,
            },
            wake: match wake {
                "0" => false,
                "1" => true,
                _ => return Err(NotOurs),
            },
        })
    }
}
