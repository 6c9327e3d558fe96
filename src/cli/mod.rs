//! The commands: arguments in, exit code out. Exit 2 for a wrong call, 1 for a failure.

pub mod assemble;
pub mod channel;
mod config;
mod dev;
mod init;
mod logging;
mod serve;
mod settings;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// One engine on which a business converses with its customers over WhatsApp, USSD and SMS.
#[derive(Debug, Parser)]
#[command(name = "ganira", version, arg_required_else_help = true)]
struct Cli {
    /// The configuration file; without it GANIRA_CONFIG, then ganira.toml in the working folder
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything on this machine: private Postgres, engine, sandbox, demo salon
    Dev(dev::Dev),
    /// Serve in production: webhooks, engine, dispatchers
    Serve(serve::Serve),
    /// Write a production configuration and its keys into a folder
    Init(init::Init),
    /// Look at the configuration
    Config(config::ConfigCommand),
}

/// Parses the arguments of this process and does what they say.
#[expect(clippy::print_stderr, reason = "the command line's own voice")]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => {
            let _ = refusal.print();
            return ExitCode::from(u8::try_from(refusal.exit_code()).unwrap_or(2));
        }
    };
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ganira: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Cli {
    fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Dev(dev) => dev.run(self.config),
            Command::Serve(serve) => serve.run(self.config),
            Command::Init(init) => init.run(),
            Command::Config(config) => config.run(self.config),
        }
    }
}

/// The runtime everything living runs on.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
