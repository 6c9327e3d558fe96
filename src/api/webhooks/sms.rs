//! SMS gateways' webhooks: who has not the key or calls from elsewhere learns nothing; what is signed is verified over the raw request. What a
//! company would not bring again is kept on disk before its 200, where it cannot be taken now, and noted there while it takes long.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::caller::caller;
use super::{answer, not_believed, not_safe, read};
use crate::actors::ingress::Taken;
use crate::actors::sms::spool::Kept;
use crate::actors::spawn;
use crate::api::Api;
use crate::api::problem::{Problem, no_such_page};
use crate::channels::sms::{Called, Gateway};
use crate::crypto::random;
use crate::domain::Trace;
use crate::flows::Channel;

/// A request that comes only once is noted on disk when its turn takes longer than this: with a healthy database hardly any does. A kill takes no
/// more along than what came so shortly before it.
const NOTED_AFTER: Duration = Duration::from_millis(20);

/// `/webhooks/sms/{gateway}/{key}`, and `…/status` for delivery reports, by GET or POST. Which of the two a request is its fields say.
pub async fn receive(
    State(api): State<Api>,
    Path(parts): Path<BTreeMap<String, String>>,
    request: Request,
) -> Response {
    let started = Instant::now();
    let trace = Trace(random::number());
    let part = |name: &str| parts.get(name).map_or("", String::as_str);
    let from = caller(request.headers(), request.extensions(), api.trusted_proxies.as_ref());
    let world = api.engine.world().clone();
    let Some(gateway) = world.sms.get(part("gateway")).filter(|gateway| gateway.is_open_to(part("key"), from)) else {
        metrics::counter!("ganira_webhooks_total", "channel" => "sms", "status" => "404").increment(1);
        tracing::warn!(%trace, gateway = part("gateway"), "an SMS webhook was not believed: its key or address is not the gateway's");
        return no_such_page(request.uri().clone()).await.into_response();
    };
    let response = match taken(&api, gateway, request, trace).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    let status = response.status().as_u16();
    let duration = started.elapsed();
    metrics::histogram!("ganira_webhook_seconds", "channel" => "sms").record(duration.as_secs_f64());
    metrics::counter!("ganira_webhooks_total", "channel" => "sms", "status" => status.to_string()).increment(1);
    tracing::info!(%trace, gateway = gateway.name(), status, duration_ms = duration.as_secs_f64() * 1000.0, "an SMS webhook was answered");
    response
}

async fn taken(api: &Api, gateway: &Arc<Gateway>, request: Request, trace: Trace) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = read(api, &parts.headers, body, api.body_bytes_max).await?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let called = Called { method: &parts.method, target, headers: &parts.headers, body: &body };
    gateway.verify(&called).map_err(|unsigned| {
        tracing::warn!(%trace, gateway = gateway.name(), reason = %unsigned, "an SMS webhook was not believed");
        not_believed()
    })?;
    if gateway.repeats() {
        let taken = take_now(api, gateway, &called, trace).await;
        return Ok(if taken == Taken::Safe { thanks(gateway) } else { answer(taken) });
    }
    let once = Once { api: api.clone(), gateway: gateway.clone(), kept: Kept::of(gateway, &called), trace };
    // In a task of its own: who hangs up has posted it all the same.
    spawn(once.take()).await.unwrap_or_else(|_| Err(not_safe()))
}

/// A request of a company that posts once.
struct Once {
    api: Api,
    gateway: Arc<Gateway>,
    kept: Kept,
    trace: Trace,
}

impl Once {
    async fn take(self) -> Result<Response, Problem> {
        let Self { api, gateway, kept, trace } = &self;
        let world = api.engine.world();
        // Nobody is overtaken: behind what waits on disk comes what follows it.
        if world.spool.holds(gateway.name()) {
            return self.keep().await;
        }
        let (method, headers) = kept.parts();
        let called = Called { method: &method, target: &kept.target, headers: &headers, body: &kept.body.0 };
        let mut taking = pin!(take_now(api, gateway, &called, *trace));
        let mut noted = None;
        let taken = if let Ok(taken) = tokio::time::timeout(NOTED_AFTER, &mut taking).await {
            taken
        } else {
            let (taken, note) = tokio::join!(taking, world.spool.note(&world.system_key, kept));
            noted = note.inspect_err(|error| tracing::warn!(%trace, %error, "a request cannot be noted")).ok();
            taken
        };
        let answered = match taken {
            Taken::Safe => Ok(thanks(gateway)),
            Taken::NotSafe | Taken::Refused(_) => self.keep().await,
            Taken::Forbidden => Ok(answer(taken)),
        };
        if let Some(noted) = noted.filter(|_| answered.is_ok()) {
            noted.settle();
        }
        answered
    }

    async fn keep(&self) -> Result<Response, Problem> {
        let Self { api, gateway, kept, trace } = self;
        let world = api.engine.world();
        match world.spool.keep(&world.system_key, kept).await {
            Ok(()) => {
                tracing::info!(%trace, gateway = gateway.name(), "a request is kept on disk until it can be taken");
                Ok(thanks(gateway))
            }
            Err(error) => {
                tracing::error!(%trace, gateway = gateway.name(), %error, "a request that will not come again could not be kept");
                Err(not_safe())
            }
        }
    }
}

async fn take_now(api: &Api, gateway: &Gateway, called: &Called<'_>, trace: Trace) -> Taken {
    let ingress = match api.engine.enter(Channel::Sms) {
        Ok(ingress) => ingress,
        Err(refusal) => return Taken::Refused(refusal),
    };
    let requests = [*called];
    let taking = api.engine.world().sms.take(&ingress, gateway, &requests, trace);
    // Giving up is safe: turns go on, and what comes twice changes nothing.
    tokio::time::timeout(api.request_timeout, taking).await.unwrap_or(Taken::NotSafe)
}

fn thanks(gateway: &Gateway) -> Response {
    let (parts, body): (_, Bytes) = gateway.thanks().into_parts();
    Response::from_parts(parts, Body::from(body))
}
