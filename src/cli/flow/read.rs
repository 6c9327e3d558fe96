//! `ganira flow read`: the flow with its texts, to read aloud.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::paint::Paint;
use super::suites::Folder;
use super::test::refuse;
use crate::cli::output::say;

/// Print the flows of a folder with their texts between the steps, to read them aloud to the owner.
#[derive(Debug, Args)]
pub(super) struct Read {
    /// A folder of flows
    #[arg(value_name = "DIR", value_parser = super::existing)]
    dir: PathBuf,
    /// The language to read in
    #[arg(long, value_name = "CODE", default_value = "en")]
    language: String,
}

impl Read {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let folder = Folder::read(self.dir, Vec::new())?;
        let flows = folder.load().or_else(|mistakes| refuse(Paint::of_stdout(), &mistakes))?;
        let known: Vec<&str> = flows.reviews().map(|texts| texts.language).collect();
        if !known.contains(&self.language.as_str()) {
            let mut known = known;
            known.sort_unstable();
            known.dedup();
            bail!("--language {}: expected one of {}", self.language, known.join(", "));
        }
        say(flows.aloud(&self.language).trim_end())
    }
}
