//! `ganira flow graph`: a flow as a drawing.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use super::paint::Paint;
use super::suites::Folder;
use super::test::refuse;
use crate::cli::output::say;
use crate::flows::talk::first_to_begin;

/// Print a flow as a drawing: scenes, steps and where each arm leads.
#[derive(Debug, Args)]
pub(super) struct Graph {
    /// A folder of flows
    #[arg(value_name = "DIR", value_parser = super::existing)]
    dir: PathBuf,
    /// The flow to draw; without it the first that can begin by itself
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,
    /// As SVG, for a browser
    #[arg(long, conflicts_with = "mermaid")]
    svg: bool,
    /// As Mermaid text, which is the default
    #[arg(long)]
    mermaid: bool,
}

impl Graph {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let folder = Folder::read(self.dir, Vec::new())?;
        let flows = folder.load().or_else(|mistakes| refuse(Paint::of_stdout(), &mistakes))?;
        let name = match &self.flow {
            Some(name) => name.as_str(),
            None => first_to_begin(&flows).context("the folder has no flow")?,
        };
        let drawn = if self.svg { flows.svg(name) } else { flows.mermaid(name) };
        match drawn {
            Some(drawn) => say(drawn.trim_end()),
            None => bail!("--flow {name}: expected one of {}", flows.names().collect::<Vec<_>>().join(", ")),
        }
    }
}
