//! One person, wherever the engine keeps something of her. Bodies come sealed.

use chrono::NaiveDate;
use sqlx::PgConnection;

use crate::domain::{ContactId, Conversation, Seq, TenantId, Timestamp};

/// An address as it is stored.
#[derive(Debug, sqlx::FromRow)]
pub struct AddressRow {
    pub address_hash: Vec<u8>,
    /// Sealed by the tenant's key.
    pub sealed: Vec<u8>,
}

/// An event as the journal has it.
#[derive(Debug, sqlx::FromRow)]
pub struct EventRow {
    pub event: Vec<u8>,
    pub day: NaiveDate,
    pub seq: i64,
    pub account_id: i64,
    pub kind: i16,
    pub at: Timestamp,
    pub body: Vec<u8>,
}

/// A message to her, and how far it came.
#[derive(Debug, sqlx::FromRow)]
pub struct MessageRow {
    pub seq: i64,
    pub n: i16,
    pub account_id: i64,
    pub at: Timestamp,
    pub body: Vec<u8>,
    pub attempt: Option<i16>,
    pub attempt_state: Option<i16>,
    pub rank: Option<i16>,
    pub error_code: Option<i64>,
    pub price_category: Option<String>,
    pub changed_at: Option<Timestamp>,
}

/// A file she sent.
#[derive(Debug, sqlx::FromRow)]
pub struct MediaRow {
    pub seq: i64,
    pub object: String,
    pub mime: String,
    pub bytes: i64,
    pub at: Timestamp,
}

/// The contact that an address leads to.
pub async fn find(
    connection: &mut PgConnection,
    tenant: TenantId,
    address_hash: &[u8; 16],
) -> sqlx::Result<Option<ContactId>> {
    let found =
        sqlx::query_scalar("SELECT contact_id FROM ganira.directory WHERE tenant_id = $1 AND address_hash = $2")
            .bind(tenant.0)
            .bind(address_hash.as_slice())
            .fetch_optional(connection)
            .await?;
    Ok(found.map(ContactId))
}

/// The contact's key, wrapped by its tenant's. `None`: there is no such contact, or she was erased.
pub async fn wrapped_key(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar("SELECT wrapped FROM ganira.contact_key WHERE tenant_id = $1 AND contact_id = $2")
        .bind(who.tenant.0)
        .bind(who.contact.0)
        .fetch_optional(connection)
        .await
}

/// When she was erased, if she was.
pub async fn erased_at(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Option<Timestamp>> {
    sqlx::query_scalar("SELECT erased_at FROM ganira.erasure WHERE tenant_id = $1 AND contact_id = $2")
        .bind(who.tenant.0)
        .bind(who.contact.0)
        .fetch_optional(connection)
        .await
}

/// The snapshot and the number of the turn that sealed it.
pub async fn snapshot(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Option<(Seq, Vec<u8>)>> {
    let row: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT seq, snapshot FROM ganira.conversation WHERE tenant_id = $1 AND contact_id = $2")
            .bind(who.tenant.0)
            .bind(who.contact.0)
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(seq, snapshot)| (Seq(seq), snapshot)))
}

pub async fn addresses(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<AddressRow>> {
    sqlx::query_as(
        "SELECT address_hash, sealed FROM ganira.directory WHERE tenant_id = $1 AND contact_id = $2 ORDER BY kind",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(connection)
    .await
}

pub async fn events(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as(
        "SELECT event, day, seq, account_id, kind, at, body FROM ganira.journal
         WHERE tenant_id = $1 AND contact_id = $2 ORDER BY seq",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(connection)
    .await
}

pub async fn messages(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<MessageRow>> {
    sqlx::query_as(
        "SELECT o.seq, o.n, o.account_id, o.at, o.body,
                d.attempt, d.attempt_state, d.rank, d.error_code, d.price_category, d.changed_at
         FROM ganira.outbox AS o
         LEFT JOIN ganira.delivery AS d ON d.tenant_id = o.tenant_id AND d.contact_id = o.contact_id AND d.seq = o.seq AND d.n = o.n
         WHERE o.tenant_id = $1 AND o.contact_id = $2 ORDER BY o.seq, o.n",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(connection)
    .await
}

pub async fn media(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<MediaRow>> {
    sqlx::query_as(
        "SELECT seq, object, mime, bytes, at FROM ganira.media WHERE tenant_id = $1 AND contact_id = $2 ORDER BY seq, n",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(connection)
    .await
}

/// Those who turned out to be the same person by a code, and those who had turned out to be the same as them; not herself.
pub async fn joined(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<ContactId>> {
    let found: Vec<i64> = sqlx::query_scalar(
        "WITH RECURSIVE past AS (
             SELECT contact_id FROM ganira.contact_join WHERE tenant_id = $1 AND into_id = $2
             UNION
             SELECT j.contact_id FROM ganira.contact_join AS j JOIN past ON j.into_id = past.contact_id WHERE j.tenant_id = $1)
         SELECT contact_id FROM past WHERE contact_id <> $2 ORDER BY contact_id",
    )
    .bind(who.tenant.0)
    .bind(who.contact.0)
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(ContactId).collect())
}

/// The channels of a tenant's accounts, by the accounts' numbers.
pub async fn channels(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<Vec<(i64, String)>> {
    sqlx::query_as("SELECT id, channel FROM ganira.account WHERE tenant_id = $1")
        .bind(tenant.0)
        .fetch_all(connection)
        .await
}
