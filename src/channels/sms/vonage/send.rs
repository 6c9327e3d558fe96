//! Sending by the SMS interface, which answers for each part. Source: "SMS": "Send an SMS", "Troubleshooting SMS".

use bytes::Bytes;
use http::{Request, Response, header};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::Vonage;
use super::policy::ANSWERS;
use super::read::PARTS;
use crate::channels::SendOutcome;
use crate::channels::sms::answer::{arrived, by_status, retry_after};
use crate::channels::sms::{Parcel, rule};
use crate::channels::transport::TransportError;
use crate::flows::layout::gsm::{self, Encoding};

const TAKEN: &str = "0";

impl Vonage {
    /// The customer is the `api_key`, the credential the secret. `client-ref` comes back with every part's receipt, and says how many there are.
    pub(super) fn render_sms(&self, parcel: &Parcel<'_>) -> Result<Request<Bytes>, http::Error> {
        let ours = format!("{}{PARTS}{}", parcel.opaque, gsm::segments(parcel.text));
        let mut form = Serializer::new(String::new());
        form.append_pair("api_key", parcel.customer)
            .append_pair("api_secret", parcel.credential.expose_secret())
            .append_pair("from", parcel.from.trim_start_matches('+'))
            .append_pair("to", parcel.to.digits())
            .append_pair("text", parcel.text)
            .append_pair("client-ref", &ours);
        if gsm::encoding_of(parcel.text) == Encoding::Ucs2 {
            form.append_pair("type", "unicode");
        }
        if let Some(reports) = &self.reports {
            form.append_pair("callback", reports);
        }
        Request::post(format!("{}/sms/json", self.api))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(form.finish()))
    }
}

#[derive(Deserialize)]
struct Answer {
    messages: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    status: String,
    #[serde(rename = "message-id", default)]
    message_id: String,
    #[serde(rename = "error-text", default)]
    error_text: String,
}

pub(super) fn outcome(answer: &Result<Response<Bytes>, TransportError>) -> SendOutcome {
    let response = match arrived(answer) {
        Ok(response) => response,
        Err(outcome) => return outcome,
    };
    let Ok(Answer { messages }) = serde_json::from_slice::<Answer>(response.body()) else { return by_status(response) };
    let names: Vec<String> = messages
        .iter()
        .filter(|part| part.status == TAKEN && !part.message_id.is_empty())
        .map(|part| part.message_id.clone())
        .collect();
    let refused = messages.iter().find(|part| part.status != TAKEN);
    match refused {
        None if names.is_empty() => SendOutcome::Unknown,
        None => SendOutcome::Accepted { messages: names },
        // Some parts left: sent again, the person would see them twice, so the message counts as taken, and will be seen to be incomplete.
        Some(_) if !names.is_empty() => SendOutcome::Accepted { messages: names },
        Some(part) => {
            let code = part.status.parse().unwrap_or_default();
            rule::outcome(ANSWERS, code, &part.error_text, retry_after(response.headers()))
        }
    }
}
