//! The management side of a business account: templates and subscriptions.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::admitted;
use super::media::reply;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::State;
use crate::sandbox::templates::Status;

fn known(state: &State, waba: &str) -> Result<(), Refusal> {
    let known = state.options.numbers.iter().any(|number| number.waba_id == waba);
    if known { Ok(()) } else { Err(Refusal::parameter(format!("Object with ID '{waba}' does not exist"))) }
}

pub(super) async fn list_templates(
    Shared(state): Shared<Arc<State>>,
    Path((version, waba)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let answer = admitted(&state, &version, &headers).and_then(|()| known(&state, &waba)).map(|()| {
        let inner = state.inner.lock();
        let mut all = inner.templates.of(&waba);
        all.sort_by(|a, b| (&a.name, &a.language).cmp(&(&b.name, &b.language)));
        json!({ "data": all.iter().map(|template| template.show()).collect::<Vec<_>>(), "paging": {} })
    });
    reply(&state, "GET", &format!("/graph/{version}/{waba}/message_templates"), Value::Null, answer)
}

/// A new template waits for its review: `POST /control/whatsapp/templates` decides.
pub(super) async fn create_template(
    Shared(state): Shared<Arc<State>>,
    Path((version, waba)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let json: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let answer = admitted(&state, &version, &headers).and_then(|()| known(&state, &waba)).and_then(|()| {
        let mut inner = state.inner.lock();
        let template = inner.templates.define(&waba, &json, Status::Pending)?;
        Ok(json!({ "id": template.id, "status": template.status, "category": template.category }))
    });
    reply(&state, "POST", &format!("/graph/{version}/{waba}/message_templates"), json, answer)
}

pub(super) async fn subscriptions(
    Shared(state): Shared<Arc<State>>,
    Path((version, waba)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let answer = admitted(&state, &version, &headers).and_then(|()| known(&state, &waba));
    let answer =
        answer.map(|()| json!({ "data": [{ "whatsapp_business_api_data": { "name": "Sandbox", "id": "1" } }] }));
    reply(&state, "GET", &format!("/graph/{version}/{waba}/subscribed_apps"), Value::Null, answer)
}

/// Subscribes the app, optionally with an address of its own (at most 200 characters) for the webhooks.
pub(super) async fn subscribe(
    Shared(state): Shared<Arc<State>>,
    Path((version, waba)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let json: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let answer = admitted(&state, &version, &headers).and_then(|()| known(&state, &waba)).and_then(|()| {
        if let Some(uri) = json["override_callback_uri"].as_str() {
            let url = uri.parse().ok().filter(|_| uri.len() <= 200);
            let url = url.ok_or_else(|| {
                Refusal::parameter("override_callback_uri must be an address of at most 200 characters")
            })?;
            state.inner.lock().webhook_url = Some(url);
        }
        Ok(json!({ "success": true }))
    });
    reply(&state, "POST", &format!("/graph/{version}/{waba}/subscribed_apps"), json, answer)
}
