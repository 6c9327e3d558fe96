//! Real faults: the real `ganira serve` on a real Postgres, by a way that breaks on command, under a load of diaries whose every reply is a
//! complete read. Nothing acknowledged is lost, nothing is done twice, everything is in order.
//!
//! The parent is load, companies, front and checker; the children are engines and Postgres. Built with `planted-bugs` the same test is
//! shown to find bugs: see `planted.rs`.
#![expect(clippy::unwrap_used, reason = "a test fails where something is missing")]
#![expect(clippy::print_stdout, reason = "the figures of a run")]
#![expect(clippy::disallowed_methods, reason = "a test starts tasks, draws numbers and has switches of its own")]

mod check;
mod database;
mod document;
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
use rows::Scale;

/// `make torture`: the rows that `ROWS` names, or all; `SHORT=1` orders each fault a few times only. `REPORT=1` writes what they found into
/// docs/reliability.md.
#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_survived() {
    let _alone = town::alone().await;
    let scale = Scale::of_this_run();
    let mut complaints = Vec::new();
    let mut reports = Vec::new();
    for row in rows::chosen() {
        println!("\n=== {} {}: {}", row.number, row.name, row.fault);
        // What a row gives up on has been said; the others are run all the same.
        let Ok(report) = AssertUnwindSafe((row.run)(scale)).catch_unwind().await else {
            complaints.push(format!("{}: given up, see above", row.name));
            continue;
        };
        report.print();
        complaints.extend(report.complaint().map(|complaint| format!("{}: {complaint}", row.name)));
        reports.push((row, report));
    }
    println!("\n{}", document::table(&reports));
    if std::env::var_os("REPORT").is_some_and(|report| report == "1") && complaints.is_empty() {
        document::write(&reports, scale);
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
