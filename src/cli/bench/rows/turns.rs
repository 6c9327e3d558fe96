//! Turns a second ÷ pgbench, and the log written for them.

use std::time::Duration;

use sqlx::{Executor as _, PgConnection};

use super::PEOPLE;
use crate::cli::bench::engine_alone::Spec;
use crate::cli::bench::figures::{Budget, Row, Series, rounded, written};
use crate::cli::bench::ground::{self, Ground, WIDE};
use crate::cli::bench::inject::Injector;
use crate::cli::bench::part::{self, Name, Running};
use crate::cli::bench::pgbench::{self, Limit, Load};
use crate::cli::bench::shape::Shape;
use crate::cli::bench::{Bench, check};

const NAME: &str = "turns injected ÷ pgbench on the same commit_batch";
const BUDGET: Option<Budget> = Some(Budget::AtLeast(0.80));
const DATABASE: &str = "bench_turns";
const IN_FLIGHT: [usize; 4] = [128, 256, 512, 1024];
const LANES: [u32; 3] = [2, 3, 4];
const TURNS: [u32; 3] = [64, 128, 256];
/// The last of these counts.
const RUNS_AFTER_CHECKPOINT: usize = 4;
/// Turns of one try while the best shape is looked for.
const TRY: f64 = 20_000.0;

pub(in crate::cli::bench) async fn turns(bench: &Bench, ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let database = ground.database(DATABASE).await?;
    let url = ground.url(DATABASE)?;
    let more: Vec<_> = WIDE.into_iter().chain([("DATABASE_URL", url.as_str())]).collect();
    let config = ground::config(ground::environment(&ground.folder, &ground.keys, &more))?;
    ground::salon(&database, &config).await?;
    let injector = Injector::start(config, database, PEOPLE).await?;
    let time = Duration::from_secs(bench.seconds);
    injector.run(IN_FLIGHT[2], Duration::from_secs(1)).await?;
    let in_flight = best_in_flight(&injector).await?;
    let mut connection = ground.connection(DATABASE).await?;
    let shape = Shape::read(&mut connection).await?;
    // Before there is another database on the server whose vacuum would be counted.
    let log = log_row(&injector, in_flight, time, &mut connection, shape).await?;
    let mut limit = match pgbench::program(ground.postgres()?.major()) {
        Some(program) => {
            let mut limit = Limit::prepare(ground, program, PEOPLE as u32, shape).await?;
            let best = best_load(&mut limit).await?;
            Some((limit, best))
        }
        None => None,
    };
    let (mut ours, mut theirs, mut ratios) = (Series::default(), Series::default(), Series::default());
    for _ in 0..bench.repeats {
        let turns = injector.run(in_flight, time).await?;
        ours.push(turns);
        if let Some((limit, (load, rate))) = &mut limit {
            let most = limit.run(*load, *rate * time.as_secs_f64()).await?;
            theirs.push(most);
            ratios.push(turns / most);
        }
    }
    let alone = Spec { people: PEOPLE, in_flight, seconds: bench.seconds };
    let alone: Running<f64> = part::start(Name::Engine, &alone).await?;
    check::turns(&mut connection, injector.acknowledged()).await?;
    injector.stop().await;
    let row = match &limit {
        Some((_, (load, _))) => Row::of(NAME, &ratios, "ratio", BUDGET)
            .how(format!(
                "{in_flight} turns in flight through ingress, directory, shards, actors, flow, seals and lanes; every conversation in the \
                 middle of a booking, its account stopped. pgbench (of the system, Postgres' own version) calls commit_batch with arrays \
                 laid ready in its own database, {} lanes of {} turns, the best of {} shapes",
                load.lanes,
                load.turns,
                LANES.len() * TURNS.len()
            ))
            .note(format!(
                "{}/s against {}/s; the engine without a database {}/s",
                written(ours.median()),
                written(theirs.median()),
                written(alone.said)
            ))
            .with("pgbench_turns_per_second", theirs.to_json()),
        None => Row::missing(NAME, "ratio", BUDGET, "pgbench was not found: run `make deps`"),
    };
    let row = row
        .with("engine_turns_per_second", ours.to_json())
        .with("engine_alone_turns_per_second", rounded(alone.said))
        .with("row_sizes", serde_json::to_value(shape)?)
        .with("turns_checked", injector.acknowledged());
    Ok(vec![row, log])
}

async fn best_in_flight(injector: &Injector) -> anyhow::Result<usize> {
    let mut best = (0.0, IN_FLIGHT[0]);
    for in_flight in IN_FLIGHT {
        let turns = injector.run(in_flight, Duration::from_secs(1)).await?;
        if turns > best.0 {
            best = (turns, in_flight);
        }
    }
    Ok(best.1)
}

async fn best_load(limit: &mut Limit<'_>) -> anyhow::Result<(Load, f64)> {
    let mut best = (Load { lanes: LANES[0], turns: TURNS[0] }, 0.0);
    for lanes in LANES {
        for turns in TURNS {
            let load = Load { lanes, turns };
            let most = limit.run(load, TRY).await?;
            if most > best.1 {
                best = (load, most);
            }
        }
    }
    Ok(best)
}

/// Log bytes for each byte that somebody may want to read again. Right after a checkpoint every page touched is written whole, once.
async fn log_row(
    injector: &Injector,
    in_flight: usize,
    time: Duration,
    connection: &mut PgConnection,
    shape: Shape,
) -> anyhow::Result<Row> {
    connection.execute("CHECKPOINT").await?;
    let mut found = Vec::new();
    let mut kinds = None;
    for _ in 0..RUNS_AFTER_CHECKPOINT {
        let (at, images) = log_position(connection).await?;
        let before = injector.acknowledged();
        injector.run(in_flight, time).await?;
        let (until, images_until) = log_position(connection).await?;
        let turns = (injector.acknowledged() - before) as f64;
        found.push(((until - at) / turns, (images_until - images) / turns));
        kinds = log_kinds(connection, at, until, turns).await;
    }
    let ratio = |bytes: f64| bytes / shape.useful_bytes();
    let [first, .., last] = found[..] else { anyhow::bail!("nothing was measured") };
    Ok(Row::new("WAL bytes ÷ useful bytes", ratio(last.0), "ratio", Some(Budget::AtMost(1.6)))
        .how(format!(
            "pg_current_wal_lsn around runs of the turns above; useful is sealed snapshot + journal body + outbox bodies = {:.0} bytes a turn. \
             The value is the fourth run after a checkpoint, full-page images included",
            shape.useful_bytes()
        ))
        .note(format!(
            "{} bytes a turn, {} of them useful; right after a checkpoint {}",
            written(last.0),
            written(shape.useful_bytes()),
            written(ratio(first.0))
        ))
        .with("wal_bytes_per_turn_by_kind", kinds.unwrap_or_default())
        .with("wal_bytes_per_turn", last.0.round())
        .with("right_after_a_checkpoint", ratio(first.0))
        .with("page_images_per_turn_right_after", first.1)
        .with("page_images_per_turn", last.1))
}

/// What the bytes of a turn are, by the kind of record, the largest first. `None` where the server cannot look into its log.
async fn log_kinds(connection: &mut PgConnection, from: f64, until: f64, turns: f64) -> Option<Vec<serde_json::Value>> {
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_walinspect").await.ok()?;
    let kinds: Vec<(String, f64, f64)> = sqlx::query_as(
        r#"SELECT "resource_manager/record_type", count::float8, combined_size::float8
           FROM pg_get_wal_stats('0/0'::pg_lsn + $1::numeric, '0/0'::pg_lsn + $2::numeric, true) WHERE count > 0 ORDER BY combined_size DESC LIMIT 8"#,
    )
    .bind(from)
    .bind(until)
    .fetch_all(connection)
    .await
    .ok()?;
    let each = |(kind, records, bytes): (String, f64, f64)| serde_json::json!({ "kind": kind, "records": rounded(records / turns), "bytes": rounded(bytes / turns) });
    Some(kinds.into_iter().map(each).collect())
}

/// Bytes of log ever written, and page images among them.
async fn log_position(connection: &mut PgConnection) -> anyhow::Result<(f64, f64)> {
    let position = sqlx::query_as(
        "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8, (SELECT wal_fpi FROM pg_stat_wal)::float8",
    );
    Ok(position.fetch_one(connection).await?)
}
