//! `ganira flow`: everything one does with flows as files: begin one, check it, test it, talk to it, look at it.

mod check;
mod folder;
mod new;
mod paint;
mod play;
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
}

impl FlowCommand {
    pub(super) fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::New(new) => new.run(),
            Action::Check(check) => check.run(),
            Action::Test(test) => test.run(),
            Action::Play(play) => play.run(),
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
