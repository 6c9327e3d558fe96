//! All that a salon keeps of one person, for her to take along.

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
    /// The visit for whose row the name is sealed.
    pub name_row: String,
    pub state: String,
    /// The visit whose place it took.
    pub replaces: Option<String>,
    pub created_at: Timestamp,
}

pub async fn visits(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<ExportedVisit>> {
    sqlx::query_as(
        "SELECT v.id::text AS id, s.label AS service, p.label AS staff, v.starts_at, v.ends_at, v.price_minor, v.currency,
                v.name_sealed, coalesce(v.name_row, v.id)::text AS name_row, v.state, v.replaces::text AS replaces, v.created_at
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

/// What she thought of a visit, or of the salon.
#[derive(Debug, sqlx::FromRow)]
pub struct ExportedFeedback {
    pub id: String,
    pub visit: Option<String>,
    pub stars: i16,
    /// Sealed by her own key.
    pub words_sealed: Option<Vec<u8>>,
    pub at: Timestamp,
}

pub async fn feedback(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<ExportedFeedback>> {
    sqlx::query_as(
        "SELECT id::text AS id, visit_id::text AS visit, stars, words_sealed, at
         FROM ganira.feedback WHERE tenant_id = $1 AND contact_id = $2 ORDER BY at, id",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(connection)
    .await
}

/// What she allowed or forbade.
#[derive(Debug, sqlx::FromRow)]
pub struct ExportedConsent {
    pub purpose: String,
    pub given: bool,
    pub channel: Option<String>,
    pub at: Timestamp,
}

pub async fn consents(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<ExportedConsent>> {
    sqlx::query_as(
        "SELECT purpose, given, channel, at FROM ganira.consent WHERE tenant_id = $1 AND contact_id = $2 ORDER BY at, purpose",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(connection)
    .await
}
