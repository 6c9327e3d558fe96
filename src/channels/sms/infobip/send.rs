//! Sending one message, and what the answer means. Source: "Send SMS message" (`/sms/2/text/advanced`).

use bytes::Bytes;
use http::{Request, Response, header};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::json;

use super::Infobip;
use super::policy::POLICY;
use crate::channels::SendOutcome;
use crate::channels::sms::answer::{arrived, by_status, retry_after};
use crate::channels::sms::{Parcel, rule};
use crate::channels::transport::TransportError;

/// The status group of what will never leave.
const REJECTED: i64 = 5;

impl Infobip {
    /// The credential is an API key. Receipts carry `callbackData` back.
    pub(in crate::channels::sms) fn render(&self, parcel: &Parcel<'_>) -> Result<Request<Bytes>, http::Error> {
        let mut message = json!({
            "from": parcel.from.trim_start_matches('+'),
            "destinations": [{ "to": parcel.to.digits() }],
            "text": parcel.text,
            "callbackData": parcel.opaque,
        });
        if let Some(reports) = &self.reports {
            message["notifyUrl"] = json!(reports);
            message["notifyContentType"] = json!("application/json");
        }
        let body = json!({ "messages": [message] });
        Request::post(format!("{}/sms/2/text/advanced", self.api))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("App {}", parcel.credential.expose_secret()))
            .body(Bytes::from(body.to_string()))
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    messages: Vec<Taken>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Taken {
    message_id: Option<String>,
    status: Status,
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

pub fn outcome(answer: &Result<Response<Bytes>, TransportError>) -> SendOutcome {
    let response = match arrived(answer) {
        Ok(response) => response,
        Err(outcome) => return outcome,
    };
    if !response.status().is_success() {
        return refused(response);
    }
    let first =
        serde_json::from_slice::<Answer>(response.body()).ok().and_then(|answer| answer.messages.into_iter().next());
    match first {
        Some(Taken { status, .. }) if status.group_id == REJECTED => {
            rule::outcome(POLICY, status.id, &status.name, retry_after(response.headers()))
        }
        Some(Taken { message_id: Some(id), .. }) => SendOutcome::Accepted { messages: vec![id] },
        _ => SendOutcome::Unknown,
    }
}

/// `{"requestError":{"serviceException":{"messageId":"UNAUTHORIZED","text":"Invalid login details"}}}`
fn refused(response: &Response<Bytes>) -> SendOutcome {
    let body: Option<serde_json::Value> = serde_json::from_slice(response.body()).ok();
    let exception = body.as_ref().and_then(|body| body.pointer("/requestError/serviceException"));
    let word = |name: &str| exception.and_then(|exception| exception.get(name)?.as_str()).unwrap_or_default();
    if response.status() == http::StatusCode::BAD_REQUEST && exception.is_some() {
        let detail = format!("{}: {}", word("messageId"), word("text"));
        return SendOutcome::Refused { code: 400, reason: crate::channels::Refused::BadRequest, detail };
    }
    by_status(response)
}
