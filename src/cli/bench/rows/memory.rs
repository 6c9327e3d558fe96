//! Memory of conversations, asleep and awake.

use crate::cli::bench::Bench;
use crate::cli::bench::figures::{Budget, Row, Series};
use crate::cli::bench::memory::{Found, Spec};
use crate::cli::bench::part::{self, Name, Running};

const CONVERSATIONS: u64 = 50_000;

pub(in crate::cli::bench) async fn memory(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let kinds = [
        ("memory of a conversation asleep in the cache", true, Budget::AtMost(1.2)),
        ("memory of a conversation awake", false, Budget::AtMost(12.0)),
    ];
    let mut rows = Vec::new();
    for (name, asleep, budget) in kinds {
        let (mut kilobytes, mut cached) = (Series::new(), 0.0);
        for _ in 0..bench.repeats {
            let found: Running<Found> =
                part::start(Name::Memory, &Spec { conversations: CONVERSATIONS, asleep }).await?;
            kilobytes.push(found.said.bytes / 1000.0);
            cached = found.said.cached_bytes;
        }
        let row = Row::of(name, &kilobytes, "kB", Some(budget)).how(format!(
            "growth of a process of its own over {CONVERSATIONS} conversations in the middle of a booking, divided by them; the sender's entry \
             in the directory's cache included"
        ));
        rows.push(if asleep { row.with("cache_weighs_bytes", cached) } else { row });
    }
    Ok(rows)
}
