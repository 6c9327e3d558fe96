//! Is it alive, can it commit, what does it measure.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json_, json};

use super::Api;
use crate::actors::Phase;

/// Partitions must reach at least this far ahead.
const DAYS_AHEAD_MIN: i32 = 2;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: able to commit. A standby is not ready for webhooks, and says so.
pub async fn ready(State(api): State<Api>) -> Response {
    let checks = checks(&api).await;
    let ready = checks.iter().all(|check| check.state != Health::Down);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(report(&api, &checks))).into_response()
}

/// `GET /system/health`: the same report, always with a 200.
pub async fn health(State(api): State<Api>) -> Json<Json_> {
    Json(report(&api, &checks(&api).await))
}

/// `GET /system/info`: which release this is and what it is doing.
pub async fn info(State(api): State<Api>) -> Json<Json_> {
    Json(json!({
        "name": "ganira",
        "version": env!("CARGO_PKG_VERSION"),
        "phase": api.engine.phase().word(),
        "node": api.engine.world().settings.node_name(),
    }))
}

/// `GET /metrics`: Prometheus' text format.
pub async fn metrics(State(api): State<Api>) -> Response {
    if let Some(shared) = api.engine.shared() {
        metrics::gauge!("ganira_snapshot_cache_bytes").set(shared.snapshots.bytes() as f64);
        metrics::gauge!("ganira_snapshot_cache_entries").set(shared.snapshots.entries() as f64);
    }
    metrics::gauge!("ganira_turns_in_flight").set(api.engine.turns_in_flight() as f64);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], api.metrics.render()).into_response()
}

/// How one dependency is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Up,
    Degraded,
    Down,
}

impl Health {
    fn word(self) -> &'static str {
        match self {
            Self::Up => "UP",
            Self::Degraded => "DEGRADED",
            Self::Down => "DOWN",
        }
    }
}

struct Check {
    name: &'static str,
    state: Health,
    detail: String,
}

async fn checks(api: &Api) -> Vec<Check> {
    vec![ownership(api), heartbeat(api), partitions(api).await, turns(api)]
}

fn ownership(api: &Api) -> Check {
    let phase = api.engine.phase();
    let state = if phase == Phase::Owning { Health::Up } else { Health::Down };
    Check { name: "ownership", state, detail: phase.word().to_owned() }
}

fn heartbeat(api: &Api) -> Check {
    let world = api.engine.world();
    let stale = Duration::from_millis(world.settings.engine.heartbeat_stale_ms);
    let age = api.engine.beat_age();
    let state = match age {
        Some(age) if age <= stale => Health::Up,
        _ => Health::Down,
    };
    let detail =
        age.map_or("the database has not been heard of yet".to_owned(), |age| format!("{} ms old", age.as_millis()));
    Check { name: "database", state, detail }
}

async fn partitions(api: &Api) -> Check {
    match api.engine.world().store.days_ahead().await {
        Ok(days) => {
            let state = if days >= DAYS_AHEAD_MIN { Health::Up } else { Health::Down };
            Check { name: "partitions", state, detail: format!("{days} days ahead") }
        }
        Err(error) => {
            tracing::warn!(error = %error.source, "the partitions could not be counted");
            Check { name: "partitions", state: Health::Down, detail: "the database does not answer".to_owned() }
        }
    }
}

fn turns(api: &Api) -> Check {
    let (now, max) = (api.engine.turns_in_flight(), api.engine.world().settings.engine.turns_in_flight_max);
    let state = if now * 10 < max * 8 { Health::Up } else { Health::Degraded };
    Check { name: "turns in flight", state, detail: format!("{now} of {max}") }
}

fn report(api: &Api, checks: &[Check]) -> Json_ {
    let all =
        checks.iter().map(|check| json!({"name": check.name, "state": check.state.word(), "detail": check.detail}));
    json!({ "phase": api.engine.phase().word(), "checks": all.collect::<Vec<_>>() })
}
