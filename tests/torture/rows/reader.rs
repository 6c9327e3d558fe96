//! Somebody reads for long and pins what nobody needs any more: no dead row can be cleared while the load goes on.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use tokio::time::{Instant, sleep};

use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish};

/// What the dispatcher asks when it begins, from where it stands.
const SCAN: &str = "
    SELECT count(*) FROM ganira.account AS a
    JOIN LATERAL (SELECT writer_id, batch_no FROM ganira.outbox_cursor WHERE account_id = a.id ORDER BY writer_id DESC LIMIT 1) AS c ON true
    JOIN LATERAL ganira.open_outbox(a.id, c.writer_id, c.batch_no, 0, 200) AS o ON true
    WHERE a.channel = 'whatsapp'";
const SCANS: usize = 20;

pub async fn row(scale: Scale) -> Report {
    let mut town = Town::at_work(Wish { keypads: 6, ..Wish::of(scale) }).await;
    let window = Duration::from_secs(scale.of(4, 60) as u64);
    sleep(window / 2).await;
    let before = throughput(&town, window).await;
    let scan_before = scan(&town).await;
    let mut reader = PgConnection::connect(&town.database.direct_url()).await.unwrap();
    for statement in [
        "SET idle_in_transaction_session_timeout = 0",
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "SELECT count(*) FROM ganira.conversation",
    ] {
        sqlx::query(statement).execute(&mut reader).await.unwrap();
    }
    // What the reader pins has time to pile up.
    sleep(window).await;
    let during = throughput(&town, window).await;
    let scan_during = scan(&town).await;
    for table in ["VACUUM ganira.conversation", "VACUUM ganira.delivery", "VACUUM ganira.writer"] {
        sqlx::query(table).execute(&town.database.pool).await.unwrap();
    }
    town.report.runs = 1;
    town.report.bit("dead rows that a VACUUM could not clear", dead_rows(&town).await);
    sqlx::query("COMMIT").execute(&mut reader).await.unwrap();
    town.report.figure("POSTs acknowledged a second before", format!("{before:.0}"));
    town.report
        .figure("POSTs acknowledged a second while pinned", format!("{during:.0} ({:.2} of before)", during / before));
    town.report.figure("scan of the outbox before, median", format!("{scan_before:.1?}"));
    town.report.figure("scan of the outbox while pinned, median", format!("{scan_during:.1?}"));
    town.judge().await
}

async fn throughput(town: &Town, window: Duration) -> f64 {
    let (begun, before) = (Instant::now(), town.load.acknowledged());
    sleep(window).await;
    (town.load.acknowledged() - before) as f64 / begun.elapsed().as_secs_f64()
}

async fn scan(town: &Town) -> Duration {
    let mut took = Vec::new();
    for _ in 0..SCANS {
        let begun = Instant::now();
        let _: i64 = sqlx::query_scalar(SCAN).fetch_one(&town.database.pool).await.unwrap();
        took.push(begun.elapsed());
        sleep(Duration::from_millis(20)).await;
    }
    took.sort_unstable();
    took[SCANS / 2]
}

/// As `VACUUM` itself counted them.
async fn dead_rows(town: &Town) -> usize {
    let sql = "SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables WHERE relname IN ('conversation', 'delivery', 'writer')";
    // Statistics are told a little later.
    sleep(Duration::from_millis(1200)).await;
    let dead: i64 = sqlx::query_scalar(sql).fetch_one(&town.database.pool).await.unwrap();
    usize::try_from(dead).unwrap()
}
