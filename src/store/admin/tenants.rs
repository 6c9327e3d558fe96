//! Tenants and their doors.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use crate::domain::{AccountId, TenantId, Timestamp};

/// A tenant as it is written.
#[derive(Debug)]
pub struct TenantRow<'a> {
    pub name: &'a str,
    pub zone: &'a str,
    pub language: &'a str,
    pub flow: &'a str,
    pub wrapped_key: &'a [u8],
}

/// A tenant as it is listed.
#[derive(Debug, Clone)]
pub struct ListedTenant {
    pub id: TenantId,
    pub name: String,
    pub zone: String,
    pub language: String,
    pub flow: String,
    pub created_at: Timestamp,
    /// The tenant's key, wrapped by the key ring.
    pub wrapped_key: Vec<u8>,
}

/// A door as it is written.
#[derive(Debug)]
pub struct AccountRow<'a> {
    pub channel: &'a str,
    pub external_id: &'a str,
    pub parent_id: &'a str,
    pub app: &'a str,
    /// Sealed by the tenant's key.
    pub credential: Option<&'a [u8]>,
}

/// A door as it is listed.
#[derive(Debug, Clone)]
pub struct ListedAccount {
    pub id: AccountId,
    pub tenant: TenantId,
    pub channel: String,
    pub external_id: String,
    pub parent_id: String,
    pub app: String,
    /// Sealed by the tenant's key.
    pub credential: Option<Vec<u8>>,
    pub stopped_reason: Option<String>,
}

/// The number of the next tenant: its key is wrapped for it before the row is written.
pub async fn next_id(connection: &mut PgConnection) -> sqlx::Result<TenantId> {
    sqlx::query_scalar("SELECT nextval(pg_get_serial_sequence('ganira.tenant', 'id'))")
        .fetch_one(connection)
        .await
        .map(TenantId)
}

pub async fn insert(connection: &mut PgConnection, id: TenantId, row: &TenantRow<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO ganira.tenant (id, name, zone, language, flow, wrapped_key) OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.0)
    .bind(row.name)
    .bind(row.zone)
    .bind(row.language)
    .bind(row.flow)
    .bind(row.wrapped_key)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn all(connection: &mut PgConnection) -> sqlx::Result<Vec<ListedTenant>> {
    let rows =
        sqlx::query("SELECT id, name, zone, language, flow, created_at, wrapped_key FROM ganira.tenant ORDER BY id")
            .fetch_all(connection)
            .await?;
    rows.iter().map(read_tenant).collect()
}

pub async fn find(connection: &mut PgConnection, id: TenantId) -> sqlx::Result<Option<ListedTenant>> {
    let row =
        sqlx::query("SELECT id, name, zone, language, flow, created_at, wrapped_key FROM ganira.tenant WHERE id = $1")
            .bind(id.0)
            .fetch_optional(connection)
            .await?;
    row.as_ref().map(read_tenant).transpose()
}

pub async fn named(connection: &mut PgConnection, name: &str) -> sqlx::Result<Option<TenantId>> {
    let id = sqlx::query_scalar("SELECT id FROM ganira.tenant WHERE name = $1").bind(name);
    Ok(id.fetch_optional(connection).await?.map(TenantId))
}

fn read_tenant(row: &PgRow) -> sqlx::Result<ListedTenant> {
    Ok(ListedTenant {
        id: TenantId(row.try_get(0)?),
        name: row.try_get(1)?,
        zone: row.try_get(2)?,
        language: row.try_get(3)?,
        flow: row.try_get(4)?,
        created_at: row.try_get(5)?,
        wrapped_key: row.try_get(6)?,
    })
}

pub async fn insert_account(
    connection: &mut PgConnection,
    tenant: TenantId,
    row: &AccountRow<'_>,
) -> sqlx::Result<AccountId> {
    sqlx::query_scalar(
        "INSERT INTO ganira.account (tenant_id, channel, external_id, parent_id, app, credential) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
    )
    .bind(tenant.0)
    .bind(row.channel)
    .bind(row.external_id)
    .bind(row.parent_id)
    .bind(row.app)
    .bind(row.credential)
    .fetch_one(connection)
    .await
    .map(AccountId)
}

pub async fn accounts(connection: &mut PgConnection) -> sqlx::Result<Vec<ListedAccount>> {
    let rows = sqlx::query(
        "SELECT id, tenant_id, channel, external_id, parent_id, app, credential, stopped_reason FROM ganira.account ORDER BY tenant_id, id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(read_account).collect()
}

/// A door by the provider's name of it; waits for whoever changes it and keeps others away until the transaction ends.
pub async fn lock_account(
    connection: &mut PgConnection,
    channel: &str,
    external_id: &str,
) -> sqlx::Result<Option<ListedAccount>> {
    let row = sqlx::query(
        "SELECT id, tenant_id, channel, external_id, parent_id, app, credential, stopped_reason FROM ganira.account
         WHERE channel = $1 AND external_id = $2 FOR UPDATE",
    )
    .bind(channel)
    .bind(external_id)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read_account).transpose()
}

fn read_account(row: &PgRow) -> sqlx::Result<ListedAccount> {
    Ok(ListedAccount {
        id: AccountId(row.try_get(0)?),
        tenant: TenantId(row.try_get(1)?),
        channel: row.try_get(2)?,
        external_id: row.try_get(3)?,
        parent_id: row.try_get(4)?,
        app: row.try_get(5)?,
        credential: row.try_get(6)?,
        stopped_reason: row.try_get(7)?,
    })
}

/// Gives a door another credential.
pub async fn set_credential(connection: &mut PgConnection, account: AccountId, sealed: &[u8]) -> sqlx::Result<()> {
    sqlx::query("UPDATE ganira.account SET credential = $2 WHERE id = $1")
        .bind(account.0)
        .bind(sealed)
        .execute(connection)
        .await?;
    Ok(())
}

/// `None` lets it send again.
pub async fn set_stopped(connection: &mut PgConnection, account: AccountId, reason: Option<&str>) -> sqlx::Result<()> {
    sqlx::query("UPDATE ganira.account SET stopped_reason = $2 WHERE id = $1")
        .bind(account.0)
        .bind(reason)
        .execute(connection)
        .await?;
    Ok(())
}

/// By which number people know a door.
pub async fn set_number(connection: &mut PgConnection, account: AccountId, number: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE ganira.account SET number = $2 WHERE id = $1")
        .bind(account.0)
        .bind(number)
        .execute(connection)
        .await?;
    Ok(())
}

/// False: there is no such tenant.
pub async fn set_fallback(
    connection: &mut PgConnection,
    tenant: TenantId,
    ways: Option<&[String]>,
) -> sqlx::Result<bool> {
    let set = sqlx::query("UPDATE ganira.tenant SET fallback = $2 WHERE id = $1").bind(tenant.0).bind(ways);
    Ok(set.execute(connection).await?.rows_affected() > 0)
}

/// False: there is no such tenant.
pub async fn set_code_minutes(
    connection: &mut PgConnection,
    tenant: TenantId,
    minutes: Option<i16>,
) -> sqlx::Result<bool> {
    let set = sqlx::query("UPDATE ganira.tenant SET code_minutes = $2 WHERE id = $1").bind(tenant.0).bind(minutes);
    Ok(set.execute(connection).await?.rows_affected() > 0)
}
