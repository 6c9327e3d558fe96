//! Retention: days of journal and outbox go whole, as partitions; detached without stalling a lane, then dropped.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};

use crate::store::{Result, StoreError};

/// Partitions of both tables whose day is older than so many days.
const OLD: &str = "SELECT parent.relname, child.relname FROM pg_inherits \
    JOIN pg_class AS child ON child.oid = inhrelid JOIN pg_class AS parent ON parent.oid = inhparent \
    WHERE parent.relnamespace = 'ganira'::regnamespace AND parent.relkind = 'p' AND parent.relname IN ('journal', 'outbox') \
      AND to_date(right(child.relname, 8), 'YYYYMMDD') < (now() AT TIME ZONE 'UTC')::date - $1";

/// Open rows of a day that is about to go move on to today; the delivery rows of the others go with their day. A screen was never to be
/// sent: it went with the answer to its hop.
const CARRY: &str = "WITH moved AS (DELETE FROM ganira.{day} AS o WHERE NOT EXISTS (SELECT FROM ganira.delivery AS d \
      WHERE d.tenant_id = o.tenant_id AND d.contact_id = o.contact_id AND d.seq = o.seq AND d.n = o.n AND d.rank > 0) \
      AND NOT EXISTS (SELECT FROM ganira.account AS a WHERE a.id = o.account_id AND a.channel = 'ussd') RETURNING o.*) \
    INSERT INTO ganira.outbox SELECT tenant_id, contact_id, seq, n, (now() AT TIME ZONE 'UTC')::date, account_id, writer_id, batch_no, place, at, body \
    FROM moved";
const FORGET: &str = "DELETE FROM ganira.delivery AS d USING ganira.{day} AS o \
    WHERE d.tenant_id = o.tenant_id AND d.contact_id = o.contact_id AND d.seq = o.seq AND d.n = o.n";

/// Receipts of messages nobody sent here, as those of a number that is shared with another system: the oldest go.
const EARLY_OVER: &str = "DELETE FROM ganira.early_receipt WHERE NOT ripe AND at < \
    (SELECT at FROM ganira.early_receipt ORDER BY at DESC OFFSET 200000 LIMIT 1)";

/// `[journal, dead letters of tenants, what belongs to nobody]` in days.
pub(super) async fn let_go(options: &PgConnectOptions, [journal, dead_letters, nobody]: [u32; 3]) -> Result<u32> {
    let failed = |source| StoreError { what: "drop what outlived its retention", source };
    let mut connection =
        PgConnection::connect_with(&options.clone().application_name("ganira retention")).await.map_err(failed)?;
    let dropped = drop_days(&mut connection, journal).await.map_err(failed)?;
    drop_rows(&mut connection, dead_letters, nobody).await.map_err(failed)?;
    connection.close().await.map_err(failed)?;
    Ok(dropped)
}

async fn drop_days(connection: &mut PgConnection, days: u32) -> std::result::Result<u32, sqlx::Error> {
    connection.execute("SET ROLE ganira_owner").await?;
    let old: Vec<(String, String)> = sqlx::query_as(OLD).bind(days.cast_signed()).fetch_all(&mut *connection).await?;
    let mut dropped = 0;
    for (parent, day) in old {
        if parent == "outbox" {
            for statement in [CARRY, FORGET] {
                connection.execute(AssertSqlSafe(statement.replace("{day}", &day))).await?;
            }
        }
        connection
            .execute(AssertSqlSafe(format!("ALTER TABLE ganira.{parent} DETACH PARTITION ganira.{day} CONCURRENTLY")))
            .await?;
        connection.execute(AssertSqlSafe(format!("DROP TABLE ganira.{day}"))).await?;
        dropped += 1;
    }
    Ok(dropped)
}

async fn drop_rows(
    connection: &mut PgConnection,
    dead_letters: u32,
    nobody: u32,
) -> std::result::Result<(), sqlx::Error> {
    let statements = [
        (
            "DELETE FROM ganira.dead_letter WHERE tenant_id IS NOT NULL AND at < now() - make_interval(days => $1)",
            dead_letters,
        ),
        ("DELETE FROM ganira.dead_letter WHERE tenant_id IS NULL AND at < now() - make_interval(days => $1)", nobody),
        ("DELETE FROM ganira.notice WHERE at < now() - make_interval(days => $1)", nobody),
        ("DELETE FROM ganira.occupancy WHERE upper(during) < now() - make_interval(days => $1)", nobody),
        ("DELETE FROM ganira.request WHERE done_at < now() - make_interval(days => $1)", nobody),
    ];
    // Who repeats a request does so within a day. Providers give up on a message within three; what is not known after a day never will be.
    let short_lived = [
        "DELETE FROM ganira.api_answer WHERE at < now() - interval '1 day'",
        "DELETE FROM ganira.sent_message WHERE at < now() - interval '8 days'",
        "DELETE FROM ganira.early_receipt WHERE at < now() - interval '1 day'",
        EARLY_OVER,
    ];
    for statement in short_lived {
        connection.execute(statement).await?;
    }
    for (statement, days) in statements {
        sqlx::query(statement).bind(days.cast_signed()).execute(&mut *connection).await?;
    }
    Ok(())
}
