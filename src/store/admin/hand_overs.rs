//! Conversations that staff have, and the queues they look after.

use sqlx::{PgConnection, Row as _};

use crate::domain::{ContactId, Conversation, TenantId, Timestamp};

/// A conversation that staff have.
#[derive(Debug, Clone)]
pub struct ListedHandOver {
    pub who: Conversation,
    pub queue: String,
    pub asked_at: Timestamp,
    /// She asked from a keypad: nobody can write to her, she is to be called.
    pub call_back: bool,
}

/// A queue and whether anybody looks after it.
#[derive(Debug, Clone)]
pub struct ListedQueue {
    pub tenant: TenantId,
    pub queue: String,
    pub open: bool,
}

pub async fn list(connection: &mut PgConnection, tenant: Option<TenantId>) -> sqlx::Result<Vec<ListedHandOver>> {
    let rows = sqlx::query(
        "SELECT tenant_id, contact_id, queue, asked_at, call_back FROM ganira.hand_over WHERE $1::bigint IS NULL OR tenant_id = $1 ORDER BY asked_at",
    )
    .bind(tenant.map(|tenant| tenant.0))
    .fetch_all(connection)
    .await?;
    let read = |row: &sqlx::postgres::PgRow| {
        Ok(ListedHandOver {
            who: Conversation { tenant: TenantId(row.try_get(0)?), contact: ContactId(row.try_get(1)?) },
            queue: row.try_get(2)?,
            asked_at: row.try_get(3)?,
            call_back: row.try_get(4)?,
        })
    };
    rows.iter().map(read).collect()
}

pub async fn queues(connection: &mut PgConnection, tenant: Option<TenantId>) -> sqlx::Result<Vec<ListedQueue>> {
    let rows = sqlx::query(
        "SELECT tenant_id, queue, open FROM ganira.staff_queue WHERE $1::bigint IS NULL OR tenant_id = $1 ORDER BY tenant_id, queue",
    )
    .bind(tenant.map(|tenant| tenant.0))
    .fetch_all(connection)
    .await?;
    let read = |row: &sqlx::postgres::PgRow| {
        Ok(ListedQueue { tenant: TenantId(row.try_get(0)?), queue: row.try_get(1)?, open: row.try_get(2)? })
    };
    rows.iter().map(read).collect()
}

pub async fn set_queue(connection: &mut PgConnection, tenant: TenantId, queue: &str, open: bool) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO ganira.staff_queue (tenant_id, queue, open) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id, queue) DO UPDATE SET open = excluded.open",
    )
    .bind(tenant.0)
    .bind(queue)
    .bind(open)
    .execute(connection)
    .await?;
    Ok(())
}
