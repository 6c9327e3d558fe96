//! Codes of moves, and messages that go another way.

use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use super::rest::failed;
use crate::domain::{AccountId, ContactId, OutboxId, TenantId, Timestamp};
use crate::store::{Redeemed, Result, SentCode, SentMessage, WayBetween};

pub(super) async fn redeem_code(pool: &PgPool, sent: &SentCode) -> Result<Redeemed> {
    let failed = failed("take the code of a move");
    let sender = &sent.sender;
    let row = sqlx::query("SELECT outcome, contact_id FROM redeem_code($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(sender.hashes.tenant.0)
        .bind(sent.code.as_slice())
        .bind(sent.channel)
        .bind(sender.hashes.scoped.as_ref().map(<[u8; 16]>::as_slice))
        .bind(sender.hashes.phone.as_ref().map(<[u8; 16]>::as_slice))
        .bind(sender.scoped_sealed.as_deref())
        .bind(sender.phone_sealed.as_deref())
        .bind(sent.event.0.as_slice())
        .bind(sent.at)
        .bind(i32::try_from(sent.wrong_max).unwrap_or(i32::MAX))
        .fetch_one(pool)
        .await
        .map_err(failed)?;
    let outcome: String = row.try_get(0).map_err(failed)?;
    let contact: Option<i64> = row.try_get(1).map_err(failed)?;
    Ok(match (outcome.as_str(), contact) {
        ("joined", Some(contact)) => Redeemed::Joined(ContactId(contact)),
        ("too_many", _) => Redeemed::TooMany,
        _ => Redeemed::NotGood,
    })
}

pub(super) async fn sweep_codes(pool: &PgPool, before: Timestamp) -> Result<i32> {
    let swept = sqlx::query_scalar("SELECT sweep_codes($1)").bind(before).fetch_one(pool).await;
    swept.map_err(failed("forget old codes"))
}

pub(super) async fn ways(pool: &PgPool) -> Result<Vec<WayBetween>> {
    let failed = failed("read the ways between channels");
    let rows = sqlx::query("SELECT tenant_id, fallback, code_minutes, account_id, number FROM ways_between()");
    let rows = rows.fetch_all(pool).await.map_err(failed)?;
    let read = |row: &PgRow| {
        let minutes: Option<i16> = row.try_get(2)?;
        let account: Option<i64> = row.try_get(3)?;
        let number: Option<String> = row.try_get(4)?;
        Ok(WayBetween {
            tenant: TenantId(row.try_get(0)?),
            fallback: row.try_get(1)?,
            code_minutes: minutes.and_then(|minutes| u16::try_from(minutes).ok()),
            number: account.map(AccountId).zip(number),
        })
    };
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

pub(super) async fn message_of(pool: &PgPool, id: OutboxId) -> Result<Option<SentMessage>> {
    let failed = failed("read a message");
    let row = sqlx::query("SELECT account_id, at, body, replaced FROM message_of($1, $2, $3, $4)")
        .bind(id.conversation.tenant.0)
        .bind(id.conversation.contact.0)
        .bind(id.seq.0)
        .bind(id.n)
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    let read = |row: &PgRow| {
        Ok(SentMessage {
            account: AccountId(row.try_get(0)?),
            at: row.try_get(1)?,
            body: row.try_get(2)?,
            replaced: row.try_get(3)?,
        })
    };
    row.as_ref().map(|row| read(row).map_err(failed)).transpose()
}
