//! Errors towards clients: `application/problem+json` (RFC 9457) with a stable `code`. The cause of a 5xx stays in the log.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::actors::admission::Refusal;
use crate::operations::refused::Refused;
use crate::store::app::DatabaseError;

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

/// A problem as it is written (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    /// A stable word for programs.
    code: &'static str,
    /// What to do, for people.
    detail: String,
}

/// How a route of the admin API may refuse.
#[derive(Debug, IntoResponses)]
pub enum Problems {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(ProblemBody),
    /// No key, or none that is good.
    #[response(status = 401, content_type = "application/problem+json")]
    NoKey(ProblemBody),
    /// The key does not have the scope.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody),
    /// There is no such thing.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// It cannot be done as things are.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody),
    /// Somebody else changed it.
    #[response(status = 412, content_type = "application/problem+json")]
    Changed(ProblemBody),
    /// Too much at once.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLong(ProblemBody),
    /// Something in it cannot be.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
    /// Say which version you read.
    #[response(status = 428, content_type = "application/problem+json")]
    IfMatchMissing(ProblemBody),
    /// Come again a little later.
    #[response(status = 503, content_type = "application/problem+json")]
    Busy(ProblemBody),
}

impl Problem {
    /// Something that must not happen did. The cause stays in the log.
    pub fn of_ours(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a request could not be answered");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "This is our fault. It was written down.")
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        tracing::warn!(error = &error as &dyn std::error::Error, "the database did not answer a request");
        let detail = "The database does not answer: send the same again later.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(Duration::from_secs(2))
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let (status, code) = match refused {
            Refused::Database(error) => return error.into(),
            Refused::NoSalon => (StatusCode::CONFLICT, "no_salon"),
            Refused::Absent { .. } => (StatusCode::NOT_FOUND, "not_found"),
            Refused::Changed => (StatusCode::PRECONDITION_FAILED, "changed"),
            Refused::Bad { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        };
        Self::new(status, code, sentence(&refused.to_string()))
    }
}

/// As people write: a capital at the beginning, a full stop at the end.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).chain(['.']).collect())
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
        let body = ProblemBody {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail,
        };
        let mut response =
            (self.status, [(header::CONTENT_TYPE, "application/problem+json")], axum::Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
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
