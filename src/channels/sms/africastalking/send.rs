//! Sending one message, and what the answer means. Source: "Sending SMS".

use bytes::Bytes;
use http::{Request, Response, header};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::AfricasTalking;
use super::policy::{self, POLICY};
use crate::channels::SendOutcome;
use crate::channels::sms::answer::{arrived, by_status, retry_after};
use crate::channels::sms::{Parcel, rule};
use crate::channels::transport::TransportError;

/// Taken: processed, sent, queued.
const TAKEN: std::ops::RangeInclusive<i64> = 100..=102;

impl AfricasTalking {
    pub(in crate::channels::sms) fn render(&self, parcel: &Parcel<'_>) -> Result<Request<Bytes>, http::Error> {
        let form = Serializer::new(String::new())
            .append_pair("username", parcel.customer)
            .append_pair("to", parcel.to.as_str())
            .append_pair("message", parcel.text)
            .append_pair("from", parcel.from)
            .finish();
        Request::post(&self.api)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .header("apiKey", parcel.credential.expose_secret())
            .body(Bytes::from(form))
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "SMSMessageData")]
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "Message", default)]
    message: String,
    #[serde(rename = "Recipients", default)]
    recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    status_code: i64,
    #[serde(default)]
    status: String,
    #[serde(default)]
    message_id: String,
}

pub fn outcome(answer: &Result<Response<Bytes>, TransportError>) -> SendOutcome {
    let response = match arrived(answer) {
        Ok(response) => response,
        Err(outcome) => return outcome,
    };
    let Ok(Answer { data }) = serde_json::from_slice::<Answer>(response.body()) else { return by_status(response) };
    match data.recipients.first() {
        Some(taken) if TAKEN.contains(&taken.status_code) && !taken.message_id.is_empty() => {
            SendOutcome::Accepted { messages: vec![taken.message_id.clone()] }
        }
        // Taken, and nobody will ever know by what name.
        Some(taken) if TAKEN.contains(&taken.status_code) => SendOutcome::Unknown,
        Some(refused) => rule::outcome(POLICY, refused.status_code, &refused.status, retry_after(response.headers())),
        // The whole request is refused, in words.
        None => match policy::code_of(&data.message) {
            Some(code) => rule::outcome(POLICY, code, &data.message, retry_after(response.headers())),
            None => by_status(response),
        },
    }
}
