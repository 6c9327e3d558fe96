//! Incoming messages and receipts: of the SMS interface by GET or POST, of the Messages interface as JSON.

use bytes::Bytes;
use chrono::{DateTime, NaiveDateTime};
use serde_json::Value;

use crate::channels::smpp::udh::{Concatenation, Reference};
use crate::channels::sms::fields::Fields;
use crate::channels::sms::numbers::{number, sender};
use crate::channels::sms::{Called, Part, Unreadable, Update};
use crate::domain::receipt::ReceiptError;
use crate::domain::{DeliveryState, Inbound, InboundKind, Message, MessageBody, Receipt, Timestamp, account_name};

/// Between our own id and the number of parts, in `client-ref`.
pub(super) const PARTS: char = '/';
/// The code of a failure whose reason is none we know.
const NO_REASON: i64 = 99;

pub fn read(gateway: &str, called: &Called<'_>) -> Result<Vec<Update>, Unreadable> {
    std::str::from_utf8(called.body).map_err(|_| Unreadable::NotText)?;
    let fields = called.fields();
    let update = if let Some(id) = fields.some("message_uuid") {
        Update::Whole(of_messages(gateway, &fields, id, called.body)?)
    } else {
        let id = fields.some("messageId").or(fields.some("message-id")).ok_or(Unreadable::Missing("messageId"))?;
        match fields.some("status") {
            Some(status) => Update::Whole(receipt(gateway, &fields, id, status)),
            None => message(gateway, &fields, id)?,
        }
    };
    Ok(vec![with_raw(update, called.raw())])
}

fn with_raw(update: Update, raw: Bytes) -> Update {
    match update {
        Update::Whole(inbound) => Update::Whole(Inbound { raw, ..inbound }),
        Update::Part(part) => Update::Part(Part { inbound: Inbound { raw, ..part.inbound }, ..part }),
    }
}

/// Source: "Inbound SMS".
fn message(gateway: &str, fields: &Fields, id: &str) -> Result<Update, Unreadable> {
    let from = fields.some("msisdn").ok_or(Unreadable::Missing("msisdn"))?;
    let to = fields.some("to").ok_or(Unreadable::Missing("to"))?;
    let body = if fields.get("type") == Some("binary") {
        MessageBody::Unsupported { what: "binary message".to_owned() }
    } else {
        MessageBody::Text { text: fields.get("text").unwrap_or_default().to_owned() }
    };
    let at = fields.get("message-timestamp").and_then(moment);
    let inbound = said(gateway, (from, to), id, at, body);
    Ok(match part_of(fields) {
        Some(place) => Update::Part(Part { inbound, place }),
        None => Update::Whole(inbound),
    })
}

/// Which part of how many it is. What is no part of several is a message of its own.
fn part_of(fields: &Fields) -> Option<Concatenation> {
    if fields.get("concat") != Some("true") {
        return None;
    }
    let number: u8 = fields.get("concat-part")?.parse().ok()?;
    let total: u8 = fields.get("concat-total")?.parse().ok()?;
    let reference = Reference::Sixteen(fields.get("concat-ref")?.parse().ok()?);
    Concatenation::new(reference, total, number)
}

fn said(gateway: &str, (from, to): (&str, &str), id: &str, at: Option<Timestamp>, body: MessageBody) -> Inbound {
    let message = Message { from: sender(from), body, reply_to: None, forwarded: false, group: None, referral: None };
    Inbound {
        account: account_name(gateway, &number(to)),
        provider_id: id.to_owned(),
        occurred_at: at,
        kind: InboundKind::Message(message),
        raw: Bytes::new(),
    }
}

/// Source: "Delivery receipts". Here `to` is the sender and `msisdn` the receiver of our message; every part has a receipt of its own.
fn receipt(gateway: &str, fields: &Fields, id: &str, status: &str) -> Inbound {
    let code = fields.get("err-code").and_then(|code| code.parse().ok()).unwrap_or(NO_REASON);
    let client_ref = fields.some("client-ref").unwrap_or_default();
    let (opaque, parts) = match client_ref.split_once(PARTS) {
        Some((opaque, parts)) => (opaque, parts.parse().unwrap_or(1)),
        None => (client_ref, 1),
    };
    let at = fields.get("message-timestamp").and_then(moment);
    news(gateway, fields.get("to").unwrap_or_default(), &News { id, status, code, opaque, parts, at, title: status })
}

/// What a receipt of either interface says.
struct News<'a> {
    id: &'a str,
    status: &'a str,
    code: i64,
    opaque: &'a str,
    parts: i16,
    at: Option<Timestamp>,
    title: &'a str,
}

fn news(gateway: &str, from: &str, news: &News<'_>) -> Inbound {
    let state = match news.status {
        "submitted" => Some(DeliveryState::Accepted),
        "accepted" | "buffered" => Some(DeliveryState::Sent),
        "delivered" => Some(DeliveryState::Delivered),
        "read" => Some(DeliveryState::Read),
        "expired" | "failed" | "rejected" | "deleted" | "undeliverable" => Some(DeliveryState::Failed),
        _ => None,
    };
    let failed = state == Some(DeliveryState::Failed);
    let receipt = Receipt {
        message: news.id.to_owned(),
        also: Vec::new(),
        state,
        opaque: Some(news.opaque.to_owned()).filter(|opaque| !opaque.is_empty()),
        parts: news.parts,
        at: news.at,
        error: failed.then(|| ReceiptError { code: news.code, title: news.title.to_owned() }),
        pricing: None,
    };
    Inbound {
        account: account_name(gateway, &number(from)),
        provider_id: format!("{}:{}", news.id, news.status),
        occurred_at: news.at,
        kind: InboundKind::Receipt(receipt),
        raw: Bytes::new(),
    }
}

/// Source: "Messages": "Inbound message webhook", "Message status webhook".
fn of_messages(gateway: &str, fields: &Fields, id: &str, body: &Bytes) -> Result<Inbound, Unreadable> {
    let at = fields.get("timestamp").and_then(moment);
    let from = fields.some("from").ok_or(Unreadable::Missing("from"))?;
    let to = fields.some("to").ok_or(Unreadable::Missing("to"))?;
    if let Some(status) = fields.some("status") {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = body.get("error");
        let word = |name: &str| error.and_then(|error| error.get(name)?.as_str()).unwrap_or_default();
        // `title` is the number of "Messages": "Error codes"; the lower ones are those of receipts.
        let code = word("title").parse().unwrap_or(NO_REASON);
        let title = if word("detail").is_empty() { status } else { word("detail") };
        let opaque = fields.some("client_ref").unwrap_or_default();
        return Ok(news(gateway, from, &News { id, status, code, opaque, parts: 1, at, title }));
    }
    let body = match fields.get("message_type") {
        Some("text") | None => MessageBody::Text { text: fields.get("text").unwrap_or_default().to_owned() },
        Some(other) => MessageBody::Unsupported { what: other.to_owned() },
    };
    Ok(said(gateway, (from, to), id, at, body))
}

/// `2020-01-01 12:00:00` in UTC, or with a zone.
fn moment(text: &str) -> Option<Timestamp> {
    let exact = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    exact.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").map(|at| at.and_utc())).ok()
}
