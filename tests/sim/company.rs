//! Everybody beyond the wire: the company that carries the messages, and the tenant's server. They answer in the real shapes, or misbehave as
//! the weather has it, and remember what reached them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use ganira::channels::transport::Peer;
use ganira::channels::transport::TransportOptions;
use ganira::channels::{Transport, TransportError};
use ganira::domain::OutboxId;
use ganira::domain::ids::Opaque;
use http::{Request, Response};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::log::log;
use crate::store::SimStore;
use crate::time;

/// How an answer ends, by its chance in a thousand. What is left goes well.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    pub refused: u32,
    pub too_fast: u32,
    pub broken: u32,
    /// Taken, and the connection is reset before the answer.
    pub reset: u32,
    /// Taken or not, and never answered.
    pub silent: u32,
    pub slow: u32,
    /// Receipts: in a thousand.
    pub receipt_lost: u32,
    pub receipt_twice: u32,
}

/// A message that arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub id: OutboxId,
    pub to: String,
    pub text: String,
    pub node: &'static str,
    pub incarnation: i64,
    /// It was answered that it is taken.
    pub is_answered: bool,
}

/// A receipt on its way.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub at: Duration,
    pub of: OutboxId,
    pub word: &'static str,
    pub message: String,
    pub opaque: String,
    pub to: String,
}

#[derive(Debug)]
struct Inner {
    random: StdRng,
    weather: Weather,
    arrivals: Vec<Arrival>,
    receipts: Vec<Receipt>,
    /// Orders by their id: how often they came, and what was answered.
    orders: BTreeMap<String, usize>,
}

/// See the module. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Company(Arc<Mutex<Inner>>);

/// What is to happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Well,
    Refused,
    TooFast,
    Broken,
    Reset,
    /// Whether it was taken.
    Silent(bool),
}

impl Company {
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            random: StdRng::seed_from_u64(seed ^ 0x00c0_ffee),
            weather: Weather::default(),
            arrivals: Vec::new(),
            receipts: Vec::new(),
            orders: BTreeMap::new(),
        })))
    }

    pub fn set_weather(&self, weather: Weather) {
        self.0.lock().weather = weather;
    }

    /// A node's way there.
    pub fn transport(&self, node: &'static str, store: &SimStore, timeout: Duration) -> Transport {
        let line = Line { company: self.clone(), node, store: store.clone() };
        Transport::within(Arc::new(line), TransportOptions { timeout, ..TransportOptions::default() })
    }

    pub fn arrivals(&self) -> Vec<Arrival> {
        self.0.lock().arrivals.clone()
    }

    /// Whether somebody has been told that `lines` are the end of her diary.
    pub fn has_told(&self, phone: &str, lines: &[&str]) -> bool {
        let end = lines.join("\n");
        self.0.lock().arrivals.iter().rev().any(|arrival| arrival.to == phone && arrival.text.ends_with(&end))
    }

    /// The receipts whose time has come.
    pub fn due_receipts(&self) -> Vec<Receipt> {
        let now = time::elapsed();
        self.0.lock().receipts.extract_if(.., |receipt| receipt.at <= now).collect()
    }

    fn fate(&self) -> (Duration, Fate) {
        let mut inner = self.0.lock();
        let weather = inner.weather;
        let random = &mut inner.random;
        let slow = random.random_range(0..1000) < weather.slow;
        let pause =
            Duration::from_millis(if slow { random.random_range(300..2500) } else { random.random_range(2..60) });
        let mut drawn = random.random_range(0..1000);
        let taken = random.random_bool(0.5);
        let chances = [
            (weather.refused, Fate::Refused),
            (weather.too_fast, Fate::TooFast),
            (weather.broken, Fate::Broken),
            (weather.reset, Fate::Reset),
            (weather.silent, Fate::Silent(taken)),
        ];
        for (chance, fate) in chances {
            if drawn < chance {
                return (pause, fate);
            }
            drawn -= chance;
        }
        (pause, Fate::Well)
    }

    /// Takes a message; its name.
    fn take(&self, arrival: Arrival, opaque: &str) -> (usize, String) {
        let mut inner = self.0.lock();
        let place = inner.arrivals.len();
        let message = format!("wamid.sim{place}");
        let now = time::elapsed();
        let weather = inner.weather;
        let mut at = now;
        for word in ["sent", "delivered", "read"] {
            at += Duration::from_millis(inner.random.random_range(20..900));
            let times = match inner.random.random_range(0..1000) {
                drawn if drawn < weather.receipt_lost => 0,
                drawn if drawn < weather.receipt_lost + weather.receipt_twice => 2,
                _ => 1,
            };
            for again in 0..times {
                let at = at + Duration::from_millis(again * inner.random.random_range(5..4000));
                let (message, opaque, to) = (message.clone(), opaque.to_owned(), arrival.to.clone());
                inner.receipts.push(Receipt { at, of: arrival.id, word, message, opaque, to });
            }
        }
        inner.arrivals.push(arrival);
        (place, message)
    }
}

/// What one node's requests go by.
#[derive(Debug)]
struct Line {
    company: Company,
    node: &'static str,
    store: SimStore,
}

#[async_trait]
impl Peer for Line {
    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let (pause, fate) = self.company.fate();
        if fate == Fate::Refused {
            return Err(TransportError::SurelyNotSent { why: "nobody listens".to_owned() });
        }
        tokio::time::sleep(pause / 2).await;
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        if request.uri().host() == Some("shop.sim") {
            return self.order(&body, pause, fate).await;
        }
        if body.get("status").is_some() {
            return Ok(json_of(200, &json!({ "success": true })));
        }
        self.message(&body, pause, fate).await
    }
}

impl Line {
    async fn message(&self, body: &Value, pause: Duration, fate: Fate) -> Result<Response<Bytes>, TransportError> {
        let opaque = body["biz_opaque_callback_data"].as_str().unwrap();
        let id = opaque.parse::<Opaque>().unwrap().outbox;
        let taken = match fate {
            Fate::Well | Fate::Reset | Fate::Silent(true) => Some(self.take(body, id, opaque)),
            _ => None,
        };
        log!("company: {id} {fate:?}");
        if let Fate::Silent(_) = fate {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(pause / 2).await;
        match (fate, taken) {
            (Fate::Well, Some((place, message))) => {
                self.company.0.lock().arrivals[place].is_answered = true;
                Ok(json_of(200, &json!({ "messaging_product": "whatsapp", "messages": [{ "id": message }] })))
            }
            (Fate::TooFast, _) => Ok(error(429, 130_429, "Rate limit hit")),
            (Fate::Broken, _) => Ok(error(500, 131_000, "Something went wrong")),
            _ => Err(reset()),
        }
    }

    fn take(&self, body: &Value, id: OutboxId, opaque: &str) -> (usize, String) {
        let incarnation = self.store.read(|tables| tables.nodes.get(self.node).map_or(0, |node| node.incarnation));
        let text = body["text"]["body"].as_str().unwrap_or_default().to_owned();
        let to = body["to"].as_str().unwrap_or_default().to_owned();
        self.company.take(Arrival { id, to, text, node: self.node, incarnation, is_answered: false }, opaque)
    }

    /// An order is done once, whoever repeats it.
    async fn order(&self, body: &Value, pause: Duration, fate: Fate) -> Result<Response<Bytes>, TransportError> {
        let id = body["job"].as_str().unwrap().to_owned();
        let times = {
            let mut inner = self.company.0.lock();
            let times = inner.orders.entry(id.clone()).or_default();
            *times += 1;
            *times
        };
        log!("shop: order {id} for the {times}. time, {fate:?}");
        if let Fate::Silent(_) = fate {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(pause / 2).await;
        // Nobody's pauses are to grow beyond what the end of a run waits for.
        match fate {
            Fate::TooFast | Fate::Broken if times < 3 => Ok(error(503, 1, "later")),
            Fate::Reset if times < 3 => Err(reset()),
            _ => Ok(json_of(200, &json!({ "outcome": "done" }))),
        }
    }
}

fn reset() -> TransportError {
    TransportError::Unknown { why: "the connection was reset".to_owned() }
}

fn error(status: u16, code: i64, message: &str) -> Response<Bytes> {
    json_of(status, &json!({ "error": { "message": message, "type": "OAuthException", "code": code } }))
}

fn json_of(status: u16, body: &Value) -> Response<Bytes> {
    let answer = Response::builder().status(status).header("content-type", "application/json");
    answer.body(Bytes::from(body.to_string())).unwrap()
}
