//! How the Graph API says no.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::crypto::random;

/// A refusal with Graph's error code. Most come as 400, throttles too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: i64,
    pub details: String,
    pub retry_after: Option<u64>,
}

impl Refusal {
    pub fn new(code: i64, details: impl Into<String>) -> Self {
        Self { code, details: details.into(), retry_after: None }
    }

    /// A parameter is wrong in kind or has no place there.
    pub fn parameter(details: impl Into<String>) -> Self {
        Self::new(100, details)
    }

    /// A required parameter is missing.
    pub fn missing(details: impl Into<String>) -> Self {
        Self::new(131_008, details)
    }

    /// A parameter's value is not valid: too long, too many, of another form.
    pub fn value(details: impl Into<String>) -> Self {
        Self::new(131_009, details)
    }

    /// The title Meta gives the code.
    pub fn title(&self) -> &'static str {
        match self.code {
            100 => "Invalid parameter",
            190 => "Access token has expired",
            130_429 => "Rate limit hit",
            131_000 => "Something went wrong",
            131_008 => "Required parameter is missing",
            131_009 => "Parameter value is not valid",
            131_026 => "Message undeliverable",
            131_030 => "Recipient phone number not in allowed list",
            131_047 => "Re-engagement message",
            131_049 => "This message was not delivered to maintain healthy ecosystem engagement",
            131_051 => "Unsupported message type",
            131_056 => "(Business Account, Consumer Account) pair rate limit hit",
            131_062 => "Recipient identified by a business-scoped id is not allowed for this message",
            132_000 => "Template Param Count Mismatch",
            132_001 => "Template does not exist in the translation",
            132_012 => "Template Parameter Format Mismatch",
            132_015 => "Template is Paused",
            132_016 => "Template is Disabled",
            132_018 => "Template parameters are not valid",
            _ => "Error",
        }
    }

    fn status(&self) -> StatusCode {
        match self.code {
            0 | 190 => StatusCode::UNAUTHORIZED,
            3 | 10 | 200..=299 | 131_005 => StatusCode::FORBIDDEN,
            1 | 2 | 131_000 | 131_016 => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": {
            "message": format!("(#{}) {}", self.code, self.title()),
            "type": "OAuthException",
            "code": self.code,
            "error_data": { "messaging_product": "whatsapp", "details": self.details },
            "fbtrace_id": format!("A{}", random::hex_token::<11>()),
        } });
        let mut response = (self.status(), Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
