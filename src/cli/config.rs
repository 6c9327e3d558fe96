//! `ganira config check|print`.
#![expect(clippy::print_stdout, reason = "the command's output")]

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::settings;
use crate::config::{Config, Purpose};

#[derive(Debug, Args)]
pub(super) struct ConfigCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say whether `ganira serve` could start with this configuration, naming every mistake
    Check,
    /// Print the configuration in use as JSON, secrets masked
    Print {
        /// Print the page that documents every field instead (Markdown)
        #[arg(long, conflicts_with = "json")]
        docs: bool,
        /// JSON, which is also the default
        #[arg(long)]
        json: bool,
    },
}

impl ConfigCommand {
    pub(super) fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        match self.action {
            Action::Check => {
                settings::load(Purpose::Serve, file)?;
                println!("The configuration is complete.");
            }
            Action::Print { docs: true, .. } => print!("{}", Config::docs()),
            Action::Print { .. } => {
                let config = settings::load(Purpose::Serve, file)?;
                println!("{}", serde_json::to_string_pretty(&config.show())?);
            }
        }
        Ok(())
    }
}
