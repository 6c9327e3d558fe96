//! A million known conversations, a hundred thousand cached, ten thousand awake: what each weighs, and what waking the silent takes.

use crate::cli::bench::cold::{Found, Spec};
use crate::cli::bench::figures::{Budget, Row, rounded, written};
use crate::cli::bench::ground::{self, Ground, WIDE};
use crate::cli::bench::part::{self, Name, Running};
use crate::cli::bench::{Bench, check, town};

const WARM_UP: u64 = 2_000;
const CACHED: u64 = 100_000;
const PACED: u64 = 20_000;
const AWAKE: u64 = 10_000;
/// Long enough to be awake while it is looked at, short enough to see many go to sleep.
const IDLE_MS: &str = "15000";

pub(in crate::cli::bench) async fn known(bench: &Bench, ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let known = town::known(ground, bench.known).await?;
    let on_disk = town::bytes_each(ground).await?;
    // Of fewer known there are fewer who speak.
    let share = |people: u64| (people * known / 1_000_000).clamp(1_000, people);
    let (cached, awake) = (share(CACHED), share(AWAKE));
    let led = town::lead(ground, WARM_UP + cached + awake).await?;
    let url = ground.url(town::DATABASE)?;
    let own = [("DATABASE_URL", url.as_str()), ("GANIRA__ENGINE__IDLE_BEFORE_SLEEP_MS", IDLE_MS)];
    let more: Vec<_> = WIDE.into_iter().chain(own).collect();
    let environment = ground::environment(&ground.folder, &ground.keys, &more);
    let spec = Spec { environment, warm_up: WARM_UP, cached, paced: share(PACED).min(cached), awake };
    let found: Running<Found> = part::start(Name::Cold, &spec).await?;
    let Found { cold, warm, cached_bytes, awake_bytes, idle_bytes, turns } = found.said;
    check::journaled(&mut ground.connection(town::DATABASE).await?, led + turns).await?;
    let how = format!(
        "an engine in a process of its own in front of {known} known conversations: growth over {cached} that woke and went to sleep in the cache, \
         and over {awake} more that are awake, divided by them; the sender's entry in the directory's cache included"
    );
    let waking = "open loop of 1,000 messages a second of people who are neither awake nor cached: looked up, loaded, key and snapshot opened, \
                  the turn worked out and committed; every turn was found in the journal";
    Ok(vec![
        Row::new("a conversation that is known: on disk", on_disk / 1000.0, "kB", None)
            .how("tables and indexes of addresses, keys and conversations, divided by the people in them")
            .note(format!(
                "{} known; none of it in the engine's memory, which has {} MiB before anybody speaks",
                written(known as f64),
                rounded(idle_bytes / 1_048_576.0)
            )),
        Row::new("a conversation asleep, of so many", cached_bytes / 1000.0, "kB", Some(Budget::AtMost(1.2)))
            .how(how.clone())
            .note(format!("{} asleep in the cache", written(cached as f64))),
        Row::new("a conversation awake, of so many", awake_bytes / 1000.0, "kB", Some(Budget::AtMost(12.0)))
            .how(how)
            .note(format!("{} awake", written(awake as f64))),
        Row::new("cold activation, p50", cold.p50, "ms", None)
            .how(waking)
            .note(format!("awake already: {} ms", rounded(warm.p50)))
            .with("cold_ms", cold.to_json())
            .with("warm_ms", warm.to_json()),
        Row::new("cold activation, p99", cold.p99, "ms", None)
            .how(waking)
            .note(format!("awake already: {} ms", rounded(warm.p99)))
            .with("turns_checked", led + turns),
    ])
}
