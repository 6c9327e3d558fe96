//! What the engine reads of the tenants' flows, and the counts it writes.

use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use super::rest::failed;
use crate::domain::TenantId;
use crate::store::{FlowCount, FlowFiles, LiveFlows, Result};

pub(super) async fn live(pool: &PgPool) -> Result<Vec<LiveFlows>> {
    let failed = failed("read which flows are live");
    let rows = sqlx::query("SELECT tenant_id, revision, digest FROM live_flows()");
    let rows = rows.fetch_all(pool).await.map_err(failed)?;
    let read = |row: &PgRow| {
        Ok(LiveFlows { tenant: TenantId(row.try_get(0)?), revision: row.try_get(1)?, digest: row.try_get(2)? })
    };
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

pub(super) async fn files(pool: &PgPool, tenant: TenantId, revision: i32) -> Result<Option<FlowFiles>> {
    let failed = failed("read a revision of flows");
    let row = sqlx::query("SELECT digest, files FROM flow_files($1, $2)").bind(tenant.0).bind(revision);
    let row = row.fetch_optional(pool).await.map_err(failed)?;
    let read = |row: &PgRow| {
        let sqlx::types::Json(files) = row.try_get(1)?;
        Ok(FlowFiles { digest: row.try_get(0)?, files })
    };
    row.as_ref().map(|row| read(row).map_err(failed)).transpose()
}

pub(super) async fn count(pool: &PgPool, counts: &[FlowCount]) -> Result<()> {
    fn all<'c, T>(counts: &'c [FlowCount], field: impl Fn(&'c FlowCount) -> T) -> Vec<T> {
        counts.iter().map(field).collect()
    }
    sqlx::query("SELECT count_flows($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(all(counts, |count| count.tenant.0))
        .bind(all(counts, |count| count.day))
        .bind(all(counts, |count| count.revision))
        .bind(all(counts, |count| count.flow.as_str()))
        .bind(all(counts, |count| count.step.as_str()))
        .bind(all(counts, |count| count.channel))
        .bind(all(counts, |count| count.entered))
        .bind(all(counts, |count| count.answered))
        .bind(all(counts, |count| count.asked_again))
        .bind(all(counts, |count| count.left))
        .execute(pool)
        .await
        .map_err(failed("count how flows are walked"))?;
    Ok(())
}
