//! What the Graph API's answer to a send means.

use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use http::{HeaderMap, Response, StatusCode, header};
use serde::Deserialize;

use super::policy;
use crate::channels::transport::TransportError;
use crate::channels::{Refused, Scope, SendOutcome};

/// A longer wait than this is not believed: the account's breaker and the person's patience end earlier.
const RETRY_AFTER_MOST: Duration = Duration::from_hours(1);

/// Reads an answer, or the want of one. A lost answer is [`SendOutcome::Unknown`]: there is no idempotency key, the message may be on its way.
pub fn outcome(answer: &Result<Response<Bytes>, TransportError>) -> SendOutcome {
    match answer {
        Ok(response) => answered(response),
        Err(TransportError::SurelyNotSent { .. } | TransportError::Barred(_)) => {
            SendOutcome::Retry { code: None, retry_after: None }
        }
        Err(TransportError::Unknown { .. }) => SendOutcome::Unknown,
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    messages: Vec<Accepted>,
    error: Option<GraphError>,
}

#[derive(Deserialize)]
struct Accepted {
    id: String,
}

#[derive(Deserialize)]
struct GraphError {
    code: i64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    is_transient: bool,
    error_data: Option<serde_json::Value>,
}

fn answered(response: &Response<Bytes>) -> SendOutcome {
    let answer = serde_json::from_slice::<Answer>(response.body()).ok();
    let retry_after = retry_after(response.headers());
    match answer {
        Some(Answer { error: Some(error), .. }) => refused(&error, retry_after),
        Some(Answer { messages, .. }) if response.status().is_success() => match messages.into_iter().next() {
            Some(accepted) => SendOutcome::Accepted { messages: vec![accepted.id] },
            None => SendOutcome::Unknown,
        },
        _ => by_status(response.status(), retry_after),
    }
}

fn refused(error: &GraphError, retry_after: Option<Duration>) -> SendOutcome {
    match policy::rule(error.code) {
        Some(rule) => rule.outcome(error.code, &detail(error), retry_after),
        None if error.is_transient => SendOutcome::Retry { code: Some(error.code), retry_after },
        None => SendOutcome::Refused { code: error.code, reason: Refused::BadRequest, detail: detail(error) },
    }
}

fn detail(error: &GraphError) -> String {
    let details = error.error_data.as_ref().and_then(|data| data.get("details")?.as_str());
    match details {
        Some(details) => format!("{}: {details}", error.message),
        None => error.message.clone(),
    }
}

/// An answer without Graph's JSON comes from something in between.
fn by_status(status: StatusCode, retry_after: Option<Duration>) -> SendOutcome {
    match status {
        StatusCode::TOO_MANY_REQUESTS => SendOutcome::Throttled { scope: Scope::Account, retry_after, code: None },
        StatusCode::SERVICE_UNAVAILABLE => SendOutcome::Retry { code: None, retry_after },
        // It may have been handed on before the error, or taken and answered with something we cannot read.
        status if status.is_server_error() || status.is_success() => SendOutcome::Unknown,
        _ => SendOutcome::Retry { code: None, retry_after },
    }
}

/// `Retry-After` in seconds, or as a date measured against the answer's own `Date`.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = text.parse().map(Duration::from_secs).ok().or_else(|| until(text, headers))?;
    Some(wait.min(RETRY_AFTER_MOST))
}

/// How long from the answer's date to the named one.
fn until(named: &str, headers: &HeaderMap) -> Option<Duration> {
    let then = DateTime::parse_from_rfc2822(named).ok()?;
    let now = DateTime::parse_from_rfc2822(headers.get(header::DATE)?.to_str().ok()?).ok()?;
    Some((then - now).to_std().unwrap_or_default())
}
