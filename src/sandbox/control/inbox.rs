//! Looking at what arrived: in a handset, and at the company.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Shared};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Trouble, read};
use crate::sandbox::people::Introduction;
use crate::sandbox::state::State;

/// Makes a person known, above all one without a phone number.
pub(super) async fn introduce(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let who: Introduction = read(&body, r#"{"user_id":"RW.13491208655302741918","username":"@keza","name":"Keza"}"#)?;
    let mut inner = state.inner.lock();
    let person = inner.people.meet(who, state.options.people_max)?;
    Ok(Json(json!(inner.people.get(person))))
}

#[derive(Deserialize)]
pub(super) struct Of {
    /// A phone (its `+` raw, as %2B or gone) or a scoped id.
    of: Option<String>,
}

/// What a handset received, in order, as Graph message objects with `id` and `timestamp`. Empty for people nobody wrote to.
pub(super) async fn inbox(Shared(state): Shared<Arc<State>>, Query(Of { of }): Query<Of>) -> Answer {
    let of = of.ok_or_else(|| Trouble::bad("whose? Ask /control/whatsapp/inbox?of=+250780000001"))?;
    let inner = state.inner.lock();
    let messages: Vec<&Value> =
        inner.people.find(&of).map(|id| inner.people.get(id).inbox.iter().collect()).unwrap_or_default();
    Ok(Json(json!(messages)))
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    path: String,
}

/// What the engine sent, oldest first: `?after=<n>` for what is new, `?path=messages` for a part.
pub(super) async fn requests(Shared(state): Shared<Arc<State>>, Query(asked): Query<Asked>) -> Json<Value> {
    Json(json!(state.inner.lock().requests.after(asked.after, &asked.path)))
}
