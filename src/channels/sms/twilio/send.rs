//! Sending one message, and what the answer means. Source: "Message resource".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response, header};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::policy::POLICY;
use super::{OURS, Twilio};
use crate::channels::SendOutcome;
use crate::channels::sms::answer::{arrived, by_status, retry_after};
use crate::channels::sms::{Parcel, rule};
use crate::channels::transport::TransportError;

impl Twilio {
    /// The credential is the auth token, or an API key as `SK…:secret`. A sender that begins with `MG` is a messaging service.
    pub(in crate::channels::sms) fn render(&self, parcel: &Parcel<'_>) -> Result<Request<Bytes>, http::Error> {
        let ours = Serializer::new(String::new()).append_pair(OURS, parcel.opaque).finish();
        let statuses = format!("{}?{ours}", self.statuses);
        let from = if parcel.from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        let form = Serializer::new(String::new())
            .append_pair("To", parcel.to.as_str())
            .append_pair(from, parcel.from)
            .append_pair("Body", parcel.text)
            .append_pair("StatusCallback", &statuses)
            .finish();
        let secret = parcel.credential.expose_secret();
        let login = if secret.contains(':') { secret.to_owned() } else { format!("{}:{secret}", parcel.customer) };
        Request::post(format!("{}/2010-04-01/Accounts/{}/Messages.json", self.api, parcel.customer))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(login)))
            .body(Bytes::from(form))
    }
}

#[derive(Deserialize)]
struct Taken {
    sid: String,
}

#[derive(Deserialize)]
struct Refusal {
    code: i64,
    #[serde(default)]
    message: String,
}

pub fn outcome(answer: &Result<Response<Bytes>, TransportError>) -> SendOutcome {
    let response = match arrived(answer) {
        Ok(response) => response,
        Err(outcome) => return outcome,
    };
    if response.status().is_success() {
        return match serde_json::from_slice::<Taken>(response.body()) {
            Ok(Taken { sid }) => SendOutcome::Accepted { messages: vec![sid] },
            Err(_) => SendOutcome::Unknown,
        };
    }
    match serde_json::from_slice::<Refusal>(response.body()) {
        Ok(refusal) => rule::outcome(POLICY, refusal.code, &refusal.message, retry_after(response.headers())),
        Err(_) => by_status(response),
    }
}
