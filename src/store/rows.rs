//! Rows as the store gives and takes them; bodies are sealed bytes here.

use crate::domain::{AccountId, ContactId, Conversation, OutboxId, Seq, TenantId, Timestamp};

use super::WriterId;

/// The writers of one incarnation of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub incarnation: i64,
    pub facts: WriterId,
    /// One for each commit lane, in the order of the lanes.
    pub lanes: Vec<WriterId>,
}

/// The keyed hashes of a sender's addresses. At least one is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SenderHashes {
    pub tenant: TenantId,
    pub scoped: Option<[u8; 16]>,
    pub phone: Option<[u8; 16]>,
}

/// All that is needed to give birth to a contact.
#[derive(Debug, Clone)]
pub struct SealedSender {
    pub hashes: SenderHashes,
    /// The addresses, sealed by the tenant's key.
    pub scoped_sealed: Option<Vec<u8>>,
    pub phone_sealed: Option<Vec<u8>>,
    /// A fresh contact key, wrapped by the tenant's; used only if the contact is born now.
    pub wrapped_key: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedConversation {
    pub conversation: Conversation,
    pub seq: Seq,
    /// Sealed; empty for a conversation that never had a turn, or was erased.
    pub snapshot: Vec<u8>,
    /// The contact's key, wrapped by its tenant's. `None`: erased.
    pub wrapped_key: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DueTimer {
    pub due: Timestamp,
    pub conversation: Conversation,
}

#[derive(Debug, Clone)]
pub struct OpenJob {
    pub id: OutboxId,
    pub account: AccountId,
    pub kind: String,
    pub at: Timestamp,
    pub body: Vec<u8>,
    pub wrapped_key: Vec<u8>,
    /// How often it was tried and put off.
    pub tries: i16,
}

/// A server of a tenant's own.
#[derive(Debug, Clone)]
pub struct ServerRow {
    pub tenant: TenantId,
    pub name: String,
    pub url: String,
    /// Sealed by the tenant's key; the row is the name.
    pub secret: Vec<u8>,
}

/// What a tenant says of writing to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRules {
    pub tenant: TenantId,
    pub name: String,
    /// ISO 3166; `None`: the country of its zone.
    pub country: Option<String>,
    /// From when until when it leaves people in peace, by the clocks of its zone.
    pub quiet: Option<(chrono::NaiveTime, chrono::NaiveTime)>,
}

/// The sender an account has for a country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderIdRow {
    pub account: AccountId,
    pub calling_code: String,
    pub sender: String,
}

/// Where an outbox row stands in table order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutboxPlace {
    pub writer: i64,
    pub batch: i64,
    /// From 1 within the batch.
    pub place: i32,
}

#[derive(Debug, Clone)]
pub struct OpenOutboxRow {
    pub id: OutboxId,
    pub place: OutboxPlace,
    pub at: Timestamp,
    pub body: Vec<u8>,
    /// `None`: the contact was erased, the row can never be sent.
    pub wrapped_key: Option<Vec<u8>>,
    /// 0 while nothing final is known, else a [`crate::domain::DeliveryState`] rank.
    pub rank: i16,
    pub attempt: i16,
    /// See [`super::AttemptState`]; 0 before the first attempt.
    pub attempt_state: i16,
    pub changed_at: Option<Timestamp>,
}

/// One of a tenant's doors, with what a turn has to know of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub id: AccountId,
    pub tenant: TenantId,
    pub channel: String,
    pub external_id: String,
    pub parent_id: String,
    pub app: String,
    /// Sealed by the tenant's key.
    pub credential: Option<Vec<u8>>,
    pub stopped_reason: Option<String>,
    pub zone: String,
    pub language: String,
    pub flow: String,
    /// The tenant's key, wrapped by the key ring.
    pub wrapped_tenant_key: Vec<u8>,
}

#[derive(Debug, Clone)]
pub struct DeadLetterRow {
    /// The same failure of the same bytes has the same value.
    pub dedupe: Vec<u8>,
    pub tenant: Option<TenantId>,
    pub contact: Option<ContactId>,
    pub account: Option<AccountId>,
    /// A stable word: `over_limit`, `unreadable`, `unknown_account`, `out_of_days`, `poison`, `unclaimed_payment`, …
    pub reason: &'static str,
    pub error: String,
    pub at: Timestamp,
    /// Sealed by the tenant's key where there is a tenant, else by the system key.
    pub body: Vec<u8>,
}

#[derive(Debug, Clone)]
pub struct ReplayRow {
    pub dedupe: Vec<u8>,
    pub tenant: Option<TenantId>,
    pub account: Option<AccountId>,
    pub body: Vec<u8>,
    /// How often it was replayed before.
    pub replays: i16,
}

/// What somebody asked of the running engine from another process.
#[derive(Debug, Clone)]
pub struct RequestRow {
    pub id: i64,
    pub kind: String,
    pub arguments: serde_json::Value,
    /// What it says of a person.
    pub sealed: Option<Vec<u8>>,
}

/// The live revision of a tenant's flows.
#[derive(Debug, Clone)]
pub struct LiveFlows {
    pub tenant: TenantId,
    pub revision: i32,
    /// SHA-256 of the files.
    pub digest: Vec<u8>,
}

/// A revision as it was published.
#[derive(Debug, Clone)]
pub struct FlowFiles {
    pub digest: Vec<u8>,
    /// Name of a file to its text.
    pub files: std::collections::BTreeMap<String, String>,
}

/// How often a step was walked on one day, by one channel, since the last count.
#[derive(Debug, Clone)]
pub struct FlowCount {
    pub tenant: TenantId,
    pub day: chrono::NaiveDate,
    /// 0: the shipped flows.
    pub revision: i32,
    pub flow: String,
    pub step: String,
    pub channel: &'static str,
    pub entered: i64,
    pub answered: i64,
    pub asked_again: i64,
    pub left: i64,
}
