//! The outbox as a dispatcher reads it: in table order, from its cursor.

use sqlx::{PgPool, Row};

use crate::domain::{AccountId, ContactId, Conversation, OutboxId, Seq, TenantId};
use crate::store::{OpenOutboxRow, OutboxPlace, Result, StoreError, WriterId};

const OPEN: &str = "SELECT tenant_id, contact_id, seq, n, writer_id, batch_no, place, at, body, wrapped, rank, attempt, attempt_state, changed_at \
                    FROM open_outbox($1, $2, $3, $4, $5)";

pub(super) async fn open(
    pool: &PgPool,
    account: AccountId,
    after: OutboxPlace,
    limit: i32,
) -> Result<Vec<OpenOutboxRow>> {
    let failed = |source| StoreError { what: "read the outbox", source };
    let rows = sqlx::query(OPEN)
        .bind(account.0)
        .bind(after.writer)
        .bind(after.batch)
        .bind(after.place)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

fn read(row: &sqlx::postgres::PgRow) -> std::result::Result<OpenOutboxRow, sqlx::Error> {
    Ok(OpenOutboxRow {
        id: OutboxId {
            conversation: Conversation { tenant: TenantId(row.try_get(0)?), contact: ContactId(row.try_get(1)?) },
            seq: Seq(row.try_get(2)?),
            n: row.try_get(3)?,
        },
        place: OutboxPlace { writer: row.try_get(4)?, batch: row.try_get(5)?, place: row.try_get(6)? },
        at: row.try_get(7)?,
        body: row.try_get(8)?,
        wrapped_key: row.try_get(9)?,
        rank: row.try_get(10)?,
        attempt: row.try_get(11)?,
        attempt_state: row.try_get(12)?,
        changed_at: row.try_get(13)?,
    })
}

pub(super) async fn cursors(pool: &PgPool, account: AccountId) -> Result<Vec<(WriterId, i64)>> {
    let failed = |source| StoreError { what: "read an outbox cursor", source };
    let rows = sqlx::query("SELECT writer_id, batch_no FROM outbox_cursors($1)")
        .bind(account.0)
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(|row| Ok((WriterId(row.try_get(0).map_err(failed)?), row.try_get(1).map_err(failed)?))).collect()
}

pub(super) async fn save_cursor(pool: &PgPool, account: AccountId, writer: WriterId, batch: i64) -> Result<()> {
    sqlx::query("SELECT save_cursor($1, $2, $3)")
        .bind(account.0)
        .bind(writer.0)
        .bind(batch)
        .execute(pool)
        .await
        .map_err(|source| StoreError { what: "save an outbox cursor", source })?;
    Ok(())
}
