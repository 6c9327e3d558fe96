//! Twilio: forms, Basic login, error codes of its dictionary, and a signature over each webhook's address and parameters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::send::Request;
use super::{Answer, Asked, Fate, Hook, Report, Said, SmsGateway, Wrong, segments};
use crate::crypto::hmac_sha1;

const TEXT_CHARS_MAX: usize = 1600;

pub(super) fn read(gateway: &SmsGateway, request: &Request<'_>) -> Result<Asked, Wrong> {
    if request.path != format!("2010-04-01/Accounts/{}/Messages.json", gateway.customer) || !request.is_form() {
        return Err(Wrong::Path);
    }
    let login = STANDARD.encode(format!("{}:{}", gateway.customer, gateway.credential));
    if request.header("authorization") != Some(&format!("Basic {login}")) {
        return Err(Wrong::Credentials);
    }
    let field = |name| request.field(name).ok_or(Wrong::Missing(name));
    let text = field("Body")?;
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(Wrong::TooLong);
    }
    let to = field("To")?;
    Ok(Asked {
        from: field("From")?,
        to: to.strip_prefix('+').ok_or(Wrong::Receiver)?.to_owned(),
        text,
        opaque: None,
        reports_to: request.field("StatusCallback"),
    })
}

pub(super) fn taken(gateway: &SmsGateway, asked: &Asked, ids: &[String]) -> Answer {
    let body = json!({
        "sid": ids.first(), "account_sid": gateway.customer, "from": asked.from, "to": format!("+{}", asked.to),
        "body": asked.text, "status": "queued", "num_segments": segments::count(&asked.text).0.to_string(),
        "direction": "outbound-api", "error_code": null, "error_message": null,
    });
    Answer { status: 201, body }
}

pub(super) fn refused(wrong: Wrong) -> Answer {
    let (status, code, message) = match wrong {
        Wrong::Path => (404, 20_404, "The requested resource was not found"),
        Wrong::Credentials => (401, 20_003, "Authenticate"),
        Wrong::Missing("Body" | "text") => (400, 21_602, "Message body is required."),
        Wrong::Missing(_) => (400, 21_604, "A 'To' phone number is required."),
        Wrong::Sender => (400, 21_660, "Mismatch between the 'From' number and the account"),
        Wrong::Receiver => (400, 21_211, "The 'To' number is not a valid phone number."),
        Wrong::TooLong => (400, 21_617, "The concatenated message body exceeds the 1600 character limit"),
        Wrong::Unwanted => (400, 21_610, "Attempt to send to unsubscribed recipient"),
        Wrong::TooFast => (429, 20_429, "Too Many Requests"),
        Wrong::Ordered(code) => (400, code, "ordered by /control/faults"),
    };
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    Answer { status, body: json!({ "code": code, "message": message, "more_info": more, "status": status }) }
}

pub(super) fn report(gateway: &SmsGateway, report: &Report<'_>) -> Hook {
    let target = report.asked.reports_to.as_deref().and_then(|url| gateway.path_of(url));
    let to = format!("+{}", report.asked.to);
    let status = match report.fate {
        Fate::Sent => "sent",
        Fate::Delivered => "delivered",
        Fate::Failed(_) => "undelivered",
    };
    let code = if let Fate::Failed(code) = report.fate { code.to_string() } else { String::new() };
    let mut fields = vec![
        ("MessageSid", report.id),
        ("SmsSid", report.id),
        ("MessageStatus", status),
        ("SmsStatus", status),
        ("To", to.as_str()),
        ("From", &report.asked.from),
        ("AccountSid", &gateway.customer),
        ("ApiVersion", "2010-04-01"),
    ];
    if !code.is_empty() {
        fields.push(("ErrorCode", &code));
    }
    signed(gateway, target.unwrap_or_else(|| gateway.status()), &fields)
}

pub(super) fn message(gateway: &SmsGateway, said: &Said) -> Hook {
    let from = format!("+{}", said.from);
    let parts = segments::count(&said.text).0.to_string();
    let fields = [
        ("ToCountry", "US"),
        ("MessageSid", said.id.as_str()),
        ("SmsMessageSid", &said.id),
        ("SmsSid", &said.id),
        ("SmsStatus", "received"),
        ("NumMedia", "0"),
        ("NumSegments", &parts),
        ("AccountSid", &gateway.customer),
        ("From", &from),
        ("To", &said.to),
        ("Body", &said.text),
        ("ApiVersion", "2010-04-01"),
    ];
    signed(gateway, gateway.inbound(), &fields)
}

/// The address and, sorted, every parameter's name and value.
fn signed(gateway: &SmsGateway, target: String, fields: &[(&str, &str)]) -> Hook {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let public = gateway.public.as_deref().unwrap_or_default().trim_end_matches('/');
    let mut text = format!("{public}{target}");
    for (name, value) in sorted {
        text.push_str(name);
        text.push_str(value);
    }
    let mut hook = Hook::form(target, fields);
    if let Some(secret) = &gateway.signing {
        hook.headers.push(("x-twilio-signature", STANDARD.encode(hmac_sha1(secret.as_bytes(), text.as_bytes()))));
    }
    hook
}
