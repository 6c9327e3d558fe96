//! Parts of long messages: one short statement each.

use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use super::rest::failed;
use crate::domain::Timestamp;
use crate::store::{PartRow, Result};

pub(super) async fn keep(pool: &PgPool, gateway: &str, part: &PartRow) -> Result<()> {
    sqlx::query("SELECT keep_part($1, $2, $3, $4, $5)")
        .bind(gateway)
        .bind(part.message.as_slice())
        .bind(part.part)
        .bind(part.at)
        .bind(&part.body)
        .execute(pool)
        .await
        .map_err(failed("keep a part of a message"))?;
    Ok(())
}

pub(super) async fn kept(pool: &PgPool, gateway: &str) -> Result<Vec<PartRow>> {
    let failed = failed("read the parts of messages");
    let rows = sqlx::query("SELECT message, part, at, delivered, body FROM sms_parts($1)")
        .bind(gateway)
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    let read = |row: &PgRow| {
        let message: Vec<u8> = row.try_get(0)?;
        Ok(PartRow {
            message: message.try_into().map_err(|_| sqlx::Error::Decode("a hash of 16 bytes is expected".into()))?,
            part: row.try_get(1)?,
            at: row.try_get(2)?,
            delivered: row.try_get(3)?,
            body: row.try_get(4)?,
        })
    };
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

pub(super) async fn settle(pool: &PgPool, gateway: &str, message: [u8; 16]) -> Result<()> {
    sqlx::query("SELECT settle_parts($1, $2)")
        .bind(gateway)
        .bind(message.as_slice())
        .execute(pool)
        .await
        .map_err(failed("settle the parts of a message"))?;
    Ok(())
}

pub(super) async fn forget(pool: &PgPool, gateway: &str, before: Timestamp) -> Result<()> {
    sqlx::query("SELECT forget_parts($1, $2)")
        .bind(gateway)
        .bind(before)
        .execute(pool)
        .await
        .map_err(failed("forget the parts of messages"))?;
    Ok(())
}
