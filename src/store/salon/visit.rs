//! Visits: what has been booked. They are written by the commit (`ganira.effect_book_visit`, `effect_move_visit`)
//! and read here.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::catalogue::money_of;
use crate::domain::{ContactId, Money, TenantId, Timestamp};

/// One coming visit, for its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComingVisit {
    pub id: Uuid,
    pub starts_at: Timestamp,
    pub service: i64,
    pub service_label: String,
    pub staff: i64,
    pub staff_label: String,
}

/// The contact's booked visits that are not over by `now`, the next one first.
pub async fn coming(
    connection: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    now: Timestamp,
    rows_max: i64,
) -> sqlx::Result<Vec<ComingVisit>> {
    let rows = sqlx::query(
        "SELECT v.id::text AS id, v.starts_at, v.service_id, s.label AS service_label, v.staff_id, t.label AS staff_label
         FROM ganira.visit v
         JOIN ganira.service s ON s.tenant_id = v.tenant_id AND s.id = v.service_id
         JOIN ganira.staff t ON t.tenant_id = v.tenant_id AND t.id = v.staff_id
         WHERE v.tenant_id = $1 AND v.contact_id = $2 AND v.state = 'booked' AND v.ends_at > $3
         ORDER BY v.starts_at, v.id LIMIT $4",
    )
    .bind(tenant.0)
    .bind(contact.0)
    .bind(now)
    .bind(rows_max)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ComingVisit {
                id: id_of(row)?,
                starts_at: row.try_get("starts_at")?,
                service: row.try_get("service_id")?,
                service_label: row.try_get("service_label")?,
                staff: row.try_get("staff_id")?,
                staff_label: row.try_get("staff_label")?,
            })
        })
        .collect()
}

/// Until when the contact may cancel her booked visit; `None` if she has no such visit.
pub async fn cancel_until(
    connection: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    id: Uuid,
) -> sqlx::Result<Option<Timestamp>> {
    sqlx::query_scalar(
        "SELECT cancel_until FROM ganira.visit
         WHERE tenant_id = $1 AND id = $2::uuid AND contact_id = $3 AND state = 'booked'",
    )
    .bind(tenant.0)
    .bind(id.to_string())
    .bind(contact.0)
    .fetch_optional(connection)
    .await
}

/// Whether the contact has that visit, past or to come, and it was neither cancelled nor moved.
pub async fn stands(
    connection: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    id: Uuid,
) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM ganira.visit
         WHERE tenant_id = $1 AND id = $2::uuid AND contact_id = $3 AND state IN ('booked', 'done'))",
    )
    .bind(tenant.0)
    .bind(id.to_string())
    .bind(contact.0)
    .fetch_one(connection)
    .await
}

/// A visit as staff list it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedVisit {
    pub id: Uuid,
    pub contact: ContactId,
    pub service: i64,
    pub service_label: String,
    pub staff: i64,
    pub staff_label: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub price: Money,
    pub state: String,
    pub created_at: Timestamp,
}

/// Which visits, in the order of their starts.
#[derive(Debug, Clone)]
pub struct VisitsWanted {
    /// Those behind this start and id.
    pub after: (Timestamp, Uuid),
    /// Those that begin before it.
    pub until: Timestamp,
    pub staff: Option<i64>,
    pub state: Option<&'static str>,
    pub rows_max: i64,
}

/// A salon's visits.
pub async fn listed(
    connection: &mut PgConnection,
    tenant: TenantId,
    wanted: &VisitsWanted,
) -> sqlx::Result<Vec<ListedVisit>> {
    let rows = sqlx::query(
        "SELECT v.id::text AS id, v.contact_id, v.service_id, s.label AS service_label, v.staff_id, p.label AS staff_label,
                v.starts_at, v.ends_at, v.price_minor, v.currency, v.state, v.created_at
         FROM ganira.visit v
         JOIN ganira.service s ON s.tenant_id = v.tenant_id AND s.id = v.service_id
         JOIN ganira.staff p ON p.tenant_id = v.tenant_id AND p.id = v.staff_id
         WHERE v.tenant_id = $1 AND (v.starts_at, v.id) > ($2, $3::uuid) AND v.starts_at < $4
           AND ($5::bigint IS NULL OR v.staff_id = $5) AND ($6::text IS NULL OR v.state = $6)
         ORDER BY v.starts_at, v.id LIMIT $7",
    )
    .bind(tenant.0)
    .bind(wanted.after.0)
    .bind(wanted.after.1.to_string())
    .bind(wanted.until)
    .bind(wanted.staff)
    .bind(wanted.state)
    .bind(wanted.rows_max)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ListedVisit {
                id: id_of(row)?,
                contact: ContactId(row.try_get("contact_id")?),
                service: row.try_get("service_id")?,
                service_label: row.try_get("service_label")?,
                staff: row.try_get("staff_id")?,
                staff_label: row.try_get("staff_label")?,
                starts_at: row.try_get("starts_at")?,
                ends_at: row.try_get("ends_at")?,
                price: money_of(row)?,
                state: row.try_get("state")?,
                created_at: row.try_get("created_at")?,
            })
        })
        .collect()
}

/// Reads the column `id`, which the query gave as text.
fn id_of(row: &PgRow) -> sqlx::Result<Uuid> {
    Uuid::parse_str(row.try_get("id")?).map_err(|error| sqlx::Error::Decode(error.into()))
}
