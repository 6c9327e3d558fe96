//! Dead letters: what could not be handled lies here whole, sealed, and can be replayed through the one entrance.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
pub use serde_with_bytes::Raw;

use super::event::{Event, EventKind};
use super::shared::World;
use crate::domain::{AccountId, ContactId, Inbound, InboundKind, TenantId};
use crate::store::{DeadLetterRow, ReplayRow, StoreError};

const TABLE: &str = "dead_letter";
/// An error's text is cut here.
const ERROR_CHARS_MAX: usize = 500;

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
}

impl Reason {
    pub fn word(self) -> &'static str {
        match self {
            Self::OverLimit => "over_limit",
            Self::Unreadable => "unreadable",
            Self::UnknownAccount => "unknown_account",
            Self::OutOfDays => "out_of_days",
            Self::Poison => "poison",
        }
    }
}

/// What lies in a dead letter.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Buried {
    /// A whole body that could not be read, as the app sent it.
    Body { app: String, body: Raw },
    /// One update, read.
    Update { app: String, inbound: Box<Inbound>, raw: Raw },
    /// Something of the engine's own; kept for the reader, not to be replayed.
    Internal { kind: String },
}

/// Whose letter it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Owner {
    pub tenant: Option<TenantId>,
    pub contact: Option<ContactId>,
    pub account: Option<AccountId>,
}

/// Writes one dead letter. `dedupe` names the failure: the same one again changes nothing.
pub async fn bury(
    world: &World,
    owner: Owner,
    dedupe: &[u8],
    reason: Reason,
    error: &str,
    buried: &Buried,
) -> Result<(), StoreError> {
    metrics::counter!("ganira_dead_letters_total", "reason" => reason.word()).increment(1);
    let dedupe = world.hashes.other(&[reason.word().as_bytes(), b"\0", dedupe].concat()).to_vec();
    let plain = serde_json::to_vec(buried).unwrap_or_default();
    let tenant = owner.tenant.and_then(|tenant| world.accounts.tenant(tenant));
    let body = match &tenant {
        Some(tenant) => tenant.key.seal(TABLE, &dedupe, &plain),
        None => world.seal_by_system(TABLE, &dedupe, &plain),
    };
    let letter = DeadLetterRow {
        dedupe,
        tenant: tenant.map(|tenant| tenant.id),
        contact: owner.contact,
        account: owner.account,
        reason: reason.word(),
        error: error.chars().take(ERROR_CHARS_MAX).collect(),
        at: world.clock.now(),
        body,
    };
    world.store.bury(&[letter]).await
}

/// Buries an event whose turn can never be committed.
pub async fn bury_event(world: &World, event: &Event, reason: Reason, error: &str) -> Result<(), StoreError> {
    tracing::error!(
        trace = %event.trace,
        conversation.id = event.conversation.contact.0,
        reason = reason.word(),
        error,
        "an event was buried"
    );
    let owner = Owner {
        tenant: Some(event.conversation.tenant),
        contact: Some(event.conversation.contact),
        account: Some(event.account.id),
    };
    bury(world, owner, &event.id.0, reason, error, &of_event(event)).await
}

fn of_event(event: &Event) -> Buried {
    match &event.kind {
        EventKind::Message { message, provider_id } => Buried::Update {
            app: event.account.app.clone(),
            inbound: Box::new(Inbound {
                account: event.account.external_id.clone(),
                provider_id: provider_id.clone(),
                occurred_at: event.occurred_at,
                kind: InboundKind::Message((**message).clone()),
                raw: Bytes::new(),
            }),
            raw: Raw(event.raw.clone()),
        },
        other => Buried::Internal { kind: format!("{other:?}") },
    }
}

/// Opens a dead letter that is to be replayed. `None`: its key is gone, or it is not one of ours.
pub fn open(world: &World, row: &ReplayRow) -> Option<Buried> {
    let plain = match row.tenant {
        Some(tenant) => world.accounts.tenant(tenant)?.key.open(TABLE, &row.dedupe, &row.body).ok()?,
        None => world.open_by_system(TABLE, &row.dedupe, &row.body)?,
    };
    serde_json::from_slice(&plain).ok()
}

/// Bytes inside JSON.
mod serde_with_bytes {
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
