//! Ten times what is allowed in: nothing is lost between accepted and refused, and memory stays where it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::Loads;
use crate::actors::spawn;
use crate::cli::bench::bodies::MID_BOOKING;
use crate::cli::bench::figures::{Budget, Row};
use crate::cli::bench::ground::{self, Ground, WIDE};
use crate::cli::bench::load::{Speech, Until};
use crate::cli::bench::served::Served;
use crate::cli::bench::{Bench, check, machine};

const DATABASE: &str = "bench_overload";
/// What may come in a second, as the settings have it unless they are changed.
const SUSTAINABLE: f64 = 1000.0;
const CONNECTIONS: usize = 1024;
const LOOK_EVERY: Duration = Duration::from_millis(20);
const SECONDS_MIN: f64 = 5.0;
/// All but the global bucket, which keeps its default of 1,000 a second.
const GLOBAL: &str = "GANIRA__LIMITS__GLOBAL";

pub(in crate::cli::bench) async fn overload(bench: &Bench, ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let database = ground.database(DATABASE).await?;
    let url = ground.url(DATABASE)?;
    let narrow = WIDE.into_iter().filter(|(name, _)| !name.starts_with(GLOBAL));
    let more: Vec<_> = narrow.chain([("DATABASE_URL", url.as_str())]).collect();
    let environment = ground::environment(&ground.folder, &ground.keys, &more);
    ground::salon(&database, &ground::config(environment.clone())?).await?;
    let served = Served::ready(environment, &ground.folder).await?;
    let mut loads = Loads::at(served.address);
    let speech = Speech::Text(MID_BOOKING.to_owned());
    // Everybody is known before the storm.
    loads.say(CONNECTIONS, speech.clone(), Until::Seconds(5.0), Some(SUSTAINABLE * 0.9)).await?;
    let pid = served.pid()?;
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
    let seconds = SECONDS_MIN.max(bench.seconds as f64);
    let heard = loads.say(CONNECTIONS, speech, Until::Seconds(seconds), Some(SUSTAINABLE * 10.0)).await?;
    over.store(true, Ordering::Relaxed);
    watch.await?;
    let grown = most.load(Ordering::Relaxed).saturating_sub(before);
    served.stop().await?;
    let mut connection = ground.connection(DATABASE).await?;
    check::consistent(&mut connection).await?;
    let (journaled, buried) = check::kept(&mut connection).await?;
    if journaled + buried != loads.accepted {
        anyhow::bail!("violation: {} were accepted, {journaled} journaled and {buried} buried", loads.accepted);
    }
    let unaccounted = heard.offered - heard.accepted() - heard.refused();
    let how = format!(
        "open loop of {:.0} a second for {seconds} seconds against the default global bucket of {SUSTAINABLE:.0}; every accepted message was \
         found in the journal",
        SUSTAINABLE * 10.0
    );
    Ok(vec![
        Row::new("overload: offered − accepted − refused", unaccounted as f64, "messages", Some(Budget::AtMost(0.0)))
            .how(how.clone())
            .with("offered", heard.offered)
            .with("accepted", heard.accepted())
            .with("refused", heard.refused())
            .with("offered_per_second", heard.offered as f64 / heard.seconds)
            .with("accepted_p50_ms", heard.p50_ms)
            .with("accepted_p99_ms", heard.p99_ms),
        Row::new("overload: growth of memory", grown as f64 / 1_048_576.0, "MiB", Some(Budget::AtMost(128.0))).how(how),
    ])
}
