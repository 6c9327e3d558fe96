//! `ganira channel parse`: the channel-neutral reading of a webhook body, for people who write flows or hunt an odd message.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use bytes::Bytes;
use clap::{Args, Subcommand};

use crate::channels::whatsapp;

#[derive(Debug, Args)]
pub(super) struct ChannelCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the channel-neutral reading of a webhook body: one JSON object a line, one line an update
    Parse {
        #[arg(value_parser = ["whatsapp"])]
        channel: String,
        /// The body; - reads standard input
        file: PathBuf,
    },
}

impl ChannelCommand {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Action::Parse { channel, file } = self.action;
        run(&channel, &file, &mut std::io::stdout().lock())
    }
}

/// Prints the reading of the webhook body in `file` (`-` reads standard input): one JSON object a line, one line an update.
pub fn run(channel: &str, file: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    if channel != "whatsapp" {
        bail!("unknown channel {channel:?}: expected whatsapp");
    }
    let mut body = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut body).context("standard input cannot be read")?;
    } else {
        body = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    let updates =
        whatsapp::parse(&Bytes::from(body)).with_context(|| format!("{} is no webhook body", file.display()))?;
    for update in updates {
        serde_json::to_writer(&mut *out, &update).context("the reading cannot be written")?;
        out.write_all(b"\n").context("the reading cannot be written")?;
    }
    Ok(())
}
