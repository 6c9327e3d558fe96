//! What operations read and write of hand-overs and news. The connection acts for the tenant (see [`super::AppPool`]).

use sqlx::PgConnection;

use crate::domain::{ContactId, TenantId};

/// Whether anybody of the staff looks after a queue.
pub async fn is_open(connection: &mut PgConnection, tenant: TenantId, queue: &str) -> sqlx::Result<bool> {
    let open = sqlx::query_scalar("SELECT open FROM ganira.staff_queue WHERE tenant_id = $1 AND queue = $2");
    Ok(open.bind(tenant.0).bind(queue).fetch_optional(connection).await?.unwrap_or(false))
}

/// News for a conversation, told when the transaction commits.
pub async fn tell(
    connection: &mut PgConnection,
    contact: ContactId,
    name: &str,
    sealed: &[u8],
    id: &str,
) -> sqlx::Result<()> {
    sqlx::query("SELECT ganira.tell($1, $2, $3, $4)")
        .bind(contact.0)
        .bind(name)
        .bind(sealed)
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}
