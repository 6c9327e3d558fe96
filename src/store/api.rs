//! What the admin API keeps: its keys, and the answers to requests that may come again.

use sqlx::{PgConnection, Row as _};

use crate::domain::{TenantId, Timestamp};

/// Whose key a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHolder {
    pub tenant: TenantId,
    pub key: i64,
    /// As they were written: names of scopes, perhaps of a later release.
    pub scopes: Vec<String>,
    /// The tenant's time zone, an IANA name.
    pub zone: String,
}

/// A key as it is written.
#[derive(Debug)]
pub struct NewKey<'a> {
    pub label: &'a str,
    pub hash: [u8; 32],
    pub tail: &'a str,
    pub scopes: &'a [&'a str],
    pub expires_at: Option<Timestamp>,
}

/// A key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    pub id: i64,
    pub label: String,
    pub tail: String,
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAnswer {
    pub digest: Vec<u8>,
    pub status: u16,
    /// Sealed by the system key.
    pub body: Vec<u8>,
}

/// The holder of the key with this hash; `None` if it is unknown, revoked or expired. Asks before a tenant is named.
pub async fn key_holder(connection: &mut PgConnection, hash: &[u8; 32]) -> sqlx::Result<Option<KeyHolder>> {
    let row = sqlx::query("SELECT tenant_id, id, scopes, zone FROM ganira.api_key_of($1)")
        .bind(hash.as_slice())
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(KeyHolder {
            tenant: TenantId(row.try_get("tenant_id")?),
            key: row.try_get("id")?,
            scopes: row.try_get("scopes")?,
            zone: row.try_get("zone")?,
        })
    })
    .transpose()
}

/// Writes a key and returns its number.
pub async fn add_key(connection: &mut PgConnection, tenant: TenantId, key: &NewKey<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "INSERT INTO ganira.api_key (tenant_id, label, hash, tail, scopes, expires_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
    )
    .bind(tenant.0)
    .bind(key.label)
    .bind(key.hash.as_slice())
    .bind(key.tail)
    .bind(key.scopes)
    .bind(key.expires_at)
    .fetch_one(connection)
    .await
}

/// A tenant's keys, the newest first, a thousand at most.
pub async fn keys(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<Vec<ListedKey>> {
    let rows = sqlx::query(
        "SELECT id, label, tail, scopes, created_at, expires_at, revoked_at FROM ganira.api_key WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1000",
    )
    .bind(tenant.0)
    .fetch_all(connection)
    .await?;
    let listed = |row: &sqlx::postgres::PgRow| {
        Ok(ListedKey {
            id: row.try_get("id")?,
            label: row.try_get("label")?,
            tail: row.try_get("tail")?,
            scopes: row.try_get("scopes")?,
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
            revoked_at: row.try_get("revoked_at")?,
        })
    };
    rows.iter().map(listed).collect()
}

/// The key is good no more; `false` if there is no such key, or it was revoked before.
pub async fn revoke_key(connection: &mut PgConnection, tenant: TenantId, id: i64) -> sqlx::Result<bool> {
    let revoked = sqlx::query(
        "UPDATE ganira.api_key SET revoked_at = now() WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL",
    )
    .bind(tenant.0)
    .bind(id)
    .execute(connection)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

/// Waits for others who use the same key, until the end of the transaction.
pub async fn queue_up(connection: &mut PgConnection, tenant: TenantId, caller: &str, key: &str) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($2 || ' ' || $3, $1))")
        .bind(tenant.0)
        .bind(caller)
        .bind(key)
        .execute(connection)
        .await?;
    Ok(())
}

/// The answer that this caller was given under this key, if any.
pub async fn given_answer(
    connection: &mut PgConnection,
    tenant: TenantId,
    caller: &str,
    key: &str,
) -> sqlx::Result<Option<GivenAnswer>> {
    let row = sqlx::query(
        "SELECT digest, status, body FROM ganira.api_answer WHERE tenant_id = $1 AND caller = $2 AND key = $3",
    )
    .bind(tenant.0)
    .bind(caller)
    .bind(key)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(GivenAnswer {
            digest: row.try_get("digest")?,
            status: row.try_get::<i16, _>("status")?.cast_unsigned(),
            body: row.try_get("body")?,
        })
    })
    .transpose()
}

/// Keeps an answer, in the transaction of what it tells of.
pub async fn keep_answer(
    connection: &mut PgConnection,
    tenant: TenantId,
    (caller, key): (&str, &str),
    answer: &GivenAnswer,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO ganira.api_answer (tenant_id, caller, key, digest, status, body) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant.0)
    .bind(caller)
    .bind(key)
    .bind(&answer.digest)
    .bind(answer.status.cast_signed())
    .bind(&answer.body)
    .execute(connection)
    .await?;
    Ok(())
}
