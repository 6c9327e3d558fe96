//! `ganira flow`: flows as files, and as a tenant's published revisions.

mod folder;
mod funnel;
mod live;

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(super) struct FlowCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check a folder of flows and make it a tenant's live revision; equal files make an earlier revision live again
    Publish(live::Publish),
    /// Make an earlier revision live again
    Rollback(live::Rollback),
    /// List a tenant's revisions
    Revisions(live::Revisions),
    /// Write the files of a revision into a folder
    Export(live::Export),
    /// Show how people walk through a tenant's flows: entered, answered, asked again, left
    Funnel(funnel::Funnel),
}

impl FlowCommand {
    pub(super) fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        match self.action {
            Action::Publish(publish) => super::block_on(publish.run(file)),
            Action::Rollback(rollback) => super::block_on(rollback.run(file)),
            Action::Revisions(revisions) => super::block_on(revisions.run(file)),
            Action::Export(export) => super::block_on(export.run(file)),
            Action::Funnel(funnel) => super::block_on(funnel.run(file)),
        }
    }
}
