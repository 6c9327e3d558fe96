//! What tenants say of writing to people, and what people stopped.

use chrono::NaiveTime;
use sqlx::PgConnection;

use crate::domain::{AccountId, Conversation, TenantId, Timestamp};

/// What a tenant says: its zone, its country if it named one, its quiet hours.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RulesRow {
    pub zone: String,
    pub country: Option<String>,
    pub quiet_from: Option<NaiveTime>,
    pub quiet_until: Option<NaiveTime>,
}

/// The sender of an account for a country.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SenderRow {
    pub tenant_id: i64,
    /// The account's name, `<gateway> <number>`.
    pub external_id: String,
    pub calling_code: String,
    pub sender: String,
}

/// Something a person stopped.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OptOutRow {
    pub channel: String,
    pub purpose: String,
    pub source: String,
    pub at: Timestamp,
}

pub async fn rules(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<Option<RulesRow>> {
    sqlx::query_as("SELECT zone, country, quiet_from, quiet_until FROM ganira.tenant WHERE id = $1")
        .bind(tenant.0)
        .fetch_optional(connection)
        .await
}

/// `None` takes the quiet hours away. False: there is no such tenant.
pub async fn set_quiet(
    connection: &mut PgConnection,
    tenant: TenantId,
    quiet: Option<(NaiveTime, NaiveTime)>,
) -> sqlx::Result<bool> {
    let (from, until) = quiet.unzip();
    let done = sqlx::query("UPDATE ganira.tenant SET quiet_from = $2, quiet_until = $3 WHERE id = $1")
        .bind(tenant.0)
        .bind(from)
        .bind(until)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// False: there is no such tenant.
pub async fn set_country(connection: &mut PgConnection, tenant: TenantId, country: &str) -> sqlx::Result<bool> {
    let done = sqlx::query("UPDATE ganira.tenant SET country = $2 WHERE id = $1")
        .bind(tenant.0)
        .bind(country)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The account of a tenant on a channel, by the name it has.
pub async fn account(
    connection: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    name: &str,
) -> sqlx::Result<Option<AccountId>> {
    let found =
        sqlx::query_scalar("SELECT id FROM ganira.account WHERE tenant_id = $1 AND channel = $2 AND external_id = $3")
            .bind(tenant.0)
            .bind(channel)
            .bind(name)
            .fetch_optional(connection)
            .await?;
    Ok(found.map(AccountId))
}

pub async fn set_sender(
    connection: &mut PgConnection,
    (tenant, account): (TenantId, AccountId),
    calling_code: &str,
    sender: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO ganira.sender_id (tenant_id, account_id, calling_code, sender) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, calling_code) DO UPDATE SET sender = excluded.sender",
    )
    .bind(tenant.0)
    .bind(account.0)
    .bind(calling_code)
    .bind(sender)
    .execute(connection)
    .await?;
    Ok(())
}

/// False: there was none.
pub async fn remove_sender(
    connection: &mut PgConnection,
    account: AccountId,
    calling_code: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query("DELETE FROM ganira.sender_id WHERE account_id = $1 AND calling_code = $2")
        .bind(account.0)
        .bind(calling_code)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// All senders, or those of one tenant.
pub async fn senders(connection: &mut PgConnection, tenant: Option<TenantId>) -> sqlx::Result<Vec<SenderRow>> {
    sqlx::query_as(
        "SELECT s.tenant_id, a.external_id, s.calling_code, s.sender FROM ganira.sender_id AS s JOIN ganira.account AS a ON a.id = s.account_id
         WHERE $1::bigint IS NULL OR s.tenant_id = $1 ORDER BY s.tenant_id, a.external_id, s.calling_code",
    )
    .bind(tenant.map(|tenant| tenant.0))
    .fetch_all(connection)
    .await
}

/// What a person stopped, the oldest first.
pub async fn opt_outs(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<OptOutRow>> {
    sqlx::query_as(
        "SELECT channel, purpose, source, at FROM ganira.opt_out WHERE tenant_id = $1 AND contact_id = $2 ORDER BY at, channel, purpose",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(connection)
    .await
}
