//! Errors towards clients: `application/problem+json` (RFC 9457) with a stable `code`. The cause of a 5xx stays in the log.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::actors::admission::Refusal;

/// One problem, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    /// A stable word for programs.
    pub code: &'static str,
    /// What to do, for people.
    pub detail: String,
    pub retry_after: Option<Duration>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retry_after: None }
    }

    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooFast { retry_after } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_fast",
                "Too many updates a second: send the same again later.",
            )
            .retry_after(retry_after),
            Refusal::Busy { retry_after } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "The engine cannot take this now: send the same again later.",
            )
            .retry_after(retry_after),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        let mut response =
            (self.status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
        if let Some(wait) = self.retry_after {
            // Whole seconds, never zero: a client that comes back at once would be refused again.
            let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
            response.headers_mut().insert(HeaderName::from_static("retry-after"), HeaderValue::from(seconds));
        }
        response
    }
}

/// Any path we do not have.
pub async fn no_such_page(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no_such_page", format!("There is nothing at {}.", uri.path()))
}
