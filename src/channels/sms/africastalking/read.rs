//! Incoming messages, delivery reports, and notices that somebody wants no more: all forms.

use chrono::{DateTime, NaiveDateTime};

use super::policy;
use crate::channels::sms::fields::Fields;
use crate::channels::sms::numbers::{number, phone, sender};
use crate::channels::sms::{Called, Unreadable, Update};
use crate::domain::receipt::ReceiptError;
use crate::domain::{DeliveryState, Inbound, InboundKind, Message, MessageBody, Receipt, Timestamp, account_name};

pub fn read(gateway: &str, called: &Called<'_>) -> Result<Vec<Update>, Unreadable> {
    std::str::from_utf8(called.body).map_err(|_| Unreadable::NotText)?;
    let fields = called.fields();
    let inbound = if let Some(status) = fields.some("status") {
        report(&fields, status)?
    } else if fields.get("text").is_some() {
        message(gateway, &fields)?
    } else {
        opt_out(gateway, &fields)?
    };
    Ok(vec![Update::Whole(Inbound { raw: called.raw(), ..inbound })])
}

/// Source: "Incoming Messages".
fn message(gateway: &str, fields: &Fields) -> Result<Inbound, Unreadable> {
    let from = fields.some("from").ok_or(Unreadable::Missing("from"))?;
    let to = fields.some("to").ok_or(Unreadable::Missing("to"))?;
    let id = fields.some("id").ok_or(Unreadable::Missing("id"))?;
    let text = fields.get("text").unwrap_or_default().to_owned();
    Ok(said(gateway, to, id, fields.get("date").and_then(moment), from, text))
}

/// Source: "Bulk SMS Opt Out": of a sender that is a word, since nobody can answer it.
fn opt_out(gateway: &str, fields: &Fields) -> Result<Inbound, Unreadable> {
    let to = fields.some("senderId").ok_or(Unreadable::Missing("text"))?;
    let from = fields.some("phoneNumber").ok_or(Unreadable::Missing("phoneNumber"))?;
    Ok(Inbound {
        account: account_name(gateway, &number(to)),
        // It has none, and the same person may do it again after she changed her mind.
        provider_id: String::new(),
        occurred_at: None,
        kind: InboundKind::Kept { from: sender(from), again: false },
        raw: bytes::Bytes::new(),
    })
}

fn said(gateway: &str, to: &str, id: &str, at: Option<Timestamp>, from: &str, text: String) -> Inbound {
    let message = Message {
        from: sender(from),
        body: MessageBody::Text { text },
        reply_to: None,
        forwarded: false,
        group: None,
        referral: None,
    };
    Inbound {
        account: account_name(gateway, &number(to)),
        provider_id: id.to_owned(),
        occurred_at: at,
        kind: InboundKind::Message(message),
        raw: bytes::Bytes::new(),
    }
}

/// Source: "Delivery Reports". It does not say by which number the message went.
fn report(fields: &Fields, status: &str) -> Result<Inbound, Unreadable> {
    let id = fields.some("id").ok_or(Unreadable::Missing("id"))?;
    let state = match status {
        "Sent" | "Submitted" | "Buffered" => Some(DeliveryState::Sent),
        "Success" => Some(DeliveryState::Delivered),
        "Rejected" | "Failed" | "Expired" | "AbsentSubscriber" => Some(DeliveryState::Failed),
        _ => None,
    };
    let reason = fields.some("failureReason").filter(|reason| *reason != "None");
    let error = (state == Some(DeliveryState::Failed)).then(|| {
        let title = reason.unwrap_or(status);
        ReceiptError { code: policy::code_of(title).unwrap_or(policy::UNKNOWN_REASON), title: title.to_owned() }
    });
    let receipt = Receipt {
        message: id.to_owned(),
        also: Vec::new(),
        state,
        opaque: None,
        parts: 1,
        at: None,
        error,
        pricing: None,
    };
    let recipient = fields.get("phoneNumber").and_then(phone).map(|phone| phone.digits().to_owned());
    Ok(Inbound {
        account: String::new(),
        provider_id: format!("{id}:{status}:{}", recipient.unwrap_or_default()),
        occurred_at: None,
        kind: InboundKind::Receipt(receipt),
        raw: bytes::Bytes::new(),
    })
}

/// Both forms that are seen: `2017-05-03T06:04:45Z` and `2017-05-03 06:04:45`.
fn moment(text: &str) -> Option<Timestamp> {
    let exact = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).ok();
    exact.or_else(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").map(|at| at.and_utc()).ok())
}
