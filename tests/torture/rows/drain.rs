//! SIGTERM of the owner under load: it brings what it has begun to its end and hands over to the standby.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish};

pub async fn row(scale: Scale) -> Report {
    let mut town = Town::at_work(Wish { engines: &["one", "two"], keypads: 6, ..Wish::of(scale) }).await;
    town.owned_by(0).await;
    let stops = scale.of(2, 20);
    for _ in 0..stops {
        stop(&mut town).await;
    }
    town.report.runs = stops;
    town.judge().await
}

async fn stop(town: &mut Town) {
    town.acknowledged_more(100).await;
    let owner = town.owner().unwrap();
    let in_flight = town.load.in_flight();
    let broken = town.load.counts().broken.load(Ordering::Relaxed);
    let told = Instant::now();
    let took = town.nodes[owner].stop().await;
    let cut = town.load.counts().broken.load(Ordering::Relaxed) - broken;
    town.owned_by(1 - owner).await;
    town.acknowledged_more(20).await;
    town.report.gaps.push(town.load.gap(told, Instant::now()));
    town.report.slowest("told to stop to gone, most", took);
    town.report.bit("requests in flight when told to stop", in_flight);
    town.report.more("connections closed without an answer meanwhile", cut);
    town.nodes[owner].start();
    town.nodes[owner].answers().await;
    // The front hears of the newcomer before the next round.
    tokio::time::sleep(Duration::from_millis(300)).await;
}
