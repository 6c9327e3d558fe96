//! Nodes, timers, jobs, accounts, dead letters, requests, partitions: one short statement each.

use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use crate::domain::{AccountId, ContactId, Conversation, OutboxId, Seq, TenantId, Timestamp};
use crate::store::{
    AccountRow, DeadLetterRow, DueTimer, OpenJob, Registration, ReplayRow, RequestRow, Result, ServerRow, StoreError,
    WriterId,
};

/// Names what failed.
pub(super) fn failed(what: &'static str) -> impl Fn(sqlx::Error) -> StoreError + Copy {
    move |source| StoreError { what, source }
}

pub(super) async fn register(
    pool: &PgPool,
    node: &str,
    commit_lanes: u16,
    stale_ms: u32,
) -> Result<Option<Registration>> {
    let failed = failed("register the node");
    let rows = sqlx::query("SELECT incarnation, writer_id FROM register($1, $2, $3) ORDER BY lane")
        .bind(node)
        .bind(commit_lanes.cast_signed() + 1)
        .bind(stale_ms.cast_signed())
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    let Some(first) = rows.first() else { return Ok(None) };
    let writers: Vec<WriterId> =
        rows.iter().map(|row| row.try_get(1).map(WriterId)).collect::<std::result::Result<_, _>>().map_err(failed)?;
    Ok(Some(Registration {
        incarnation: first.try_get(0).map_err(failed)?,
        facts: writers[0],
        lanes: writers[1..].to_vec(),
    }))
}

pub(super) async fn heartbeat(pool: &PgPool, node: &str, incarnation: i64) -> Result<bool> {
    sqlx::query_scalar("SELECT heartbeat($1, $2)")
        .bind(node)
        .bind(incarnation)
        .fetch_one(pool)
        .await
        .map_err(failed("send a heartbeat"))
}

pub(super) async fn release(pool: &PgPool, node: &str, incarnation: i64) -> Result<()> {
    sqlx::query("SELECT release($1, $2)")
        .bind(node)
        .bind(incarnation)
        .execute(pool)
        .await
        .map_err(failed("release the writers"))?;
    Ok(())
}

pub(super) async fn due_timers(pool: &PgPool, until: Timestamp, limit: i32) -> Result<Vec<DueTimer>> {
    let failed = failed("read due timers");
    let rows = sqlx::query("SELECT due, tenant_id, contact_id FROM due_timers($1, $2)")
        .bind(until)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    let read = |row: &PgRow| {
        Ok(DueTimer {
            due: row.try_get(0)?,
            conversation: Conversation { tenant: TenantId(row.try_get(1)?), contact: ContactId(row.try_get(2)?) },
        })
    };
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

pub(super) async fn due_jobs(pool: &PgPool, now: Timestamp, limit: i32) -> Result<Vec<OpenJob>> {
    let failed = failed("read due jobs");
    let rows = sqlx::query(
        "SELECT tenant_id, contact_id, seq, n, account_id, kind, at, body, wrapped, tries FROM due_jobs($1, $2)",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    let read = |row: &PgRow| {
        Ok(OpenJob {
            id: OutboxId {
                conversation: Conversation { tenant: TenantId(row.try_get(0)?), contact: ContactId(row.try_get(1)?) },
                seq: Seq(row.try_get(2)?),
                n: row.try_get(3)?,
            },
            account: AccountId(row.try_get(4)?),
            kind: row.try_get(5)?,
            at: row.try_get(6)?,
            body: row.try_get(7)?,
            wrapped_key: row.try_get(8)?,
            tries: row.try_get(9)?,
        })
    };
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

pub(super) async fn postpone_job(pool: &PgPool, job: OutboxId, tries: i16, not_before: Timestamp) -> Result<()> {
    sqlx::query("SELECT postpone_job($1, $2, $3, $4, $5, $6)")
        .bind(job.conversation.tenant.0)
        .bind(job.conversation.contact.0)
        .bind(job.seq.0)
        .bind(job.n)
        .bind(tries)
        .bind(not_before)
        .execute(pool)
        .await
        .map_err(failed("put off a job"))?;
    Ok(())
}

pub(super) async fn servers(pool: &PgPool) -> Result<Vec<ServerRow>> {
    let failed = failed("read the tenants' servers");
    let rows =
        sqlx::query("SELECT tenant_id, name, url, secret FROM servers()").fetch_all(pool).await.map_err(failed)?;
    let read = |row: &PgRow| {
        Ok(ServerRow {
            tenant: TenantId(row.try_get(0)?),
            name: row.try_get(1)?,
            url: row.try_get(2)?,
            secret: row.try_get(3)?,
        })
    };
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

pub(super) async fn accounts(pool: &PgPool) -> Result<Vec<AccountRow>> {
    let failed = failed("read the accounts");
    let rows = sqlx::query(
        "SELECT id, tenant_id, channel, external_id, parent_id, app, credential, stopped_reason, zone, language, flow, wrapped_key FROM accounts()",
    )
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    let read = |row: &PgRow| {
        Ok(AccountRow {
            id: AccountId(row.try_get(0)?),
            tenant: TenantId(row.try_get(1)?),
            channel: row.try_get(2)?,
            external_id: row.try_get(3)?,
            parent_id: row.try_get(4)?,
            app: row.try_get(5)?,
            credential: row.try_get(6)?,
            stopped_reason: row.try_get(7)?,
            zone: row.try_get(8)?,
            language: row.try_get(9)?,
            flow: row.try_get(10)?,
            wrapped_tenant_key: row.try_get(11)?,
        })
    };
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

pub(super) async fn stop_account(pool: &PgPool, account: AccountId, reason: Option<&str>) -> Result<()> {
    sqlx::query("SELECT stop_account($1, $2)")
        .bind(account.0)
        .bind(reason)
        .execute(pool)
        .await
        .map_err(failed("stop an account"))?;
    Ok(())
}

pub(super) async fn bury(pool: &PgPool, letters: &[DeadLetterRow]) -> Result<()> {
    sqlx::query("SELECT bury($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(letters.iter().map(|letter| letter.dedupe.as_slice()).collect::<Vec<_>>())
        .bind(letters.iter().map(|letter| letter.tenant.map(|tenant| tenant.0)).collect::<Vec<_>>())
        .bind(letters.iter().map(|letter| letter.contact.map(|contact| contact.0)).collect::<Vec<_>>())
        .bind(letters.iter().map(|letter| letter.account.map(|account| account.0)).collect::<Vec<_>>())
        .bind(letters.iter().map(|letter| letter.reason).collect::<Vec<_>>())
        .bind(letters.iter().map(|letter| letter.error.as_str()).collect::<Vec<_>>())
        .bind(letters.iter().map(|letter| letter.at).collect::<Vec<Timestamp>>())
        .bind(letters.iter().map(|letter| letter.body.as_slice()).collect::<Vec<_>>())
        .execute(pool)
        .await
        .map_err(failed("write a dead letter"))?;
    Ok(())
}

pub(super) async fn open_requests(pool: &PgPool, limit: i32) -> Result<Vec<RequestRow>> {
    let failed = failed("read requests");
    let rows = sqlx::query("SELECT id, kind, arguments, sealed FROM open_requests($1)")
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    let read = |row: &PgRow| {
        let (id, kind) = (row.try_get(0)?, row.try_get(1)?);
        Ok(RequestRow { id, kind, arguments: row.try_get(2)?, sealed: row.try_get(3)? })
    };
    rows.iter().map(|row| read(row).map_err(failed)).collect()
}

pub(super) async fn answer_request(pool: &PgPool, id: i64, answer: &str) -> Result<()> {
    sqlx::query("SELECT answer_request($1, $2)")
        .bind(id)
        .bind(answer)
        .execute(pool)
        .await
        .map_err(failed("answer a request"))?;
    Ok(())
}

pub(super) async fn dead_letter_for_replay(pool: &PgPool, id: i64) -> Result<Option<ReplayRow>> {
    let failed = failed("read a dead letter");
    let row = sqlx::query("SELECT dedupe, tenant_id, account_id, body, replays FROM dead_letter_for_replay($1)")
        .bind(id)
        .fetch_optional(pool)
        .await
        .map_err(failed)?;
    let read = |row: &PgRow| {
        Ok(ReplayRow {
            dedupe: row.try_get(0)?,
            tenant: row.try_get::<Option<i64>, _>(1)?.map(TenantId),
            account: row.try_get::<Option<i64>, _>(2)?.map(AccountId),
            body: row.try_get(3)?,
            replays: row.try_get(4)?,
        })
    };
    row.as_ref().map(read).transpose().map_err(failed)
}

pub(super) async fn system_key(pool: &PgPool, fresh: &[u8]) -> Result<Vec<u8>> {
    sqlx::query_scalar("SELECT system_key($1)").bind(fresh).fetch_one(pool).await.map_err(failed("read the system key"))
}

pub(super) async fn mark_replayed(pool: &PgPool, id: i64) -> Result<()> {
    sqlx::query("SELECT mark_replayed($1)")
        .bind(id)
        .execute(pool)
        .await
        .map_err(failed("mark a dead letter as replayed"))?;
    Ok(())
}

pub(super) async fn ensure_days(pool: &PgPool) -> Result<i32> {
    sqlx::query_scalar("SELECT ensure_days((now() AT TIME ZONE 'UTC')::date - 8, (now() AT TIME ZONE 'UTC')::date + 7)")
        .fetch_one(pool)
        .await
        .map_err(failed("build the partitions ahead"))
}

pub(super) async fn days_ahead(pool: &PgPool) -> Result<i32> {
    sqlx::query_scalar("SELECT days_ahead()").fetch_one(pool).await.map_err(failed("count the partitions ahead"))
}

pub(super) async fn sweep_holds(pool: &PgPool) -> Result<i32> {
    let failed = failed("sweep expired holds");
    let mut connection = pool.acquire().await.map_err(failed)?;
    crate::store::salon::sweep::sweep_expired_holds(&mut connection, 1000).await.map_err(failed)
}

pub(super) async fn old_media(pool: &PgPool, days: u32, limit: i32) -> Result<Vec<String>> {
    sqlx::query_scalar("SELECT old_media($1, $2)")
        .bind(days.cast_signed())
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(failed("look for old media"))
}

pub(super) async fn forget_media(pool: &PgPool, objects: &[String]) -> Result<()> {
    sqlx::query("SELECT forget_media($1)").bind(objects).execute(pool).await.map_err(failed("forget old media"))?;
    Ok(())
}
