//! Consents: what people allow. They are written by the commit (`ganira.effect_record_consent`) and read here.

use sqlx::PgConnection;

use crate::domain::{ContactId, TenantId};

/// What the contact last said to `purpose`; `None` if she was never asked.
pub async fn latest(
    connection: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    purpose: &str,
) -> sqlx::Result<Option<bool>> {
    sqlx::query_scalar(
        "SELECT given FROM ganira.consent WHERE tenant_id = $1 AND contact_id = $2 AND purpose = $3 ORDER BY at DESC LIMIT 1",
    )
    .bind(tenant.0)
    .bind(contact.0)
    .bind(purpose)
    .fetch_optional(connection)
    .await
}
