//! The checker must see: engines with a bug planted into them, each found for what it is.

use ganira::actors::plant::Plant;

use crate::check::Violation;
use crate::report::Report;
use crate::rows::{Scale, kills};
use crate::town::alone;

/// Few kills are enough: what a planted bug loses, it loses at the first one.
const KILLS: usize = 5;

async fn planted(plant: Plant) -> Report {
    let _alone = alone().await;
    let report = kills(Scale::Long, KILLS, Some(plant.name())).await;
    println!("planted: {}", plant.name());
    report.print();
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_before_the_commit_is_found_by_what_is_lost() {
    let report = planted(Plant::AckBeforeCommit).await;
    assert!(report.has(Violation::NotJournaled) && report.has(Violation::Lost));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_of_events_that_dies_with_its_process_is_found_by_what_is_done_twice() {
    let report = planted(Plant::DedupeInMemory).await;
    assert!(report.has(Violation::JournaledTwice) && report.has(Violation::Twice));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_marked_as_accepted_before_it_is_sent_is_found_by_its_absence() {
    let report = planted(Plant::AcceptedBeforeSend).await;
    assert!(report.has(Violation::ReplyLost));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_without_a_recorded_attempt_is_found_by_an_arrival_nobody_accounts_for() {
    let report = planted(Plant::AttemptNotRecorded).await;
    assert!(report.has(Violation::ReplyUnaccounted));
}
