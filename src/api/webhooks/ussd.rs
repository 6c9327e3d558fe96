//! USSD gateways' callbacks: believed by their secret path and address, and always answered with a screen.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::time::{Instant, timeout_at};

use super::caller::caller;
use super::read;
use crate::actors::ingress::Dialled;
use crate::actors::ussd::Place;
use crate::actors::ussd::refusal::Refusal;
use crate::api::Api;
use crate::api::problem::no_such_page;
use crate::channels::ussd::{Asked, Asking, Called, Hop as Asks, Input, Screen, Unreadable};
use crate::crypto::random;
use crate::domain::{Hop, Trace, Typed};
use crate::flows::Channel;

/// No gateway asks with more.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// `/webhooks/ussd/{gateway}/{key}`, by any method and with whatever the gateway puts behind it. Who has not the key, or calls from
/// elsewhere, learns no more than at any page that is not there.
pub async fn receive(
    State(api): State<Api>,
    Path(parts): Path<BTreeMap<String, String>>,
    request: Request,
) -> Response {
    let arrived = Instant::now();
    let trace = Trace(random::number());
    let part = |name: &str| parts.get(name).map_or("", String::as_str);
    let gateway = part("gateway");
    let from = caller(request.headers(), request.extensions(), api.trusted_proxies.as_ref());
    let world = api.engine.world().clone();
    let Some(place) = world.ussd.get(gateway).filter(|place| place.believes(part("key"), from)) else {
        metrics::counter!("ganira_webhooks_total", "channel" => "ussd", "status" => "404").increment(1);
        tracing::warn!(%trace, gateway, "a USSD callback was not believed: its key or address is not the gateway's");
        return no_such_page(request.uri().clone()).await.into_response();
    };
    let believed = Believed { api: &api, place, gateway, path: part("rest"), until: arrived + place.budget, trace };
    let response = believed.answer(request).await;
    let status = response.status().as_u16();
    let duration = arrived.elapsed();
    metrics::histogram!("ganira_ussd_hop_seconds", "gateway" => gateway.to_owned()).record(duration.as_secs_f64());
    metrics::counter!("ganira_webhooks_total", "channel" => "ussd", "status" => status.to_string()).increment(1);
    tracing::info!(%trace, status, duration_ms = duration.as_secs_f64() * 1000.0, "a USSD callback was answered");
    response
}

/// One believed request.
struct Believed<'a> {
    api: &'a Api,
    place: &'a Place,
    gateway: &'a str,
    /// Behind the key.
    path: &'a str,
    until: Instant,
    trace: Trace,
}

impl Believed<'_> {
    async fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = match read(self.api, &parts.headers, body, BODY_BYTES_MAX).await {
            Ok(body) => body,
            Err(problem) => {
                let unreadable = Unreadable::Body { expected: "a gateway's request", reason: problem.detail };
                return self.refuse(&unreadable);
            }
        };
        let query = parts.uri.query().unwrap_or("");
        let called = Called {
            method: &parts.method,
            path: self.path.trim_matches('/'),
            query,
            headers: &parts.headers,
            body: &body,
        };
        let raw = raw(&called);
        match self.place.gateway.read(&called) {
            Ok(asked) => self.answer_asked(&asked, raw).await,
            Err(unreadable) => {
                tracing::warn!(trace = %self.trace, gateway = self.gateway, error = %unreadable, "a USSD request cannot be read");
                self.bury(&raw, &unreadable).await;
                self.refuse(&unreadable)
            }
        }
    }

    async fn answer_asked(&self, asked: &Asked, raw: Bytes) -> Response {
        let gateway = &self.place.gateway;
        match &asked.asking {
            Asking::Hop(hop) => {
                let dialled = Dialled {
                    gateway: self.gateway.to_owned(),
                    hop: neutral(asked, hop),
                    raw,
                    trace: self.trace,
                    until: self.until,
                };
                let screen = self.api.engine.hop(dialled).await;
                gateway.answer(asked, &Screen { text: screen.text, ended: screen.ended }).map(Body::from)
            }
            Asking::Ended { phone, code, .. } => {
                let who = phone.clone().map(|phone| (phone, code.clone().unwrap_or_default()));
                if let Ok(ingress) = self.api.engine.enter(Channel::Ussd) {
                    let told = ingress.hung_up(self.gateway, &asked.session, who, raw, self.trace);
                    // One that is not taken in time ends when it has been idle.
                    let _ = timeout_at(self.until, told).await;
                }
                gateway.acknowledge(asked).map(Body::from)
            }
            Asking::Other { what } => {
                tracing::info!(trace = %self.trace, gateway = self.gateway, what, "a USSD request of an unknown kind was left alone");
                gateway.acknowledge(asked).map(Body::from)
            }
        }
    }

    /// Kept whole by its hash, for whoever mends the gateway's field map.
    async fn bury(&self, raw: &Bytes, unreadable: &Unreadable) {
        if let Ok(ingress) = self.api.engine.enter(Channel::Ussd) {
            let error = unreadable.to_string();
            let buried = ingress.bury_body(Channel::Ussd, self.gateway, raw, &error);
            let _ = timeout_at(self.until, buried).await;
        }
    }

    fn refuse(&self, unreadable: &Unreadable) -> Response {
        let said = Refusal::Trouble.of_account(None, "");
        self.place.gateway.refuse(unreadable, &said.text).map(Body::from)
    }
}

/// The request as the journal keeps it: its body, and before it what else it says.
fn raw(called: &Called<'_>) -> Bytes {
    if called.path.is_empty() && called.query.is_empty() {
        return called.body.clone();
    }
    let head = format!("{} /{}?{}\n\n", called.method, called.path, called.query);
    [head.as_bytes(), called.body].concat().into()
}

/// A hop as the engine takes it.
fn neutral(asked: &Asked, hop: &Asks) -> Hop {
    let typed = match &hop.input {
        Input::History(all) => Typed::History(all.clone()),
        Input::Last(text) => Typed::Last(text.clone()),
    };
    Hop {
        session: asked.session.clone(),
        phone: hop.phone.clone(),
        code: hop.code.clone(),
        new: hop.new,
        typed,
        dialled: hop.dialled.clone(),
        sequence: asked.sequence,
    }
}
