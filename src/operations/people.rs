//! A person's own data: found by her addresses, exported in the open, erased.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value as Json;
use sqlx::{PgConnection, PgPool};

use super::dead_letters::LetterKey;
use super::requests::{self, Request};
use super::salon;
use super::tenants::{self, TenantError};
use crate::crypto::{CryptoError, DataKey, KeyRing, KeyedHash, Place, TenantKey};
use crate::domain::{Address, ContactId, Conversation, DeliveryState, OutboxId, Seq, TenantId, Timestamp};
use crate::store::admin::{self, people as rows};
use crate::store::{AttemptState, seals};

/// Why a person was not found or could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    #[error("tenant {} has no contact {}", .0.tenant, .0.contact)]
    Unknown(Conversation),
    #[error("contact {} of tenant {} was erased at {at}: nothing of her can be read", .who.contact, .who.tenant)]
    Erased { who: Conversation, at: Timestamp },
    #[error("the key of contact {} cannot be opened", .who.contact)]
    Key { who: Conversation, source: CryptoError },
    #[error(transparent)]
    Tenant(#[from] TenantError),
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

/// The contact whom an address leads to at this tenant.
pub async fn find(
    pool: &PgPool,
    hashes: &KeyedHash,
    tenant: TenantId,
    address: &Address,
) -> sqlx::Result<Option<ContactId>> {
    let hash = hashes.address(tenant.0, address.canonical().as_bytes());
    let mut transaction = admin::begin_reading(pool).await?;
    rows::find(&mut transaction, tenant, &hash).await
}

/// What became of a wish to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasure {
    /// Addresses and key are gone: nothing sealed for her can be read again.
    Done,
    /// She had been erased before.
    DoneBefore(Timestamp),
    /// The engine answered, and something of her is still there.
    Failed(String),
    /// No engine answered in time. The request stays and is done when one runs.
    Waiting,
}

/// Asks the running engine to erase a person, as a turn of her conversation, and looks whether it is true.
pub async fn erase(pool: &PgPool, who: Conversation, patience: Duration) -> Result<Erasure, PersonError> {
    let mut transaction = admin::begin_reading(pool).await?;
    let mut all = past(&mut transaction, who).await?;
    all.push(who);
    if let Some(at) = all_gone(&mut transaction, &all).await? {
        return Ok(Erasure::DoneBefore(at));
    }
    if rows::snapshot(&mut transaction, who).await?.is_none() {
        return Err(PersonError::Unknown(who));
    }
    transaction.rollback().await?;
    let asked: Vec<_> = all.iter().map(|one| Request::Erase(*one)).collect();
    let answers: Option<Vec<String>> = requests::ask(pool, &asked, patience).await?.into_iter().collect();
    let Some(answers) = answers else { return Ok(Erasure::Waiting) };
    let mut transaction = admin::begin_reading(pool).await?;
    let done = all_gone(&mut transaction, &all).await?.is_some();
    Ok(if done { Erasure::Done } else { Erasure::Failed(answers.join("; ")) })
}

/// As whom she was known before a code showed that it was she.
async fn past(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<Conversation>> {
    let joined = rows::joined(connection, who).await?;
    Ok(joined.into_iter().map(|contact| Conversation { contact, ..who }).collect())
}

/// When the last of them was erased, if all are.
async fn all_gone(connection: &mut PgConnection, all: &[Conversation]) -> sqlx::Result<Option<Timestamp>> {
    let mut last = None;
    for one in all {
        match gone(connection, *one).await? {
            None => return Ok(None),
            at => last = last.max(at),
        }
    }
    Ok(last)
}

/// When she was erased, if neither key nor address of hers is there.
async fn gone(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Option<Timestamp>> {
    let readable =
        rows::wrapped_key(connection, who).await?.is_some() || !rows::addresses(connection, who).await?.is_empty();
    if readable { Ok(None) } else { rows::erased_at(connection, who).await }
}

/// Everything that is kept of a person, opened. Times are UTC; fields may be added, `format` counts the changes that break a reader.
#[derive(Debug, Clone, Serialize)]
pub struct Export {
    pub format: &'static str,
    pub tenant: TenantId,
    pub contact: ContactId,
    pub exported_at: Timestamp,
    pub addresses: Vec<Address>,
    /// What the conversation remembers between two turns.
    pub remembered: Option<Json>,
    /// What came in, the oldest first.
    pub events: Vec<Event>,
    /// What was said to her, the oldest first.
    pub messages: Vec<Message>,
    pub visits: Vec<salon::export::Visit>,
    pub feedback: Vec<salon::export::Feedback>,
    pub consents: Vec<salon::export::Consent>,
    /// What she stopped.
    pub opt_outs: Vec<OptOut>,
    pub media: Vec<Media>,
    /// What of hers could not be handled.
    pub dead_letters: Vec<DeadLetter>,
    /// The same of those as whom she was known before a code showed that it was she. What was erased of them is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<Self>,
    /// Rows that did not open, which should be none.
    pub unreadable_rows: u64,
}

/// Messages she stopped: for one purpose, or (`*`) all that the business starts.
#[derive(Debug, Clone, Serialize)]
pub struct OptOut {
    pub channel: String,
    pub purpose: String,
    /// Who said so: `person`, `network` or `flow`.
    pub source: String,
    pub at: Timestamp,
}

/// An event of the journal.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    pub turn: Seq,
    pub at: Timestamp,
    pub account: i64,
    /// JSON as the company sent it, or text where it is none.
    pub body: Json,
}

/// A message to her.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    pub turn: Seq,
    pub n: i16,
    pub at: Timestamp,
    pub account: i64,
    /// `queued`, `sending`, `unknown`, `accepted`, `sent`, `delivered`, `read`, `played` or `failed`.
    pub state: &'static str,
    pub state_since: Option<Timestamp>,
    pub attempts: i16,
    pub error_code: Option<i64>,
    pub price_category: Option<String>,
    pub body: Json,
}

/// A file she sent; it lies sealed in the object store under `object`.
#[derive(Debug, Clone, Serialize)]
pub struct Media {
    pub turn: Seq,
    pub object: String,
    pub mime: String,
    pub bytes: i64,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Serialize)]
pub struct DeadLetter {
    pub id: i64,
    pub reason: String,
    pub at: Timestamp,
    pub body: Json,
}

/// Gathers everything of one instant. `remembered` reads an opened snapshot, whose layout the actors know.
pub async fn export(
    pool: &PgPool,
    ring: &KeyRing,
    who: Conversation,
    now: Timestamp,
    remembered: impl Fn(&[u8]) -> Option<Json>,
) -> Result<Export, PersonError> {
    let mut transaction = admin::begin_reading(pool).await?;
    let mut whole = export_one(&mut transaction, ring, who, now, &remembered).await?;
    for one in past(&mut transaction, who).await? {
        match export_one(&mut transaction, ring, one, now, &remembered).await {
            Ok(export) => whole.joined.push(export),
            Err(PersonError::Erased { .. } | PersonError::Unknown(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(whole)
}

async fn export_one(
    connection: &mut PgConnection,
    ring: &KeyRing,
    who: Conversation,
    now: Timestamp,
    remembered: &impl Fn(&[u8]) -> Option<Json>,
) -> Result<Export, PersonError> {
    let tenant_key = tenants::key_of(connection, ring, who.tenant).await?;
    let Some(wrapped) = rows::wrapped_key(connection, who).await? else {
        let at = rows::erased_at(connection, who).await?;
        return Err(at.map_or(PersonError::Unknown(who), |at| PersonError::Erased { who, at }));
    };
    let key = tenant_key.unwrap(seals::CONTACT_KEY, &wrapped).map_err(|source| PersonError::Key { who, source })?;
    let mut opener = Opener::new(who, &key);
    let snapshot = rows::snapshot(connection, who).await?;
    let remembered =
        snapshot.and_then(|(seq, sealed)| opener.snapshot(seq, &sealed)).and_then(|plain| remembered(&plain));
    let events = rows::events(connection, who).await?.iter().map(|row| opener.event(row)).collect();
    let messages = rows::messages(connection, who).await?.into_iter().map(|row| opener.message(row)).collect();
    Ok(Export {
        format: "ganira-person-1",
        tenant: who.tenant,
        contact: who.contact,
        exported_at: now,
        addresses: addresses(connection, who, &tenant_key, &mut opener).await?,
        remembered,
        events,
        messages,
        visits: salon::export::visits(connection, who, &key).await?,
        feedback: salon::export::feedback(connection, who, &key).await?,
        consents: salon::export::consents(connection, who).await?,
        opt_outs: opt_outs(connection, who).await?,
        media: rows::media(connection, who).await?.into_iter().map(media).collect(),
        dead_letters: dead_letters(connection, who, &tenant_key, &mut opener).await?,
        joined: Vec::new(),
        unreadable_rows: opener.unreadable,
    })
}

async fn addresses(
    connection: &mut PgConnection,
    who: Conversation,
    key: &TenantKey,
    opener: &mut Opener<'_>,
) -> sqlx::Result<Vec<Address>> {
    let rows = rows::addresses(connection, who).await?;
    let open = |row: rows::AddressRow| {
        let plain = key.open(seals::DIRECTORY, &row.address_hash, &row.sealed).ok()?;
        Address::from_canonical(std::str::from_utf8(&plain).ok()?)
    };
    Ok(rows.into_iter().filter_map(|row| opener.counted(open(row))).collect())
}

async fn opt_outs(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<OptOut>> {
    let rows = admin::keeping::opt_outs(connection, who).await?;
    Ok(rows
        .into_iter()
        .map(|row| OptOut { channel: row.channel, purpose: row.purpose, source: row.source, at: row.at })
        .collect())
}

async fn dead_letters(
    connection: &mut PgConnection,
    who: Conversation,
    key: &TenantKey,
    opener: &mut Opener<'_>,
) -> sqlx::Result<Vec<DeadLetter>> {
    let letters = admin::dead_letters::of_contact(connection, who.tenant, who.contact).await?;
    let open = |letter: admin::dead_letters::Whole| {
        let buried = LetterKey::Tenant(key).open(&letter.dedupe, &letter.body).ok()?;
        let body = match buried.raw() {
            Some(raw) => readable(raw),
            None => serde_json::to_value(&buried).ok()?,
        };
        Some(DeadLetter { id: letter.listed.id, reason: letter.listed.reason, at: letter.listed.at, body })
    };
    Ok(letters.into_iter().filter_map(|letter| opener.counted(open(letter))).collect())
}

/// Opens what her own key sealed, and counts what does not open.
pub(super) struct Opener<'a> {
    who: Conversation,
    key: &'a DataKey,
    unreadable: u64,
}

impl<'a> Opener<'a> {
    pub(super) fn new(who: Conversation, key: &'a DataKey) -> Self {
        Self { who, key, unreadable: 0 }
    }

    fn counted<T>(&mut self, opened: Option<T>) -> Option<T> {
        self.unreadable += u64::from(opened.is_none());
        opened
    }

    fn open(&mut self, table: &'static str, row: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let opened = self.key.open(Place { tenant: self.who.tenant.0, table, row }, sealed).ok();
        self.counted(opened)
    }

    fn snapshot(&mut self, seq: Seq, sealed: &[u8]) -> Option<Vec<u8>> {
        if sealed.is_empty() {
            return None;
        }
        self.open(seals::CONVERSATION, &seals::snapshot_row(self.who, seq), sealed)
    }

    fn event(&mut self, row: &rows::EventRow) -> Event {
        let body = self.open(seals::JOURNAL, &row.event, &row.body);
        Event {
            turn: Seq(row.seq),
            at: row.at,
            account: row.account_id,
            body: body.map_or(Json::Null, |plain| readable(&plain)),
        }
    }

    pub(super) fn message(&mut self, row: rows::MessageRow) -> Message {
        let id = OutboxId { conversation: self.who, seq: Seq(row.seq), n: row.n };
        let body = self.open(seals::OUTBOX, &seals::outbox_row(id), &row.body);
        Message {
            turn: Seq(row.seq),
            n: row.n,
            at: row.at,
            account: row.account_id,
            state: state(row.rank.unwrap_or_default(), row.attempt_state.unwrap_or_default()),
            state_since: row.changed_at,
            attempts: row.attempt.unwrap_or_default(),
            error_code: row.error_code,
            price_category: row.price_category,
            body: body.map_or(Json::Null, |plain| readable(&plain)),
        }
    }
}

fn state(rank: i16, attempt_state: i16) -> &'static str {
    match DeliveryState::from_rank(rank) {
        Some(state) => state.word(),
        None if attempt_state == AttemptState::Begun as i16 => "sending",
        None if attempt_state == AttemptState::Unknown as i16 => "unknown",
        None => "queued",
    }
}

fn media(row: rows::MediaRow) -> Media {
    Media { turn: Seq(row.seq), object: row.object, mime: row.mime, bytes: row.bytes, at: row.at }
}

/// JSON where it is JSON, else text.
fn readable(plain: &[u8]) -> Json {
    serde_json::from_slice(plain).unwrap_or_else(|_| Json::String(String::from_utf8_lossy(plain).into_owned()))
}
