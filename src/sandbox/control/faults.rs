//! Ordering misbehaviour.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Answer, read};
use crate::sandbox::faults::Fault;
use crate::sandbox::graph;
use crate::sandbox::state::State;

pub(super) async fn order(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let example = r#"{"target":"whatsapp","kind":"refuse","code":131026,"times":1,"of":"+250780000001"}; kinds: slow {ms}, status {status}, throttle {code, retry_after}, refuse {code}, bad_token, reset {before}, drop_answer, window_at_once, fail_later {code}, duplicate_webhooks {copies}, shuffle_statuses, hold_statuses, batch_statuses {size}; of target sms: slow {ms}, status {status}, throttle {code}, refuse {code}, bad_token, reset {before}, drop_answer, fail_later {code}, duplicate_webhooks {copies}, early_reports, batch_statuses {size} (Infobip); of target ussd: slow {ms}, status {status}, drop_answer, duplicate_hops {copies, together}, time_out, no_end_events, duplicate_webhooks {copies}"#;
    let fault: Fault = read(&body, example)?;
    let mut inner = state.inner.lock();
    inner.faults.order(fault)?;
    Ok(Json(json!({ "faults": inner.faults.all() })))
}

pub(super) async fn list(Shared(state): Shared<Arc<State>>) -> Json<Value> {
    Json(json!({ "faults": state.inner.lock().faults.all() }))
}

/// Everything is well again; statuses that were held back go out.
pub(super) async fn clear(Shared(state): Shared<Arc<State>>) -> Json<Value> {
    state.inner.lock().faults.clear();
    graph::release(&state, 1);
    Json(json!({ "faults": [] }))
}
