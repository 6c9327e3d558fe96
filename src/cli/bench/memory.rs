//! What a conversation costs in memory, awake and asleep: an engine without a database in a process of its own, before and after.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use super::inject::Injector;
use super::{machine, null_store};
use crate::cli::assemble;
use crate::crypto::random;

/// These fill what every engine has once.
const WARM_UP: u64 = 2_000;
/// People who speak while the others sleep already: awake ones must not be counted as sleepers.
const AT_ONCE: u64 = 512;
const ASLEEP_WITHIN: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Spec {
    pub conversations: u64,
    pub asleep: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Found {
    /// Bytes of the process for each conversation.
    pub bytes: f64,
    /// What the cache believes an entry weighs; 0 where nobody sleeps.
    pub cached_bytes: f64,
}

pub(super) async fn run(spec: Spec) -> anyhow::Result<Found> {
    assemble::record_metrics();
    let folder = std::env::temp_dir().join(format!("ganira-bench-memory-{}", random::hex_token::<4>()));
    let idle = if spec.asleep { "10" } else { "86400000" };
    let config = null_store::settings(&folder, &[("GANIRA__ENGINE__IDLE_BEFORE_SLEEP_MS", idle)])?;
    let injector = Injector::new(null_store::engine(config).await?, 0).await?;
    let _ = std::fs::remove_dir_all(folder);
    reach(&injector, spec, 0, WARM_UP).await?;
    let before = resident()?;
    reach(&injector, spec, WARM_UP, WARM_UP + spec.conversations).await?;
    let bytes = resident()?.saturating_sub(before) as f64 / spec.conversations as f64;
    let shared = injector.engine().shared().context("the engine ended")?;
    let (weight, entries) = (shared.snapshots.bytes(), shared.snapshots.entries());
    Ok(Found { bytes, cached_bytes: if entries == 0 { 0.0 } else { weight as f64 / entries as f64 } })
}

async fn reach(injector: &Injector, spec: Spec, from: u64, until: u64) -> anyhow::Result<()> {
    let mut first = from;
    while first < until {
        let last = (first + AT_ONCE).min(until);
        injector.lead(first..last).await?;
        if spec.asleep {
            all_asleep(injector, last).await?;
        }
        first = last;
    }
    Ok(())
}

async fn all_asleep(injector: &Injector, people: u64) -> anyhow::Result<()> {
    let shared = injector.engine().shared().context("the engine ended")?;
    let begun = Instant::now();
    while (shared.snapshots.entries() as u64) < people {
        if begun.elapsed() > ASLEEP_WITHIN {
            bail!("only {} of {people} conversations went to sleep", shared.snapshots.entries());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

fn resident() -> anyhow::Result<u64> {
    machine::resident_bytes(std::process::id()).context("the system does not tell how much memory a process has")
}
