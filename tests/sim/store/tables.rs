//! The tables of the engine as a checker may read them: the migrations' keys and columns, without what only Postgres needs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use ganira::domain::{AccountId, ContactId, Conversation, EventId, OutboxId, Seq, TenantId, Timestamp};
use ganira::store::{
    AccountRow, FlowFiles, NameHash, Notice, OutboxPlace, PartRow, SenderIdRow, ServerRow, TenantRules, WayBetween,
    WriterId,
};
use serde_json::Value as Json;

use super::salon::{Feedback, Occupancy, Visit};
use super::table::Table;

/// A keyed hash.
pub type Hash = [u8; 16];

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident: Table<$key:ty, $row:ty>,)* ; $($(#[$plain_doc:meta])* $plain:ident: $type:ty,)*) => {
        /// All tables. Those below the line are filled by whoever builds the world and never rolled back.
        #[derive(Debug, Default)]
        pub struct Tables {
            $($(#[$doc])* pub $name: Table<$key, $row>,)*
            $($(#[$plain_doc])* pub $plain: $type,)*
        }

        impl Tables {
            /// Ends a transaction: all it wrote stays.
            pub(super) fn keep(&mut self) {
                $(self.$name.keep();)*
            }

            /// Ends a transaction: it wrote nothing.
            pub(super) fn roll_back(&mut self) {
                $(self.$name.roll_back();)*
            }
        }
    };
}

tables! {
    nodes: Table<String, Node>,
    writers: Table<WriterId, Writer>,
    /// By the keyed hash of an address.
    directory: Table<(TenantId, Hash), Address>,
    /// Wrapped keys. No row: erased.
    contact_keys: Table<Conversation, Vec<u8>>,
    conversations: Table<Conversation, Snapshot>,
    erasures: Table<Conversation, Timestamp>,
    journal: Table<(TenantId, EventId, NaiveDate), JournalEntry>,
    outbox: Table<(OutboxId, NaiveDate), OutboxEntry>,
    deliveries: Table<OutboxId, Delivery>,
    cursors: Table<(AccountId, WriterId), i64>,
    /// By shard, instant and conversation.
    timers: Table<(u16, Timestamp, Conversation), ()>,
    jobs: Table<OutboxId, Job>,
    media: Table<OutboxId, Media>,
    notices: Table<(EventId, NaiveDate), Notice>,
    /// By their `dedupe`.
    dead_letters: Table<Vec<u8>, DeadLetter>,
    requests: Table<i64, Request>,
    sent_messages: Table<NameHash, SentPart>,
    /// By the form of the name and the form it came in.
    early_receipts: Table<(NameHash, NameHash), EarlyReceipt>,
    move_codes: Table<(TenantId, Hash), MoveCode>,
    /// By tenant, sender and event.
    wrong_codes: Table<(TenantId, Hash, EventId), WrongCode>,
    contact_joins: Table<Conversation, (ContactId, Timestamp)>,
    /// To the turn that said the words another way.
    fall_backs: Table<OutboxId, i64>,
    hand_overs: Table<Conversation, HandOver>,
    /// By conversation, channel and purpose.
    opt_outs: Table<(Conversation, String, String), OptOut>,
    /// By conversation, purpose and instant.
    consents: Table<(Conversation, String, Timestamp), Consent>,
    /// By tenant, owner and resource.
    occupancies: Table<(TenantId, String, i64), Occupancy>,
    visits: Table<(TenantId, String), Visit>,
    feedback: Table<(TenantId, String), Feedback>,
    /// What `take_slot` took, by whom.
    slots: Table<(TenantId, String), ContactId>,
    parts: Table<(String, Hash, i16), PartRow>,
    flow_counts: Table<(TenantId, NaiveDate, i32, String, String, String), FlowSteps>,
    system_key: Table<(), Vec<u8>>,
    ;
    accounts: BTreeMap<AccountId, AccountRow>,
    rules: BTreeMap<TenantId, TenantRules>,
    ways: Vec<WayBetween>,
    servers: Vec<ServerRow>,
    sender_ids: Vec<SenderIdRow>,
    /// Published revisions; the last published one of a tenant is live.
    revisions: BTreeMap<(TenantId, i32), FlowFiles>,
    live: BTreeMap<TenantId, i32>,
    /// The days that have partitions.
    journal_days: BTreeSet<NaiveDate>,
    outbox_days: BTreeSet<NaiveDate>,
    /// Guarded effects whose guard was made to fail, by kind and arguments, with the outcome that is true instead.
    refusals: BTreeMap<(Conversation, String, String), &'static str>,
    sequences: Sequences,
    loosened: Loosened,
    /// How often a writer was refused because it is dead.
    fenced: u64,
}

/// Belts that do not hold, so that a checker can be seen to find it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Loosened {
    /// Dead writers may write.
    pub fence: bool,
    /// A number that was used is taken for its content.
    pub digest: bool,
    /// A turn is written whatever number the conversation has.
    pub compare: bool,
}

/// Numbers that were given out; a transaction that fails does not give them back.
#[derive(Debug, Default)]
pub struct Sequences {
    pub writer: i64,
    pub contact: i64,
    pub dead_letter: i64,
    pub request: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub incarnation: i64,
    pub beat: Timestamp,
    pub released: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    pub node: String,
    pub incarnation: i64,
    /// 0 writes facts.
    pub lane: u16,
    pub alive: bool,
    pub last_batch: i64,
    pub last_digest: Option<[u8; 32]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub contact: ContactId,
    /// `w`: a scoped id, `p`: a phone.
    pub kind: char,
    pub sealed: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub seq: Seq,
    pub sealed: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    pub contact: ContactId,
    /// Of the turn that took the event.
    pub seq: Seq,
    pub account: AccountId,
    pub kind: i16,
    pub at: Timestamp,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    pub account: AccountId,
    pub place: OutboxPlace,
    pub at: Timestamp,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub account: AccountId,
    pub attempt: i16,
    /// See [`ganira::store::AttemptState`].
    pub attempt_state: i16,
    /// A [`ganira::domain::DeliveryState`] rank, 0 for none.
    pub rank: i16,
    pub message: Option<Hash>,
    pub error_code: Option<i64>,
    pub price_category: Option<String>,
    pub changed_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub account: AccountId,
    pub kind: String,
    pub at: Timestamp,
    pub body: Vec<u8>,
    pub tries: i16,
    pub not_before: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub object: String,
    pub mime: String,
    pub bytes: i64,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub id: i64,
    pub tenant: Option<TenantId>,
    pub contact: Option<ContactId>,
    pub account: Option<AccountId>,
    pub reason: &'static str,
    pub error: String,
    pub at: Timestamp,
    pub body: Vec<u8>,
    pub is_replayed: bool,
    pub replays: i16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub kind: String,
    pub arguments: Json,
    /// The person it speaks of.
    pub about: Option<Conversation>,
    pub sealed: Option<Vec<u8>>,
    pub done_at: Option<Timestamp>,
    pub answer: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentPart {
    pub account: AccountId,
    pub outbox: OutboxId,
    pub parts: i16,
    pub wake: bool,
    pub rank: i16,
    pub error_code: Option<i64>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlyReceipt {
    pub rank: i16,
    pub error_code: Option<i64>,
    pub at: Timestamp,
    pub ripe: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveCode {
    pub contact: ContactId,
    pub channel: String,
    pub expires_at: Timestamp,
    pub used_by: Option<Hash>,
    pub used_event: Option<EventId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongCode {
    pub at: Timestamp,
    pub outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    pub queue: String,
    pub asked_at: Timestamp,
    pub call_back: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    pub source: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub given: bool,
    pub channel: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlowSteps {
    pub entered: i64,
    pub answered: i64,
    pub asked_again: i64,
    pub left: i64,
}
