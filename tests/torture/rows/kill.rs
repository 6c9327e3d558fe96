//! `kill -9` of the engine under load, again and again; some do not even live to be ready. Half of the keypads are between two hops.

use std::sync::atomic::Ordering;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::load::LoadWish;
use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish, until};

pub async fn row(scale: Scale) -> Report {
    let kills = std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok());
    run(scale, kills.unwrap_or(scale.of(8, 50)), None).await
}

/// So many kills, of engines with a bug planted into them where one is named; only a build with `planted-bugs` listens.
pub async fn run(scale: Scale, kills: usize, plant: Option<&'static str>) -> Report {
    let groups = u32::try_from(scale.of(80, 200)).unwrap();
    // A kill proves little if nothing was on its way.
    let in_flight_least = groups as usize / 2;
    let wish = Wish {
        load: LoadWish { groups, ..LoadWish::default() },
        keypads: 20,
        kills: true,
        environment: plant.map(|plant| ("GANIRA_PLANT", plant.to_owned())).into_iter().collect(),
        ..Wish::default()
    };
    let mut town = Town::at_work(wish).await;
    let mut random = StdRng::seed_from_u64(town.seed);
    let mut starts = Vec::new();
    let mut killed_young = 0;
    let mut in_flight = usize::MAX;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(100..1200))).await;
        let load = town.load.clone();
        until("enough requests are in flight", async || load.in_flight() >= in_flight_least).await;
        let handsets = town.handsets.clone();
        until("somebody is between two hops", async || handsets.counts().waiting.load(Ordering::SeqCst) > 0).await;
        in_flight = in_flight.min(load.in_flight());
        let killed = tokio::time::Instant::now();
        town.nodes[0].kill();
        town.nodes[0].start();
        while random.random_bool(0.2) {
            tokio::time::sleep(Duration::from_millis(random.random_range(0..600))).await;
            town.nodes[0].kill();
            killed_young += 1;
            town.nodes[0].start();
        }
        starts.push(town.nodes[0].ready().await);
        town.handsets.killed();
        town.acknowledged_more(20).await;
        let gap = town.load.gap(killed, tokio::time::Instant::now());
        town.report.gaps.push(gap);
    }
    // A clean stop in between, under the same load.
    town.nodes[0].stop().await;
    town.nodes[0].start();
    town.nodes[0].ready().await;
    starts.sort_unstable();
    town.report.runs = kills;
    town.report.bit("requests in flight at a kill, least", in_flight);
    town.report.figure("killed besides while starting", killed_young);
    town.report.figure("kill to ready, median", format!("{:.0?}", starts[starts.len() / 2]));
    let handsets = town.handsets.clone();
    let mut report = town.judge().await;
    let repeated = handsets.counts().repeated_across_a_kill.load(Ordering::Relaxed);
    report.bit("sessions killed between two hops", repeated);
    report
}
