//! The engine as a process of its own, killed with -9 again and again under load: nothing acknowledged is lost, nothing is done twice.
//!
//! The parent is load, sandbox and checker, and keeps a Postgres that survives every kill; the child is the real `ganira serve`. Built
//! with `planted-bugs` the same test is shown to find bugs: see `planted.rs`.
#![expect(clippy::unwrap_used, reason = "a test fails where something is missing")]
#![expect(clippy::print_stdout, reason = "the figures of a run")]

mod check;
mod database;
mod engine;
mod load;
mod observed;
mod orders;
#[cfg(feature = "planted-bugs")]
mod planted;
mod run;
mod webhook;

use run::{Wish, run};

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_killed_again_and_again_loses_nothing_and_does_nothing_twice() {
    let _alone = run::alone().await;
    let kills = std::env::var_os("GANIRA_CRASH_KILLS").and_then(|kills| kills.to_str()?.parse().ok()).unwrap_or(22);
    let report = run(Wish { kills, plant: None }).await;
    report.print();
    assert!(report.violations.is_empty(), "the checker found violations: see above");
    assert!(report.kills >= 20 || report.kills == kills, "{} kills", report.kills);
    assert!(report.in_flight_least >= run::IN_FLIGHT_LEAST, "a kill met {} requests in flight", report.in_flight_least);
}
