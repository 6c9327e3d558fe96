//! The line from a gateway to the engine.

use url::Url;

use super::gateway::UssdGateway;
use super::style::{Answered, Request};
use crate::sandbox::state::State;

/// Where a gateway calls.
pub(super) fn callback(state: &State, gateway: &UssdGateway) -> Result<Url, String> {
    if let Some(url) = &gateway.url {
        return Ok(url.clone());
    }
    let mut url = state.inner.lock().webhook_url.clone().ok_or("nobody told where the engine is")?;
    url.set_path(&format!("/webhooks/ussd/{}/{}", gateway.name, gateway.key));
    url.set_query(None);
    Ok(url)
}

/// Sends once; the error is told in words.
pub(super) async fn post(state: &State, url: Url, request: &Request) -> Result<Answered, String> {
    let sent = state
        .courier
        .client()
        .post(url)
        .header("Content-Type", request.content_type)
        .header("User-Agent", "ussd-gateway")
        .body(request.body.clone())
        .send();
    let failed = |error: reqwest::Error| format!("the engine cannot be reached: {}", error.without_url());
    let answer = sent.await.map_err(failed)?;
    let status = answer.status().as_u16();
    let header = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
    let content_type = header.unwrap_or_default().to_owned();
    let body = answer.bytes().await.map_err(failed)?;
    Ok(Answered { status, content_type, body })
}
