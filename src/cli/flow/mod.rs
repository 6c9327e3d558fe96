//! `ganira flow`: flows as files, and as a tenant's published revisions.

mod around;
mod check;
mod folder;
mod funnel;
mod graph;
mod live;
mod new;
mod paint;
mod play;
mod read;
mod suites;
mod test;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::flows::Channel;

#[derive(Debug, Args)]
pub(super) struct FlowCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write a small working flow with its messages, test and data
    New(new::New),
    /// Name every mistake of a folder of flows: place, cause and mend
    Check(check::Check),
    /// Play the conversation tests that stand beside the flows
    Test(test::Test),
    /// Talk to a flow in the terminal, and keep the talk as a test
    Play(play::Play),
    /// Draw a flow as Mermaid text or SVG
    Graph(graph::Graph),
    /// Print the flows with their texts between the steps, to read aloud
    Read(read::Read),
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
            Action::New(new) => new.run(),
            Action::Check(check) => super::block_on(check.run(file)),
            Action::Test(test) => test.run(),
            Action::Play(play) => play.run(),
            Action::Graph(graph) => graph.run(),
            Action::Read(read) => read.run(),
            Action::Publish(publish) => super::block_on(publish.run(file)),
            Action::Rollback(rollback) => super::block_on(rollback.run(file)),
            Action::Revisions(revisions) => super::block_on(revisions.run(file)),
            Action::Export(export) => super::block_on(export.run(file)),
            Action::Funnel(funnel) => super::block_on(funnel.run(file)),
        }
    }
}

/// A channel as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ChannelName {
    Whatsapp,
    Ussd,
    Sms,
}

impl From<ChannelName> for Channel {
    fn from(name: ChannelName) -> Self {
        match name {
            ChannelName::Whatsapp => Self::WhatsApp,
            ChannelName::Ussd => Self::Ussd,
            ChannelName::Sms => Self::Sms,
        }
    }
}

/// A folder of flows, or a file in one.
fn existing(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.exists() {
        return Ok(path);
    }
    Err("there is no such file or folder: expected a folder of flows, or a file in one".to_owned())
}
