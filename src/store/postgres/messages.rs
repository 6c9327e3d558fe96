//! Messages by their providers' names: how the whole stands, and receipts that came too early.

use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use super::rest::failed;
use crate::domain::{AccountId, ContactId, Conversation, OutboxId, Seq, TenantId};
use crate::store::{NamedReceipt, Result, RipeReceipt, Standing};

pub(super) async fn standing(pool: &PgPool, receipts: &[NamedReceipt]) -> Result<Vec<Option<Standing>>> {
    let failed = failed("look up what messages stand behind receipts");
    let (mut ask, mut message) = (Vec::new(), Vec::new());
    for (number, receipt) in (0_i32..).zip(receipts) {
        for form in &receipt.forms {
            ask.push(number);
            message.push(form.as_slice());
        }
    }
    let rows = sqlx::query(
        "SELECT ask, account_id, tenant_id, contact_id, seq, n, wake, rank, error_code FROM message_standing($1, $2)",
    );
    let rows = rows.bind(ask).bind(message).fetch_all(pool).await.map_err(failed)?;
    let mut found = vec![None; receipts.len()];
    for row in &rows {
        let ask: i32 = row.try_get(0).map_err(failed)?;
        if let Some(place) = usize::try_from(ask).ok().and_then(|ask| found.get_mut(ask)) {
            *place = Some(read(row, 1).map_err(failed)?);
        }
    }
    Ok(found)
}

pub(super) async fn ripe(pool: &PgPool, limit: i32) -> Result<Vec<RipeReceipt>> {
    let failed = failed("read the receipts that came early");
    let rows = sqlx::query(
        "SELECT receipt, account_id, tenant_id, contact_id, seq, n, wake, rank, error_code FROM ripe_receipts($1)",
    );
    let rows = rows.bind(limit).fetch_all(pool).await.map_err(failed)?;
    let one = |row: &PgRow| {
        let receipt: [u8; 16] = row.try_get::<&[u8], _>(0)?.try_into().unwrap_or_default();
        Ok(RipeReceipt { receipt, standing: read(row, 1)? })
    };
    rows.iter().map(|row| one(row).map_err(failed)).collect()
}

pub(super) async fn forget(pool: &PgPool, told: &[RipeReceipt]) -> Result<()> {
    sqlx::query("SELECT forget_receipts($1)")
        .bind(told.iter().map(|ripe| ripe.receipt.as_slice()).collect::<Vec<_>>())
        .execute(pool)
        .await
        .map_err(failed("forget receipts that were told"))?;
    Ok(())
}

/// A standing whose columns begin at `first`.
fn read(row: &PgRow, first: usize) -> std::result::Result<Standing, sqlx::Error> {
    Ok(Standing {
        account: AccountId(row.try_get(first)?),
        outbox: OutboxId {
            conversation: Conversation {
                tenant: TenantId(row.try_get(first + 1)?),
                contact: ContactId(row.try_get(first + 2)?),
            },
            seq: Seq(row.try_get(first + 3)?),
            n: row.try_get(first + 4)?,
        },
        wake: row.try_get(first + 5)?,
        rank: row.try_get(first + 6)?,
        error_code: row.try_get(first + 7)?,
    })
}
