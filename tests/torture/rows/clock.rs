//! The owner's clock jumps an hour ahead, back, an hour behind and back, while Postgres, the standby and the world keep theirs: leases and
//! fences go by the database's clock alone.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::check::Violation;
use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish};

const HOUR_S: i64 = 3600;
/// Turns that were written down in the last moments, by what their engine took the time for.
const AHEAD: &str = "outbox WHERE at > clock_timestamp() + interval '50 minutes'";
const BEHIND: &str = "outbox WHERE at < clock_timestamp() - interval '50 minutes'";

pub async fn row(scale: Scale) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let library = build(folder.path());
    let page = folder.path().join("ahead");
    std::fs::write(&page, 0_i64.to_ne_bytes()).unwrap();
    // Long enough that no busy machine loses its lease, and much shorter than the jump.
    let stale = Duration::from_secs(10);
    let mut town = Town::found(Wish { engines: &["one", "two"], stale, ..Wish::of(scale) }).await;
    town.nodes[0].environment =
        vec![("LD_PRELOAD", library.display().to_string()), ("GANIRA_TORTURE_CLOCK", page.display().to_string())];
    town.open().await;
    town.owned_by(0).await;
    let clock = File::options().write(true).open(&page).unwrap();
    let rounds = scale.of(1, 8);
    for _ in 0..rounds {
        for ahead_s in [HOUR_S, 0, -HOUR_S, 0] {
            clock.write_all_at(&ahead_s.to_ne_bytes(), 0).unwrap();
            town.acknowledged_more(80).await;
            if town.owner() != Some(0) {
                town.report.add(Violation::Engine, "the owner changed because its clock jumped");
            }
        }
    }
    town.report.runs = rounds * 4;
    for (what, rows) in [("turns written an hour ahead", AHEAD), ("turns written an hour behind", BEHIND)] {
        let count = town.database.count(rows).await;
        town.report.bit(what, usize::try_from(count).unwrap());
    }
    town.judge().await
}

/// The other clock, as a library that is loaded before the C library.
fn build(folder: &Path) -> PathBuf {
    let library = folder.join("clock.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torture/clock.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(source);
    assert!(compiler.status().unwrap().success(), "the other clock could not be built");
    library
}
