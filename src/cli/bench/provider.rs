//! The company's side of the outbound rows: the least server that takes a message and gives it a name, and the least client that sends one.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use futures::future::join_all;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::part::{self, Address};
use crate::actors::spawn;
use crate::domain::Clock;

/// What our messages carry, and nothing else that we send does.
const OURS: &[u8] = br#""biz_opaque_callback_data":""#;
/// So the bare client's messages are called.
const BARE: &[u8] = b"bare.";
/// How often it is asked how many have come.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Without one more for so long, something is lost.
const PATIENCE: Duration = Duration::from_secs(45);

/// What has come so far.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Seen {
    /// The engine's messages, whatever came twice counted once.
    pub messages: u64,
    /// Messages that came again.
    pub again: u64,
    /// When the first one since the last look back came, and the latest; milliseconds since 1970.
    pub first_at_ms: i64,
    pub last_at_ms: i64,
}

#[derive(Clone)]
struct Company {
    seen: Arc<Mutex<(Seen, HashSet<Bytes>)>>,
    clock: Clock,
}

/// Serves until its parent ends it.
pub(super) async fn run() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    part::tell(&listener.local_addr()?)?;
    let company = Company { seen: Arc::default(), clock: Clock::system() };
    let router = Router::new()
        .route("/seen", get(seen))
        .route("/begin", post(begin))
        .route("/{version}/{number}/messages", post(take))
        .with_state(company);
    axum::serve(listener, router).await.context("the company ended")
}

async fn seen(State(company): State<Company>) -> Json<Seen> {
    Json(company.seen.lock().0)
}

/// What comes next is the first of a new measurement.
async fn begin(State(company): State<Company>) {
    company.seen.lock().0.first_at_ms = 0;
}

async fn take(State(company): State<Company>, body: Bytes) -> ([(&'static str, &'static str); 1], String) {
    let now = company.clock.now().timestamp_millis();
    let mut number = 0;
    // A tick that says we have read, or that we type, is no message.
    if let Some(id) = opaque(&body) {
        let mut guard = company.seen.lock();
        let (seen, ids) = &mut *guard;
        let is_bare = id.starts_with(BARE);
        if !ids.insert(id) {
            seen.again += 1;
        } else if !is_bare {
            seen.messages += 1;
        }
        if seen.first_at_ms == 0 {
            seen.first_at_ms = now;
        }
        seen.last_at_ms = now;
        number = ids.len();
    }
    let answer = format!(
        r#"{{"messaging_product":"whatsapp","contacts":[{{"input":"250788000000","wa_id":"250788000000"}}],"messages":[{{"id":"wamid.HBgLMjUwNzg4MDAwMDAwFQIAERgSM0E{number:020X}AA=="}}]}}"#
    );
    ([("content-type", "application/json")], answer)
}

fn opaque(body: &Bytes) -> Option<Bytes> {
    let begins = body.windows(OURS.len()).position(|part| part == OURS)? + OURS.len();
    let length = body[begins..].iter().position(|byte| *byte == b'"')?;
    Some(Bytes::copy_from_slice(&body[begins..begins + length]))
}

/// The company as the run sees it.
pub(super) struct Watched {
    client: reqwest::Client,
    base: String,
}

impl Watched {
    pub(super) fn at(address: Address) -> anyhow::Result<Self> {
        Ok(Self { client: client()?, base: format!("http://{address}") })
    }

    pub(super) fn url(&self) -> &str {
        &self.base
    }

    pub(super) async fn seen(&self) -> anyhow::Result<Seen> {
        Ok(serde_json::from_slice(&self.client.get(format!("{}/seen", self.base)).send().await?.bytes().await?)?)
    }

    pub(super) async fn begin(&self) -> anyhow::Result<()> {
        self.client.post(format!("{}/begin", self.base)).send().await?.error_for_status()?;
        Ok(())
    }

    /// Waits until so many messages have come.
    pub(super) async fn until(&self, messages: u64) -> anyhow::Result<Seen> {
        let clock = Clock::system();
        let begun_ms = clock.now().timestamp_millis();
        loop {
            let seen = self.seen().await?;
            if seen.messages >= messages {
                return Ok(seen);
            }
            let quiet_ms = clock.now().timestamp_millis() - seen.last_at_ms.max(begun_ms);
            if quiet_ms > PATIENCE.as_millis() as i64 {
                bail!("violation: {} of {messages} messages came, and no more come", seen.messages);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// So many messages of `bytes` bytes, `at_once` in flight, by a bare client. Returns messages a second.
    pub(super) async fn bare(&self, run: u64, messages: u64, bytes: usize, at_once: u64) -> anyhow::Result<f64> {
        let client = client()?;
        let begun = std::time::Instant::now();
        let voices = (0..at_once).map(|voice| {
            let (client, url) = (client.clone(), format!("{}/v26.0/106540352242922/messages", self.base));
            spawn(async move {
                for number in (voice..messages).step_by(at_once as usize) {
                    let body = format!(
                        r#"{{"biz_opaque_callback_data":"bare.{run}.{number}","text":{{"body":"{:x<1$}"}}}}"#,
                        "",
                        bytes.saturating_sub(64)
                    );
                    let request = client.post(&url).bearer_auth("bench").header("content-type", "application/json");
                    let answer = request.body(body).send().await?.error_for_status()?;
                    let answer: serde_json::Value = serde_json::from_slice(&answer.bytes().await?)?;
                    if !answer["messages"][0]["id"].is_string() {
                        bail!("the company gave no name");
                    }
                }
                Ok(())
            })
        });
        for ended in join_all(voices).await {
            ended??;
        }
        Ok(messages as f64 / begun.elapsed().as_secs_f64())
    }
}

fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?)
}
