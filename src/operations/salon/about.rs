//! `about_salon`: where the salon is, when it is open, and whether it is now.

use chrono::TimeDelta;
use sqlx::PgConnection;

use crate::domain::TimeWindow;
use crate::flows::Value;
use crate::operations::asker::{Answered, Asker, Trouble, row};
use crate::store::salon::about;
use crate::store::salon::busy::{BusyWith, busy};
use crate::store::salon::hours::{WorkingHours, working_hours};

use super::hours;
use super::labels::Words;
use crate::domain::booking::LocalDay;

/// Unavailable where the tenant has no salon.
pub(in crate::operations) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
) -> Result<Answered, Trouble> {
    let Some(about) = about::about(connection, asker.tenant).await? else { return Ok(Answered::unavailable()) };
    let staff = about::active_staff(connection, asker.tenant).await?;
    let working = working_hours(connection, asker.tenant, &staff).await?;
    let open = open_now(connection, asker, &staff, &working).await?;
    let mut told = row([
        ("name", Value::text(about.name)),
        ("hours", Value::Texts(hours::lines(&working, Words::of(asker.language)))),
        ("open_now", Value::YesNo(open)),
    ]);
    let optional = [("address", about.address), ("map", about.map_url)];
    told.extend(optional.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::text(text?)))));
    Ok(Answered::outcome("found").with_row(told))
}

/// Whether anybody works at this moment.
async fn open_now(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    staff: &[i64],
    working: &[WorkingHours],
) -> sqlx::Result<bool> {
    let today = LocalDay::new(asker.zone, asker.now.with_timezone(&asker.zone).date_naive());
    let Ok(moment) = TimeWindow::new(asker.now, asker.now + TimeDelta::seconds(1)) else { return Ok(false) };
    let busy = busy(connection, asker.tenant, asker.contact, staff, moment).await?;
    let off = |id: i64| busy.iter().any(|busy| busy.staff == id && busy.with == BusyWith::TimeOff);
    let mut today_worked = working.iter().filter(|hours| hours.weekday == today.weekday());
    Ok(today_worked.any(|hours| {
        !off(hours.staff) && today.between(hours.from, hours.until).iter().any(|open| open.contains(asker.now))
    }))
}
