//! The link between the owner and Postgres: nothing passes for a moment, then for so long that the standby takes over; answers alone do not
//! pass; the server's side is gone and nobody told the engine.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::proxy::Way;
use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish};

/// Shorter than what makes a standby take over.
const BLIP: Duration = Duration::from_millis(500);

pub async fn row(scale: Scale) -> Report {
    let mut town = Town::at_work(Wish { engines: &["one", "two"], keypads: 6, ..Wish::of(scale) }).await;
    town.owned_by(0).await;
    let rounds = scale.of(1, 6);
    for _ in 0..rounds {
        blip(&mut town).await;
        for (way, what) in [
            (Way::Held, "partitions outlived by a take-over"),
            (Way::AnswersHeld, "take-overs while only answers did not pass"),
            (Way::HalfOpen, "half-open links outlived by a take-over"),
        ] {
            take_over(&mut town, way, what).await;
        }
    }
    town.report.runs = rounds * 4;
    town.judge().await
}

/// Nothing passes for a moment, and nothing is lost: the same owner goes on.
async fn blip(town: &mut Town) {
    let owner = town.owner().unwrap();
    let proxy = &town.nodes[owner].proxy;
    let waited = proxy.waited();
    proxy.set(Way::Held);
    let held = Instant::now();
    sleep(BLIP).await;
    proxy.set(Way::Open);
    let waited = proxy.waited() - waited;
    town.acknowledged_more(50).await;
    town.report.gaps.push(town.load.gap(held, Instant::now()));
    town.report.bit("questions that waited for a moment", waited);
}

/// The owner is cut off until the standby owns; then the link heals, and the old owner must stand by before the next round.
async fn take_over(town: &mut Town, way: Way, what: &'static str) {
    let owner = town.owner().unwrap();
    town.nodes[owner].proxy.set(way);
    let cut = Instant::now();
    town.owned_by(1 - owner).await;
    town.acknowledged_more(20).await;
    town.report.gaps.push(town.load.gap(cut, Instant::now()));
    town.nodes[owner].proxy.set(Way::Open);
    let healed = Instant::now();
    town.stands_by(owner).await;
    town.report.slowest("link healed to standing by, most", healed.elapsed());
    town.report.bit(what, 1);
    town.acknowledged_more(50).await;
}
