//! The revisions of a tenant's flows: written, listed, published.

use serde_json::Value as Json;
use sqlx::{PgConnection, Row as _};

use crate::domain::{TenantId, Timestamp};

/// One revision as it is listed.
#[derive(Debug, Clone)]
pub struct ListedRevision {
    pub revision: i32,
    pub digest: Vec<u8>,
    pub note: String,
    pub made_at: Timestamp,
    /// When it was published last, and by whom; `None` if it never was.
    pub published: Option<(Timestamp, String)>,
    pub live: bool,
}

/// One line of a funnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunnelRow {
    pub revision: i32,
    pub flow: String,
    pub step: String,
    pub channel: String,
    pub entered: i64,
    pub answered: i64,
    pub asked_again: i64,
    pub left: i64,
}

/// Keeps other publishers of the tenant away until the transaction ends.
pub async fn lock(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<bool> {
    let found = sqlx::query("SELECT id FROM ganira.tenant WHERE id = $1 FOR UPDATE").bind(tenant.0);
    Ok(found.fetch_optional(connection).await?.is_some())
}

/// The revision with these files, if the tenant has it.
pub async fn with_digest(connection: &mut PgConnection, tenant: TenantId, digest: &[u8]) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar("SELECT revision FROM ganira.flow_revision WHERE tenant_id = $1 AND digest = $2")
        .bind(tenant.0)
        .bind(digest)
        .fetch_optional(connection)
        .await
}

/// Writes a revision under the next number.
pub async fn insert(
    connection: &mut PgConnection,
    tenant: TenantId,
    digest: &[u8],
    files: &Json,
    note: &str,
) -> sqlx::Result<i32> {
    sqlx::query_scalar(
        "INSERT INTO ganira.flow_revision (tenant_id, revision, digest, files, note)
         SELECT $1, coalesce(max(revision), 0) + 1, $2, $3, $4 FROM ganira.flow_revision WHERE tenant_id = $1 RETURNING revision",
    )
    .bind(tenant.0)
    .bind(digest)
    .bind(files)
    .bind(note)
    .fetch_one(connection)
    .await
}

/// Makes a revision the live one.
pub async fn publish(connection: &mut PgConnection, tenant: TenantId, revision: i32, by: &str) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO ganira.flow_publication (tenant_id, revision, by_whom) VALUES ($1, $2, $3)")
        .bind(tenant.0)
        .bind(revision)
        .bind(by)
        .execute(connection)
        .await?;
    Ok(())
}

/// The number of the live revision; `None`: the tenant speaks the shipped flows it names.
pub async fn live(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar("SELECT revision FROM ganira.flow_publication WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1")
        .bind(tenant.0)
        .fetch_optional(connection)
        .await
}

/// A revision's files.
pub async fn files(connection: &mut PgConnection, tenant: TenantId, revision: i32) -> sqlx::Result<Option<Json>> {
    sqlx::query_scalar("SELECT files FROM ganira.flow_revision WHERE tenant_id = $1 AND revision = $2")
        .bind(tenant.0)
        .bind(revision)
        .fetch_optional(connection)
        .await
}

/// All revisions of a tenant, the newest first.
pub async fn revisions(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<Vec<ListedRevision>> {
    let rows = sqlx::query(
        "SELECT r.revision, r.digest, r.note, r.made_at, p.at, p.by_whom,
                r.revision IS NOT DISTINCT FROM (SELECT l.revision FROM ganira.flow_publication AS l
                                                 WHERE l.tenant_id = r.tenant_id ORDER BY l.number DESC LIMIT 1)
         FROM ganira.flow_revision AS r
         LEFT JOIN LATERAL (SELECT at, by_whom FROM ganira.flow_publication AS p
                            WHERE p.tenant_id = r.tenant_id AND p.revision = r.revision ORDER BY number DESC LIMIT 1) AS p ON true
         WHERE r.tenant_id = $1 ORDER BY r.revision DESC",
    )
    .bind(tenant.0)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let at: Option<Timestamp> = row.try_get(4)?;
            let by: Option<String> = row.try_get(5)?;
            Ok(ListedRevision {
                revision: row.try_get(0)?,
                digest: row.try_get(1)?,
                note: row.try_get(2)?,
                made_at: row.try_get(3)?,
                published: at.zip(by),
                live: row.try_get(6)?,
            })
        })
        .collect()
}

/// The counts of the last `days` days, summed over them, in the order of revision, flow and step.
pub async fn funnel(connection: &mut PgConnection, tenant: TenantId, days: i32) -> sqlx::Result<Vec<FunnelRow>> {
    let rows = sqlx::query(
        "SELECT revision, flow, step, channel, sum(entered)::bigint, sum(answered)::bigint, sum(asked_again)::bigint, sum(left_here)::bigint
         FROM ganira.flow_count WHERE tenant_id = $1 AND day > (now() AT TIME ZONE 'UTC')::date - $2
         GROUP BY 1, 2, 3, 4 ORDER BY revision DESC, flow, step, channel",
    )
    .bind(tenant.0)
    .bind(days)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(FunnelRow {
                revision: row.try_get(0)?,
                flow: row.try_get(1)?,
                step: row.try_get(2)?,
                channel: row.try_get(3)?,
                entered: row.try_get(4)?,
                answered: row.try_get(5)?,
                asked_again: row.try_get(6)?,
                left: row.try_get(7)?,
            })
        })
        .collect()
}
