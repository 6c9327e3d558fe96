//! `ganira doctor`: looks at everything the engine stands on, and says what to do where it is not well.

mod database;
mod tenants;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use serde_json::json;

use super::dev::{self, RunFile};
use super::operator::Where;
use super::output::{say, say_json};
use crate::config::Config;

/// How long a running engine may take to say that it is alive.
const ALIVE_WITHIN: Duration = Duration::from_secs(2);

/// Exits with 1 when something would keep the engine from working.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Ok,
    /// The engine works, and somebody should look.
    Warn,
    Fail,
}

impl Health {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
        }
    }
}

/// One thing looked at: what was found, and what to do about it.
#[derive(Debug)]
struct Finding {
    check: &'static str,
    health: Health,
    text: String,
}

impl Finding {
    fn ok(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, health: Health::Ok, text: text.into() }
    }

    fn warn(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, health: Health::Warn, text: text.into() }
    }

    fn fail(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, health: Health::Fail, text: text.into() }
    }
}

impl Doctor {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let findings = self.look(file).await;
        if self.json {
            let shown =
                findings.iter().map(|one| json!({ "check": one.check, "health": one.health.word(), "text": one.text }));
            say_json(&shown.collect::<Vec<_>>())?;
        } else {
            for Finding { check, health, text } in &findings {
                say(&format!("{:<4}  {check:<13} {text}", health.word()))?;
            }
        }
        match findings.iter().filter(|one| one.health == Health::Fail).count() {
            0 => Ok(()),
            failed => bail!("{failed} of {} checks failed", findings.len()),
        }
    }

    async fn look(&self, file: Option<PathBuf>) -> Vec<Finding> {
        let config = match self.place.config(file) {
            Ok(config) => config,
            Err(error) => return vec![Finding::fail("configuration", format!("{error:#}"))],
        };
        let listen = if self.place.dev { running_dev().await } else { port(&config).await };
        let mut findings = vec![Finding::ok("configuration", "complete"), listen];
        match self.place.database(&config) {
            Ok(options) => database::look(&config, options, &mut findings).await,
            Err(error) => findings.push(Finding::fail("database", format!("{error:#}"))),
        }
        findings
    }
}

async fn port(config: &Config) -> Finding {
    let at = config.server.listen;
    match TcpListener::bind(at) {
        Ok(_) => Finding::ok("listen", format!("{at} is free")),
        Err(_) if is_ganira(&format!("http://{at}/healthz")).await => {
            Finding::ok("listen", format!("{at}: ganira serves there"))
        }
        Err(error) => {
            Finding::fail("listen", format!("{at} cannot be had ({error}): set GANIRA__SERVER__LISTEN to a free one"))
        }
    }
}

async fn running_dev() -> Finding {
    match RunFile::read(Path::new(dev::FOLDER)) {
        Ok(running) if is_ganira(&format!("{}/healthz", running.engine)).await => {
            Finding::ok("listen", format!("{}: ganira serves there", running.engine))
        }
        Ok(running) => Finding::fail("listen", format!("nobody answers at {}: start `make run`", running.engine)),
        Err(error) => Finding::fail("listen", format!("{error:#}")),
    }
}

async fn is_ganira(url: &str) -> bool {
    let client = reqwest::Client::builder().timeout(ALIVE_WITHIN).no_proxy().build();
    let Ok(client) = client else { return false };
    client.get(url).send().await.is_ok_and(|answer| answer.status().is_success())
}
