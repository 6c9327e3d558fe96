//! The disk is full: first Postgres', then the one on which the engine keeps files of people and what it could not commit.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::check::Violation;
use crate::proxy::Way;
use crate::report::Report;
use crate::rows::Scale;
use crate::small_disk::SmallDisk;
use crate::texts::Texts;
use crate::town::{Town, Wish};

/// Room for a cluster and a few pieces of its log.
const POSTGRES_MB: usize = 400;
const ENGINE_MB: usize = 4;
/// What Postgres may still write: its own log, not its write-ahead log.
const LEFT_KB: usize = 512;
/// The smallest PNG there is.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
/// Texts and pictures of a round.
const SOME: usize = 5;

pub async fn row(scale: Scale) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let postgres_disk = SmallDisk::mount(&folder.path().join("postgres"), POSTGRES_MB);
    let engine_disk = SmallDisk::mount(&folder.path().join("kept"), ENGINE_MB);
    let wish = Wish { folder: Some(folder.path().to_owned()), texts: true, keypads: 4, ..Wish::of(scale) };
    let mut town = Town::at_work(wish).await;
    let mut texts = Texts::new(&town);
    let rounds = scale.of(1, 5);
    for _ in 0..rounds {
        under_postgres(&mut town, &postgres_disk).await;
        under_the_spool(&mut town, &engine_disk, &mut texts).await;
        under_media(&mut town, &engine_disk, texts.sent).await;
    }
    town.report.runs = rounds * 3;
    let taken = town
        .database
        .count("journal WHERE kind = 1 AND account_id IN (SELECT id FROM ganira.account WHERE channel = 'sms')")
        .await;
    if taken != texts.sent as i64 {
        town.report.add(Violation::JournaledTwice, format!("{taken} of {} texts are in the journal", texts.sent));
    }
    let report = town.judge().await;
    drop((postgres_disk, engine_disk));
    report
}

/// No piece of the write-ahead log can be begun: whatever is acknowledged meanwhile must be there afterwards.
async fn under_postgres(town: &mut Town, disk: &SmallDisk) {
    town.acknowledged_more(100).await;
    disk.fill(LEFT_KB);
    let full = Instant::now();
    let no_room = town.database.no_room_said();
    // The next piece of the log is needed now, and not only after 16 MB.
    let _ = sqlx::query("SELECT pg_switch_wal()").execute(&town.database.pool).await;
    while town.database.no_room_said() == no_room && full.elapsed() < Duration::from_secs(20) {
        sleep(Duration::from_millis(20)).await;
    }
    sleep(Duration::from_secs(1)).await;
    town.report.bit("times Postgres had no room", town.database.no_room_said() - no_room);
    disk.free();
    let freed = Instant::now();
    // Where it gave up, somebody starts it again.
    if town.database.is_down() {
        town.database.start_again().await;
    }
    town.acknowledged_more(50).await;
    town.report.gaps.push(town.load.gap(full, Instant::now()));
    town.report.slowest("room again to acknowledged, most", freed.elapsed());
}

/// A company that never repeats posts while nobody can commit and the spool is full: it must not hear that all is well.
async fn under_the_spool(town: &mut Town, disk: &SmallDisk, texts: &mut Texts) {
    town.nodes[0].proxy.set(Way::Closed);
    disk.fill(0);
    let mut refused = 0;
    for n in 0..SOME {
        refused += usize::from(!texts.post(town, texts.sent + n).await);
    }
    town.report.bit("texts refused while the spool was full", refused);
    if refused < SOME {
        town.report.add(Violation::Lost, "a text was acknowledged that could be kept nowhere");
    }
    disk.free();
    for _ in 0..SOME {
        texts.post_until_taken(town).await;
    }
    town.nodes[0].proxy.set(Way::Open);
    town.acknowledged_more(20).await;
    texts.all_in_the_journal(town).await;
}

/// Pictures cannot be kept; they are when there is room again.
async fn under_media(town: &mut Town, disk: &SmallDisk, number: usize) {
    let people: Vec<String> = (0..SOME).map(|n| format!("+25078{:07}", 4_000_000 + number * 10 + n)).collect();
    for person in &people {
        // Whoever has said something has a page that can be shown again.
        say(town, "say", json!({ "from": person, "text": "hello" })).await;
    }
    let kept = town.database.count("media").await;
    let said = last_tries(town);
    disk.fill(0);
    let pictures = people.iter().map(async |person| {
        say(town, "media", json!({ "from": person, "kind": "image", "mime": "image/png", "bytes": PNG })).await;
    });
    futures::future::join_all(pictures).await;
    let begun = Instant::now();
    while last_tries(town) == said && begun.elapsed() < Duration::from_secs(30) {
        sleep(Duration::from_millis(20)).await;
    }
    disk.free();
    let failed = last_tries(town) - said;
    town.report.bit("pictures whose last quick try found no room", failed);
    while town.database.count("media").await < kept + SOME as i64 {
        assert!(begun.elapsed() < Duration::from_mins(1), "pictures were given up: {}", town.logs());
        sleep(Duration::from_millis(50)).await;
    }
}

/// How often a worker has tried as often as it does at once.
fn last_tries(town: &Town) -> usize {
    let log = town.nodes[0].log();
    log.lines().filter(|line| line.contains("media could not be fetched") && line.contains(r#""attempt":4"#)).count()
}

/// What a person does reaches the engine.
async fn say(town: &Town, how: &str, what: Value) {
    let url = format!("{}/whatsapp/{how}?wait=1", town.control_url);
    let answer: Value = town.http.post(url).json(&what).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["webhook"]["status"], 200, "{answer}");
}
