//! Wrapped keys: which there are, and putting another wrapping in the place of one that is still there.

use sqlx::PgConnection;

use crate::domain::TenantId;

/// Every tenant's key as the ring wraps it.
pub async fn of_tenants(connection: &mut PgConnection) -> sqlx::Result<Vec<(TenantId, Vec<u8>)>> {
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT id, wrapped_key FROM ganira.tenant ORDER BY id").fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(id, wrapped)| (TenantId(id), wrapped)).collect())
}

/// The system key. `None` before the first engine ran on this database.
pub async fn of_system(connection: &mut PgConnection) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar("SELECT wrapped FROM ganira.system_key").fetch_optional(connection).await
}

/// False when the key is no longer wrapped as in `old`: somebody else was faster.
pub async fn replace_of_tenant(
    connection: &mut PgConnection,
    tenant: TenantId,
    old: &[u8],
    new: &[u8],
) -> sqlx::Result<bool> {
    let replaced = sqlx::query("UPDATE ganira.tenant SET wrapped_key = $3 WHERE id = $1 AND wrapped_key = $2")
        .bind(tenant.0)
        .bind(old)
        .bind(new)
        .execute(connection)
        .await?;
    Ok(replaced.rows_affected() == 1)
}

/// False when the key is no longer wrapped as in `old`.
pub async fn replace_of_system(connection: &mut PgConnection, old: &[u8], new: &[u8]) -> sqlx::Result<bool> {
    let replaced = sqlx::query("UPDATE ganira.system_key SET wrapped = $2 WHERE wrapped = $1")
        .bind(old)
        .bind(new)
        .execute(connection)
        .await?;
    Ok(replaced.rows_affected() == 1)
}
