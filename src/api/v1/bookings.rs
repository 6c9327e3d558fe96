//! `/bookings`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::body::Asked;
use super::caller::{self, Allowed};
use super::page::{Page, Part};
use super::services::Price;
use crate::api::Api;
use crate::api::problem::{Problem, Problems};
use crate::store::salon::visit::{self, ListedVisit, VisitsWanted};

/// Which bookings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Those that begin at this instant or later (RFC 3339). Left out: from now on.
    from: Option<DateTime<Utc>>,
    /// Those that begin before this instant. Left out: all to come.
    until: Option<DateTime<Utc>>,
    /// One of the staff.
    staff: Option<i64>,
    state: Option<BookingState>,
    /// Rows at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// How a booking stands.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BookingState {
    Booked,
    /// Another one took its place.
    Moved,
    Cancelled,
    Done,
}

/// A booking.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Booking {
    id: Uuid,
    /// The customer's number.
    contact: i64,
    service: i64,
    service_label: String,
    staff: i64,
    staff_label: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    price: Price,
    state: String,
    created_at: DateTime<Utc>,
}

/// Bookings in the order in which they begin.
#[utoipa::path(get, path = "/bookings", operation_id = "list_bookings", tag = "bookings",
    security(("key" = ["bookings:read"])), params(Which),
    responses((status = 200, description = "A page of bookings", body = Page<Booking>), Problems))]
pub(super) async fn list(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::BookingsRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<Booking>>, Problem> {
    let part = Part { limit: which.limit, cursor: which.cursor };
    let from = which.from.unwrap_or_else(|| api.engine.world().clock.now());
    let limit = part.limit()?;
    let wanted = VisitsWanted {
        after: part.after((from, Uuid::nil()))?,
        until: which.until.unwrap_or(DateTime::<Utc>::MAX_UTC),
        staff: which.staff,
        state: which.state.map(BookingState::name),
        rows_max: limit as i64 + 1,
    };
    let mut reading = api.app.reading(caller.tenant).await?;
    let rows = visit::listed(&mut reading, caller.tenant, &wanted).await?;
    Ok(Json(Page::of(rows, limit, |row| (row.starts_at, row.id), told)))
}

impl BookingState {
    /// As the table has it.
    const fn name(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Moved => "moved",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
        }
    }
}

fn told(row: ListedVisit) -> Booking {
    Booking {
        id: row.id,
        contact: row.contact.0,
        service: row.service,
        service_label: row.service_label,
        staff: row.staff,
        staff_label: row.staff_label,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        price: row.price.into(),
        state: row.state,
        created_at: row.created_at,
    }
}
