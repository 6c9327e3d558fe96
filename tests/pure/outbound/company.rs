//! A company on loopback that takes messages as Graph does, and misbehaves as it is told.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use ganira::domain::OutboxId;
use ganira::domain::ids::Opaque;
use parking_lot::Mutex;
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub at: Instant,
    /// `None` for a courtesy.
    pub id: Option<OutboxId>,
    pub token: String,
    /// How far the attempt was recorded when the request came.
    pub recorded: bool,
    pub body: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    Accept,
    Error(i64),
    Never,
}

type Decide = dyn Fn(&Asked, usize) -> Reply + Send + Sync;
type Recorded = dyn Fn(OutboxId) -> bool + Send + Sync;

pub(super) struct Company {
    pub address: String,
    pub asked: Arc<Mutex<Vec<Asked>>>,
}

#[derive(Clone)]
struct Shared {
    asked: Arc<Mutex<Vec<Asked>>>,
    decide: Arc<Decide>,
    recorded: Arc<Recorded>,
}

impl Company {
    /// `decide` is given the request and how often the same message was asked for before.
    pub async fn open(
        decide: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
        recorded: impl Fn(OutboxId) -> bool + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::default();
        let shared = Shared { asked: Arc::clone(&asked), decide: Arc::new(decide), recorded: Arc::new(recorded) };
        let router = Router::new().route("/v26.0/{number}/messages", post(take)).with_state(shared);
        #[expect(clippy::disallowed_methods, reason = "the company is no part of the engine")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, asked }
    }

    pub fn ids(&self) -> Vec<OutboxId> {
        self.asked.lock().iter().filter_map(|asked| asked.id).collect()
    }
}

async fn take(
    State(shared): State<Shared>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Json<Value>) {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let opaque: Option<Opaque> = body["biz_opaque_callback_data"].as_str().map(|text| text.parse().unwrap());
    let id = opaque.map(|opaque| opaque.outbox);
    let asked = Asked {
        at: Instant::now(),
        id,
        token: headers["authorization"].to_str().unwrap().to_owned(),
        recorded: id.is_none_or(|id| (shared.recorded)(id)),
        body,
    };
    let before = shared.asked.lock().iter().filter(|earlier| earlier.id == id).count();
    shared.asked.lock().push(asked.clone());
    match (shared.decide)(&asked, before) {
        Reply::Accept => {
            let message = format!("wamid.{number}.{}", id.map(|id| id.to_string()).unwrap_or_default());
            (StatusCode::OK, Json(json!({ "messages": [{ "id": message }] })))
        }
        Reply::Error(code) => (StatusCode::BAD_REQUEST, Json(json!({ "error": { "code": code, "message": "no" } }))),
        Reply::Never => std::future::pending().await,
    }
}
