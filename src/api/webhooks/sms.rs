//! SMS gateways' webhooks: who has not the key or calls from elsewhere learns nothing; what is signed is verified over the raw request. What a
//! company would not bring again is kept on disk before its 200, where it cannot be taken now.

use std::collections::BTreeMap;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::caller::caller;
use super::{answer, not_believed, not_safe, read};
use crate::actors::ingress::Taken;
use crate::actors::sms::spool::Kept;
use crate::api::Api;
use crate::api::problem::{Problem, no_such_page};
use crate::channels::sms::{Called, Gateway};
use crate::crypto::random;
use crate::domain::Trace;
use crate::flows::Channel;

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

async fn taken(api: &Api, gateway: &Gateway, request: Request, trace: Trace) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = read(api, &parts.headers, body, api.body_bytes_max).await?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let called = Called { method: &parts.method, target, headers: &parts.headers, body: &body };
    gateway.verify(&called).map_err(|unsigned| {
        tracing::warn!(%trace, gateway = gateway.name(), reason = %unsigned, "an SMS webhook was not believed");
        not_believed()
    })?;
    let world = api.engine.world();
    // Nobody is overtaken: behind what waits on disk comes what follows it.
    let taken = if !gateway.repeats() && world.spool.holds(gateway.name()) {
        Taken::NotSafe
    } else {
        take_now(api, gateway, &called, trace).await
    };
    match taken {
        Taken::Safe => Ok(thanks(gateway)),
        Taken::NotSafe | Taken::Refused(_) if !gateway.repeats() => keep(api, gateway, &called, trace).await,
        taken => Ok(answer(taken)),
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

async fn keep(api: &Api, gateway: &Gateway, called: &Called<'_>, trace: Trace) -> Result<Response, Problem> {
    let world = api.engine.world();
    match world.spool.keep(&world.system_key, &Kept::of(gateway, called)).await {
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

fn thanks(gateway: &Gateway) -> Response {
    let (parts, body): (_, Bytes) = gateway.thanks().into_parts();
    Response::from_parts(parts, Body::from(body))
}
