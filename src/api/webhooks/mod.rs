//! Where companies bring us what people say.

pub mod caller;
pub mod sms;
pub mod ussd;
pub mod whatsapp;

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::HeaderMap;

use super::Api;
use super::problem::Problem;
use crate::actors::ingress::Taken;

/// Reads a body whole, within its cap and within what all bodies together may hold.
async fn read(api: &Api, headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let bytes = announced.unwrap_or(max);
    let too_large =
        || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("A body may have {max} bytes at most."));
    if bytes > max {
        return Err(too_large());
    }
    let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX);
    let _held = api.bodies_kib.try_acquire_many(kib).map_err(|_| busy())?;
    axum::body::to_bytes(body, max).await.map_err(|_| too_large())
}

fn busy() -> Problem {
    let detail = "Too many bodies are being read: send the same again later.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(std::time::Duration::from_secs(1))
}

/// All answers to an unsigned request are alike, so that a stranger learns nothing.
fn not_believed() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "not_signed", "No app of ours signed this body.")
}

/// The answer to a request whose updates were taken, or not.
fn answer(taken: Taken) -> Response {
    match taken {
        Taken::Safe => StatusCode::OK.into_response(),
        Taken::Forbidden => not_believed().into_response(),
        Taken::Refused(refusal) => Problem::from(refusal).into_response(),
        Taken::NotSafe => not_safe().into_response(),
    }
}

fn not_safe() -> Problem {
    let detail = "Not everything in this body could be made safe: send the same again later.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_safe", detail).retry_after(std::time::Duration::from_secs(1))
}
