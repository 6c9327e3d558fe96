//! A sandbox, and an engine that only keeps what it is told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use ganira::channels::guard::Reach;
use ganira::channels::transport::TransportOptions;
use ganira::channels::whatsapp::{self, Account, App, Recipient, render, verify};
use ganira::channels::{SendOutcome, Transport};
use ganira::domain::{Clock, Content, Inbound, InboundKind, Phone, Receipt, ScopedId};
use ganira::sandbox::{Handle, Options, Sandbox};
use http::{Request, Response};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub const ALINE: &str = "+250780000001";
pub const SALON: &str = "106540352242922";

/// A sandbox with its engine. Its clock stands still until it is moved.
pub struct Bench {
    pub sandbox: Handle,
    seconds: Arc<AtomicI64>,
    engine: Arc<Engine>,
    transport: Transport,
}

#[derive(Default)]
struct Engine {
    webhooks: Mutex<Vec<Bytes>>,
    /// The status of the next answers; 0 is 200.
    status: AtomicU16,
}

impl Bench {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(choose: impl FnOnce(&mut Options)) -> Self {
        let engine = Arc::new(Engine::default());
        let address = serve(Arc::clone(&engine)).await;
        let seconds = Arc::new(AtomicI64::new(1_763_630_000));
        let hand = Arc::clone(&seconds);
        let mut options = Options {
            listen: "127.0.0.1:0".parse().unwrap(),
            webhook_url: Some(format!("http://{address}/webhooks/whatsapp").parse().unwrap()),
            webhook_backoff: (Duration::from_millis(5), Duration::from_millis(20)),
            status_delay: Duration::from_millis(1),
            clock: Clock::of(move || DateTime::from_timestamp(hand.load(Ordering::Relaxed), 0).unwrap()),
            ..Options::default()
        };
        choose(&mut options);
        let sandbox = Sandbox::start(options).await.unwrap();
        let timeout = Duration::from_millis(500);
        let transport =
            Transport::new(TransportOptions { timeout, reach: Reach::Private, ..TransportOptions::default() }).unwrap();
        Self { sandbox, seconds, engine, transport }
    }

    pub fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The engine answers webhooks with this from now on.
    pub fn engine_answers(&self, status: u16) {
        self.engine.status.store(status, Ordering::Relaxed);
    }

    pub fn account(&self) -> Account {
        Account::new(&self.sandbox.graph_url(), "v26.0", SALON, &"token".into()).unwrap()
    }

    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Response<Bytes> {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request::builder().method(method).uri(format!("http://{}{path}", self.sandbox.addr()));
        let request = request.header("content-type", "application/json").header("authorization", "Bearer token");
        self.transport.send(request.body(body).unwrap()).await.unwrap()
    }

    /// A call to the control side that must succeed.
    pub async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let response = self.call(method, &format!("/control{path}"), body).await;
        let text = String::from_utf8_lossy(response.body()).into_owned();
        assert_eq!(response.status(), 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn say(&self, from: &str, text: &str) -> Value {
        self.control("POST", "/whatsapp/say?wait=1", json!({ "from": from, "text": text })).await
    }

    pub async fn fault(&self, fault: Value) {
        let mut fault = fault;
        fault["target"] = json!("whatsapp");
        self.control("POST", "/faults", fault).await;
    }

    pub async fn inbox(&self, of: &str) -> Vec<Value> {
        let inbox = self.control("GET", &format!("/whatsapp/inbox?of={}", of.replace('+', "%2B")), Value::Null).await;
        inbox.as_array().unwrap().clone()
    }

    /// Sends content to a phone or a scoped id as the engine does.
    pub async fn send(&self, to: &str, content: &Content) -> SendOutcome {
        let recipient = match Phone::parse(to) {
            Ok(phone) => Recipient::Phone(phone),
            Err(_) => Recipient::Scoped(ScopedId::parse(to).unwrap()),
        };
        let request = render(&self.account(), &recipient, content, "g1.1.2.3.0.0", None);
        whatsapp::outcome(&self.transport.send(request).await)
    }

    pub async fn text(&self, to: &str, text: &str) -> SendOutcome {
        self.send(to, &Content::Text { text: text.into(), preview: false }).await
    }

    /// The error code of a raw request to the `messages` edge, or `None` if it was taken.
    pub async fn code(&self, body: Value) -> Option<i64> {
        let response = self.call("POST", &format!("/graph/v26.0/{SALON}/messages"), body).await;
        serde_json::from_slice::<Value>(response.body()).unwrap()["error"]["code"].as_i64()
    }

    pub fn bodies(&self) -> Vec<Bytes> {
        self.engine.webhooks.lock().clone()
    }

    /// What the engine was told, as our channel reads it.
    pub fn told(&self) -> Vec<Inbound> {
        self.bodies().iter().flat_map(|body| whatsapp::parse(body).unwrap()).collect()
    }

    pub fn receipts(&self) -> Vec<Receipt> {
        let receipt = |update: Inbound| match update.kind {
            InboundKind::Receipt(receipt) => Some(receipt),
            _ => None,
        };
        self.told().into_iter().filter_map(receipt).collect()
    }

    /// Waits until something is so; it must be within ten seconds.
    pub async fn until(&self, what: &str, so: impl Fn(&Self) -> bool) {
        for _ in 0..2_000 {
            if so(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("never: {what}; told: {:?}", self.told());
    }
}

async fn serve(engine: Arc<Engine>) -> SocketAddr {
    let apps = [App::new("demo", &["dev-app-secret".into()], "dev-verify-token".into())];
    let hook = axum::routing::get({
        let apps = apps.clone();
        move |axum::extract::Query(query): axum::extract::Query<Vec<(String, String)>>| async move {
            match whatsapp::handshake(&apps, None, &query) {
                Some(challenge) => (http::StatusCode::OK, challenge),
                None => (http::StatusCode::FORBIDDEN, String::new()),
            }
        }
    })
    .post(move |headers: http::HeaderMap, body: Bytes| async move {
        let header = headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
        if verify(&apps, None, header, &body).is_err() {
            return http::StatusCode::UNAUTHORIZED;
        }
        match engine.status.load(Ordering::Relaxed) {
            0 | 200 => {
                engine.webhooks.lock().push(body);
                http::StatusCode::OK
            }
            status => http::StatusCode::from_u16(status).unwrap(),
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().route("/webhooks/whatsapp", hook);
    #[expect(clippy::disallowed_methods, reason = "the test's own server")]
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
