//! What can be said of an answer before its company's words are looked at.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};

use crate::channels::transport::TransportError;
use crate::channels::{Scope, SendOutcome};

/// A longer wait than this is not believed: the account's breaker and the person's patience end earlier.
const RETRY_AFTER_MOST: Duration = Duration::from_hours(1);

/// The answer, or what its want means. A lost answer is [`SendOutcome::Unknown`]: the message may be on its way.
pub(super) fn arrived(answer: &Result<Response<Bytes>, TransportError>) -> Result<&Response<Bytes>, SendOutcome> {
    match answer {
        Ok(response) => Ok(response),
        Err(TransportError::SurelyNotSent { .. } | TransportError::Barred(_)) => {
            Err(SendOutcome::Retry { code: None, retry_after: None })
        }
        Err(TransportError::Unknown { .. }) => Err(SendOutcome::Unknown),
    }
}

/// By its status alone: an answer without the company's words, as something in between gives it.
pub(super) fn by_status(response: &Response<Bytes>) -> SendOutcome {
    let retry_after = retry_after(response.headers());
    match response.status() {
        StatusCode::TOO_MANY_REQUESTS => SendOutcome::Throttled { scope: Scope::Account, retry_after, code: None },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => SendOutcome::AccountStopped {
            code: i64::from(response.status().as_u16()),
            reason: "the credentials are refused".to_owned(),
        },
        StatusCode::SERVICE_UNAVAILABLE => SendOutcome::Retry { code: None, retry_after },
        // It may have been handed on before the error, or taken and answered with something we cannot read.
        status if status.is_server_error() || status.is_success() => SendOutcome::Unknown,
        _ => SendOutcome::Retry { code: None, retry_after },
    }
}

/// `Retry-After` in seconds.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MOST))
}
