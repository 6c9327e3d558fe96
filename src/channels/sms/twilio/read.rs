//! Incoming messages and statuses of ours. Parameters come without notice: what is not known is left aside.

use chrono::NaiveDateTime;

use super::OURS;
use crate::channels::sms::fields::Fields;
use crate::channels::sms::numbers::{number, sender};
use crate::channels::sms::{Called, Unreadable, Update};
use crate::domain::receipt::ReceiptError;
use crate::domain::{DeliveryState, Inbound, InboundKind, Message, MessageBody, Receipt, Timestamp, account_name};

pub fn read(gateway: &str, called: &Called<'_>) -> Result<Vec<Update>, Unreadable> {
    std::str::from_utf8(called.body).map_err(|_| Unreadable::NotText)?;
    let fields = called.fields();
    let id = fields.some("MessageSid").or(fields.some("SmsSid")).ok_or(Unreadable::Missing("MessageSid"))?;
    let status = fields.some("MessageStatus").or(fields.some("SmsStatus").filter(|status| *status != "received"));
    let inbound = match status {
        Some(status) => status_of(gateway, &fields, id, status),
        None => message(gateway, &fields, id)?,
    };
    Ok(vec![Update::Whole(Inbound { raw: called.raw(), ..inbound })])
}

fn message(gateway: &str, fields: &Fields, id: &str) -> Result<Inbound, Unreadable> {
    let from = fields.some("From").ok_or(Unreadable::Missing("From"))?;
    let to = fields.some("To").ok_or(Unreadable::Missing("To"))?;
    let text = fields.get("Body").unwrap_or_default();
    let has_media = fields.some("NumMedia").is_some_and(|count| count != "0");
    let body = if text.is_empty() && has_media {
        MessageBody::Unsupported { what: "picture message".to_owned() }
    } else {
        MessageBody::Text { text: text.to_owned() }
    };
    // With "Advanced Opt-Out" Twilio heard the word, keeps to it and has answered.
    let kind = match fields.some("OptOutType") {
        Some("STOP") => InboundKind::Kept { from: sender(from), again: false },
        Some("START") => InboundKind::Kept { from: sender(from), again: true },
        Some(_) => InboundKind::Notice { field: "help".to_owned() },
        None => InboundKind::Message(Message {
            from: sender(from),
            body,
            reply_to: None,
            forwarded: false,
            group: None,
            referral: None,
        }),
    };
    Ok(Inbound {
        account: account_name(gateway, &number(to)),
        provider_id: id.to_owned(),
        occurred_at: None,
        kind,
        raw: bytes::Bytes::new(),
    })
}

fn status_of(gateway: &str, fields: &Fields, id: &str, status: &str) -> Inbound {
    let state = match status {
        "accepted" | "scheduled" | "queued" | "sending" => Some(DeliveryState::Accepted),
        "sent" => Some(DeliveryState::Sent),
        "delivered" => Some(DeliveryState::Delivered),
        "read" => Some(DeliveryState::Read),
        "undelivered" | "failed" | "canceled" => Some(DeliveryState::Failed),
        _ => None,
    };
    let code = fields.some("ErrorCode").and_then(|code| code.parse().ok());
    let error = code.map(|code| ReceiptError { code, title: fields.get("ErrorMessage").unwrap_or(status).to_owned() });
    let at = fields.some("RawDlrDoneDate").and_then(moment);
    let receipt = Receipt {
        message: id.to_owned(),
        also: Vec::new(),
        state,
        opaque: fields.some(OURS).map(str::to_owned),
        // One name for the whole, however many parts there are.
        parts: 1,
        at,
        error,
        pricing: None,
    };
    Inbound {
        account: account_name(gateway, &number(fields.get("From").unwrap_or_default())),
        provider_id: format!("{id}:{status}"),
        occurred_at: at,
        kind: InboundKind::Receipt(receipt),
        raw: bytes::Bytes::new(),
    }
}

/// `YYMMDDhhmm`, of the network's own report.
fn moment(text: &str) -> Option<Timestamp> {
    NaiveDateTime::parse_from_str(&format!("20{text}"), "%Y%m%d%H%M").map(|at| at.and_utc()).ok()
}
