//! From kill -9 to the first answer, with everybody known who was known before; and what an engine weighs that has nothing to do.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::cli::bench::bodies::{self, MID_BOOKING};
use crate::cli::bench::figures::{Budget, Row, Series, written};
use crate::cli::bench::ground::{self, Ground};
use crate::cli::bench::served::Served;
use crate::cli::bench::{Bench, machine, town};
use crate::domain::Clock;

const SETTLE: Duration = Duration::from_secs(3);

pub(in crate::cli::bench) async fn restart(bench: &Bench, ground: &mut Ground) -> anyhow::Result<Vec<Row>> {
    let known = town::known(ground, bench.known).await?;
    let url = ground.url(town::DATABASE)?;
    let environment = ground::environment(&ground.folder, &ground.keys, &[("DATABASE_URL", &url)]);
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
        Row::of("kill -9 to first answer", &outside, "s", Some(Budget::AtMost(2.0)))
            .how(how("Postgres stays up"))
            .note(format!("{} conversations known", written(known as f64)))
            .with("known", known),
        Row::of("kill -9 to first answer, own Postgres restarting too", &inside, "s", Some(Budget::AtMost(5.0)))
            .how(how("its own Postgres goes down with it and comes back"))
            .with("known", known),
        Row::new("resident memory of an idle engine", idle as f64 / 1_048_576.0, "MiB", Some(Budget::AtMost(64.0)))
            .how(format!("VmRSS of `ganira serve` {} seconds after its start", SETTLE.as_secs())),
    ])
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
