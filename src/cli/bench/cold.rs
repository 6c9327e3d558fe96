//! People who have been silent speak again: what waking them takes, and what they weigh asleep and awake. An engine in a process of its own, in
//! front of a database that knows them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use super::inject::Injector;
use super::times::Times;
use super::{ground, machine};
use crate::cli::assemble;

/// Messages a second while it is measured how long waking takes.
const RATE: f64 = 1000.0;
/// People in flight while it is not.
const AT_ONCE: usize = 256;
/// No id of the messages that led people into their bookings comes again.
const RUN: u64 = 1;
const ASLEEP_WITHIN: Duration = Duration::from_mins(2);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Spec {
    pub environment: BTreeMap<String, String>,
    /// The first ones fill what every engine has once.
    pub warm_up: u64,
    /// Who wakes, is measured, and sleeps again.
    pub cached: u64,
    /// Of these so many wake at an even pace.
    pub paced: u64,
    /// Who stays awake.
    pub awake: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Found {
    /// From a message of somebody who was neither awake nor cached until it is safe.
    pub cold: Times,
    /// The same where she was awake.
    pub warm: Times,
    /// Bytes of the process for each who sleeps in the cache, and for each who is awake.
    pub cached_bytes: f64,
    pub awake_bytes: f64,
    /// Bytes of the process in front of a million known, before anybody speaks.
    pub idle_bytes: f64,
    pub turns: u64,
}

pub(super) async fn run(spec: Spec) -> anyhow::Result<Found> {
    assemble::record_metrics();
    let url = spec.environment.get("DATABASE_URL").context("there is no database")?.parse()?;
    let config = ground::config(spec.environment.clone())?;
    let injector = Injector::start(config, url, 0).await?.in_run(RUN);
    let idle_bytes = resident()?;
    let mut next = 0;
    let mut range = |people: u64| -> Range<u64> {
        let first = next;
        next += people;
        first..next
    };
    injector.each(range(spec.warm_up), AT_ONCE).await?;
    all_asleep(&injector, spec.warm_up).await?;
    let before = resident()?;
    let cold = injector.paced(range(spec.paced), RATE).await?;
    injector.each(range(spec.cached - spec.paced), AT_ONCE).await?;
    all_asleep(&injector, spec.warm_up + spec.cached).await?;
    let asleep = resident()?;
    let awake = range(spec.awake);
    injector.each(awake.clone(), AT_ONCE).await?;
    let all = resident()?;
    let warm = injector.paced(awake, RATE).await?;
    injector.stop().await;
    let each = |more: f64, less: f64, people: u64| (more - less) / people as f64;
    Ok(Found {
        cold,
        warm,
        cached_bytes: each(asleep, before, spec.cached),
        awake_bytes: each(all, asleep, spec.awake),
        idle_bytes,
        turns: injector.acknowledged(),
    })
}

async fn all_asleep(injector: &Injector, people: u64) -> anyhow::Result<()> {
    let shared = injector.engine().shared().context("the engine ended")?;
    let begun = Instant::now();
    while (shared.snapshots.entries() as u64) < people {
        if begun.elapsed() > ASLEEP_WITHIN {
            bail!("only {} of {people} conversations went to sleep", shared.snapshots.entries());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

fn resident() -> anyhow::Result<f64> {
    let bytes = machine::resident_bytes(std::process::id());
    Ok(bytes.context("the system does not tell how much memory a process has")? as f64)
}
