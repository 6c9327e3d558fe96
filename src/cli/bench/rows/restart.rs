//! From kill -9 to the first answer, with everybody known who was known before; and what an engine weighs that has nothing to do.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;

use crate::cli::bench::bodies::{self, MID_BOOKING};
use crate::cli::bench::figures::{Budget, Row, Series};
use crate::cli::bench::ground::{self, Ground};
use crate::cli::bench::served::Served;
use crate::cli::bench::{Bench, machine};
use crate::domain::Clock;

/// The name that `serve` gives the database of its own Postgres.
const DATABASE: &str = "ganira";
const SEED_WITHIN: Duration = Duration::from_secs(60);
const SEEDED_AT_ONCE: u64 = 50_000;
const SETTLE: Duration = Duration::from_secs(3);

/// People as the tables know them; nobody of them speaks in this run, so that what is sealed need not open.
const SEED: &str = "WITH people AS (SELECT c FROM generate_series($2::bigint, $3::bigint) AS c),
    addresses AS (INSERT INTO ganira.directory (tenant_id, address_hash, contact_id, kind, sealed)
        SELECT $1, decode(md5(c::text), 'hex'), c, 'p', decode(repeat(md5(c::text), 3), 'hex') FROM people),
    keys AS (INSERT INTO ganira.contact_key (tenant_id, contact_id, wrapped) SELECT $1, c, decode(repeat(md5(c::text), 4), 'hex') FROM people)
    INSERT INTO ganira.conversation (tenant_id, contact_id, seq, snapshot) SELECT $1, c, 4, decode(repeat(md5(c::text), 16), 'hex') FROM people";

pub(in crate::cli::bench) async fn restart(bench: &Bench, ground: &mut Ground) -> anyhow::Result<Vec<Row>> {
    let database = ground.database(DATABASE).await?;
    let url = ground.url(DATABASE)?;
    let environment = ground::environment(&ground.folder, &ground.keys, &[("DATABASE_URL", &url)]);
    let tenant = ground::salon(&database, &ground::config(environment.clone())?).await?;
    let known = seed(&mut ground.connection(DATABASE).await?, tenant.0, bench.known).await?;
    let served = Served::ready(environment.clone(), &ground.folder).await?;
    tokio::time::sleep(SETTLE).await;
    let idle = machine::resident_bytes(served.pid()?).unwrap_or_default();
    let outside = kill_and_wait(served, &environment, &ground.folder, bench.repeats).await?;

    let folder = ground.stop_postgres().await?.display().to_string();
    let own = [("GANIRA__DATABASE__PRIVATE", "true"), ("GANIRA__DATABASE__DATA_DIR", folder.as_str())];
    let environment = ground::environment(&ground.folder, &ground.keys, &own);
    let served = Served::ready(environment.clone(), &ground.folder).await?;
    let inside = kill_and_wait(served, &environment, &ground.folder, bench.repeats).await?;
    let how = |what: &str| {
        format!(
            "kill -9 of `ganira serve`, started again at once, until a signed message is answered 200; {known} conversations known; {what}"
        )
    };
    Ok(vec![
        Row::new("kill -9 to first answer", outside.median(), "s", Some(Budget::AtMost(2.0)))
            .how(how("Postgres stays up"))
            .with("seconds", outside.to_json())
            .with("known", known),
        Row::new(
            "kill -9 to first answer, own Postgres restarting too",
            inside.median(),
            "s",
            Some(Budget::AtMost(5.0)),
        )
        .how(how("its own Postgres goes down with it and comes back"))
        .with("seconds", inside.to_json())
        .with("known", known),
        Row::new("resident memory of an idle engine", idle as f64 / 1_048_576.0, "MiB", Some(Budget::AtMost(64.0)))
            .how(format!("VmRSS of `ganira serve` {} seconds after its start", SETTLE.as_secs())),
    ])
}

/// Adds people until there are enough or time is up; returns how many there are.
async fn seed(connection: &mut PgConnection, tenant: i64, wanted: u64) -> anyhow::Result<u64> {
    let begun = Instant::now();
    let mut known = 0;
    while known < wanted && begun.elapsed() < SEED_WITHIN {
        let last = (known + SEEDED_AT_ONCE).min(wanted);
        let added = sqlx::query(SEED).bind(tenant).bind(known as i64 + 1).bind(last as i64);
        added.execute(&mut *connection).await?;
        known = last;
    }
    sqlx::query("SELECT setval('ganira.contact_id', $1)").bind(known as i64 + 1).execute(connection).await?;
    Ok(known)
}

async fn kill_and_wait(
    mut served: Served,
    environment: &BTreeMap<String, String>,
    folder: &Path,
    repeats: usize,
) -> anyhow::Result<Series> {
    let mut seconds = Series::default();
    let clock = Clock::system();
    let message = || {
        let now = clock.now();
        bodies::text(1, &bodies::id(now.timestamp_micros().cast_unsigned(), 0), now.timestamp(), MID_BOOKING)
    };
    served.answers(&message()).await?;
    for _ in 0..repeats {
        let killed = Instant::now();
        let address = served.kill().await?;
        served = Served::start(environment.clone(), folder, address)?;
        served.answers(&message()).await?;
        seconds.push(killed.elapsed().as_secs_f64());
    }
    served.stop().await?;
    Ok(seconds)
}
