//! `ganira dev`, what `make run` starts: a private Postgres, the engine, the sandbox and a demo salon, all on this machine's loopback.
#![expect(clippy::print_stdout, reason = "the command tells where to look")]

use std::fs::{self, File, TryLockError};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;
use url::Url;

use super::assemble::{self, Running};
use super::{logging, serve, settings};
use crate::config::{
    Config, DEV_APP, DEV_APP_SECRET, DEV_PROVIDER_SECRET, DEV_SMS_GATEWAY, DEV_SMS_KEY, DEV_USSD_GATEWAY,
    DEV_VERIFY_TOKEN, Purpose,
};
use crate::operations::{salon, sms_numbers, tenants};
use crate::sandbox::{Options as SandboxOptions, Sandbox};
use crate::store::AppPool;
use crate::store::postgres::{Durability, owner_pool};
use crate::store::private_postgres::{Options, PrivatePostgres};

/// Where `dev` keeps what it needs between runs.
pub(super) const FOLDER: &str = ".ganira";
/// Ports tried after one that is taken.
const PORTS_TRIED: u16 = 100;
/// The demo salon's number and WhatsApp Business account: those of Meta's samples.
const DEMO_NUMBER: &str = "106540352242922";
const DEMO_WABA: &str = "102290129340398";
/// The demo salon's short code.
const DEMO_SHORT_CODE: &str = "7711";
/// The code people dial for it.
pub(super) const DEMO_CODE: &str = "*384*77#";
const DEMO_TENANT: &str = "Demo salon";

#[derive(Debug, Args)]
pub(super) struct Dev;

/// `.ganira/run.json`: where a running `dev` is found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RunFile {
    pub engine: String,
    pub sandbox: String,
    pub pid: u32,
    /// The database, for commands of an operator with `--dev`.
    pub database: String,
}

impl RunFile {
    fn path(folder: &Path) -> PathBuf {
        folder.join("run.json")
    }

    /// What the last `dev` in this folder wrote.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = Self::path(folder);
        let text = fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read: is `make run` running in this folder?", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is damaged: stop and start `make run`", path.display()))
    }

    fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        fs::write(Self::path(folder), text).context("run.json could not be written")
    }
}

impl Dev {
    #[expect(clippy::unused_self, reason = "like every command")]
    pub(super) fn run(self, file: Option<PathBuf>) -> anyhow::Result<()> {
        let folder = Path::new(FOLDER);
        fs::create_dir_all(folder).with_context(|| format!("could not make the folder {FOLDER}"))?;
        let lock = File::create(folder.join("dev.lock")).context("could not make the lock file")?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                say_where_the_first_one_is(folder);
                return Ok(());
            }
            Err(TryLockError::Error(error)) => bail!("could not lock {FOLDER}/dev.lock: {error}"),
        }
        let config = settings::load(Purpose::Dev, file)?;
        logging::start(&config.logging)?;
        let outcome = super::runtime()?.block_on(live(config, folder));
        let _ = fs::remove_file(RunFile::path(folder));
        drop(lock);
        outcome
    }
}

fn say_where_the_first_one_is(folder: &Path) {
    match RunFile::read(folder) {
        Ok(RunFile { engine, sandbox, pid, .. }) => {
            println!("Ganira is running here already (process {pid}): engine {engine}, sandbox {sandbox}");
        }
        Err(_) => println!("Ganira is starting or stopping here already: look again in a moment."),
    }
}

async fn live(mut config: Config, folder: &Path) -> anyhow::Result<()> {
    let own =
        PrivatePostgres::start(Options::new(&config.database.data_dir, config.database.programs_dir.clone())).await?;
    for notice in own.notices() {
        println!("{notice}");
    }
    own.ensure_database("ganira").await?;
    let database = own.connect_options("ganira");
    serve::migrate(&database).await?;

    let listener = listen(config.server.listen).await?;
    let engine = address("http", listener.local_addr()?);
    let sandbox = sandbox(&config, &engine).await?;
    let sandbox_address = address("http", sandbox.addr());
    config.whatsapp.graph_url = Url::parse(&format!("{sandbox_address}/graph"))?;
    point_providers_at(&mut config, &sandbox_address)?;
    point_sms_at(&mut config, &sandbox_address)?;
    seed(&config, &database).await?;

    let running = assemble::start(config, database, Durability::Required, listener, assemble::record_metrics()).await?;
    let file = RunFile {
        engine: engine.clone(),
        sandbox: sandbox_address.clone(),
        pid: std::process::id(),
        database: own.url("ganira").expose_secret().to_owned(),
    };
    file.write(folder)?;
    welcome(&engine, &sandbox_address);
    let outcome = until_told(&running).await;
    println!("Stopping: what is in flight comes to its end first.");
    running.stop().await;
    drop(sandbox);
    own.stop().await?;
    outcome
}

/// The providers whose secret everybody knows are the sandbox's.
fn point_providers_at(config: &mut Config, sandbox: &str) -> anyhow::Result<()> {
    let read = config.read_providers.iter_mut().map(|(name, provider)| (name, &mut provider.url, &provider.secret));
    let pay = config.pay_providers.iter_mut().map(|(name, provider)| (name, &mut provider.url, &provider.secret));
    for (name, url, secret) in read.chain(pay) {
        if secret.expose_secret() == DEV_PROVIDER_SECRET {
            *url = Url::parse(&format!("{sandbox}/provider/{name}"))?;
        }
    }
    Ok(())
}

/// The SMS gateway whose key everybody knows is the sandbox's.
fn point_sms_at(config: &mut Config, sandbox: &str) -> anyhow::Result<()> {
    for (name, gateway) in &mut config.sms_gateways {
        if gateway.key.as_ref().is_some_and(|key| key.expose_secret() == DEV_SMS_KEY) {
            gateway.api_url = Some(Url::parse(&format!("{sandbox}/sms/{name}/version1/messaging"))?);
        }
    }
    Ok(())
}

async fn until_told(running: &Running) -> anyhow::Result<()> {
    serve::until_told(running).await
}

/// The port that was asked for, or the next free one.
async fn listen(wanted: SocketAddr) -> anyhow::Result<TcpListener> {
    for port in wanted.port()..=wanted.port().saturating_add(PORTS_TRIED) {
        let at = SocketAddr::new(wanted.ip(), port);
        match TcpListener::bind(at).await {
            Ok(listener) => {
                if port != wanted.port() {
                    println!("Port {} is taken: using {port}.", wanted.port());
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error).with_context(|| format!("could not listen on {at}")),
        }
    }
    bail!("no port from {} on is free: set GANIRA__SERVER__LISTEN", wanted.port())
}

fn address(scheme: &str, at: SocketAddr) -> String {
    let host = match at.ip() {
        ip if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        ip => ip,
    };
    format!("{scheme}://{}", SocketAddr::new(host, at.port()))
}

async fn sandbox(config: &Config, engine: &str) -> anyhow::Result<crate::sandbox::Handle> {
    // The sandbox binds itself; a free port is found by binding and letting go.
    let free = listen(config.sandbox.listen).await?.local_addr()?;
    let mut options = SandboxOptions {
        listen: free,
        webhook_url: Some(Url::parse(&format!("{engine}/webhooks/whatsapp"))?),
        app_secret: DEV_APP_SECRET.to_owned(),
        verify_token: DEV_VERIFY_TOKEN.to_owned(),
        ..SandboxOptions::default()
    };
    // Its gateways call where the configuration expects them.
    for gateway in &mut options.ussd {
        if let Some(own) = config.ussd_gateways.get(&gateway.name) {
            own.key.expose_secret().clone_into(&mut gateway.key);
        }
    }
    Ok(Sandbox::start(options).await?)
}

/// The demo salon: whatever of it is not there yet.
async fn seed(config: &Config, database: &PgConnectOptions) -> anyhow::Result<()> {
    let ring = assemble::key_ring(config)?;
    let pool = owner_pool(database.clone()).await?;
    let tenant = match tenants::find(&pool, DEMO_TENANT).await? {
        Some(tenant) => tenant,
        None => tenants::create(&pool, &ring, &demo_tenant()).await?,
    };
    let listed = tenants::list(&pool).await?.into_iter().find(|(listed, _)| listed.id == tenant);
    let doors: Vec<String> = listed.into_iter().flat_map(|(_, doors)| doors).map(|door| door.channel).collect();
    let has = |channel: &str| doors.iter().any(|own| own == channel);
    if !has("whatsapp") {
        tenants::add_whatsapp(&pool, &ring, tenant, &demo_number()).await?;
    }
    if config.sms_gateways.contains_key(DEV_SMS_GATEWAY) {
        sms_numbers::add(&pool, &ring, tenant, &demo_sms()).await?;
    }
    if !has("ussd") {
        tenants::add_ussd(&pool, tenant, &demo_code()).await?;
    }
    let app = AppPool::new(database.clone(), 1);
    salon::demo::demo(&app, tenant).await?;
    app.close().await;
    pool.close().await;
    Ok(())
}

fn demo_tenant() -> tenants::NewTenant {
    tenants::NewTenant {
        name: DEMO_TENANT.to_owned(),
        zone: "Africa/Kigali".to_owned(),
        language: "en".to_owned(),
        flow: "salon".to_owned(),
    }
}

fn demo_number() -> tenants::NewWhatsapp {
    tenants::NewWhatsapp {
        phone_number_id: DEMO_NUMBER.to_owned(),
        waba_id: DEMO_WABA.to_owned(),
        app: DEV_APP.to_owned(),
        token: Some("dev-access-token".to_owned().into()),
    }
}

fn demo_sms() -> sms_numbers::NewSms {
    sms_numbers::NewSms {
        gateway: DEV_SMS_GATEWAY.to_owned(),
        number: DEMO_SHORT_CODE.to_owned(),
        parent: "sandbox".to_owned(),
        token: Some("dev-sms-credential".to_owned().into()),
    }
}

fn demo_code() -> tenants::NewUssd {
    tenants::NewUssd { gateway: DEV_USSD_GATEWAY.to_owned(), code: DEMO_CODE.to_owned() }
}

fn welcome(engine: &str, sandbox: &str) {
    println!(
        "
Ganira is running.
  engine    {engine}          health: {engine}/system/health   metrics: {engine}/metrics
  sandbox   {sandbox}          plays WhatsApp, USSD gateways and the people

Talk to the demo salon from another terminal:
  cargo run --quiet -- chat
  cargo run --quiet -- chat --channel ussd     dials {DEMO_CODE}
or by hand:
  curl -s {sandbox}/control/whatsapp/say -H 'content-type: application/json' -d '{{\"from\": \"+250780000001\", \"text\": \"hello\"}}'
  curl -s '{sandbox}/control/whatsapp/inbox?of=%2B250780000001'
  curl -s {sandbox}/control/ussd/dial -H 'content-type: application/json' -d '{{\"from\": \"+250780000001\", \"code\": \"{DEMO_CODE}\"}}'
  curl -s {sandbox}/control/ussd/input -H 'content-type: application/json' -d '{{\"from\": \"+250780000001\", \"text\": \"1\"}}'

Ctrl-C stops everything."
    );
}
