//! The admin API under `/api/v1`: for the businesses' own programs, dashboards and staff.
//!
//! Every route asks for one [`Scope`](crate::domain::Scope), works on the rows of its caller's tenant alone, and is described in
//! `/api/v1/openapi.json` from the code that serves it. Errors are problems (RFC 9457) with stable codes.

mod availability;
mod body;
mod bookings;
mod caller;
mod condition;
mod keys;
mod once;
mod page;
mod services;
mod staff;

use axum::Json;
use axum::Router;
use axum::routing::get;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Description, Server};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ganira",
        description = "The admin API of a business: its catalogue, its bookings, its keys. Lists come in pages: follow `next` by \
                       `?cursor=`. A POST with an `Idempotency-Key` is done once however often it is sent. What is changed is named by \
                       the `ETag` under which it was read, in `If-Match`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&Key),
    tags(
        (name = "catalogue", description = "Services, and who gives them"),
        (name = "bookings", description = "What is free, and what is booked"),
        (name = "keys", description = "Keys of machines"),
    )
)]
struct Doc;

struct Key;

impl Modify for Key {
    fn modify(&self, description: &mut Description) {
        let bearer =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key: gnr_live_…")).build();
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
        description.servers = Some(vec![Server::new("/api/v1")]);
    }
}

/// The routes, and their description.
pub fn routes() -> (Router<Api>, Description) {
    OpenApiRouter::with_openapi(Doc::openapi())
        .routes(routes!(services::list, services::add))
        .routes(routes!(services::one, services::change))
        .routes(routes!(staff::list, staff::add))
        .routes(routes!(staff::one, staff::change))
        .routes(routes!(availability::free))
        .routes(routes!(bookings::list))
        .routes(routes!(keys::list, keys::add))
        .routes(routes!(keys::revoke))
        .split_for_parts()
}

/// The routes with their description at `/openapi.json`.
pub fn router() -> Router<Api> {
    let (router, description) = routes();
    router.route("/openapi.json", get(async move || Json(description.clone())))
}
