//! An operator's hands: the configuration, and the database as the owner of its tables.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use super::dev::{self, RunFile};
use super::{assemble, settings};
use crate::config::{Config, Purpose};
use crate::crypto::{KeyRing, KeyedHash};
use crate::domain::TenantId;
use crate::flows::{Environment, ProviderKind};
use crate::operations::requests::{self, Request};
use crate::operations::{registry, servers, tenants};
use crate::store::postgres::owner_pool;
use crate::store::private_postgres;

/// An engine whose last heartbeat is older has stopped without saying so.
const SILENT_MAX: Duration = Duration::from_secs(30);

/// Which database is meant.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Where {
    /// Work on the `ganira dev` that runs in this folder, instead of the database of the configuration
    #[arg(long, global = true)]
    pub dev: bool,
}

/// The configuration, and connections as the owner.
#[derive(Debug)]
pub(super) struct Operator {
    pub config: Config,
    pub pool: PgPool,
}

impl Where {
    /// The configuration that goes with it.
    pub(super) fn config(self, file: Option<PathBuf>) -> anyhow::Result<Config> {
        let purpose = if self.dev { Purpose::Dev } else { Purpose::Serve };
        Ok(settings::load(purpose, file)?)
    }

    /// How to reach the database.
    pub(super) fn database(self, config: &Config) -> anyhow::Result<PgConnectOptions> {
        if self.dev {
            let running = RunFile::read(Path::new(dev::FOLDER))?;
            return running.database.parse().context("the database in .ganira/run.json is no postgres:// URL");
        }
        if let Some(url) = &config.database.url {
            return url.expose_secret().parse().context("database.url is not a postgres:// URL");
        }
        let folder = &config.database.data_dir;
        let Some(running) = private_postgres::running_in(folder, "ganira") else {
            bail!("the private Postgres in {} does not run: start `ganira serve` first", folder.display());
        };
        Ok(running)
    }

    /// Connects.
    pub(super) async fn connect(self, file: Option<PathBuf>) -> anyhow::Result<Operator> {
        let config = self.config(file)?;
        let pool = owner_pool(self.database(&config)?).await?;
        Ok(Operator { config, pool })
    }
}

impl Operator {
    pub(super) fn ring(&self) -> anyhow::Result<KeyRing> {
        assemble::key_ring(&self.config)
    }

    pub(super) fn hashes(&self) -> anyhow::Result<KeyedHash> {
        assemble::hash_key(&self.config)
    }

    /// What the flows of a tenant may name: the operations, the configured providers, its own servers.
    pub(super) async fn environment(&self, tenant: TenantId) -> anyhow::Result<Environment> {
        let servers = servers::list(&self.pool, Some(tenant)).await?;
        Ok(servers
            .iter()
            .fold(environment_of(&self.config), |environment, server| environment.with_server(&server.name)))
    }

    /// A tenant by number or name.
    pub(super) async fn tenant(&self, number_or_name: &str) -> anyhow::Result<TenantId> {
        let found = tenants::find(&self.pool, number_or_name).await?;
        found.with_context(|| format!("there is no tenant {number_or_name:?}: see `ganira tenant list`"))
    }

    /// The tenant of an option that may be left out.
    pub(super) async fn tenant_if(&self, number_or_name: Option<&str>) -> anyhow::Result<Option<TenantId>> {
        match number_or_name {
            Some(tenant) => Ok(Some(self.tenant(tenant).await?)),
            None => Ok(None),
        }
    }

    /// Lets a running engine read the tenants' doors now. Without one there is nothing to do.
    pub(super) async fn refresh_engine(&self) -> anyhow::Result<()> {
        if self.engine_lives().await? {
            requests::ask(&self.pool, &[Request::Refresh], Duration::from_secs(5)).await?;
        }
        Ok(())
    }

    pub(super) async fn engine_lives(&self) -> anyhow::Result<bool> {
        let silent = requests::engine_silent_for(&self.pool).await?;
        Ok(silent.is_some_and(|silent| silent < SILENT_MAX))
    }

    /// Why a request has no answer.
    pub(super) async fn no_answer(&self) -> anyhow::Result<&'static str> {
        Ok(if self.engine_lives().await? {
            "the engine did not answer in time; the request stays and is done as soon as it can be"
        } else {
            "no engine runs on this database; the request stays and is done when one starts"
        })
    }
}

/// What every flow may name under a configuration: the operations, and the configured providers.
pub(super) fn environment_of(config: &Config) -> Environment {
    let read = config.read_providers.keys().map(|name| (ProviderKind::Read, name));
    let pay = config.pay_providers.keys().map(|name| (ProviderKind::Pay, name));
    read.chain(pay).fold(registry::environment(), |environment, (kind, name)| environment.with_provider(kind, name))
}
