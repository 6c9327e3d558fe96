//! `/availability`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Asked;
use super::caller::{self, Allowed};
use crate::api::Api;
use crate::api::problem::{Problem, Problems};
use crate::domain::ContactId;
use crate::domain::booking::LocalDay;
use crate::operations::salon::roster::{FreeDay, Roster, Seeker};

const DAYS_MAX: u16 = 31;

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    service: i64,
    /// One of the staff. Left out: anyone.
    staff: Option<i64>,
    /// The first day, by the salon's calendar. Left out: today.
    from: Option<NaiveDate>,
    /// How many days.
    #[param(minimum = 1, maximum = 31, default = 7)]
    days: Option<u16>,
}

/// What is free.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Availability {
    /// The salon's time zone.
    #[schema(example = "Africa/Kigali")]
    zone: &'static str,
    /// Days on which something is free.
    days: Vec<Day>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Day {
    date: NaiveDate,
    slots: Vec<Slot>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Slot {
    start: DateTime<Utc>,
    /// Who would take it: of those who can, the one with the fewest visits that day.
    staff: i64,
}

/// When a service can be booked.
#[utoipa::path(get, path = "/availability", operation_id = "availability", tag = "bookings",
    security(("key" = ["bookings:read"])), params(Wanted),
    responses((status = 200, description = "The free starts, day by day", body = Availability), Problems))]
pub(super) async fn free(
    State(api): State<Api>,
    Allowed(caller, _): Allowed<caller::BookingsRead>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Availability>, Problem> {
    let days = wanted.days.unwrap_or(7);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_query", format!("days: from 1 to {DAYS_MAX}.")));
    }
    let now = api.engine.world().clock.now();
    let seeker = Seeker { tenant: caller.tenant, contact: ContactId(0), zone: caller.zone, now };
    let mut reading = api.app.reading(caller.tenant).await?;
    let roster = Roster::read(&mut reading, &seeker, wanted.service, wanted.staff.unwrap_or(0)).await?;
    let Some(roster) = roster else {
        let detail = "Nobody gives this service, or it cannot be booked.";
        return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", detail));
    };
    let dates = roster.dates(&seeker).filter(|date| wanted.from.is_none_or(|from| *date >= from));
    let dates = dates.take_while(|date| wanted.from.is_none_or(|from| *date < from + Days::new(days.into())));
    let days: Vec<LocalDay> = dates.take(days.into()).map(|date| LocalDay::new(caller.zone, date)).collect();
    let free = roster.free_on(&mut reading, &seeker, &days).await?;
    Ok(Json(Availability { zone: caller.zone.name(), days: free.into_iter().map(told).collect() }))
}

fn told(FreeDay { date, free }: FreeDay<'_>) -> Day {
    let slots = free.into_iter().map(|free| Slot { start: free.start, staff: free.staff.id });
    Day { date, slots: slots.collect() }
}
