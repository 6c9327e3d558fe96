//! `ganira serve`: production. The database is given, or privately supervised on one small box.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use secrecy::ExposeSecret;
use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::assemble::{self, Running};
use super::{logging, settings};
use crate::config::{Config, Purpose};
use crate::store::migrate::standing;
use crate::store::postgres::{Durability, owner_pool};
use crate::store::private_postgres::{Options, PrivatePostgres};

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Bring the database up to this release first. Without it a database that is behind is refused.
    #[arg(long)]
    migrate: bool,
}

impl Serve {
    pub(super) fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let config = settings::load(Purpose::Serve, file)?;
        logging::start(&config.logging)?;
        super::runtime()?.block_on(self.serve(config))
    }

    async fn serve(self, config: Config) -> anyhow::Result<()> {
        let (database, own) = database(&config).await?;
        if self.migrate || own.is_some() {
            migrate(&database).await?;
        } else {
            refuse_if_behind(&database).await?;
        }
        let listen = config.server.listen;
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("could not listen on {listen}: is another program there? Set GANIRA__SERVER__LISTEN")
        })?;
        let running =
            assemble::start(config, database, Durability::Required, listener, assemble::record_metrics()).await?;
        tracing::info!(address = %running.address, "listening");
        let outcome = until_told(&running).await;
        running.stop().await;
        if let Some(own) = own {
            own.stop().await?;
        }
        outcome
    }
}

/// The database to use, and the private server behind it where there is one.
async fn database(config: &Config) -> anyhow::Result<(PgConnectOptions, Option<PrivatePostgres>)> {
    if config.database.private {
        let own = PrivatePostgres::start(Options::new(&config.database.data_dir, config.database.programs_dir.clone()))
            .await?;
        for notice in own.notices() {
            tracing::info!("{notice}");
        }
        own.ensure_database("ganira").await?;
        return Ok((own.connect_options("ganira"), Some(own)));
    }
    let url =
        config.database.url.as_ref().context("database.url is not set: set DATABASE_URL or GANIRA__DATABASE__URL")?;
    let options = url.expose_secret().parse().context("database.url is not a postgres:// URL")?;
    Ok((options, None))
}

/// Runs the migrations this release has and the database has not.
pub(super) async fn migrate(database: &PgConnectOptions) -> anyhow::Result<()> {
    let pool = owner_pool(database.clone()).await?;
    crate::store::migrate(&pool).await.context("could not migrate the database")?;
    pool.close().await;
    Ok(())
}

async fn refuse_if_behind(database: &PgConnectOptions) -> anyhow::Result<()> {
    let pool = owner_pool(database.clone()).await?;
    let standing = standing(&pool).await.context("could not see which migrations were applied")?;
    pool.close().await;
    let missing = standing.pending.len();
    if missing > 0 {
        bail!(
            "the database lacks {missing} migrations of this release: run `ganira migrate` first, or serve with --migrate"
        );
    }
    Ok(())
}

/// Until SIGTERM or SIGINT, or until the engine gave up.
pub(super) async fn until_told(running: &Running) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => tracing::info!("told to stop (SIGTERM)"),
        _ = interrupt.recv() => tracing::info!("told to stop (SIGINT)"),
        () = running.engine.ended() => bail!("the engine gave up: see the log"),
    }
    Ok(())
}
