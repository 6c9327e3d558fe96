//! Those who do work for conversations: readers of documents, takers of payments, the tenants' own servers.
//!
//! `POST /provider/{name}` takes a signed order, strictly by Standard Webhooks. What is answered is set by `POST /control/provider`; an order
//! that comes again under its id gets the answer it had, as the contract asks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{Answer, read};
use super::state::State;
use crate::crypto::verify_sha256;

/// How far a timestamp may be from now (Standard Webhooks leaves it to the receiver; its libraries take five minutes).
const TOLERANCE_S: i64 = 300;
/// Orders remembered.
const ORDERS_MAX: usize = 10_000;

/// What the providers know.
#[derive(Debug, Default)]
pub(super) struct Providers {
    answers: HashMap<String, Vec<Scripted>>,
    /// The final answers by order.
    given: HashMap<String, Value>,
    orders: Vec<Taken>,
}

/// One answer as it is set. The last one of a list is repeated.
#[derive(Debug, Clone, Deserialize)]
struct Scripted {
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    body: Value,
    /// Seconds, for 202 and failures.
    retry_after: Option<u64>,
    /// How long before the answer.
    #[serde(default)]
    delay_ms: u64,
}

fn ok() -> u16 {
    200
}

/// An order that was taken.
#[derive(Debug, Clone, Serialize)]
struct Taken {
    provider: String,
    id: String,
    status: u16,
    order: Value,
}

#[derive(Debug, Deserialize)]
struct Script {
    name: String,
    answers: Vec<Scripted>,
}

pub(super) fn router() -> Router<Arc<State>> {
    Router::new().route("/provider/{name}", post(order)).route("/control/provider", post(script).get(taken))
}

async fn script(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let example =
        r#"{"name":"shop","answers":[{"status":202,"retry_after":1},{"body":{"outcome":"found","value":{"left":3}}}]}"#;
    let Script { name, answers } = read(&body, example)?;
    let count = answers.len();
    state.inner.lock().providers.answers.insert(name, answers);
    Ok(axum::Json(json!({ "answers": count })))
}

#[derive(Deserialize)]
struct Of {
    name: Option<String>,
}

async fn taken(Shared(state): Shared<Arc<State>>, Query(Of { name }): Query<Of>) -> axum::Json<Value> {
    let inner = state.inner.lock();
    let orders = inner.providers.orders.iter().filter(|order| name.as_ref().is_none_or(|name| *name == order.provider));
    axum::Json(json!(orders.collect::<Vec<_>>()))
}

async fn order(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let id = match verify(&state, &headers, &body) {
        Ok(id) => id,
        Err(why) => return (StatusCode::UNAUTHORIZED, axum::Json(json!({ "error": why }))).into_response(),
    };
    let Ok(order) = serde_json::from_slice::<Value>(&body) else {
        return (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": "the order is no JSON" }))).into_response();
    };
    let scripted = answer(&state, &name, &id, &order);
    if scripted.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(scripted.delay_ms)).await;
    }
    let status = StatusCode::from_u16(scripted.status).unwrap_or(StatusCode::OK);
    let mut response = (status, axum::Json(scripted.body)).into_response();
    if let Some(seconds) = scripted.retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}

/// The answer to an order: the one it had, else the next that was set, else one by its kind.
fn answer(state: &State, name: &str, id: &str, order: &Value) -> Scripted {
    let mut inner = state.inner.lock();
    let providers = &mut inner.providers;
    let final_answer = |body: Value| Scripted { status: 200, body, retry_after: None, delay_ms: 0 };
    let scripted = match (providers.given.get(id), providers.answers.get_mut(name)) {
        (Some(given), _) => final_answer(given.clone()),
        (None, Some(answers)) if answers.len() > 1 => answers.remove(0),
        (None, Some(answers)) if !answers.is_empty() => answers[0].clone(),
        _ => final_answer(match order["type"].as_str() {
            Some("ganira.pay") => json!({ "outcome": "paid", "value": { "reference": format!("sandbox-{id}") } }),
            Some("ganira.read") => json!({ "outcome": "unclear" }),
            _ => json!({ "outcome": "failed" }),
        }),
    };
    if scripted.status == 200 {
        providers.given.insert(id.to_owned(), scripted.body.clone());
    }
    if providers.orders.len() < ORDERS_MAX {
        let taken =
            Taken { provider: name.to_owned(), id: id.to_owned(), status: scripted.status, order: order.clone() };
        providers.orders.push(taken);
    }
    scripted
}

/// The id of a signed order.
fn verify(state: &State, headers: &HeaderMap, body: &[u8]) -> Result<String, &'static str> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let id = header("webhook-id").filter(|id| !id.is_empty()).ok_or("webhook-id is missing")?;
    let written = header("webhook-timestamp").ok_or("webhook-timestamp is missing")?;
    let timestamp: i64 = written.parse().map_err(|_| "webhook-timestamp is no number")?;
    if (state.now().timestamp() - timestamp).abs() > TOLERANCE_S {
        return Err("webhook-timestamp is not of now");
    }
    let secret = &state.options.provider_secret;
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).map_err(|_| "the sandbox has no key")?;
    let signed = [format!("{id}.{written}.").as_bytes(), body].concat();
    let signatures = header("webhook-signature").ok_or("webhook-signature is missing")?;
    let fits = |signature: &str| {
        let given = signature.strip_prefix("v1,").and_then(|given| STANDARD.decode(given).ok());
        given.is_some_and(|given| verify_sha256(&key, &signed, &given))
    };
    if signatures.split(' ').any(fits) { Ok(id.to_owned()) } else { Err("webhook-signature does not fit") }
}
