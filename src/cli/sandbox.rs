//! `ganira sandbox`: the companies' stand-in alone, for an engine that runs elsewhere.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use super::output::say;
use super::{logging, settings};
use crate::config::Purpose;
use crate::sandbox::{Options, Sandbox};

/// Point the engine at it with GANIRA__WHATSAPP__GRAPH_URL. Runs until it is told to stop.
#[derive(Debug, Args)]
pub(super) struct SandboxCommand {
    /// Where it listens; without it sandbox.listen of the configuration
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Where the engine takes webhooks; without it the engine of the configuration
    #[arg(long, value_name = "URL")]
    webhook_url: Option<Url>,
    /// The app secret it signs with
    #[arg(long, value_name = "SECRET", default_value = crate::config::DEV_APP_SECRET)]
    app_secret: String,
}

impl SandboxCommand {
    pub(super) async fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let config = settings::load(Purpose::Dev, file)?;
        logging::start(&config.logging)?;
        let webhook_url = match self.webhook_url {
            Some(url) => url,
            None => Url::parse(&format!("http://{}/webhooks/whatsapp", config.server.listen))?,
        };
        let options = Options {
            listen: self.listen.unwrap_or(config.sandbox.listen),
            webhook_url: Some(webhook_url.clone()),
            app_secret: self.app_secret,
            ..Options::default()
        };
        let sandbox = Sandbox::start(options).await?;
        say(&format!("The sandbox listens on http://{}.", sandbox.addr()))?;
        say(&format!("  graph     {}   (GANIRA__WHATSAPP__GRAPH_URL)", sandbox.graph_url()))?;
        say(&format!("  webhooks  {webhook_url}"))?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        sandbox.stop().await;
        Ok(())
    }
}
