//! Maintenance: expired holds are taken away, of all tenants.

use sqlx::PgConnection;

/// Takes away up to `limit` holds that expired more than a minute ago and says how many there were. Never waits for a lock.
/// The connection needs `EXECUTE` only (role `ganira_engine`).
pub async fn sweep_expired_holds(connection: &mut PgConnection, limit: i32) -> sqlx::Result<i32> {
    sqlx::query_scalar("SELECT ganira.sweep_expired_holds($1)").bind(limit).fetch_one(connection).await
}
