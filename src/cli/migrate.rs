//! `ganira migrate`: brings the database up to this release.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

use super::operator::Where;
use super::output::{say, say_json};
use crate::store::migrate::{self, Named};

/// Forward only: the release before this one goes on working with the database afterwards.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Change nothing; exit with 1 when something is to be done
    #[arg(long)]
    check: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

impl Migrate {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let operator = self.place.connect(file).await?;
        let standing = migrate::standing(&operator.pool).await.context("the database's migrations cannot be read")?;
        if let Some(version) = standing.unknown.first() {
            bail!("the database has migration {version}, which this release does not know: upgrade ganira");
        }
        let count = standing.pending.len();
        if !self.check && count > 0 {
            migrate::migrate(&operator.pool)
                .await
                .context("the database could not be migrated; what failed was undone")?;
        }
        self.tell(&standing.pending)?;
        if self.check && count > 0 {
            bail!("{count} migrations are to be applied: run `ganira migrate`");
        }
        Ok(())
    }

    fn tell(&self, migrations: &[Named]) -> anyhow::Result<()> {
        if self.json {
            let shown = migrations.iter().map(|one| json!({ "version": one.version, "description": one.description }));
            let name = if self.check { "pending" } else { "applied" };
            return say_json(&json!({ name: shown.collect::<Vec<_>>() }));
        }
        if migrations.is_empty() {
            return say("The database is up to date.");
        }
        let verb = if self.check { "to apply" } else { "applied" };
        migrations.iter().try_for_each(|one| say(&format!("{verb}: {:04} {}", one.version, one.description)))
    }
}
