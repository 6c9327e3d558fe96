//! Where a salon is and who works there now.

use sqlx::PgConnection;

use crate::domain::TenantId;

/// What a salon says of itself.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct About {
    pub name: String,
    pub address: Option<String>,
    /// A link that shows the way.
    pub map_url: Option<String>,
}

/// The tenant's name and where its salon is; `None` if the tenant has no salon.
pub async fn about(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<Option<About>> {
    sqlx::query_as(
        "SELECT t.name, s.address, s.map_url FROM ganira.salon s JOIN ganira.tenant t ON t.id = s.tenant_id WHERE s.tenant_id = $1",
    )
    .bind(tenant.0)
    .fetch_optional(connection)
    .await
}

/// The ids of the staff who work there now.
pub async fn active_staff(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar("SELECT id FROM ganira.staff WHERE tenant_id = $1 AND active ORDER BY id")
        .bind(tenant.0)
        .fetch_all(connection)
        .await
}
