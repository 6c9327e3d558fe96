//! When staff work, by the wall clock.

use chrono::{NaiveTime, Weekday};
use sqlx::{PgConnection, Row};

use crate::domain::TenantId;

/// One stretch of work in every week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkingHours {
    pub staff: i64,
    pub weekday: Weekday,
    pub from: NaiveTime,
    /// Midnight is the one that ends the day.
    pub until: NaiveTime,
}

/// The weekly hours of `staff`.
pub async fn working_hours(
    connection: &mut PgConnection,
    tenant: TenantId,
    staff: &[i64],
) -> sqlx::Result<Vec<WorkingHours>> {
    let rows = sqlx::query(
        "SELECT staff_id, weekday, from_time, until_time FROM ganira.working_hours
         WHERE tenant_id = $1 AND staff_id = ANY($2) ORDER BY staff_id, weekday, from_time",
    )
    .bind(tenant.0)
    .bind(staff)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(WorkingHours {
                staff: row.try_get("staff_id")?,
                weekday: weekday_of(row.try_get("weekday")?)?,
                from: row.try_get("from_time")?,
                until: row.try_get("until_time")?,
            })
        })
        .collect()
}

/// Monday is 1 in the table and 0 in chrono.
fn weekday_of(number: i16) -> sqlx::Result<Weekday> {
    u8::try_from(number - 1).ok().and_then(|index| Weekday::try_from(index).ok()).ok_or_else(|| {
        sqlx::Error::ColumnDecode { index: "weekday".into(), source: format!("expected 1 to 7, found {number}").into() }
    })
}
