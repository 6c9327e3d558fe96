//! The connection breaks around a commit: before Postgres has it, while it goes up, and after Postgres has answered. The engine knows of
//! none what became of it, and must ask again.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::time::{Instant, sleep};

use crate::proxy::Cut;
use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish, until};

pub async fn row(scale: Scale) -> Report {
    let mut town = Town::at_work(Wish { keypads: 6, ..Wish::of(scale) }).await;
    let mut random = StdRng::seed_from_u64(town.seed);
    let cuts = scale.of(24, 300);
    let begun = Instant::now();
    for n in 0..cuts {
        let cut = [Cut::Before, Cut::Within, Cut::After, Cut::After][n % 4];
        let proxy = &town.nodes[0].proxy;
        let before = proxy.cuts(cut);
        proxy.cut_next(cut);
        until("a commit was cut", async || proxy.cuts(cut) > before).await;
        sleep(Duration::from_millis(random.random_range(10..120))).await;
    }
    town.acknowledged_more(20).await;
    town.report.runs = cuts;
    town.report.gaps.push(town.load.gap(begun, Instant::now()));
    let proxy = &town.nodes[0].proxy;
    let counted = [proxy.cuts(Cut::Before), proxy.cuts(Cut::Within), proxy.cuts(Cut::After)];
    town.report.bit("cut before the commit arrived", counted[0]);
    town.report.bit("cut while it went up", counted[1]);
    town.report.bit("cut between COMMIT and its answer", counted[2]);
    let unknown = town.nodes[0].metric("ganira_commit_unknown_total").await;
    town.report.bit("outcomes unknown to the engine", unknown);
    town.judge().await
}
