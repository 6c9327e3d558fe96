//! The Graph API's side: what the engine calls. `/graph` stands in the place of `https://graph.facebook.com`.

pub mod check;

mod fields;
mod interactive;
mod manage;
pub(super) mod media;
mod multipart;
mod send;
mod status;
mod template;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, header};
use axum::routing::{get, post};

pub use super::refusal::Refusal;
use super::state::State;

pub(super) use status::{release, statuses};

/// No message within the limits is larger, and every one may be kept.
const MESSAGE_BYTES_MAX: usize = 128 * 1024;
/// Meta's largest upload is a document of 100 MB.
const UPLOAD_BYTES_MAX: usize = 110 * 1024 * 1024;

pub(super) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/graph/{version}/{node}/messages", post(send::messages).layer(DefaultBodyLimit::max(MESSAGE_BYTES_MAX)))
        .route("/graph/{version}/{node}/media", post(media::upload).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX)))
        .route("/graph/{version}/{node}/message_templates", get(manage::list_templates).post(manage::create_template))
        .route("/graph/{version}/{node}/subscribed_apps", get(manage::subscriptions).post(manage::subscribe))
        .route("/graph/{version}/{node}", get(media::node))
        .route("/graph/file/{token}", get(media::download))
}

/// Whether the call may be made: a version that exists and a token that is taken.
fn admitted(state: &State, version: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let number = version.strip_prefix('v').and_then(|v| v.strip_suffix(".0")).and_then(|v| v.parse::<u32>().ok());
    // Source: Graph API changelog. v20.0 died on 24 September 2026.
    if !number.is_some_and(|number| (21..=26).contains(&number)) {
        return Err(Refusal::new(2_635, format!("version {version} is not available: use v21.0 to v26.0")));
    }
    authorized(state, headers)
}

fn authorized(state: &State, headers: &HeaderMap) -> Result<(), Refusal> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let known = &state.options.access_tokens;
    match token {
        Some(token) if !token.is_empty() && (known.is_empty() || known.iter().any(|one| one == token)) => Ok(()),
        _ => Err(Refusal::new(190, "Invalid OAuth access token - Cannot parse access token")),
    }
}
