//! Real faults: the real `ganira serve` on a real Postgres, by a way that breaks on command, under a load of diaries whose every reply is a
//! complete read. Nothing acknowledged is lost, nothing is done twice, everything is in order.
//!
//! The parent is load, companies, front and checker; the children are engines and Postgres. Built with `planted-bugs` the same test is
//! shown to find bugs: see `planted.rs`.
#![expect(clippy::unwrap_used, reason = "a test fails where something is missing")]
#![expect(clippy::print_stdout, reason = "the figures of a run")]

mod check;
mod database;
mod engine;
mod frames;
mod front;
mod handsets;
mod load;
mod observed;
mod orders;
#[cfg(feature = "planted-bugs")]
mod planted;
mod proxy;
mod report;
mod rows;
mod small_disk;
mod texts;
mod town;
mod webhook;

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use rows::{IN_FLIGHT_LEAST, Scale};

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_killed_again_and_again_loses_nothing_and_does_nothing_twice() {
    let _alone = town::alone().await;
    let kills = std::env::var_os("GANIRA_CRASH_KILLS").and_then(|kills| kills.to_str()?.parse().ok()).unwrap_or(22);
    let report = rows::kills(kills, None).await;
    report.print();
    assert_eq!(report.complaint(), None, "see above");
    let in_flight = report.bites.iter().map(|(_, times)| *times).min().unwrap();
    assert!(in_flight.min(IN_FLIGHT_LEAST) > 0, "nothing was on its way");
}

/// `make torture`: the rows that `ROWS` names, or all; `SHORT=1` orders each fault a few times only.
#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_survived() {
    let _alone = town::alone().await;
    let scale = Scale::of_this_run();
    let mut complaints = Vec::new();
    for row in rows::chosen() {
        println!("\n=== {} {}: {}", row.number, row.name, row.fault);
        // What a row gives up on has been said; the others are run all the same.
        let Ok(report) = AssertUnwindSafe((row.run)(scale)).catch_unwind().await else {
            complaints.push(format!("{}: given up, see above", row.name));
            continue;
        };
        report.print();
        complaints.extend(report.complaint().map(|complaint| format!("{}: {complaint}", row.name)));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
