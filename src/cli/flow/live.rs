//! The revisions a tenant's people talk to: published, listed, rolled back, written out.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

use super::folder;
use crate::cli::operator::{Operator, Where};
use crate::cli::output::{or_dash, say, say_json, say_table};
use crate::flows::Mistake;
use crate::operations::flows::{self, FlowError, Published, Wanted};

#[derive(Debug, Args)]
pub(super) struct Publish {
    /// The folder with the .flow.yaml and .ftl files
    folder: PathBuf,
    /// The tenant's number or name
    #[arg(long, value_name = "TENANT")]
    tenant: String,
    /// What is new, for the list of revisions
    #[arg(long, default_value = "")]
    note: String,
    /// Who publishes, for the list of revisions
    #[arg(long, value_name = "NAME", default_value = "the command line")]
    by: String,
    /// Refuse texts that no reviewer has read
    #[arg(long)]
    reviewed_only: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

impl Publish {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let files = folder::read(&self.folder)?;
        let operator = self.place.connect(file).await?;
        let tenant = operator.tenant(&self.tenant).await?;
        let wanted = Wanted { note: &self.note, by: &self.by, reviewed_only: self.reviewed_only };
        let environment = operator.environment(tenant).await?;
        let published = flows::publish(&operator.pool, tenant, files, &environment, wanted).await;
        let published = match published {
            Err(FlowError::Mistakes(mistakes)) => return refuse(&mistakes),
            published => published?,
        };
        tell(&operator, &published, self.json).await
    }
}

/// Every mistake on standard output, where `check` has them too.
fn refuse(mistakes: &[Mistake]) -> anyhow::Result<()> {
    for mistake in mistakes {
        say(&mistake.to_string())?;
    }
    bail!("nothing was published: the flows have {} mistakes", mistakes.len())
}

async fn tell(operator: &Operator, published: &Published, json: bool) -> anyhow::Result<()> {
    operator.refresh_engine().await?;
    let Published { revision, before, again, ref warnings, ref moves } = *published;
    if json {
        return say_json(
            &json!({ "revision": revision, "before": before, "again": again, "moves": moves.iter().map(|(from, told)| json!({ "from": from, "told": told })).collect::<Vec<_>>(), "warnings": warnings.iter().map(ToString::to_string).collect::<Vec<_>>() }),
        );
    }
    for warning in warnings {
        say(&warning.to_string())?;
    }
    for (from, told) in moves {
        say(&format!("Of sessions on revision {from}: {told}."))?;
    }
    let before = before.map_or_else(|| "the shipped flows".to_owned(), |before| format!("revision {before}"));
    let again = if again { " again" } else { "" };
    say(&format!(
        "Revision {revision} is live{again}; before it {before}. Open sessions stay on theirs, but those that move."
    ))
}

#[derive(Debug, Args)]
pub(super) struct Rollback {
    /// The revision that is to be live again
    #[arg(long, value_name = "REVISION")]
    to: i32,
    /// The tenant's number or name
    #[arg(long, value_name = "TENANT")]
    tenant: String,
    /// Who publishes, for the list of revisions
    #[arg(long, value_name = "NAME", default_value = "the command line")]
    by: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

impl Rollback {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let operator = self.place.connect(file).await?;
        let tenant = operator.tenant(&self.tenant).await?;
        let published = flows::roll_back(&operator.pool, tenant, self.to, &self.by).await?;
        tell(&operator, &published, self.json).await
    }
}

#[derive(Debug, Args)]
pub(super) struct Revisions {
    /// The tenant's number or name
    #[arg(long, value_name = "TENANT")]
    tenant: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

impl Revisions {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let operator = self.place.connect(file).await?;
        let tenant = operator.tenant(&self.tenant).await?;
        let revisions = flows::revisions(&operator.pool, tenant).await?;
        if self.json {
            let all: Vec<_> = revisions
                .iter()
                .map(|one| {
                    json!({
                        "revision": one.revision, "live": one.live, "sha256": hex::encode(&one.digest), "note": one.note,
                        "made_at": one.made_at, "published_at": one.published.as_ref().map(|(at, _)| at),
                        "published_by": one.published.as_ref().map(|(_, by)| by),
                    })
                })
                .collect();
            return say_json(&all);
        }
        let rows: Vec<Vec<String>> = revisions
            .iter()
            .map(|one| {
                let at = one.published.as_ref().map(|(at, _)| at.format("%Y-%m-%d %H:%M").to_string());
                let by = one.published.as_ref().map(|(_, by)| by.clone());
                let live = if one.live { "live" } else { "" };
                vec![one.revision.to_string(), live.to_owned(), or_dash(at), or_dash(by), one.note.clone()]
            })
            .collect();
        let headings = ["revision", "", "published (UTC)", "by", "note"];
        say_table(
            &headings,
            &rows,
            "None yet: the tenant speaks the shipped flows. Publish with `ganira flow publish`.",
        )
    }
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The folder to write into: it must not exist, or be empty
    folder: PathBuf,
    /// The tenant's number or name
    #[arg(long, value_name = "TENANT")]
    tenant: String,
    /// The revision; without it the live one
    #[arg(long)]
    revision: Option<i32>,
    #[command(flatten)]
    place: Where,
}

impl Export {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let shown = self.folder.display();
        if fs::read_dir(&self.folder).is_ok_and(|mut entries| entries.next().is_some()) {
            bail!("{shown} is not empty: name a new folder");
        }
        let operator = self.place.connect(file).await?;
        let tenant = operator.tenant(&self.tenant).await?;
        let files = flows::files(&operator.pool, tenant, self.revision).await?;
        fs::create_dir_all(&self.folder).with_context(|| format!("{shown} cannot be made"))?;
        for (name, text) in &files {
            // A name is of one folder: it was read from one.
            let path = self.folder.join(name.replace(['/', '\\'], "_"));
            fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        say(&format!("Wrote {} files into {shown}.", files.len()))
    }
}
