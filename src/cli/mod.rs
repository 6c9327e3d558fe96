//! The commands: arguments in, exit code out. Exit 2 for a wrong call, 1 for a failure.

mod api_key;
mod arguments;
pub mod assemble;
mod bench;
pub mod channel;
pub mod chat;
mod config;
mod deadletter;
mod dev;
mod doctor;
mod flow;
mod handover;
mod init;
mod keeping;
mod keys;
mod logging;
pub mod mask;
mod migrate;
mod operator;
mod output;
pub mod person;
mod sandbox;
mod serve;
mod settings;
mod tenant;

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
    /// Bring the database up to this release
    Migrate(migrate::Migrate),
    /// Look whether everything the engine stands on is well
    Doctor(doctor::Doctor),
    /// Businesses and their WhatsApp numbers
    Tenant(tenant::TenantCommand),
    /// Keys by which machines call the admin API
    ApiKey(api_key::ApiKeyCommand),
    /// The key ring that wraps the tenants' keys
    Keys(keys::KeysCommand),
    /// Flows: as files, and as a tenant's published revisions
    Flow(flow::FlowCommand),
    /// What could not be handled
    Deadletter(deadletter::DeadletterCommand),
    /// Conversations that staff have taken over
    Handover(handover::HandoverCommand),
    /// What is kept of a person
    Person(person::PersonCommand),
    /// Look at what a company sends
    Channel(channel::ChannelCommand),
    /// Talk to a flow from the terminal, through the sandbox
    Chat(chat::Chat),
    /// Run the companies' stand-in alone
    Sandbox(sandbox::SandboxCommand),
    /// Measure this build against its budgets and print one JSON object
    Bench(bench::Bench),
    #[command(hide = true)]
    BenchPart(bench::Part),
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
            Command::Migrate(migrate) => block_on(migrate.run(self.config)),
            Command::Doctor(doctor) => block_on(doctor.run(self.config)),
            Command::Tenant(tenant) => block_on(tenant.run(self.config)),
            Command::ApiKey(key) => block_on(key.run(self.config)),
            Command::Keys(keys) => block_on(keys.run(self.config)),
            Command::Flow(flow) => flow.run(self.config),
            Command::Deadletter(deadletter) => block_on(deadletter.run(self.config)),
            Command::Handover(handover) => block_on(handover.run(self.config)),
            Command::Person(person) => block_on(person.run(self.config)),
            Command::Channel(channel) => channel.run(self.config),
            Command::Chat(chat) => block_on(chat.run()),
            Command::Sandbox(sandbox) => block_on(sandbox.run(self.config)),
            Command::Bench(bench) => bench.run(),
            Command::BenchPart(part) => part.run(),
        }
    }
}

/// The runtime everything living runs on.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Runs a command to its end. A thread that still waits for standard input is left behind.
fn block_on(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(command);
    runtime.shutdown_background();
    outcome
}
