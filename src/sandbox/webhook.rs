//! Webhooks as Meta delivers them: escaped, signed, concurrent, in no order, and again and again until they are answered 200.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::faults::{Kind, Target};
use super::options::{Number, Options};
use super::state::State;
use crate::crypto::sign_sha256;

/// Webhooks waiting or on their way at most; beyond them new ones are dropped and counted.
const PENDING_MAX: usize = 100_000;

/// Carries webhooks to the engine.
pub(super) struct Courier {
    client: reqwest::Client,
    on_their_way: Semaphore,
    pending: Arc<Semaphore>,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    delivered: AtomicU64,
    attempts: AtomicU64,
    given_up: AtomicU64,
    dropped: AtomicU64,
}

/// What became of one webhook.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Delivery {
    /// The last answer's status; `None` where none came.
    pub(super) status: Option<u16>,
    pub(super) attempts: u32,
}

/// How a body is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signing {
    AsMeta,
    Wrongly,
    NotAtAll,
}

impl Courier {
    pub(super) fn new(options: &Options) -> Result<Self, reqwest::Error> {
        // A provider may be installed already; one is enough.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(options.webhook_timeout)
            .user_agent("facebookexternalua")
            .build()?;
        let on_their_way = Semaphore::new(options.webhook_concurrency.max(1));
        Ok(Self { client, on_their_way, pending: Arc::new(Semaphore::new(PENDING_MAX)), counts: Counts::default() })
    }

    pub(super) fn counts(&self) -> Value {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        json!({
            "pending": PENDING_MAX - self.pending.available_permits(),
            "delivered": get(&self.counts.delivered),
            "attempts": get(&self.counts.attempts),
            "given_up": get(&self.counts.given_up),
            "dropped": get(&self.counts.dropped),
        })
    }

    pub(super) fn client(&self) -> &reqwest::Client {
        &self.client
    }
}

/// A body around one change of a number's `field`.
pub(super) fn body(number: &Number, field: &str, mut value: Value) -> Bytes {
    value["messaging_product"] = "whatsapp".into();
    value["metadata"] = json!({ "display_phone_number": number.display, "phone_number_id": number.phone_number_id });
    let change = json!({ "value": value, "field": field });
    escaped(&json!({ "object": "whatsapp_business_account", "entry": [{ "id": number.waba_id, "changes": [change] }] }))
}

/// A body around a change that concerns the whole account.
pub(super) fn account_body(waba: &str, time: i64, field: &str, value: &Value) -> Bytes {
    let change = json!({ "value": value, "field": field });
    escaped(
        &json!({ "object": "whatsapp_business_account", "entry": [{ "id": waba, "time": time, "changes": [change] }] }),
    )
}

/// JSON with everything beyond ASCII as `\uXXXX` in small hexadecimal digits and `/` as `\/`: the form Meta sends and signs.
fn escaped(value: &Value) -> Bytes {
    let text = value.to_string();
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '/' => escaped.push_str("\\/"),
            c if c.is_ascii() => escaped.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
        }
    }
    escaped.into()
}

/// Sends a webhook off, as often as a fault asks. Returns at once.
pub(super) fn send(state: &Arc<State>, body: &Bytes) {
    let copies = duplicates(state);
    for _ in 0..copies {
        let (state, body) = (Arc::clone(state), body.clone());
        state.tasks.clone().spawn(async move { deliver(&state, body, Signing::AsMeta).await });
    }
}

/// Sends a webhook and waits until it is answered 200 or given up.
pub(super) async fn send_and_wait(state: &Arc<State>, body: Bytes) -> Delivery {
    for _ in 1..duplicates(state) {
        let (state, body) = (Arc::clone(state), body.clone());
        state.tasks.clone().spawn(async move { deliver(&state, body, Signing::AsMeta).await });
    }
    deliver(state, body, Signing::AsMeta).await
}

fn duplicates(state: &State) -> u32 {
    let copies = state.inner.lock().faults.take(Target::Whatsapp, None, |kind| match kind {
        Kind::DuplicateWebhooks { copies } => Some(*copies),
        _ => None,
    });
    copies.unwrap_or(1).clamp(1, 100)
}

/// Delivers until a 200 comes, with growing waits.
async fn deliver(state: &State, body: Bytes, signing: Signing) -> Delivery {
    let courier = &state.courier;
    let mut delivery = Delivery { status: None, attempts: 0 };
    let Ok(_pending) = courier.pending.try_acquire() else {
        courier.counts.dropped.fetch_add(1, Ordering::Relaxed);
        return delivery;
    };
    let give_up = Instant::now() + state.options.webhook_give_up;
    let (mut wait, most) = state.options.webhook_backoff;
    loop {
        delivery.status = tokio::select! {
            status = attempt(state, &body, signing) => status,
            () = state.stop.cancelled() => return delivery,
        };
        delivery.attempts += 1;
        if delivery.status == Some(200) {
            courier.counts.delivered.fetch_add(1, Ordering::Relaxed);
            return delivery;
        }
        if Instant::now() + wait > give_up {
            courier.counts.given_up.fetch_add(1, Ordering::Relaxed);
            return delivery;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = state.stop.cancelled() => return delivery,
        }
        wait = (wait * 2).min(most);
    }
}

/// One delivery; the status it was answered with.
pub(super) async fn attempt(state: &State, body: &Bytes, signing: Signing) -> Option<u16> {
    let url = state.inner.lock().webhook_url.clone()?;
    let _permit = state.courier.on_their_way.acquire().await.ok()?;
    state.courier.counts.attempts.fetch_add(1, Ordering::Relaxed);
    let mut request = state.courier.client.post(url).header("Content-Type", "application/json").body(body.clone());
    let secret = match signing {
        Signing::AsMeta => Some(state.options.app_secret.as_str()),
        Signing::Wrongly => Some("not the app secret"),
        Signing::NotAtAll => None,
    };
    if let Some(secret) = secret {
        let signature = hex::encode(sign_sha256(secret.as_bytes(), body));
        request = request.header("X-Hub-Signature-256", format!("sha256={signature}"));
    }
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    // Read to the end so that the connection can be used again.
    let _ = answer.bytes().await;
    Some(status)
}

/// A batch that is not full goes after this.
pub(super) const BATCH_LINGER: Duration = Duration::from_millis(500);
