//! Wires the floors together: settings and a database become a running engine behind its HTTP surface.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use secrecy::ExposeSecret;
use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::actors::accounts::Accounts;
use crate::actors::funnel::Funnel;
use crate::actors::shared::{Answering, World};
use crate::actors::sms::{SmsGateways, Spool};
use crate::actors::ussd::Gateways;
use crate::actors::{Engine, EngineSetup, spawn};
use crate::api::Api;
use crate::channels::guard::Reach;
use crate::channels::transport::{Transport, TransportOptions};
use crate::config::{Config, MediaStore};
use crate::crypto::{KeyRing, KeyedHash};
use crate::domain::Clock;
use crate::operations::Operations;
use crate::store::postgres::Durability;
use crate::store::{AppPool, PgStore, Store};

/// How long open requests may take to end once the engine has stopped.
const CLOSE_MAX: Duration = Duration::from_secs(5);

/// How often measured times are sorted.
const SORT_EVERY: Duration = Duration::from_secs(5);

/// A running server. Dropping it leaves it running; [`Running::stop`] ends it.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    pub engine: Engine,
    closing: CancellationToken,
    server: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Drains what is in flight, gives the writers back, closes the listener.
    pub async fn stop(self) {
        self.engine.stop().await;
        self.closing.cancel();
        let _ = tokio::time::timeout(CLOSE_MAX, self.server).await;
    }
}

/// Starts the engine on `database` and serves it on `listener`.
pub async fn start(
    config: Config,
    database: PgConnectOptions,
    durability: Durability,
    listener: TcpListener,
    metrics: PrometheusHandle,
) -> anyhow::Result<Running> {
    start_at(config, database, durability, listener, metrics, Clock::system()).await
}

/// The same by another clock, for those who test what time brings.
pub async fn start_at(
    config: Config,
    database: PgConnectOptions,
    durability: Durability,
    listener: TcpListener,
    metrics: PrometheusHandle,
    clock: Clock,
) -> anyhow::Result<Running> {
    let address = listener.local_addr().context("could not read the address of the listener")?;
    let store = PgStore::connect(database.clone(), durability).await?;
    let connections = config.database.app_connections;
    let app = AppPool::new(database, connections);
    let operations = Arc::new(Operations::new(app.clone()));
    let engine = engine(config, Arc::new(store), operations, clock).await?;
    let closing = CancellationToken::new();
    spawn(closing.clone().run_until_cancelled_owned(sort_measurements(metrics.clone())));
    let router = Api::new(engine.clone(), metrics.into(), app).router();
    let closed = closing.clone();
    let server = spawn(async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, service).with_graceful_shutdown(closed.cancelled_owned()).await;
        if let Err(error) = served {
            tracing::error!(error = &error as &dyn std::error::Error, "the HTTP server ended");
        }
    });
    Ok(Running { address, engine, closing, server })
}

/// The engine alone, on any store.
pub async fn engine(
    config: Config,
    store: Arc<dyn Store>,
    operations: Arc<dyn Answering>,
    clock: Clock,
) -> anyhow::Result<Engine> {
    let ring = key_ring(&config)?;
    let hashes = hash_key(&config)?;
    let (_, fresh) = ring.generate_system_key();
    let system_key = ring.unwrap_system_key(&store.system_key(&fresh).await?)?;
    let transport = transport(&config)?;
    let objects = objects(&config)?;
    let spool = config.media.folder.join("spool");
    let sms = SmsGateways::new(&config.sms_gateways, config.server.public_url.as_ref())?;
    let folder = config.sms_spool.folder.display();
    let sms_spool = Spool::open(&config.sms_spool).with_context(|| format!("could not open the spool {folder}"))?;
    let ussd = Gateways::new(&config.ussd_gateways)?;
    if sms.all().any(|gateway| !gateway.repeats()) {
        sms_spool.prepare().with_context(|| format!("the spool {folder} cannot be written"))?;
    }
    let world = World {
        store,
        operations,
        accounts: Arc::new(Accounts::default()),
        ussd,
        funnel: Funnel::default(),
        ring,
        system_key,
        hashes,
        clock,
        sms,
        spool: Arc::new(sms_spool),
        settings: config,
    };
    Ok(Engine::start(EngineSetup { world: Arc::new(world), transport, objects, spool }))
}

/// The ring that wraps the tenants' keys.
pub fn key_ring(config: &Config) -> anyhow::Result<KeyRing> {
    let text =
        config.secrets.key_ring.as_ref().ok_or_else(|| anyhow!("secrets.key_ring is not set: run `ganira init`"))?;
    KeyRing::parse(text.expose_secret()).context("secrets.key_ring cannot be read")
}

/// The key of the hashes under which phones and provider ids are stored.
pub fn hash_key(config: &Config) -> anyhow::Result<KeyedHash> {
    let text =
        config.secrets.hash_key.as_ref().ok_or_else(|| anyhow!("secrets.hash_key is not set: run `ganira init`"))?;
    KeyedHash::parse(text.expose_secret()).context("secrets.hash_key cannot be read")
}

fn transport(config: &Config) -> anyhow::Result<Transport> {
    let timeout = Duration::from_millis(config.outbound.request_timeout_ms);
    let reach = if config.media.allow_private_hosts { Reach::Private } else { Reach::Public };
    Transport::new(TransportOptions { timeout, reach, ..TransportOptions::default() })
        .context("could not prepare the HTTP client")
}

fn objects(config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    match config.media.store {
        MediaStore::Folder => {
            let folder = &config.media.folder;
            std::fs::create_dir_all(folder)
                .with_context(|| format!("could not make the media folder {}", folder.display()))?;
            Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?))
        }
        MediaStore::S3 => s3(config),
    }
}

fn s3(config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    use object_store::aws::AmazonS3Builder;
    let s3 = &config.media_s3;
    let mut builder = AmazonS3Builder::new();
    if let Some(bucket) = &s3.bucket {
        builder = builder.with_bucket_name(bucket);
    }
    if let Some(region) = &s3.region {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(endpoint.as_str()).with_allow_http(endpoint.scheme() == "http");
    }
    if let (Some(id), Some(key)) = (&s3.access_key, &s3.secret_key) {
        builder = builder.with_access_key_id(id.expose_secret()).with_secret_access_key(key.expose_secret());
    }
    Ok(Arc::new(builder.build().context("media.s3 is not complete")?))
}

/// Every measured time waits in memory until it is sorted into its bucket: where nobody scrapes `/metrics`, they would pile up.
async fn sort_measurements(metrics: PrometheusHandle) {
    loop {
        tokio::time::sleep(SORT_EVERY).await;
        metrics.run_upkeep();
    }
}

/// The recorder of the process's measurements; there is one.
pub fn record_metrics() -> PrometheusHandle {
    static HANDLE: std::sync::OnceLock<PrometheusHandle> = std::sync::OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
            let sizes = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
            let builder = [("_seconds", &buckets[..]), ("_turns", &sizes), ("_batch", &sizes)].into_iter().try_fold(
                PrometheusBuilder::new(),
                |builder, (suffix, buckets)| {
                    builder.set_buckets_for_metric(Matcher::Suffix(suffix.to_owned()), buckets)
                },
            );
            // Only an empty list of buckets would be refused.
            let recorder = builder.unwrap_or_default().build_recorder();
            let handle = recorder.handle();
            // Fails only where a recorder is installed already, as in a test that made its own.
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}
