//! The control side: plays the people, orders misbehaviour, shows what arrived. It is no company's interface, so it explains itself.

mod faults;
mod inbox;
mod owner;
mod person;
mod say;
mod tap;

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::state::State;

/// Media comes as base64 in JSON.
const BODY_BYTES_MAX: usize = 160 * 1024 * 1024;

pub(super) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/control/whatsapp/say", post(say::say))
        .route("/control/whatsapp/location", post(say::location))
        .route("/control/whatsapp/media", post(say::media))
        .route("/control/whatsapp/message", post(say::message))
        .route("/control/whatsapp/tap", post(tap::tap))
        .route("/control/whatsapp/echo", post(owner::echo))
        .route("/control/whatsapp/raw", post(owner::raw))
        .route("/control/whatsapp/handshake", post(owner::handshake))
        .route("/control/whatsapp/templates", post(owner::template))
        .route("/control/whatsapp/statuses", post(owner::statuses))
        .route("/control/whatsapp/webhooks", get(owner::webhooks))
        .route("/control/whatsapp/people", post(inbox::introduce))
        .route("/control/whatsapp/inbox", get(inbox::inbox))
        .route("/control/requests", get(inbox::requests))
        .route("/control/faults", get(faults::list).post(faults::order).delete(faults::clear))
        .route("/control", any(unknown))
        .route("/control/{*path}", any(unknown))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// What there is, for whoever mistyped.
const CALLS: &str = "POST /control/whatsapp/{say,tap,location,media,message,echo,raw,handshake,templates,statuses,people}, \
    GET /control/whatsapp/{inbox?of=+250…,webhooks}, POST /control/ussd/{dial,input,cancel,again,gateways}, \
    GET /control/ussd/{hops?of=+250…,gateways}, POST /control/sms/say, GET /control/sms/{inbox?of=+250…,webhooks}, \
    GET /control/requests, GET|POST|DELETE /control/faults, \
    GET|POST /control/provider";

async fn unknown() -> Trouble {
    Trouble::absent(format!("no such call; there are {CALLS}"))
}

/// What is wrong with a call to the control side, in words.
#[derive(Debug)]
pub(super) struct Trouble {
    status: StatusCode,
    error: String,
}

impl Trouble {
    pub(super) fn bad(error: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: error.into() }
    }

    pub(super) fn absent(error: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, error: error.into() }
    }
}

impl From<String> for Trouble {
    fn from(error: String) -> Self {
        Self::bad(error)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.error }))).into_response()
    }
}

pub(super) type Answer = Result<Json<Value>, Trouble>;

/// Reads a call's body; `example` is shown when it does not fit.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes, example: &str) -> Result<T, Trouble> {
    serde_json::from_slice(body).map_err(|error| Trouble::bad(format!("{error}; expected JSON such as {example}")))
}
