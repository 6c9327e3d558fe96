//! Dead letters: what lies in one, how it is sealed and opened, and an operator's look at them.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqlx::PgPool;

use crate::crypto::{CryptoError, DataKey, KeyRing, Place, TenantKey};
use crate::domain::Inbound;
use crate::flows::Channel;
use crate::store::admin::{self, dead_letters as rows};
use crate::store::seals;

use super::requests::{self, Request};
use super::tenants::{self, TenantError};

pub use crate::store::admin::dead_letters::{Filter, Listed, Order};
pub use bytes_in_json::Raw;

/// Why something was buried. The word is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A sender's or tenant's bucket was empty.
    OverLimit,
    /// Signed, but not to be read.
    Unreadable,
    /// For an account nobody has.
    UnknownAccount,
    /// Its day lies too far away for the journal.
    OutOfDays,
    /// It made its turn panic or the commit fail.
    Poison,
    /// The result of a payment for which nobody waits any more: money may have moved.
    UnclaimedPayment,
}

impl Reason {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::OverLimit,
        Self::Unreadable,
        Self::UnknownAccount,
        Self::OutOfDays,
        Self::Poison,
        Self::UnclaimedPayment,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::OverLimit => "over_limit",
            Self::Unreadable => "unreadable",
            Self::UnknownAccount => "unknown_account",
            Self::OutOfDays => "out_of_days",
            Self::Poison => "poison",
            Self::UnclaimedPayment => "unclaimed_payment",
        }
    }
}

/// What lies in a dead letter.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Buried {
    /// A whole body that could not be read, as the app or gateway sent it.
    Body {
        #[serde(default = "whatsapp")]
        channel: Channel,
        app: String,
        body: Raw,
    },
    /// One update, read.
    Update {
        #[serde(default = "whatsapp")]
        channel: Channel,
        app: String,
        inbound: Box<Inbound>,
        raw: Raw,
    },
    /// The result of a payment; `order` is the id its provider knows it by. For people to settle, not to be replayed.
    Payment { order: String, name: String, ordered: Json, outcome: String, value: Option<Json> },
    /// Something of the engine's own; kept for the reader, not to be replayed.
    Internal { kind: String },
}

/// The channel of letters from before there were others.
fn whatsapp() -> Channel {
    Channel::WhatsApp
}

impl Buried {
    /// The bytes as the company sent them.
    pub fn raw(&self) -> Option<&Bytes> {
        match self {
            Self::Body { body, .. } => Some(&body.0),
            Self::Update { raw, .. } => Some(&raw.0),
            Self::Payment { .. } | Self::Internal { .. } => None,
        }
    }
}

/// Whose key a letter is sealed with.
#[derive(Debug, Clone, Copy)]
pub enum LetterKey<'a> {
    Tenant(&'a TenantKey),
    /// It belongs to nobody we know.
    System(&'a DataKey),
}

impl LetterKey<'_> {
    /// The body of the letter named by `dedupe`.
    pub fn seal(self, dedupe: &[u8], buried: &Buried) -> Vec<u8> {
        let plain = serde_json::to_vec(buried).unwrap_or_default();
        match self {
            Self::Tenant(key) => key.seal(seals::DEAD_LETTER, dedupe, &plain),
            Self::System(key) => key.seal(place(dedupe), &plain),
        }
    }

    /// Opens what [`LetterKey::seal`] sealed.
    pub fn open(self, dedupe: &[u8], body: &[u8]) -> Result<Buried, CryptoError> {
        let plain = match self {
            Self::Tenant(key) => key.open(seals::DEAD_LETTER, dedupe, body)?,
            Self::System(key) => key.open(place(dedupe), body)?,
        };
        serde_json::from_slice(&plain).map_err(|_| CryptoError::DoesNotOpen)
    }
}

fn place(dedupe: &[u8]) -> Place<'_> {
    Place { tenant: 0, table: seals::DEAD_LETTER, row: dedupe }
}

/// Why a dead letter cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    #[error("there is no dead letter {0}: see `ganira deadletter list`")]
    None(i64),
    #[error("dead letter {id} cannot be opened")]
    Sealed { id: i64, source: CryptoError },
    #[error(transparent)]
    Tenant(#[from] TenantError),
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

/// At most `limit` of those that are meant.
pub async fn list(pool: &PgPool, filter: &Filter, limit: u32) -> sqlx::Result<Vec<Listed>> {
    let mut transaction = admin::begin_reading(pool).await?;
    rows::list(&mut transaction, filter, i64::from(limit)).await
}

/// One letter, opened.
pub async fn show(pool: &PgPool, ring: &KeyRing, id: i64) -> Result<(Listed, Buried), DeadLetterError> {
    let mut transaction = admin::begin_reading(pool).await?;
    let whole = rows::find(&mut transaction, id).await?.ok_or(DeadLetterError::None(id))?;
    let sealed = |source| DeadLetterError::Sealed { id, source };
    let buried = if let Some(tenant) = whole.listed.tenant {
        let key = tenants::key_of(&mut transaction, ring, tenant).await?;
        LetterKey::Tenant(&key).open(&whole.dedupe, &whole.body)
    } else {
        let wrapped = admin::keys::of_system(&mut transaction).await?.unwrap_or_default();
        let key = ring.unwrap_system_key(&wrapped).map_err(sealed)?;
        LetterKey::System(&key).open(&whole.dedupe, &whole.body)
    };
    Ok((whole.listed, buried.map_err(sealed)?))
}

/// What became of one letter that was to be replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    pub id: i64,
    /// What the engine said. `None`: it did not answer in time; the request stays and is done when an engine runs.
    pub answer: Option<String>,
    /// Whether its turn is in the database now.
    pub done: bool,
}

/// Asks the running engine to take letters in again, in this order, and waits as [`requests::ask`] does.
pub async fn replay(pool: &PgPool, ids: &[i64], patience: Duration) -> sqlx::Result<Vec<Replayed>> {
    let asked: Vec<Request> = ids.iter().map(|id| Request::Replay { dead_letter: *id }).collect();
    let answers = requests::ask(pool, &asked, patience).await?;
    let mut transaction = admin::begin_reading(pool).await?;
    let done = rows::replayed(&mut transaction, ids).await?;
    let replayed = |(id, answer): (&i64, Option<String>)| Replayed {
        id: *id,
        done: answer.is_some() && done.contains(id),
        answer,
    };
    Ok(ids.iter().zip(answers).map(replayed).collect())
}

/// Those of `ids` that were replayed before: once more would do the same message twice.
pub async fn replayed_before(pool: &PgPool, ids: &[i64]) -> sqlx::Result<Vec<i64>> {
    let mut transaction = admin::begin_reading(pool).await?;
    rows::replayed(&mut transaction, ids).await
}

/// Bytes inside JSON.
mod bytes_in_json {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    /// Bytes, written as base64.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Raw(pub Bytes);

    impl Serialize for Raw {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(&STANDARD.encode(&self.0))
        }
    }

    impl<'de> Deserialize<'de> for Raw {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            STANDARD.decode(text).map(|bytes| Self(bytes.into())).map_err(D::Error::custom)
        }
    }
}
