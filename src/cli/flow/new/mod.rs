//! `ganira flow new`: a small flow that works, to be changed into another.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::cli::output::say;
use crate::flows::schema;

/// The files, with the flow's name as `NAME`.
const FILES: [(&str, &str); 5] = [
    (".flow.yaml", include_str!("new.flow.yaml")),
    (".en.ftl", include_str!("new.en.ftl")),
    (".operations.yaml", include_str!("new.operations.yaml")),
    (".data.yaml", include_str!("new.data.yaml")),
    (".test.yaml", include_str!("new.test.yaml")),
];
/// Where editors find what a flow may say.
const SCHEMAS: &str = ".schema";

/// Write a small flow that works: what happens, what is said, what it needs, and the conversation that proves it.
#[derive(Debug, Args)]
pub(super) struct New {
    /// The flow's name: a-z, 0-9 and _
    #[arg(value_parser = name)]
    name: String,
    /// The folder to write into; without it a new one of the flow's name
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

fn name(text: &str) -> Result<String, String> {
    let good = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 20
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if good {
        Ok(text.to_owned())
    } else {
        Err("expected up to 20 of a-z, 0-9 and _, such as table_booking".to_owned())
    }
}

impl New {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let folder = self.dir.unwrap_or_else(|| PathBuf::from(&self.name));
        let files: Vec<(PathBuf, String)> = FILES
            .iter()
            .map(|(ending, text)| (folder.join(format!("{}{ending}", self.name)), text.replace("NAME", &self.name)))
            .collect();
        if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
            bail!("{} exists already: expected a name that is free, or another --dir", path.display());
        }
        let schemas = folder.join(SCHEMAS);
        fs::create_dir_all(&schemas).with_context(|| format!("{} cannot be made", schemas.display()))?;
        let schemas = schema::all().into_iter().map(|(name, schema)| (schemas.join(name), schema));
        for (path, text) in files.iter().cloned().chain(schemas) {
            fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        for (path, _) in &files {
            say(&path.display().to_string())?;
        }
        let folder = folder.display();
        say(&format!("\nNow: ganira flow check {folder}, ganira flow test {folder}, ganira flow play {folder}"))
    }
}
