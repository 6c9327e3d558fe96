//! When staff are not free: time off, bookings, and other people's holds.

use sqlx::{PgConnection, Row};

use crate::domain::{ContactId, TenantId, TimeWindow};

use super::GRACE_SECONDS;

/// Why a stretch is not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusyWith {
    TimeOff,
    Hold,
    Booking,
}

/// A stretch of time in which one member of staff is not free, buffers included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    pub staff: i64,
    pub during: TimeWindow,
    pub with: BusyWith,
}

/// What of `window` is taken for `asker`. Her own holds are not in the way: a new one will replace them.
pub async fn busy(
    connection: &mut PgConnection,
    tenant: TenantId,
    asker: ContactId,
    staff: &[i64],
    window: TimeWindow,
) -> sqlx::Result<Vec<Busy>> {
    let rows = sqlx::query(
        "SELECT resource_id AS staff_id, lower(during) AS starts_at, upper(during) AS ends_at, kind
         FROM ganira.occupancy
         WHERE tenant_id = $1 AND resource_id = ANY($2) AND during && tstzrange($3, $4)
           AND NOT (kind = 'hold' AND (contact_id = $5 OR expires_at < now() - make_interval(secs => $6)))
         UNION ALL
         SELECT staff_id, starts_at, ends_at, 'off'
         FROM ganira.time_off
         WHERE tenant_id = $1 AND staff_id = ANY($2) AND starts_at < $4 AND ends_at > $3",
    )
    .bind(tenant.0)
    .bind(staff)
    .bind(window.start())
    .bind(window.end())
    .bind(asker.0)
    .bind(f64::from(GRACE_SECONDS))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let during = TimeWindow::new(row.try_get("starts_at")?, row.try_get("ends_at")?)
                .map_err(|empty| sqlx::Error::Decode(empty.into()))?;
            let with = match row.try_get("kind")? {
                "booking" => BusyWith::Booking,
                "hold" => BusyWith::Hold,
                _ => BusyWith::TimeOff,
            };
            Ok(Busy { staff: row.try_get("staff_id")?, during, with })
        })
        .collect()
}
