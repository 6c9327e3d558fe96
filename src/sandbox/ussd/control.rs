//! Playing people with keypads: dial, type, hang up.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State as Shared};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::gateway::{UssdGateway, UssdStyle};
use super::{Seen, hop};
use crate::sandbox::control::{Answer, Trouble, read};
use crate::sandbox::people::key;
use crate::sandbox::state::State;

pub(in crate::sandbox) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/control/ussd/dial", post(dial))
        .route("/control/ussd/input", post(input))
        .route("/control/ussd/cancel", post(cancel))
        .route("/control/ussd/again", post(again))
        .route("/control/ussd/hops", get(hops))
        .route("/control/ussd/gateways", get(gateways).post(set_gateway))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dial {
    from: String,
    code: String,
    /// Without it the gateway with the longest code that fits.
    gateway: Option<String>,
}

async fn dial(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let call: Dial = read(&body, r#"{"from":"+250780000001","code":"*384*77#"}"#)?;
    let shown = hop::dial(&state, &phone(&call.from)?, &call.code, call.gateway.as_deref()).await?;
    Ok(Json(json!(shown)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    from: String,
    text: String,
}

async fn input(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let call: Input = read(&body, r#"{"from":"+250780000001","text":"1"}"#)?;
    Ok(Json(json!(hop::input(&state, &phone(&call.from)?, &call.text).await?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Who {
    from: String,
}

/// She hangs up. Answers whether a session was open.
async fn cancel(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let call: Who = read(&body, r#"{"from":"+250780000001"}"#)?;
    let cancelled = hop::cancel(&state, &phone(&call.from)?);
    Ok(Json(json!({ "cancelled": cancelled, "screen": "", "ended": true })))
}

/// The gateway sends her last hop again, as gateways do when an answer was late.
async fn again(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let call: Who = read(&body, r#"{"from":"+250780000001"}"#)?;
    Ok(Json(json!(hop::again(&state, &phone(&call.from)?).await?)))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    after: u64,
    of: Option<String>,
    /// `1`: only those whose answer was not taken.
    #[serde(default)]
    refused: u8,
}

/// What gateways sent and got, oldest first.
async fn hops(Shared(state): Shared<Arc<State>>, Query(wanted): Query<Wanted>) -> Json<Value> {
    let of = wanted.of.as_deref().map(key);
    let inner = state.inner.lock();
    let fits = |seen: &&Seen| {
        seen.n > wanted.after
            && of.as_ref().is_none_or(|of| *of == seen.of)
            && (wanted.refused == 0 || seen.refused.is_some())
    };
    Json(json!(inner.ussd.hops.iter().filter(fits).collect::<Vec<_>>()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gateway {
    name: String,
    style: Option<UssdStyle>,
    key: Option<String>,
    /// In the place of those it had.
    codes: Option<Vec<String>>,
    url: Option<Url>,
    end_url: Option<Url>,
    budget_ms: Option<u64>,
    idle_ms: Option<u64>,
    total_ms: Option<u64>,
}

/// Sets up a gateway, or changes one.
async fn set_gateway(Shared(state): Shared<Arc<State>>, body: Bytes) -> Answer {
    let example = r#"{"name":"at","style":"africas_talking","key":"…","codes":["*384*77#"],"budget_ms":5000}"#;
    let call: Gateway = read(&body, example)?;
    let mut inner = state.inner.lock();
    let gateways = &mut inner.ussd.gateways;
    let known = gateways.iter().position(|of| of.name == call.name);
    let at = if let Some(at) = known {
        at
    } else {
        let (Some(style), Some(key)) = (call.style, &call.key) else {
            return Err(Trouble::bad(format!("a new gateway needs a style and a key, such as {example}")));
        };
        gateways.push(UssdGateway { codes: Vec::new(), ..UssdGateway::new(&call.name, style, key, "") });
        gateways.len() - 1
    };
    let gateway = &mut gateways[at];
    let ms = |change: Option<u64>, of: &mut Duration| *of = change.map_or(*of, Duration::from_millis);
    ms(call.budget_ms, &mut gateway.budget);
    ms(call.idle_ms, &mut gateway.idle);
    ms(call.total_ms, &mut gateway.total);
    gateway.style = call.style.unwrap_or(gateway.style);
    gateway.key = call.key.unwrap_or_else(|| gateway.key.clone());
    gateway.codes = call.codes.unwrap_or_else(|| gateway.codes.clone());
    gateway.url = call.url.or_else(|| gateway.url.clone());
    gateway.end_url = call.end_url.or_else(|| gateway.end_url.clone());
    Ok(Json(view(gateway)))
}

async fn gateways(Shared(state): Shared<Arc<State>>) -> Json<Value> {
    Json(state.inner.lock().ussd.gateways.iter().map(view).collect())
}

fn view(gateway: &UssdGateway) -> Value {
    json!({
        "name": gateway.name, "style": gateway.style, "codes": gateway.codes, "url": gateway.url, "end_url": gateway.end_url,
        "budget_ms": gateway.budget.as_millis() as u64, "idle_ms": gateway.idle.as_millis() as u64,
        "total_ms": gateway.total.as_millis() as u64,
    })
}

fn phone(from: &str) -> Result<String, Trouble> {
    let phone = key(from);
    let good = phone.starts_with('+') && phone.len() >= 8;
    if good { Ok(phone) } else { Err(Trouble::bad(format!("{from:?} is no phone: expected +250780000001"))) }
}
