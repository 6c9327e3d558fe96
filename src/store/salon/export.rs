//! All visits of one person, for her to take along.

use sqlx::PgConnection;

use crate::domain::{Conversation, Timestamp};

/// A visit, past or to come.
#[derive(Debug, sqlx::FromRow)]
pub struct ExportedVisit {
    pub id: String,
    pub service: String,
    pub staff: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub price_minor: i64,
    pub currency: String,
    /// Sealed by her own key.
    pub name_sealed: Option<Vec<u8>>,
    pub state: String,
    pub created_at: Timestamp,
}

pub async fn visits(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<ExportedVisit>> {
    sqlx::query_as(
        "SELECT v.id::text AS id, s.label AS service, p.label AS staff, v.starts_at, v.ends_at, v.price_minor, v.currency,
                v.name_sealed, v.state, v.created_at
         FROM ganira.visit AS v
         JOIN ganira.service AS s ON s.tenant_id = v.tenant_id AND s.id = v.service_id
         JOIN ganira.staff AS p ON p.tenant_id = v.tenant_id AND p.id = v.staff_id
         WHERE v.tenant_id = $1 AND v.contact_id = $2 ORDER BY v.starts_at",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(connection)
    .await
}
