//! `/services`.

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
use crate::domain::Money;
use crate::domain::money::Currency;
use crate::operations::salon::catalogue;
use crate::store::salon::manage::{self, ManagedService, ServiceFields};

/// An amount of money.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Price {
    /// In the currency's minor unit: francs for RWF, cents for KES.
    #[schema(minimum = 0)]
    minor: i64,
    /// ISO 4217.
    #[schema(value_type = String, example = "RWF", pattern = "^[A-Z]{3}$")]
    currency: Currency,
}

/// A service that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewService {
    /// What customers read.
    #[schema(min_length = 1, max_length = 24, example = "Box braids")]
    label: String,
    /// How long the customer is there.
    #[schema(minimum = 5, maximum = 720, example = 120)]
    minutes: i16,
    price: Price,
    /// Of the staff's time before it, not shown to the customer.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 240)]
    buffer_before_minutes: i16,
    #[serde(default)]
    #[schema(minimum = 0, maximum = 240)]
    buffer_after_minutes: i16,
    /// Where it stands in lists.
    #[serde(default)]
    position: i16,
}

/// What is to be different; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceChange {
    #[schema(min_length = 1, max_length = 24)]
    label: Option<String>,
    #[schema(minimum = 5, maximum = 720)]
    minutes: Option<i16>,
    price: Option<Price>,
    #[schema(minimum = 0, maximum = 240)]
    buffer_before_minutes: Option<i16>,
    #[schema(minimum = 0, maximum = 240)]
    buffer_after_minutes: Option<i16>,
    /// Whether it can be booked.
    active: Option<bool>,
    position: Option<i16>,
}

/// A service of the salon.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Service {
    id: i64,
    label: String,
    minutes: i16,
    price: Price,
    buffer_before_minutes: i16,
    buffer_after_minutes: i16,
    active: bool,
    position: i16,
}

/// The services, in the salon's order; also those that cannot be booked any more.
#[utoipa::path(get, path = "/services", operation_id = "list_services", tag = "catalogue",
    security(("key" = ["catalogue:read"])), params(Part),
    responses((status = 200, description = "A page of services", body = Page<Service>), Problems))]
pub(super) async fn list(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::CatalogueRead>,
    Asked(part): Asked<Part>,
) -> Result<Json<Page<Service>>, Problem> {
    let (limit, after) = (part.limit()?, part.after((i16::MIN, 0))?);
    let mut reading = api.app.reading(caller.tenant).await?;
    let rows = manage::services(&mut reading, caller.tenant, after, limit as i64 + 1).await?;
    Ok(Json(Page::of(rows, limit, |row| (row.fields.position, row.id), told)))
}

/// Add a service.
#[utoipa::path(post, path = "/services", operation_id = "add_service", tag = "catalogue",
    security(("key" = ["catalogue:write"])), params(("Idempotency-Key" = Option<String>, Header)),
    request_body = NewService,
    responses((status = 201, description = "The service as it is now", body = Service), Problems))]
pub(super) async fn add(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::CatalogueWrite>,
    key: IdempotencyKey,
    sent: Sent<NewService>,
) -> Result<Response, Problem> {
    let mut once = match Once::begin(&api, &caller, key, sent.digest).await? {
        Begun::Fresh(once) => once,
        Begun::Before(response) => return Ok(response),
    };
    let new = sent.value;
    let fields = ServiceFields {
        label: new.label,
        minutes: new.minutes,
        price: new.price.into(),
        buffer_before_minutes: new.buffer_before_minutes,
        buffer_after_minutes: new.buffer_after_minutes,
        active: true,
        position: new.position,
    };
    let made = catalogue::add_service(once.connection(), caller.tenant, &fields).await?;
    once.created(format!("/api/v1/services/{}", made.id), &told(made)).await
}

/// One service.
#[utoipa::path(get, path = "/services/{id}", operation_id = "get_service", tag = "catalogue",
    security(("key" = ["catalogue:read"])), params(("id" = i64, Path)),
    responses((status = 200, description = "The service; its version is the ETag", body = Service), Problems))]
pub(super) async fn one(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::CatalogueRead>,
    Id(id): Id,
) -> Result<Response, Problem> {
    let mut reading = api.app.reading(caller.tenant).await?;
    Ok(shown(catalogue::service(&mut reading, caller.tenant, id).await?))
}

/// Change a service. To take one out of the catalogue make it inactive.
#[utoipa::path(patch, path = "/services/{id}", operation_id = "change_service", tag = "catalogue",
    security(("key" = ["catalogue:write"])), params(("id" = i64, Path), ("If-Match" = String, Header)),
    request_body = ServiceChange,
    responses((status = 200, description = "The service as it is now", body = Service), Problems))]
pub(super) async fn change(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::CatalogueWrite>,
    Id(id): Id,
    IfMatch(version): IfMatch,
    sent: Sent<ServiceChange>,
) -> Result<Response, Problem> {
    let mut writing = api.app.writing(caller.tenant).await?;
    let now = catalogue::service(&mut writing, caller.tenant, id).await?;
    let fields = sent.value.applied_to(now.fields);
    let changed = catalogue::change_service(&mut writing, caller.tenant, (id, version), &fields).await?;
    writing.commit().await?;
    Ok(shown(changed))
}

impl ServiceChange {
    fn applied_to(self, now: ServiceFields) -> ServiceFields {
        ServiceFields {
            label: self.label.unwrap_or(now.label),
            minutes: self.minutes.unwrap_or(now.minutes),
            price: self.price.map_or(now.price, Money::from),
            buffer_before_minutes: self.buffer_before_minutes.unwrap_or(now.buffer_before_minutes),
            buffer_after_minutes: self.buffer_after_minutes.unwrap_or(now.buffer_after_minutes),
            active: self.active.unwrap_or(now.active),
            position: self.position.unwrap_or(now.position),
        }
    }
}

impl From<Money> for Price {
    fn from(Money { minor, currency }: Money) -> Self {
        Self { minor, currency }
    }
}

impl From<Price> for Money {
    fn from(Price { minor, currency }: Price) -> Self {
        Self { minor, currency }
    }
}

fn shown(service: ManagedService) -> Response {
    (StatusCode::OK, etag(service.version), Json(told(service))).into_response()
}

fn told(ManagedService { id, fields, .. }: ManagedService) -> Service {
    Service {
        id,
        label: fields.label,
        minutes: fields.minutes,
        price: fields.price.into(),
        buffer_before_minutes: fields.buffer_before_minutes,
        buffer_after_minutes: fields.buffer_after_minutes,
        active: fields.active,
        position: fields.position,
    }
}
