//! Holds: a slot kept for a contact for some minutes. The EXCLUDE of `occupancy` is the judge.

use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::domain::{ContactId, Money, TenantId, TimeWindow, Timestamp};

use super::GRACE_SECONDS;
use super::catalogue::money_of;

/// A hold as asked for.
#[derive(Debug, Clone, Copy)]
pub struct NewHold {
    /// Made from the event and ordinal that asked: the same question finds the hold it already has.
    pub id: Uuid,
    pub contact: ContactId,
    pub staff: i64,
    pub service: i64,
    /// What the customer sees.
    pub visit: TimeWindow,
    /// What is taken: the visit with its buffers.
    pub taken: TimeWindow,
    pub minutes: i32,
}

/// A hold as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub id: Uuid,
    pub staff: i64,
    pub staff_label: String,
    pub service: i64,
    pub service_label: String,
    pub price: Money,
    pub visit: TimeWindow,
    /// By the database's clock.
    pub expires_at: Timestamp,
}

/// Makes everybody wait who wants the same staff, or the staff of a hold that `contact` is about to give up. Locks are taken in one order,
/// so that two people who swap slots cannot wait for each other.
pub async fn queue_up(
    connection: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    staff: i64,
) -> sqlx::Result<()> {
    sqlx::query(
        "SELECT pg_advisory_xact_lock(hashint8extended(wanted.resource_id, $1))
         FROM (SELECT $3::bigint AS resource_id
               UNION SELECT resource_id FROM ganira.occupancy WHERE tenant_id = $1 AND contact_id = $2 AND kind = 'hold'
               ORDER BY 1) AS wanted",
    )
    .bind(tenant.0)
    .bind(contact.0)
    .bind(staff)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes away what must not be in the way of `hold`: the contact's earlier holds, and other people's expired ones.
pub async fn make_room(connection: &mut PgConnection, tenant: TenantId, hold: &NewHold) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM ganira.occupancy
         WHERE tenant_id = $1 AND owner IN (
             SELECT owner FROM ganira.occupancy WHERE tenant_id = $1 AND contact_id = $2 AND kind = 'hold'
             UNION ALL
             SELECT owner FROM ganira.occupancy
             WHERE tenant_id = $1 AND resource_id = $3 AND during && tstzrange($4, $5)
               AND kind = 'hold' AND expires_at < now() - make_interval(secs => $6))",
    )
    .bind(tenant.0)
    .bind(hold.contact.0)
    .bind(hold.staff)
    .bind(hold.taken.start())
    .bind(hold.taken.end())
    .bind(f64::from(GRACE_SECONDS))
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the hold. `false` if the time is taken; then the transaction should be rolled back, so that the contact keeps what she had.
pub async fn take(connection: &mut PgConnection, tenant: TenantId, hold: &NewHold) -> sqlx::Result<bool> {
    let written = sqlx::query(
        "INSERT INTO ganira.occupancy
             (tenant_id, resource_id, during, owner, kind, contact_id, expires_at, service_id, starts_at, ends_at)
         VALUES ($1, $2, tstzrange($3, $4), $5::uuid, 'hold', $6, now() + make_interval(mins => $7), $8, $9, $10)
         ON CONFLICT DO NOTHING",
    )
    .bind(tenant.0)
    .bind(hold.staff)
    .bind(hold.taken.start())
    .bind(hold.taken.end())
    .bind(hold.id.to_string())
    .bind(hold.contact.0)
    .bind(hold.minutes)
    .bind(hold.service)
    .bind(hold.visit.start())
    .bind(hold.visit.end())
    .execute(connection)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The contact's own hold, unless it is gone, expired or already a booking.
pub async fn find(
    connection: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    id: Uuid,
) -> sqlx::Result<Option<Held>> {
    let row = sqlx::query(
        "SELECT o.resource_id, t.label AS staff_label, o.service_id, s.label AS service_label, s.price_minor, s.currency,
                o.starts_at, o.ends_at, o.expires_at
         FROM ganira.occupancy o
         JOIN ganira.staff t ON t.tenant_id = o.tenant_id AND t.id = o.resource_id
         JOIN ganira.service s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
         WHERE o.tenant_id = $1 AND o.owner = $2::uuid AND o.contact_id = $3 AND o.kind = 'hold' AND o.expires_at > now()",
    )
    .bind(tenant.0)
    .bind(id.to_string())
    .bind(contact.0)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Held {
            id,
            staff: row.try_get("resource_id")?,
            staff_label: row.try_get("staff_label")?,
            service: row.try_get("service_id")?,
            service_label: row.try_get("service_label")?,
            price: money_of(&row)?,
            visit: TimeWindow::new(row.try_get("starts_at")?, row.try_get("ends_at")?)
                .map_err(|empty| sqlx::Error::Decode(empty.into()))?,
            expires_at: row.try_get("expires_at")?,
        })
    })
    .transpose()
}
