//! SIGSTOP of the owner, with one commit held on its way to Postgres; the standby takes over; SIGCONT, and the commit arrives: stale, it must
//! be attempted and refused.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::check::Violation;
use crate::engine::Signal;
use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish, until};

pub async fn row(scale: Scale) -> Report {
    let mut town = Town::at_work(Wish { engines: &["one", "two"], ..Wish::of(scale) }).await;
    town.owned_by(0).await;
    let pauses = scale.of(2, 20);
    for _ in 0..pauses {
        pause(&mut town).await;
    }
    town.report.runs = pauses;
    town.judge().await
}

async fn pause(town: &mut Town) {
    let owner = town.owner().unwrap();
    let node = &town.nodes[owner];
    let refused_before = node.metric("ganira_fenced_total").await;
    node.proxy.hold_commits();
    until("a commit is on its way", async || node.proxy.held() > 0).await;
    let paused = Instant::now();
    node.signal(Signal::Pause);
    town.owned_by(1 - owner).await;
    town.acknowledged_more(20).await;
    town.report.gaps.push(town.load.gap(paused, Instant::now()));
    // The one that wakes up knows nothing of what happened.
    let node = &town.nodes[owner];
    node.signal(Signal::Continue);
    node.proxy.release_commits();
    let begun = Instant::now();
    let mut refused = 0;
    while refused == 0 && begun.elapsed() < Duration::from_secs(10) {
        sleep(Duration::from_millis(20)).await;
        refused = town.nodes[owner].metric("ganira_fenced_total").await - refused_before;
    }
    town.report.bit("stale commits attempted and refused", refused);
    if refused == 0 {
        town.report.add(Violation::Engine, "a paused owner's stale commit was not refused");
    }
    town.acknowledged_more(200).await;
}
