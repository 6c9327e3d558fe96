//! Messages, places and times for the tests of this folder.

use std::sync::Arc;
use std::time::Duration;

use ganira::actors::outbound::buckets::Sizes;
use ganira::actors::outbound::window::Pace;
use ganira::actors::outgoing::{Envelope, Outgoing, Recipient};
use ganira::domain::outbound::{MediaSource, WhenUnknown};
use ganira::domain::{
    AccountId, ContactId, Content, Conversation, MediaKind, OutboxId, Phone, Seq, Template, TenantId, Timestamp,
};
use ganira::resilience::breaker::Limits;
use ganira::store::OutboxPlace;

pub(super) const ACCOUNT: AccountId = AccountId(7);

/// So many milliseconds after the beginning of time.
pub(super) fn at(ms: u64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_800_000_000_000).unwrap() + Duration::from_millis(ms)
}

/// Limits that do not show unless a test makes them.
pub(super) fn pace() -> Pace {
    Pace {
        rows_max: 1_000,
        contact_rows_max: 64,
        unknown_wait: Duration::from_secs(30),
        follower_wait: Duration::from_mins(1),
        attempts_max: 8,
        breaker: Limits { failures: 5, rest: Duration::from_mins(1) },
        buckets: Sizes { number_per_second: 10_000, pair_burst: 10_000, pair_refill: Duration::from_millis(1) },
        by_segment: false,
    }
}

pub(super) fn id(contact: i64, seq: i64) -> OutboxId {
    let conversation = Conversation { tenant: TenantId(1), contact: ContactId(contact) };
    OutboxId { conversation, seq: Seq(seq), n: 0 }
}

pub(super) fn place(writer: i64, batch: i64, place: i32) -> OutboxPlace {
    OutboxPlace { writer, batch, place }
}

pub(super) fn text() -> Content {
    Content::Text { text: "Muraho".to_owned(), preview: false }
}

pub(super) fn image() -> Content {
    let source = MediaSource::Id("1013859600285441".to_owned());
    Content::Media { kind: MediaKind::Image, source, caption: None, filename: None }
}

pub(super) fn template() -> Content {
    Content::Template(Template {
        name: "reminder".to_owned(),
        language: "rw".to_owned(),
        header: vec![],
        body: vec![],
        buttons: vec![],
    })
}

pub(super) fn envelope(content: Content) -> Envelope {
    Envelope {
        to: Recipient { phone: Some(Phone::parse("+250788000001").unwrap()), scoped_id: None },
        content,
        when_unknown: WhenUnknown::SendAgain,
        wake: false,
        door_until: None,
        purpose: None,
        not_before: None,
        unwanted: false,
        trace: ganira::domain::Trace::default(),
        instead_of: None,
        words: Vec::new(),
    }
}

/// Message `seq` of a contact, at a place.
pub(super) fn message(contact: i64, seq: i64, at_place: OutboxPlace) -> Outgoing {
    with(contact, seq, at_place, envelope(text()))
}

pub(super) fn with(contact: i64, seq: i64, at_place: OutboxPlace, envelope: Envelope) -> Outgoing {
    Outgoing { id: id(contact, seq), account: ACCOUNT, place: at_place, at: at(0), envelope: Arc::new(envelope) }
}
