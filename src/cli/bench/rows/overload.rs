//! Ten times what is sustainable, on a share of the machine so small that the rest of it can offer so much: nothing is lost between accepted and
//! refused, who is let in is served as ever, and afterwards all is as before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::Loads;
use crate::actors::spawn;
use crate::cli::bench::bodies::MID_BOOKING;
use crate::cli::bench::cgroup::NoShare;
use crate::cli::bench::figures::{Budget, Row, Series, rounded, written};
use crate::cli::bench::ground::Ground;
use crate::cli::bench::load::{Heard, Speech, Until, Window};
use crate::cli::bench::small::{Postgres, Small};
use crate::cli::bench::{Bench, machine};

const DATABASE: &str = "bench_overload";
/// Loads that are tried, each so many times the one before.
const STEP: f64 = 1.25;
const FIRST: f64 = 500.0;
const TRIES_MAX: i32 = 24;
/// A load is sustainable at which everything is accepted and the slowest hundredth waits no longer.
const P99_MS: f64 = 250.0;
const TIMES: f64 = 10.0;
const CONNECTIONS: usize = 512;
const SECONDS_MIN: f64 = 5.0;
/// A quiet voice that speaks before, during and after the storm, so that it is seen when all is as before: of what is sustainable.
const BESIDE: f64 = 0.25;
const BEFORE: Duration = Duration::from_secs(2);
const AFTER: f64 = 10.0;
const LOOK_EVERY: Duration = Duration::from_millis(20);

const NAMES: [&str; 5] = [
    "overload: offered − accepted − refused",
    "overload: p99 of the accepted ÷ normal",
    "overload: p99 of the refused",
    "overload: seconds until all is as before",
    "overload: growth of memory",
];

pub(in crate::cli::bench) async fn overload(bench: &Bench, ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let mut small = match Small::start(ground, Postgres::Outside, DATABASE).await {
        Ok(small) => small,
        Err(error) if error.is::<NoShare>() => {
            return Ok(NAMES.map(|name| Row::missing(name, "", None, format!("{error:#}"))).into());
        }
        Err(error) => return Err(error),
    };
    let seconds = SECONDS_MIN.max(bench.seconds as f64);
    let (sustainable, mut normal) = sustainable(&mut small, bench).await?;
    let pid = small.pid()?;
    let before = machine::resident_bytes(pid).unwrap_or_default();
    let (most, over) = (Arc::new(AtomicU64::new(before)), Arc::new(AtomicBool::new(false)));
    let watch = spawn({
        let (most, over) = (most.clone(), over.clone());
        async move {
            while !over.load(Ordering::Relaxed) {
                most.fetch_max(machine::resident_bytes(pid).unwrap_or_default(), Ordering::Relaxed);
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    });
    let mut found = Found::default();
    for _ in 0..bench.repeats {
        normal.push(small.offered(sustainable, seconds, CONNECTIONS).await?.times.p99);
        let (storm, beside) = storm(&mut small.loads, sustainable, seconds).await?;
        found.add(&storm, &beside, seconds, normal.median());
    }
    over.store(true, Ordering::Relaxed);
    watch.await?;
    let grown = most.load(Ordering::Relaxed).saturating_sub(before);
    let used = small.used();
    let checked = small.checked().await?;
    Ok(found
        .rows(sustainable, seconds, &normal, grown, checked)
        .into_iter()
        .map(|row| row.with("share_used", serde_json::to_value(used).unwrap_or_default()))
        .collect())
}

/// The highest load that is sustainable, and how long its slowest hundredth waits.
async fn sustainable(small: &mut Small<'_>, bench: &Bench) -> anyhow::Result<(f64, Series)> {
    let (mut rate, mut normal) = (FIRST / STEP, Series::new());
    for step in 0..TRIES_MAX {
        let next = FIRST * STEP.powi(step);
        let heard = small.offered(next, bench.seconds as f64 * 2.0, CONNECTIONS).await?;
        if heard.accepted() < heard.offered || heard.times.p99 > P99_MS {
            break;
        }
        rate = next;
        normal = [heard.times.p99].into_iter().collect();
    }
    Ok((rate, normal))
}

/// The storm, and a quiet voice beside it.
async fn storm(loads: &mut Loads, sustainable: f64, seconds: f64) -> anyhow::Result<(Heard, Heard)> {
    let speech = Speech::Text(MID_BOOKING.to_owned());
    let beside = loads.spec(
        CONNECTIONS / 8,
        speech.clone(),
        Until::Seconds(BEFORE.as_secs_f64() + seconds + AFTER),
        Some(sustainable * BESIDE),
    );
    let storm = loads.spec(CONNECTIONS, speech, Until::Seconds(seconds), Some(sustainable * TIMES));
    let (storm, beside) = tokio::try_join!(
        async {
            tokio::time::sleep(BEFORE).await;
            crate::cli::bench::part::load(&storm).await
        },
        crate::cli::bench::part::load(&beside)
    )?;
    loads.count(&storm);
    loads.count(&beside);
    Ok((storm, beside))
}

/// What the storms did.
#[derive(Default)]
struct Found {
    offered: u64,
    accepted: u64,
    refused: u64,
    seconds: f64,
    times: Series,
    accepted_p99: Series,
    refused_p99: Series,
    recovered: Series,
    last: Option<(Heard, Heard)>,
}

impl Found {
    fn add(&mut self, storm: &Heard, beside: &Heard, seconds: f64, normal_p99: f64) {
        for heard in [storm, beside] {
            self.offered += heard.offered;
            self.accepted += heard.accepted();
            self.refused += heard.refused();
        }
        self.seconds += storm.seconds;
        self.times.push(storm.times.p99 / normal_p99);
        self.accepted_p99.push(storm.times.p99);
        self.refused_p99.push(storm.refusals.p99);
        let ended = (storm.began_at_ms - beside.began_at_ms) as f64 / 1000.0 + seconds;
        self.recovered.push(recovered(&beside.windows, ended, normal_p99));
        self.last = Some((storm.clone(), beside.clone()));
    }
}

/// Seconds after the storm's end at which the last window was over that was not as before.
fn recovered(windows: &[Window], ended: f64, normal_p99: f64) -> f64 {
    let bad = |window: &Window| window.others > 0 || window.max_ms > (normal_p99 * 2.0).max(P99_MS);
    let last = windows.iter().rposition(bad);
    last.map_or(0.0, |place| (Window::ends_at(place) - ended).max(0.0))
}

impl Found {
    fn rows(self, sustainable: f64, seconds: f64, normal: &Series, grown: u64, checked: u64) -> Vec<Row> {
        let how = format!(
            "half a core and 512 MiB for the engine, Postgres beside it: {sustainable:.0} a second are sustainable (all accepted, p99 at most {P99_MS} ms), \
             open loops of {TIMES} times that for {seconds} seconds over {CONNECTIONS} connections, and a quiet voice of a quarter of it beside \
             them; every accepted message was found in the journal"
        );
        let unaccounted = self.offered - self.accepted - self.refused;
        let last = self.last.unwrap_or_default();
        let rows = vec![
            Row::new(NAMES[0], unaccounted as f64, "messages", Some(Budget::AtMost(0.0)))
                .note(format!(
                    "{} offered, {} accepted, {} refused; {}/s sustainable",
                    written(self.offered as f64),
                    written(self.accepted as f64),
                    written(self.refused as f64),
                    written(sustainable)
                ))
                .with("messages_checked", checked),
            Row::of(NAMES[1], &self.times, "ratio", Some(Budget::AtMost(2.0)))
                .note(format!(
                    "{} ms against {} ms at what is sustainable",
                    rounded(self.accepted_p99.median()),
                    rounded(normal.median())
                ))
                .with("accepted_ms", last.0.times.to_json())
                .with("normal_p99_ms", normal.to_json()),
            Row::of(NAMES[2], &self.refused_p99, "ms", None).with("refused_ms", last.0.refusals.to_json()),
            Row::of(NAMES[3], &self.recovered, "s", Some(Budget::AtMost(5.0)))
                .note("a quiet voice beside the storm is answered as before it"),
            Row::new(NAMES[4], grown as f64 / 1_048_576.0, "MiB", Some(Budget::AtMost(128.0))),
        ];
        rows.into_iter().map(|row| row.how(how.clone())).collect()
    }
}
