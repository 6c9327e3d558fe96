//! Parts of a run that are processes of their own, so that their memory and processor time are theirs alone.
#![expect(clippy::print_stdout, reason = "a part tells its parent what it found")]

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use super::{bare, cold, engine_alone, load, memory, null_store, provider};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Name {
    /// Sends
    Load,
    /// Verifies, parses, answers; with a database it commits
    Bare,
    /// The engine behind its HTTP surface, without a database
    Null,
    /// The engine with so many conversations
    Memory,
    /// The engine alone
    Engine,
    /// Takes messages as a company does
    Provider,
    /// The engine in front of a database of people who have been silent
    Cold,
}

/// One part of `ganira bench`, started by it: reads what to do from standard input, as JSON.
#[derive(Debug, Args)]
pub(in crate::cli) struct Part {
    name: Name,
}

impl Part {
    pub(in crate::cli) fn run(self) -> anyhow::Result<()> {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).context("standard input cannot be read")?;
        crate::cli::runtime()?.block_on(async {
            match self.name {
                Name::Load => tell(&load::run(serde_json::from_str(&line)?).await?),
                Name::Memory => tell(&memory::run(serde_json::from_str(&line)?).await?),
                Name::Engine => tell(&engine_alone::run(serde_json::from_str(&line)?).await?),
                Name::Bare => bare::run(serde_json::from_str(&line)?).await,
                Name::Null => null_store::run().await,
                Name::Provider => provider::run().await,
                Name::Cold => tell(&cold::run(serde_json::from_str(&line)?).await?),
            }
        })
    }
}

/// One line for the parent.
pub(super) fn tell(found: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(found)?);
    Ok(std::io::stdout().flush()?)
}

/// A part that runs. Dropping it ends it.
pub(super) struct Running<T> {
    /// What it said first.
    pub said: T,
    _child: Child,
}

/// Starts a part and waits for the line it says.
pub(super) async fn start<T: DeserializeOwned>(name: Name, spec: &impl Serialize) -> anyhow::Result<Running<T>> {
    let program = std::env::current_exe().context("this program cannot be found")?;
    let word = name.to_possible_value().context("every part has a name")?.get_name().to_owned();
    let mut child = Command::new(program)
        .args(["bench-part", &word])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("a part of the measurement could not be started")?;
    let mut input = child.stdin.take().context("a part has an input")?;
    input.write_all(format!("{}\n", serde_json::to_string(spec)?).as_bytes()).await?;
    let output = child.stdout.take().context("a part has an output")?;
    let Some(line) = BufReader::new(output).lines().next_line().await? else {
        bail!("the part {word} of the measurement ended without a word");
    };
    Ok(Running { said: serde_json::from_str(&line)?, _child: child })
}

/// Lets a load run to its end.
pub(super) async fn load(spec: &load::Spec) -> anyhow::Result<load::Heard> {
    Ok(start(Name::Load, spec).await?.said)
}

/// Where a part that serves is found.
pub(super) type Address = SocketAddr;
