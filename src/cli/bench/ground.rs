//! The ground of a run: a private Postgres in a new folder, proven durable, and databases on it with a tenant that sends nowhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use secrecy::ExposeSecret as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, PgPool};

use super::bodies::{APP, APP_SECRET, NUMBER, WABA};
use crate::cli::{assemble, serve};
use crate::config::{Config, Purpose, Sources};
use crate::crypto::random;
use crate::domain::TenantId;
use crate::operations::{salon, tenants};
use crate::store::AppPool;
use crate::store::postgres::owner_pool;
use crate::store::private_postgres::{Options, PrivatePostgres};

/// What a commit must have on for a figure to count.
const DURABLE: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

pub(super) struct Ground {
    /// `None` once it was stopped.
    postgres: Option<PrivatePostgres>,
    pub folder: PathBuf,
    pub keys: Keys,
}

/// The secrets of a run.
pub(super) struct Keys {
    pub ring: String,
    pub hash: String,
}

impl Keys {
    pub(super) fn generate() -> Self {
        let key = || random::secret_key().to_base64().as_str().to_owned();
        Self { ring: format!("bench:{}", key()), hash: key() }
    }
}

impl Ground {
    /// Starts the server and asserts that it keeps what it commits.
    pub(super) async fn prepare() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("ganira-bench-{}", random::hex_token::<4>()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let postgres = PrivatePostgres::start(Options::new(folder.join("postgres"), None)).await?;
        let ground = Self { postgres: Some(postgres), folder, keys: Keys::generate() };
        for setting in DURABLE {
            let value = ground.setting(setting).await?;
            if value != "on" {
                bail!("{setting} is {value}: no figure would mean anything");
            }
        }
        Ok(ground)
    }

    pub(super) fn postgres(&self) -> anyhow::Result<&PrivatePostgres> {
        self.postgres.as_ref().context("the run's Postgres was stopped")
    }

    /// Stops the server, so that another process can start it in its folder, which is returned.
    pub(super) async fn stop_postgres(&mut self) -> anyhow::Result<PathBuf> {
        let postgres = self.postgres.take().context("the run's Postgres was stopped")?;
        let folder = postgres.folder().to_owned();
        postgres.stop().await?;
        Ok(folder)
    }

    /// Starts the server again that was stopped, in the folder that was returned.
    pub(super) async fn start_postgres(&mut self, folder: PathBuf) -> anyhow::Result<()> {
        self.postgres = Some(PrivatePostgres::start(Options::new(folder, None)).await?);
        Ok(())
    }

    pub(super) async fn setting(&self, name: &str) -> anyhow::Result<String> {
        let mut connection = self.connection("postgres").await?;
        let value = sqlx::query_scalar("SELECT setting FROM pg_settings WHERE name = $1").bind(name);
        Ok(value.fetch_one(&mut connection).await?)
    }

    pub(super) async fn connection(&self, database: &str) -> anyhow::Result<PgConnection> {
        Ok(self.postgres()?.connect_options(database).connect().await?)
    }

    /// A database with the tables of this release.
    pub(super) async fn database(&self, name: &str) -> anyhow::Result<PgConnectOptions> {
        let postgres = self.postgres()?;
        postgres.ensure_database(name).await?;
        let options = postgres.connect_options(name);
        serve::migrate(&options).await?;
        Ok(options)
    }

    /// The same as a URL, for other processes.
    pub(super) fn url(&self, database: &str) -> anyhow::Result<String> {
        Ok(self.postgres()?.url(database).expose_secret().to_owned())
    }

    /// The folder in which a process of this run keeps its files.
    pub(super) fn sub_folder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Stops the server and removes everything.
    pub(super) async fn clear(mut self) -> anyhow::Result<()> {
        if self.postgres.is_some() {
            let elsewhere = self.stop_postgres().await?;
            let _ = std::fs::remove_dir_all(elsewhere);
        }
        std::fs::remove_dir_all(&self.folder).with_context(|| format!("cannot remove {}", self.folder.display()))
    }
}

/// The settings of `serve` as environment variables: an engine in this process and one in a process of its own read the same.
pub(super) fn environment(folder: &Path, keys: &Keys, more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let media = folder.join("media").display().to_string();
    let own = [
        ("GANIRA__SECRETS__KEY_RING", keys.ring.as_str()),
        ("GANIRA__SECRETS__HASH_KEY", &keys.hash),
        ("GANIRA__WHATSAPP__APPS__BENCH__SECRETS", APP_SECRET),
        ("GANIRA__WHATSAPP__APPS__BENCH__VERIFY_TOKEN", "bench-verify-token"),
        ("GANIRA__MEDIA__FOLDER", &media),
    ];
    own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Buckets wide enough to be out of the way.
pub(super) const WIDE: [(&str, &str); 6] = [
    ("GANIRA__LIMITS__GLOBAL_PER_SECOND", "1000000"),
    ("GANIRA__LIMITS__GLOBAL_BURST", "1000000"),
    ("GANIRA__LIMITS__TENANT_PER_MINUTE", "10000000"),
    ("GANIRA__LIMITS__TENANT_BURST", "1000000"),
    ("GANIRA__LIMITS__SENDER_PER_MINUTE", "1000000"),
    ("GANIRA__LIMITS__SENDER_BURST", "100000"),
];

/// The settings of an engine in this process.
pub(super) fn config(environment: BTreeMap<String, String>) -> anyhow::Result<Config> {
    Ok(Config::load(&Sources { purpose: Purpose::Serve, file: None, environment }, |_, _| {})?)
}

/// A salon whose number is stopped: everything is written, nothing is sent.
pub(super) async fn salon(database: &PgConnectOptions, config: &Config) -> anyhow::Result<TenantId> {
    let ring = assemble::key_ring(config)?;
    let pool: PgPool = owner_pool(database.clone()).await?;
    let new = tenants::NewTenant {
        name: "Bench salon".to_owned(),
        zone: "Africa/Kigali".to_owned(),
        language: "en".to_owned(),
        flow: "salon".to_owned(),
    };
    let tenant = tenants::create(&pool, &ring, &new).await?;
    let number = tenants::NewWhatsapp {
        phone_number_id: NUMBER.to_owned(),
        waba_id: WABA.to_owned(),
        app: APP.to_owned(),
        token: Some("bench-access-token".to_owned().into()),
    };
    tenants::add_whatsapp(&pool, &ring, tenant, &number).await?;
    tenants::stop(&pool, &tenants::Which::PhoneNumberId(NUMBER.to_owned()), "a measurement sends nowhere").await?;
    pool.close().await;
    let app = AppPool::new(database.clone(), 1);
    salon::demo::demo(&app, tenant).await?;
    app.close().await;
    Ok(tenant)
}
