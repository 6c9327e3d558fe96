//! Incoming messages and delivery reports: `results[]` of either kind.

use bytes::Bytes;
use chrono::DateTime;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::channels::sms::numbers::{number, sender};
use crate::channels::sms::{Called, UPDATES_MAX, Unreadable, Update, slice};
use crate::domain::receipt::ReceiptError;
use crate::domain::{DeliveryState, Inbound, InboundKind, Message, MessageBody, Receipt, Timestamp, account_name};

/// Status groups. Source: "Response status and error codes".
const ACCEPTED: i64 = 0;
const PENDING: i64 = 1;
const UNDELIVERABLE: i64 = 2;
const DELIVERED: i64 = 3;
const EXPIRED: i64 = 4;
const REJECTED: i64 = 5;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
}

/// Both kinds, told apart by their status.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct One {
    message_id: Option<String>,
    from: Option<String>,
    to: Option<String>,
    text: Option<String>,
    received_at: Option<String>,
    done_at: Option<String>,
    callback_data: Option<String>,
    status: Option<Status>,
    error: Option<Fault>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    group_id: i64,
    #[serde(default)]
    id: i64,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(default)]
    id: i64,
    #[serde(default)]
    name: String,
}

pub fn read(gateway: &str, called: &Called<'_>) -> Result<Vec<Update>, Unreadable> {
    let text = std::str::from_utf8(called.body).map_err(|_| Unreadable::NotText)?;
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|_| Unreadable::NotJson)?;
    if envelope.results.len() > UPDATES_MAX {
        return Err(Unreadable::TooMany);
    }
    let one = |raw: &&RawValue| {
        let raw = slice(called.body, raw.get());
        // One odd update never costs its neighbours.
        Update::Whole(result(gateway, &raw).unwrap_or_else(|| odd(gateway, &raw)))
    };
    Ok(envelope.results.iter().map(one).collect())
}

fn result(gateway: &str, raw: &Bytes) -> Option<Inbound> {
    let one: One = serde_json::from_slice(raw).ok()?;
    let id = one.message_id.clone()?;
    let inbound = match &one.status {
        Some(status) => report(gateway, &one, id, status),
        None => message(gateway, &one, id)?,
    };
    Some(Inbound { raw: raw.clone(), ..inbound })
}

fn message(gateway: &str, one: &One, id: String) -> Option<Inbound> {
    let message = Message {
        from: sender(one.from.as_deref()?),
        body: MessageBody::Text { text: one.text.clone().unwrap_or_default() },
        reply_to: None,
        forwarded: false,
        group: None,
        referral: None,
    };
    Some(Inbound {
        account: account_name(gateway, &number(one.to.as_deref()?)),
        provider_id: id,
        occurred_at: one.received_at.as_deref().and_then(moment),
        kind: InboundKind::Message(message),
        raw: Bytes::new(),
    })
}

fn report(gateway: &str, one: &One, id: String, status: &Status) -> Inbound {
    let state = match status.group_id {
        ACCEPTED => Some(DeliveryState::Accepted),
        PENDING => Some(DeliveryState::Sent),
        DELIVERED => Some(DeliveryState::Delivered),
        UNDELIVERABLE | EXPIRED | REJECTED => Some(DeliveryState::Failed),
        _ => None,
    };
    let error = (state == Some(DeliveryState::Failed)).then(|| {
        let fault = one.error.as_ref().filter(|fault| fault.id != 0).map_or("", |fault| fault.name.as_str());
        ReceiptError { code: status.id, title: format!("{} {fault}", status.name).trim_end().to_owned() }
    });
    let at = one.done_at.as_deref().and_then(moment);
    Inbound {
        account: account_name(gateway, &number(one.from.as_deref().unwrap_or_default())),
        provider_id: format!("{id}:{}", status.id),
        occurred_at: at,
        // One name for the whole, however many parts there are.
        kind: InboundKind::Receipt(Receipt {
            message: id,
            also: Vec::new(),
            state,
            opaque: one.callback_data.clone(),
            parts: 1,
            at,
            error,
            pricing: None,
        }),
        raw: Bytes::new(),
    }
}

fn odd(gateway: &str, raw: &Bytes) -> Inbound {
    Inbound {
        account: account_name(gateway, ""),
        provider_id: format!("odd:{}", hex::encode(<sha2::Sha256 as sha2::Digest>::digest(raw))),
        occurred_at: None,
        kind: InboundKind::Notice { field: "unreadable".to_owned() },
        raw: raw.clone(),
    }
}

/// `2016-10-06T09:28:39.220+0000`
fn moment(text: &str) -> Option<Timestamp> {
    let exact = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z");
    exact.or_else(|_| DateTime::parse_from_rfc3339(text)).map(|at| at.to_utc()).ok()
}
