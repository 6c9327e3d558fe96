//! The engine is upgraded under load: a migration of the next release runs while this one serves, a new process stands by on the new tables,
//! the old one is told to stop, and for a while both work on the same database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ganira::store::postgres::owner_pool;
use sqlx::migrate::Migrator;
use tokio::time::{Instant, sleep};

use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish};

/// What an upgrade does to tables under load: a column, an index, a function made anew.
fn migration(version: usize) -> String {
    format!(
        "ALTER TABLE ganira.conversation ADD COLUMN of_release_{version} integer;
         ALTER TABLE ganira.outbox ADD COLUMN of_release_{version} text;
         CREATE TABLE ganira.of_release_{version} (id bigint PRIMARY KEY);
         CREATE INDEX delivery_of_release_{version} ON ganira.delivery (tenant_id, changed_at) WHERE rank < 0;
         CREATE OR REPLACE FUNCTION ganira.days_of_release_{version}() RETURNS integer LANGUAGE sql AS 'SELECT {version}';"
    )
}

pub async fn row(scale: Scale) -> Report {
    let mut town = Town::at_work(Wish { engines: &["one", "two"], keypads: 6, ..Wish::of(scale) }).await;
    town.owned_by(0).await;
    let migrations = tempfile::tempdir().unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for file in std::fs::read_dir(own).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), migrations.path().join(file.file_name())).unwrap();
    }
    let upgrades = scale.of(1, 6);
    for n in 0..upgrades {
        upgrade(&mut town, migrations.path(), 9000 + n).await;
    }
    town.report.runs = upgrades;
    town.judge().await
}

async fn upgrade(town: &mut Town, migrations: &Path, version: usize) {
    town.acknowledged_more(100).await;
    std::fs::write(migrations.join(format!("{version}_next.sql")), migration(version)).unwrap();
    let before = town.load.acknowledged();
    let begun = Instant::now();
    // As `ganira migrate` of the next release does it.
    let owner = owner_pool(town.database.direct_url().parse().unwrap()).await.unwrap();
    Migrator::new(migrations).await.unwrap().run(&owner).await.unwrap();
    owner.close().await;
    town.report.slowest("migration, most", begun.elapsed());
    town.acknowledged_more(20).await;
    town.report.bit("POSTs acknowledged by the old release on new tables", town.load.acknowledged() - before);
    let owner = town.owner().unwrap();
    let standby = 1 - owner;
    // The standby is of the new release: another file, started anew.
    town.nodes[standby].stop().await;
    let binary = installed(&town.nodes[standby].binary, migrations, version);
    town.nodes[standby].binary = binary;
    town.nodes[standby].start();
    town.nodes[standby].answers().await;
    let told = Instant::now();
    town.nodes[owner].stop().await;
    town.owned_by(standby).await;
    let taken = town.load.acknowledged();
    town.acknowledged_more(50).await;
    town.report.gaps.push(town.load.gap(told, Instant::now()));
    town.report.bit("POSTs acknowledged by the new process", town.load.acknowledged() - taken);
    town.nodes[owner].start();
    town.nodes[owner].answers().await;
    sleep(Duration::from_millis(300)).await;
}

/// The binary under a name of its own, as a package manager leaves the running one alone.
fn installed(binary: &Path, folder: &Path, version: usize) -> PathBuf {
    let new = folder.join(format!("ganira-{version}"));
    std::fs::hard_link(binary, &new).or_else(|_| std::fs::copy(binary, &new).map(|_| ())).unwrap();
    new
}
