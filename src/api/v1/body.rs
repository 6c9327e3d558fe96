//! What a request brings: JSON bodies, numbers in paths, queries. Each refusal says what was expected.

use axum::body::to_bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::api::Api;
use crate::api::problem::Problem;

/// The longest body, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// A JSON body, and what names the whole request: SHA-256 over method, path and body.
#[derive(Debug)]
pub(super) struct Sent<T> {
    pub value: T,
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned> FromRequest<Api> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Api) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let too_long = |_| {
            let detail = format!("Send at most {} kB.", BODY_BYTES_MAX / 1024);
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_long", detail)
        };
        let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(too_long)?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            Problem::new(StatusCode::BAD_REQUEST, "bad_json", format!("The body is not as described: {error}."))
        })?;
        let mut digest = Sha256::new();
        for part in [parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), &bytes] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Ok(Self { value, digest: digest.finalize().into() })
    }
}

/// The number in a path. Anything else is nowhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id(pub i64);

impl FromRequestParts<Api> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let nowhere = |_| Problem::new(StatusCode::NOT_FOUND, "not_found", "Ids are whole numbers.");
        Path::<i64>::from_request_parts(parts, api).await.map(|Path(id)| Self(id)).map_err(nowhere)
    }
}

/// What the query asks for.
#[derive(Debug)]
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let bad = |error: QueryRejection| {
            Problem::new(StatusCode::BAD_REQUEST, "bad_query", format!("{}.", error.body_text()))
        };
        Query::from_request_parts(parts, api).await.map(|Query(asked)| Self(asked)).map_err(bad)
    }
}
