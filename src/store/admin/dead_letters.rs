//! Dead letters: listed without their bodies, read one at a time with it.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use crate::domain::{AccountId, ContactId, TenantId, Timestamp};

/// Which dead letters are meant. What is `None` narrows nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub reason: Option<String>,
    pub tenant: Option<TenantId>,
    pub since: Option<Timestamp>,
    /// Only those not replayed yet.
    pub open_only: bool,
    pub order: Order,
}

/// Which come first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    NewestFirst,
    OldestFirst,
}

/// A dead letter without its body.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: i64,
    pub tenant: Option<TenantId>,
    pub contact: Option<ContactId>,
    pub account: Option<AccountId>,
    pub reason: String,
    pub error: String,
    pub at: Timestamp,
    /// `open` or `replayed`.
    pub state: String,
    /// How often it was replayed.
    pub replays: i16,
}

/// A dead letter whole.
#[derive(Debug, Clone)]
pub struct Whole {
    pub listed: Listed,
    pub dedupe: Vec<u8>,
    pub body: Vec<u8>,
}

pub async fn list(connection: &mut PgConnection, filter: &Filter, limit: i64) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query(
        "SELECT id, tenant_id, contact_id, account_id, reason, error, at, state, replays FROM ganira.dead_letter
         WHERE ($1::text IS NULL OR reason = $1) AND ($2::bigint IS NULL OR tenant_id = $2)
           AND ($3::timestamptz IS NULL OR at >= $3) AND (NOT $4 OR state = 'open')
         ORDER BY CASE WHEN $5 THEN id ELSE -id END LIMIT $6",
    )
    .bind(filter.reason.as_deref())
    .bind(filter.tenant.map(|tenant| tenant.0))
    .bind(filter.since)
    .bind(filter.open_only)
    .bind(filter.order == Order::OldestFirst)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Those of `ids` that were replayed.
pub async fn replayed(connection: &mut PgConnection, ids: &[i64]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar("SELECT id FROM ganira.dead_letter WHERE id = ANY ($1) AND state = 'replayed'")
        .bind(ids)
        .fetch_all(connection)
        .await
}

pub async fn find(connection: &mut PgConnection, id: i64) -> sqlx::Result<Option<Whole>> {
    let row = sqlx::query(
        "SELECT id, tenant_id, contact_id, account_id, reason, error, at, state, replays, dedupe, body
         FROM ganira.dead_letter WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read_whole).transpose()
}

/// Those that belong to one contact, the oldest first.
pub async fn of_contact(
    connection: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
) -> sqlx::Result<Vec<Whole>> {
    let rows = sqlx::query(
        "SELECT id, tenant_id, contact_id, account_id, reason, error, at, state, replays, dedupe, body
         FROM ganira.dead_letter WHERE tenant_id = $1 AND contact_id = $2 ORDER BY id",
    )
    .bind(tenant.0)
    .bind(contact.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read_whole).collect()
}

fn read(row: &PgRow) -> sqlx::Result<Listed> {
    Ok(Listed {
        id: row.try_get(0)?,
        tenant: row.try_get::<Option<i64>, _>(1)?.map(TenantId),
        contact: row.try_get::<Option<i64>, _>(2)?.map(ContactId),
        account: row.try_get::<Option<i64>, _>(3)?.map(AccountId),
        reason: row.try_get(4)?,
        error: row.try_get(5)?,
        at: row.try_get(6)?,
        state: row.try_get(7)?,
        replays: row.try_get(8)?,
    })
}

fn read_whole(row: &PgRow) -> sqlx::Result<Whole> {
    Ok(Whole { listed: read(row)?, dedupe: row.try_get(9)?, body: row.try_get(10)? })
}
