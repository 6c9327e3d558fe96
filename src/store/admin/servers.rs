//! The tenants' own servers.

use sqlx::{PgConnection, Row as _};

use crate::domain::TenantId;

/// A server as it is listed. Its secret is not.
#[derive(Debug, Clone)]
pub struct ListedServer {
    pub tenant: TenantId,
    pub name: String,
    pub url: String,
}

pub async fn put(
    connection: &mut PgConnection,
    tenant: TenantId,
    name: &str,
    url: &str,
    sealed: &[u8],
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO ganira.tenant_server (tenant_id, name, url, secret) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, name) DO UPDATE SET url = excluded.url, secret = excluded.secret",
    )
    .bind(tenant.0)
    .bind(name)
    .bind(url)
    .bind(sealed)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn list(connection: &mut PgConnection, tenant: Option<TenantId>) -> sqlx::Result<Vec<ListedServer>> {
    let rows = sqlx::query(
        "SELECT tenant_id, name, url FROM ganira.tenant_server WHERE $1::bigint IS NULL OR tenant_id = $1 ORDER BY tenant_id, name",
    )
    .bind(tenant.map(|tenant| tenant.0))
    .fetch_all(connection)
    .await?;
    let read = |row: &sqlx::postgres::PgRow| {
        Ok(ListedServer { tenant: TenantId(row.try_get(0)?), name: row.try_get(1)?, url: row.try_get(2)? })
    };
    rows.iter().map(read).collect()
}

/// `false` where there is none.
pub async fn remove(connection: &mut PgConnection, tenant: TenantId, name: &str) -> sqlx::Result<bool> {
    let removed = sqlx::query("DELETE FROM ganira.tenant_server WHERE tenant_id = $1 AND name = $2");
    Ok(removed.bind(tenant.0).bind(name).execute(connection).await?.rows_affected() > 0)
}
