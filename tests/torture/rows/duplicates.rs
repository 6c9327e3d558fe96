//! Every POST is delivered five times at once, in any order; old ones come again and again, also such as are a week old.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;

use crate::load::LoadWish;
use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish};

const COPIES: usize = 5;

pub async fn row(scale: Scale) -> Report {
    let load = LoadWish { groups: 24, copies: COPIES, old_percent: 100, week_old_percent: 20 };
    let mut town = Town::at_work(Wish { load, ..Wish::of(scale) }).await;
    let long = Duration::from_secs(scale.of(6, 60) as u64);
    sleep(long).await;
    let known = town.nodes[0].metric("ganira_duplicates_total").await;
    let load = town.load.clone();
    town.come_to_rest().await;
    let counts = load.counts();
    town.report.runs = counts.posts.load(Ordering::Relaxed);
    town.report.bit("copies beside the one that counts", counts.copied.load(Ordering::Relaxed));
    town.report.bit("old POSTs delivered again", counts.old_repeated.load(Ordering::Relaxed));
    town.report.bit("week-old POSTs delivered again", counts.week_old_repeated.load(Ordering::Relaxed));
    town.report.bit("events the engine knew already", known);
    town.judge().await
}
