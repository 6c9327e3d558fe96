//! Versions of what is edited: `ETag` when it is read, `If-Match` when it is changed.

use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};

use crate::api::Api;
use crate::api::problem::Problem;

/// The version that the caller read.
#[derive(Debug, Clone, Copy)]
pub(super) struct IfMatch(pub i32);

/// The header that names a version.
pub(super) fn etag(version: i32) -> [(HeaderName, String); 1] {
    [(ETAG, format!("\"{version}\""))]
}

impl FromRequestParts<Api> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let header = parts.headers.get(IF_MATCH).and_then(|value| value.to_str().ok()).ok_or_else(|| {
            let detail = "Send the ETag under which you read it in the header If-Match.";
            Problem::new(StatusCode::PRECONDITION_REQUIRED, "if_match_missing", detail)
        })?;
        let version = header.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let version = version.and_then(|version| version.parse().ok()).ok_or_else(|| {
            Problem::new(StatusCode::PRECONDITION_FAILED, "changed", "If-Match is no ETag of this: read it again.")
        })?;
        Ok(Self(version))
    }
}
