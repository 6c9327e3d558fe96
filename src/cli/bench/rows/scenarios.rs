//! Named loads on half a core and 512 MiB, and how many times each still holds its target.

use serde_json::{Value, json};

use crate::cli::bench::Bench;
use crate::cli::bench::cgroup::NoShare;
use crate::cli::bench::figures::{Budget, Row, Series, rounded, written};
use crate::cli::bench::ground::Ground;
use crate::cli::bench::load::Heard;
use crate::cli::bench::small::{Postgres, SHARE, Small};

const DATABASE: &str = "bench_small";
/// Each try of a rate takes so many times as long as other measurements: the kernel gives processor time out in tenths of a second.
const LONGER: f64 = 2.0;
/// The next rate that is tried, times the one before.
const STEP: f64 = 1.3;
/// The first rate beyond the targets' own.
const FIRST: f64 = 50.0;
/// Rates that are tried at most.
const TRIES_MAX: i32 = 24;
/// A rate has not held its target when it has failed so often.
const FAILURES: usize = 2;
/// Connections of the higher rates.
const CONNECTIONS: usize = 1_000;

/// A load with a target.
struct Scenario {
    name: [&'static str; 2],
    /// Requests a second.
    rate: f64,
    connections: usize,
    p95_ms: f64,
    p99_ms: f64,
}

const SCENARIOS: [Scenario; 3] = [
    Scenario {
        name: ["100 requests/s, Postgres inside", "100 requests/s, Postgres outside"],
        rate: 100.0,
        connections: 256,
        p95_ms: 2_000.0,
        p99_ms: 5_000.0,
    },
    // Each has a connection of her own and writes once a second.
    Scenario {
        name: ["500 concurrent users, Postgres inside", "500 concurrent users, Postgres outside"],
        rate: 500.0,
        connections: 500,
        p95_ms: 2_000.0,
        p99_ms: 5_000.0,
    },
    Scenario {
        name: ["1,000 requests/min, Postgres inside", "1,000 requests/min, Postgres outside"],
        rate: 1_000.0 / 60.0,
        connections: 256,
        p95_ms: 200.0,
        p99_ms: f64::INFINITY,
    },
];

impl Scenario {
    fn holds(&self, heard: &Heard) -> bool {
        heard.accepted() == heard.offered && heard.times.p95 < self.p95_ms && heard.times.p99 < self.p99_ms
    }

    fn target(&self) -> String {
        let p99 = if self.p99_ms.is_finite() { format!(", p99 < {} ms", self.p99_ms) } else { String::new() };
        format!("p95 < {} ms{p99}, every request answered 200", self.p95_ms)
    }
}

pub(in crate::cli::bench) async fn scenarios(bench: &Bench, ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (place, postgres) in [Postgres::Inside, Postgres::Outside].into_iter().enumerate() {
        let names = SCENARIOS.iter().map(|scenario| scenario.name[place]);
        match Small::start(ground, postgres, DATABASE).await {
            Ok(small) => rows.extend(all(bench, small, place).await?),
            Err(error) if error.is::<NoShare>() => {
                rows.extend(names.map(|name| Row::missing(name, "ms", None, format!("{error:#}"))));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(rows)
}

async fn all(bench: &Bench, mut small: Small<'_>, place: usize) -> anyhow::Result<Vec<Row>> {
    let seconds = bench.seconds as f64 * LONGER;
    let mut own = Vec::new();
    for scenario in &SCENARIOS {
        let (mut p95, mut p99, mut failed) = (Series::new(), Series::new(), 0);
        let mut last = Heard::default();
        for _ in 0..bench.repeats {
            last = small.offered(scenario.rate, seconds, scenario.connections).await?;
            p95.push(last.times.p95);
            p99.push(last.times.p99);
            failed += last.offered - last.accepted();
        }
        own.push((p95, p99, failed, last));
    }
    let ladder = ladder(&mut small, seconds).await?;
    let used = small.used();
    let checked = small.checked().await?;
    let rows = SCENARIOS.iter().zip(own).enumerate().map(|(n, (scenario, (p95, p99, failed, last)))| {
        let most = ladder.held[n];
        let times = most.map_or_else(String::new, |rate| {
            format!("; {} times that load holds the target still ({}/s)", rounded(rate / scenario.rate), written(rate))
        });
        Row::of(scenario.name[place], &p95, "ms at p95", Some(Budget::AtMost(scenario.p95_ms)))
            .how(format!(
                "`ganira serve` in a control group with {} of a core and {} MiB, open loop over {} connections from outside of it, everybody in the \
                 middle of a booking. Target: {}. Higher rates are tried one after the other, each {STEP} times the one before, until one fails \
                 {FAILURES} times. Every message that was accepted stands in the journal",
                SHARE.cores,
                SHARE.memory_mib,
                scenario.connections,
                scenario.target()
            ))
            .note(format!("p99 {} ms, {failed} errors{times}", rounded(p99.median())))
            .with("p99_ms", p99.to_json())
            .with("errors", failed)
            .with("histogram_ms", last.times.to_json())
            .with("most_per_second", most.map_or(Value::Null, |rate| json!(rounded(rate))))
            .with("tries", ladder.tries.clone())
            .with("share_used", serde_json::to_value(used).unwrap_or_default())
            .with("messages_checked", checked)
    });
    Ok(rows.collect())
}

/// Higher and higher rates.
#[derive(Default)]
struct Ladder {
    /// The highest rate at which each scenario's target held, none failing below it.
    held: [Option<f64>; SCENARIOS.len()],
    tries: Vec<Value>,
}

async fn ladder(small: &mut Small<'_>, seconds: f64) -> anyhow::Result<Ladder> {
    let mut ladder = Ladder::default();
    let mut open = [true; SCENARIOS.len()];
    for step in 0..TRIES_MAX {
        let rate = FIRST * STEP.powi(step);
        let mut holds = [false; SCENARIOS.len()];
        for _ in 0..FAILURES {
            let heard = small.offered(rate, seconds, CONNECTIONS).await?;
            ladder.tries.push(json!({
                "rate": rounded(rate), "accepted": heard.accepted(), "offered": heard.offered, "p95_ms": rounded(heard.times.p95),
                "p99_ms": rounded(heard.times.p99),
            }));
            for (held, scenario) in holds.iter_mut().zip(&SCENARIOS) {
                *held |= scenario.holds(&heard);
            }
            if holds == open {
                break;
            }
        }
        for ((most, open), held) in ladder.held.iter_mut().zip(&mut open).zip(holds) {
            *open &= held;
            if *open {
                *most = Some(rate);
            }
        }
        if !open.contains(&true) {
            break;
        }
    }
    Ok(ladder)
}
