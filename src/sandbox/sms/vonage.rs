//! Vonage's SMS interface: a status for every part, a report for every part, parts of long messages one by one, all signed by HMAC-SHA256.

use serde_json::json;

use super::send::Request;
use super::{Answer, Asked, Fate, Hook, Report, Said, SmsGateway, Wrong, segments};
use crate::crypto::sign_sha256;

const CLIENT_REF_CHARS_MAX: usize = 100;

pub(super) fn read(gateway: &SmsGateway, request: &Request<'_>) -> Result<Asked, Wrong> {
    if request.path != "sms/json" || !request.is_form() {
        return Err(Wrong::Path);
    }
    let field = |name| request.field(name).ok_or(Wrong::Missing(name));
    if field("api_key")? != gateway.customer || field("api_secret")? != gateway.credential {
        return Err(Wrong::Credentials);
    }
    let mut text = field("text")?;
    if request.field("type").as_deref() != Some("unicode") && !segments::is_gsm(&text) {
        // Without its type a text loses the letters that phones lack.
        text = text.chars().map(|letter| if segments::is_gsm(&letter.to_string()) { letter } else { '?' }).collect();
    }
    let client_ref = request.field("client-ref");
    if client_ref.as_ref().is_some_and(|text| text.chars().count() > CLIENT_REF_CHARS_MAX) {
        return Err(Wrong::TooLong);
    }
    Ok(Asked {
        from: field("from")?,
        to: field("to")?,
        text,
        opaque: client_ref,
        reports_to: request.field("callback"),
    })
}

pub(super) fn taken(asked: &Asked, ids: &[String]) -> Answer {
    let part = |id: &String| {
        json!({
            "to": asked.to, "message-id": id, "status": "0", "remaining-balance": "15.53590000",
            "message-price": "0.03330000", "network": "63510", "client-ref": asked.opaque,
        })
    };
    let messages: Vec<_> = ids.iter().map(part).collect();
    Answer { status: 200, body: json!({ "message-count": ids.len().to_string(), "messages": messages }) }
}

pub(super) fn refused(wrong: Wrong) -> Answer {
    let (status, text) = match wrong {
        Wrong::Path => return Answer { status: 404, body: json!("not found") },
        Wrong::Credentials => ("4", "Bad Credentials".to_owned()),
        Wrong::Missing(name) => ("2", format!("Missing {name} param")),
        Wrong::Sender => ("15", "Illegal Sender Address - rejected".to_owned()),
        Wrong::Receiver => ("3", "Invalid value for param: to".to_owned()),
        Wrong::TooLong => ("12", "Message too long".to_owned()),
        Wrong::Unwanted => ("7", "Number barred".to_owned()),
        Wrong::TooFast => ("1", "Throughput Rate Exceeded - please wait [1000] and retry".to_owned()),
        Wrong::Ordered(code) => {
            let message = json!({ "status": code.to_string(), "error-text": "ordered by /control/faults" });
            return Answer { status: 200, body: json!({ "message-count": "1", "messages": [message] }) };
        }
    };
    let message = json!({ "status": status, "error-text": text });
    Answer { status: 200, body: json!({ "message-count": "1", "messages": [message] }) }
}

pub(super) fn report(gateway: &SmsGateway, report: &Report<'_>) -> Hook {
    let (status, code) = match report.fate {
        Fate::Sent => ("accepted", "0".to_owned()),
        Fate::Delivered => ("delivered", "0".to_owned()),
        Fate::Failed(code) => ("failed", code.to_string()),
    };
    let target = report.asked.reports_to.as_deref().and_then(|url| gateway.path_of(url));
    let at = report.at.format("%Y-%m-%d %H:%M:%S").to_string();
    let scts = report.at.format("%y%m%d%H%M").to_string();
    let mut fields = vec![
        ("msisdn", report.asked.to.clone()),
        ("to", report.asked.from.clone()),
        ("network-code", "63510".to_owned()),
        ("messageId", report.id.to_owned()),
        ("price", "0.03330000".to_owned()),
        ("status", status.to_owned()),
        ("scts", scts),
        ("err-code", code),
        ("api-key", gateway.customer.clone()),
        ("message-timestamp", at),
    ];
    fields.extend(report.asked.opaque.clone().map(|opaque| ("client-ref", opaque)));
    posted(gateway, target.unwrap_or_else(|| gateway.status()), fields, report.at.timestamp())
}

/// A long message comes in parts, each a request of its own.
pub(super) fn message(gateway: &SmsGateway, said: &Said) -> Vec<Hook> {
    let parts = segments::split(&said.text);
    let at = said.at.format("%Y-%m-%d %H:%M:%S").to_string();
    let reference = u16::from_str_radix(said.id.get(..2).unwrap_or("7"), 16).unwrap_or(7).to_string();
    let one = |(index, text): (usize, &String)| {
        let id = if parts.len() > 1 { format!("{}{index:02}", said.id) } else { said.id.clone() };
        let mut fields = vec![
            ("api-key", gateway.customer.clone()),
            ("msisdn", said.from.clone()),
            ("to", said.to.trim_start_matches('+').to_owned()),
            ("messageId", id),
            ("text", text.clone()),
            ("type", if segments::is_gsm(&said.text) { "text" } else { "unicode" }.to_owned()),
            ("keyword", text.split_whitespace().next().unwrap_or_default().to_uppercase()),
            ("message-timestamp", at.clone()),
        ];
        if parts.len() > 1 {
            fields.push(("concat", "true".to_owned()));
            fields.push(("concat-ref", reference.clone()));
            fields.push(("concat-total", parts.len().to_string()));
            fields.push(("concat-part", (index + 1).to_string()));
        }
        asked(gateway, &gateway.inbound(), fields, said.at.timestamp())
    };
    // The last part first: nothing says that they come in order.
    parts.iter().enumerate().rev().map(one).collect()
}

fn posted(gateway: &SmsGateway, target: String, fields: Vec<(&str, String)>, now: i64) -> Hook {
    let fields = signed(gateway, fields, now);
    let fields: serde_json::Map<String, serde_json::Value> =
        fields.into_iter().map(|(name, value)| (name, value.into())).collect();
    Hook::json(target, &fields.into())
}

fn asked(gateway: &SmsGateway, path: &str, fields: Vec<(&str, String)>, now: i64) -> Hook {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(signed(gateway, fields, now));
    Hook { target: format!("{path}?{}", query.finish()), headers: Vec::new(), body: bytes::Bytes::new() }
}

/// With time, nonce and signature, if the gateway signs.
fn signed(gateway: &SmsGateway, fields: Vec<(&str, String)>, now: i64) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let Some(secret) = &gateway.signing else { return fields };
    fields.push(("timestamp".to_owned(), now.to_string()));
    fields.push(("nonce".to_owned(), crate::crypto::random::hex_token::<8>()));
    fields.sort();
    let mut text = String::new();
    for (name, value) in &fields {
        text.extend(["&", name, "=", &value.replace(['&', '='], "_")]);
    }
    fields.push(("sig".to_owned(), hex::encode(sign_sha256(secret.as_bytes(), text.as_bytes()))));
    fields
}
