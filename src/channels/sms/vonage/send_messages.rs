//! Sending by the Messages interface, which names the whole. Source: "Messages": "Send a message".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::json;

use super::Vonage;
use crate::channels::sms::Parcel;
use crate::channels::sms::answer::{arrived, by_status};
use crate::channels::transport::TransportError;
use crate::channels::{Refused, SendOutcome};

impl Vonage {
    pub(super) fn render_messages(&self, parcel: &Parcel<'_>) -> Result<Request<Bytes>, http::Error> {
        let mut body = json!({
            "channel": "sms",
            "message_type": "text",
            "from": parcel.from.trim_start_matches('+'),
            "to": parcel.to.digits(),
            "text": parcel.text,
            "client_ref": parcel.opaque,
        });
        if let Some(reports) = &self.reports {
            body["webhook_url"] = json!(reports);
        }
        let login = format!("{}:{}", parcel.customer, parcel.credential.expose_secret());
        Request::post(format!("{}/v1/messages", self.api))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(login)))
            .body(Bytes::from(body.to_string()))
    }
}

#[derive(Deserialize)]
struct Taken {
    message_uuid: String,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
}

pub(super) fn outcome(answer: &Result<Response<Bytes>, TransportError>) -> SendOutcome {
    let response = match arrived(answer) {
        Ok(response) => response,
        Err(outcome) => return outcome,
    };
    if response.status().is_success() {
        return match serde_json::from_slice::<Taken>(response.body()) {
            Ok(taken) => SendOutcome::Accepted { messages: vec![taken.message_uuid] },
            Err(_) => SendOutcome::Unknown,
        };
    }
    let refusal = serde_json::from_slice::<Refusal>(response.body()).ok();
    let code = i64::from(response.status().as_u16());
    let detail = refusal.map(|refusal| format!("{}: {}", refusal.title, refusal.detail));
    match (response.status(), detail) {
        (StatusCode::PAYMENT_REQUIRED, detail) => {
            SendOutcome::AccountStopped { code, reason: detail.unwrap_or_else(|| "no credit".to_owned()) }
        }
        (StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST, Some(detail)) => {
            SendOutcome::Refused { code, reason: Refused::BadRequest, detail }
        }
        _ => by_status(response),
    }
}
