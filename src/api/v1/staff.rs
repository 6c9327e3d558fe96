//! `/staff`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Asked, Id, Sent};
use super::caller::{self, Allowed};
use super::condition::{IfMatch, etag};
use super::once::{Begun, IdempotencyKey, Once};
use super::page::{Page, Part};
use crate::api::Api;
use crate::api::problem::{Problem, Problems};
use crate::operations::salon::catalogue;
use crate::store::salon::manage::{self, ManagedStaff, StaffFields};

/// Somebody who is to work here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStaff {
    /// As customers know her.
    #[schema(min_length = 1, max_length = 24, example = "Aline")]
    label: String,
    /// The services she gives, by id.
    #[serde(default)]
    #[schema(max_items = 200)]
    services: Vec<i64>,
}

/// What is to be different; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StaffChange {
    #[schema(min_length = 1, max_length = 24)]
    label: Option<String>,
    /// Whether she can be booked.
    active: Option<bool>,
    /// All the services she gives.
    #[schema(max_items = 200)]
    services: Option<Vec<i64>>,
}

/// Somebody who works here.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Staff {
    id: i64,
    label: String,
    active: bool,
    services: Vec<i64>,
}

/// Who works here, or did.
#[utoipa::path(get, path = "/staff", operation_id = "list_staff", tag = "catalogue",
    security(("key" = ["catalogue:read"])), params(Part),
    responses((status = 200, description = "A page of staff", body = Page<Staff>), Problems))]
pub(super) async fn list(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::CatalogueRead>,
    Asked(part): Asked<Part>,
) -> Result<Json<Page<Staff>>, Problem> {
    let (limit, after) = (part.limit()?, part.after(0)?);
    let mut reading = api.app.reading(caller.tenant).await?;
    let rows = manage::staff(&mut reading, caller.tenant, after, limit as i64 + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| row.id, told)))
}

/// Add somebody. Without working hours she cannot be booked yet.
#[utoipa::path(post, path = "/staff", operation_id = "add_staff", tag = "catalogue",
    security(("key" = ["catalogue:write"])), params(("Idempotency-Key" = Option<String>, Header)),
    request_body = NewStaff,
    responses((status = 201, description = "As she is now", body = Staff), Problems))]
pub(super) async fn add(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::CatalogueWrite>,
    key: IdempotencyKey,
    sent: Sent<NewStaff>,
) -> Result<Response, Problem> {
    let mut once = match Once::begin(&api, &caller, key, sent.digest).await? {
        Begun::Fresh(once) => once,
        Begun::Before(response) => return Ok(response),
    };
    let fields = StaffFields { label: sent.value.label, active: true, services: sent.value.services };
    let made = catalogue::add_staff(once.connection(), caller.tenant, &fields).await?;
    once.created(format!("/api/v1/staff/{}", made.id), &told(made)).await
}

/// One of the staff.
#[utoipa::path(get, path = "/staff/{id}", operation_id = "get_staff", tag = "catalogue",
    security(("key" = ["catalogue:read"])), params(("id" = i64, Path)),
    responses((status = 200, description = "Her version is the ETag", body = Staff), Problems))]
pub(super) async fn one(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::CatalogueRead>,
    Id(id): Id,
) -> Result<Response, Problem> {
    let mut reading = api.app.reading(caller.tenant).await?;
    Ok(shown(catalogue::one_of_staff(&mut reading, caller.tenant, id).await?))
}

/// Change somebody. Who has left is made inactive.
#[utoipa::path(patch, path = "/staff/{id}", operation_id = "change_staff", tag = "catalogue",
    security(("key" = ["catalogue:write"])), params(("id" = i64, Path), ("If-Match" = String, Header)),
    request_body = StaffChange,
    responses((status = 200, description = "As she is now", body = Staff), Problems))]
pub(super) async fn change(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::CatalogueWrite>,
    Id(id): Id,
    IfMatch(version): IfMatch,
    sent: Sent<StaffChange>,
) -> Result<Response, Problem> {
    let mut writing = api.app.writing(caller.tenant).await?;
    let now = catalogue::one_of_staff(&mut writing, caller.tenant, id).await?.fields;
    let change = sent.value;
    let fields = StaffFields {
        label: change.label.unwrap_or(now.label),
        active: change.active.unwrap_or(now.active),
        services: change.services.unwrap_or(now.services),
    };
    let changed = catalogue::change_staff(&mut writing, caller.tenant, (id, version), &fields).await?;
    writing.commit().await?;
    Ok(shown(changed))
}

fn shown(staff: ManagedStaff) -> Response {
    (StatusCode::OK, etag(staff.version), Json(told(staff))).into_response()
}

fn told(ManagedStaff { id, fields, .. }: ManagedStaff) -> Staff {
    Staff { id, label: fields.label, active: fields.active, services: fields.services }
}
