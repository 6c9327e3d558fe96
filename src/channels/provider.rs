//! The contract with those who do work outside the conversation: providers that read or take payments, and the tenants' own servers.
//!
//! An order is a POST of JSON, signed by Standard Webhooks. Its `webhook-id` is the job's own and stays the same when it is posted again, so
//! that whoever gets it twice does it once. The answer is `200` with `{"outcome": …, "value": {…}}`, or `202` with `Retry-After`: not done
//! yet, the same order is posted again then.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value as Json, json};
use standardwebhooks::Webhook;
use url::Url;

use crate::domain::Timestamp;
use crate::flows::{JobKind, Value};

/// The longest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Nobody is asked again sooner or later than this, whatever they say.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_mins(5));
/// The longest name of an outcome.
const OUTCOME_BYTES_MAX: usize = 40;

/// Where orders of one provider or server go.
#[derive(Debug, Clone)]
pub struct Helper {
    pub url: Url,
    /// `whsec_` and base64.
    pub secret: SecretString,
    pub timeout: Duration,
}

/// One order.
#[derive(Debug)]
pub struct Order<'o> {
    /// Unique among all orders: what is posted twice under one id is done once.
    pub id: &'o str,
    pub kind: JobKind,
    pub name: &'o str,
    pub deadline: Timestamp,
    pub arguments: &'o Json,
}

/// What became of posting an order.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Done {
        outcome: String,
        value: Option<Value>,
    },
    /// Not done yet: the same order again, after that time if they say one.
    Later(Option<Duration>),
    /// A failure of theirs: the same order again after a while.
    Failed {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// They will never do it, or their answer is none.
    Refused(&'static str),
}

/// Why an order cannot be posted.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    #[error("the secret cannot sign: expected whsec_ and base64")]
    Secret,
    #[error("the order is no HTTP request")]
    Request(#[from] http::Error),
}

/// The order as a signed request.
pub fn request(helper: &Helper, order: &Order<'_>, now: Timestamp) -> Result<Request<Bytes>, OrderError> {
    let body = json!({
        "type": format!("ganira.{}", order.kind.as_str()),
        "job": order.id,
        "name": order.name,
        "deadline": order.deadline.to_rfc3339(),
        "arguments": order.arguments,
    })
    .to_string();
    let webhook = Webhook::new(helper.secret.expose_secret()).map_err(|_| OrderError::Secret)?;
    let timestamp = now.timestamp();
    let signature = webhook.sign(order.id, timestamp, body.as_bytes()).map_err(|_| OrderError::Secret)?;
    Ok(Request::post(helper.url.as_str())
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", order.id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(Bytes::from(body))?)
}

/// What an answer means.
pub fn read(response: &Response<Bytes>) -> Answer {
    let status = response.status();
    let retry_after = retry_after(response);
    match status {
        StatusCode::OK => outcome(response.body()),
        StatusCode::ACCEPTED => Answer::Later(retry_after),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Answer::Failed { status: status.as_u16(), retry_after }
        }
        _ if status.is_server_error() => Answer::Failed { status: status.as_u16(), retry_after },
        _ => Answer::Refused("they do not take the order"),
    }
}

fn retry_after(response: &Response<Bytes>) -> Option<Duration> {
    let written = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    Some(Duration::from_secs(written.trim().parse().ok()?).clamp(PAUSE.0, PAUSE.1))
}

fn outcome(body: &Bytes) -> Answer {
    if body.len() > ANSWER_BYTES_MAX {
        return Answer::Refused("their answer is too long");
    }
    let Ok(json) = serde_json::from_slice::<Json>(body) else { return Answer::Refused("their answer is no JSON") };
    match json.get("outcome").and_then(Json::as_str) {
        Some(outcome) if outcome.len() <= OUTCOME_BYTES_MAX => {
            Answer::Done { outcome: outcome.to_owned(), value: json.get("value").and_then(Value::from_json) }
        }
        _ => Answer::Refused("their answer has no outcome"),
    }
}
