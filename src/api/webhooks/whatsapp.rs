//! WhatsApp's webhooks: verified over the raw bytes, read, and answered when everything in them is safe.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{answer, not_believed, not_safe, read};
use crate::api::Api;
use crate::api::problem::Problem;
use crate::channels::whatsapp::verify::SIGNATURE_HEADER;
use crate::channels::whatsapp::{handshake as shake, parse, verify};
use crate::crypto::random;
use crate::domain::Trace;
use crate::flows::Channel;

/// `GET /webhooks/whatsapp[/{app}]`: Meta sets the webhook up; the raw challenge goes back.
pub async fn handshake(
    State(api): State<Api>,
    app: Option<Path<String>>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<String, Problem> {
    let only = app.as_ref().map(|Path(app)| app.as_str());
    shake(&api.apps, only, &query).ok_or_else(|| {
        let detail = "The verify token is not the one of the configuration (whatsapp.apps.<name>.verify_token).";
        Problem::new(StatusCode::FORBIDDEN, "wrong_verify_token", detail)
    })
}

/// `POST /webhooks/whatsapp[/{app}]`: up to a thousand updates. 200 means that every one of them is in the database.
pub async fn receive(State(api): State<Api>, app: Option<Path<String>>, headers: HeaderMap, body: Body) -> Response {
    let started = std::time::Instant::now();
    let trace = Trace(random::number());
    let response = match taken(&api, app.as_ref().map(|Path(app)| app.as_str()), &headers, body, trace).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    let status = response.status().as_u16();
    let duration = started.elapsed();
    metrics::histogram!("ganira_webhook_seconds", "channel" => "whatsapp").record(duration.as_secs_f64());
    metrics::counter!("ganira_webhooks_total", "channel" => "whatsapp", "status" => status.to_string()).increment(1);
    tracing::info!(%trace, status, duration_ms = duration.as_secs_f64() * 1000.0, "a WhatsApp webhook was answered");
    response
}

async fn taken(
    api: &Api,
    app: Option<&str>,
    headers: &HeaderMap,
    body: Body,
    trace: Trace,
) -> Result<Response, Problem> {
    let body = read(api, headers, body, api.body_bytes_max).await?;
    let signature = headers.get(SIGNATURE_HEADER).and_then(|value| value.to_str().ok());
    let signer = verify(&api.apps, app, signature, &body).map_err(|unsigned| {
        tracing::warn!(%trace, reason = %unsigned, "a webhook was not believed");
        not_believed()
    })?;
    let ingress = api.engine.enter(Channel::WhatsApp)?;
    let taking = async {
        match parse(&body) {
            Ok(updates) => ingress.take(Channel::WhatsApp, signer.app, updates, trace).await,
            Err(unreadable) => ingress.bury_body(Channel::WhatsApp, signer.app, &body, &unreadable.to_string()).await,
        }
    };
    // Giving up is safe: the turns go on, and Meta comes again.
    let taken = tokio::time::timeout(api.request_timeout, taking).await.map_err(|_| not_safe())?;
    Ok(answer(taken))
}
