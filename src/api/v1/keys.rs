//! `/keys`: the keys by which machines call this API.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Id, Sent};
use super::caller::{self, Allowed};
use super::once::{Begun, IdempotencyKey, Once};
use super::page::Page;
use crate::api::Api;
use crate::api::problem::{Problem, Problems};
use crate::domain::Scope;
use crate::operations::api_keys::{self, NewApiKey};
use crate::operations::refused::Refused;
use crate::store::api::{self, ListedKey};

/// A key that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// What it is for.
    #[schema(min_length = 1, max_length = 80, example = "Till at the front desk")]
    label: String,
    /// What its holder may do: scopes that the caller has too.
    #[schema(min_items = 1, example = json!(["catalogue:read", "bookings:read"]))]
    scopes: Vec<String>,
    /// From when on it is good no more (RFC 3339). Left out: never.
    expires_at: Option<DateTime<Utc>>,
}

/// A key, as it is told after its birth.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Key {
    id: i64,
    label: String,
    /// Its last four characters.
    tail: String,
    scopes: Vec<String>,
    created_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<DateTime<Utc>>,
}

/// A new key. It is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FreshKey {
    id: i64,
    #[schema(example = "gnr_live_…")]
    key: String,
}

/// All keys, the newest first, revoked ones too.
#[utoipa::path(get, path = "/keys", operation_id = "list_keys", tag = "keys", security(("key" = ["keys"])),
    responses((status = 200, description = "The keys, without their secret part", body = Page<Key>), Problems))]
pub(super) async fn list(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::Keys>,
) -> Result<Json<Page<Key>>, Problem> {
    let mut reading = api.app.reading(caller.tenant).await?;
    let items = api::keys(&mut reading, caller.tenant).await?.into_iter().map(told).collect();
    Ok(Json(Page { items, next: None }))
}

/// Make a key.
#[utoipa::path(post, path = "/keys", operation_id = "add_key", tag = "keys", security(("key" = ["keys"])),
    params(("Idempotency-Key" = Option<String>, Header)), request_body = NewKey,
    responses((status = 201, description = "The key, shown this once", body = FreshKey), Problems))]
pub(super) async fn add(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::Keys>,
    key: IdempotencyKey,
    sent: Sent<NewKey>,
) -> Result<Response, Problem> {
    let mut once = match Once::begin(&api, &caller, key, sent.digest).await? {
        Begun::Fresh(once) => once,
        Begun::Before(response) => return Ok(response),
    };
    let NewKey { label, scopes, expires_at } = sent.value;
    let scopes = scopes.iter().map(|scope| scope.parse::<Scope>());
    let scopes = scopes.collect::<Result<Vec<_>, _>>().map_err(|error| Refused::bad("scopes", error.to_string()))?;
    if let Some(foreign) = scopes.iter().find(|scope| !caller.scopes().contains(scope)) {
        let detail = format!("You do not have the scope {foreign} yourself, so you cannot give it away.");
        return Err(Problem::new(StatusCode::FORBIDDEN, "scope_missing", detail));
    }
    let new = NewApiKey { label, scopes, expires_at };
    let (id, drawn) = api_keys::add(once.connection(), caller.tenant, &new).await?;
    once.created(format!("/api/v1/keys/{id}"), &FreshKey { id, key: drawn.expose().to_owned() }).await
}

/// Revoke a key, at once.
#[utoipa::path(delete, path = "/keys/{id}", operation_id = "revoke_key", tag = "keys", security(("key" = ["keys"])),
    params(("id" = i64, Path)),
    responses((status = 204, description = "The key is good no more"), Problems))]
pub(super) async fn revoke(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::Keys>,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let mut writing = api.app.writing(caller.tenant).await?;
    api_keys::revoke(&mut writing, caller.tenant, id).await?;
    writing.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn told(key: ListedKey) -> Key {
    Key {
        id: key.id,
        label: key.label,
        tail: key.tail,
        scopes: key.scopes,
        created_at: key.created_at,
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
    }
}
