//! A whole Ganira for one test: a database of its own, the engine behind its real HTTP surface, the sandbox as the company.

use std::time::Duration;

use chrono::{Datelike as _, Days, TimeDelta, Weekday};
use ganira::cli::assemble::{self, Running};
use ganira::config::{Config, Purpose, Sources};
use ganira::domain::{Clock, TenantId};
use ganira::operations::{salon, servers, tenants};
use ganira::sandbox::{Handle, Number, Options, Sandbox};
use ganira::store::AppPool;
use ganira::store::postgres::Durability;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::harness::{self, TestDatabase};

/// The number a world's tenant has unless it asks for another.
pub const NUMBER: &str = "106540352242922";
pub const WABA: &str = "102290129340398";

/// See the module. Stop it with [`World::stop`]: a test that ends without leaves the drop to end its tasks.
pub struct World {
    pub database: TestDatabase,
    pub sandbox: Handle,
    pub running: Option<Running>,
    pub tenant: TenantId,
    pub config: Config,
    pub http: reqwest::Client,
    /// Where an engine runs that is to be killed.
    apart: Option<tokio::runtime::Runtime>,
    _folder: tempfile::TempDir,
}

/// How a world is to be.
pub struct Wish {
    /// The flow set the tenant's people talk to.
    pub flow: &'static str,
    pub sandbox: Options,
    pub change: Box<dyn FnOnce(&mut Config) + Send>,
}

impl Default for Wish {
    fn default() -> Self {
        let sandbox = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            status_delay: Duration::from_millis(1),
            webhook_backoff: (Duration::from_millis(20), Duration::from_millis(200)),
            numbers: vec![Number {
                phone_number_id: NUMBER.into(),
                waba_id: WABA.into(),
                display: "250788000100".into(),
            }],
            ..Options::default()
        };
        Self { flow: "salon", sandbox, change: Box::new(|_| {}) }
    }
}

impl World {
    pub async fn salon() -> Self {
        Self::with(Wish::default()).await
    }

    pub async fn diary() -> Self {
        Self::with(Wish { flow: "diary", ..Wish::default() }).await
    }

    pub async fn with(wish: Wish) -> Self {
        let mut world = Self::asleep(wish).await;
        world.start().await;
        world
    }

    /// One whose engine is not started yet.
    pub async fn asleep(wish: Wish) -> Self {
        let _ = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_test_writer()
            .try_init();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let database = harness::database().await;
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(wish.sandbox).await.unwrap();
        let mut config = config(&folder);
        config.whatsapp.graph_url = Url::parse(&sandbox.graph_url()).unwrap();
        for (name, provider) in &mut config.read_providers {
            provider.url = Url::parse(&sandbox.provider_url(name)).unwrap();
        }
        for (name, provider) in &mut config.pay_providers {
            provider.url = Url::parse(&sandbox.provider_url(name)).unwrap();
        }
        (wish.change)(&mut config);
        for gateway in config.smpp_gateways.values_mut() {
            // A message centre of the sandbox's chooses its port itself.
            gateway.port = sandbox.smsc_addr().map_or(gateway.port, |addr| addr.port());
        }
        let ring = assemble::key_ring(&config).unwrap();
        let pool = database.pool().await;
        let new = tenants::NewTenant {
            name: "Salon Inzozi".into(),
            zone: "Africa/Kigali".into(),
            language: "en".into(),
            flow: wish.flow.into(),
        };
        let tenant = tenants::create(&pool, &ring, &new).await.unwrap();
        let number = tenants::NewWhatsapp {
            phone_number_id: NUMBER.into(),
            waba_id: WABA.into(),
            app: ganira::config::DEV_APP.into(),
            token: Some("token".to_owned().into()),
        };
        tenants::add_whatsapp(&pool, &ring, tenant, &number).await.unwrap();
        if wish.flow == "salon" {
            salon::demo::demo(&AppPool::new(database.options(), 1), tenant).await.unwrap();
        }
        if wish.flow == "errands" {
            let url = Url::parse(&sandbox.provider_url("shop")).unwrap();
            let secret = ganira::config::DEV_PROVIDER_SECRET.to_owned().into();
            servers::add(&pool, &ring, tenant, "shop", &url, Some(secret)).await.unwrap();
        }
        Self {
            database,
            sandbox,
            running: None,
            tenant,
            config,
            http: reqwest::Client::new(),
            apart: None,
            _folder: folder,
        }
    }

    /// Starts the engine, again after a [`World::stop_engine`].
    pub async fn start(&mut self) {
        self.start_at(TimeDelta::zero()).await;
    }

    /// The same, in the place of one that runs, so that [`World::kill`] can end it.
    pub async fn start_apart(&mut self) {
        self.stop_engine().await;
        self.apart = Some(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());
        self.start().await;
    }

    /// Ends the engine between two instructions, as kill -9 would: no drain, no hand-over, connections cut.
    pub fn kill(&mut self) {
        self.running = None;
        self.apart.take().unwrap().shutdown_background();
    }

    /// The same by a clock that is `ahead` of the true one.
    pub async fn start_at(&mut self, ahead: TimeDelta) {
        let clock = Clock::of(move || Clock::system().now() + ahead);
        let (config, database) = (self.config.clone(), self.database.options());
        let start = async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let metrics = assemble::record_metrics();
            assemble::start_at(config, database, Durability::ThrowAway, listener, metrics, clock).await.unwrap()
        };
        let running = match &self.apart {
            Some(apart) => apart.spawn(start).await.unwrap(),
            None => start.await,
        };
        self.sandbox.point_webhooks_at(Url::parse(&format!("http://{}/webhooks/whatsapp", running.address)).unwrap());
        self.running = Some(running);
        wait_for("the engine to own its conversations", async || {
            let ready = self.http.get(self.url("/readyz")).send().await.unwrap();
            ready.status().is_success().then_some(())
        })
        .await;
    }

    pub async fn stop_engine(&mut self) {
        self.running.take().unwrap().stop().await;
    }

    pub async fn stop(mut self) {
        self.stop_engine().await;
        self.sandbox.stop().await;
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.as_ref().unwrap().address)
    }

    pub fn control(&self, path: &str) -> String {
        format!("http://{}/control{path}", self.sandbox.addr())
    }

    /// Plays a person: `what` is `say`, `tap`, `location`, …; waits until the engine acknowledged it.
    pub async fn person(&self, what: &str, body: Value) {
        let url = self.control(&format!("/whatsapp/{what}?wait=1"));
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{what} {body}: {status} {text}");
    }

    pub async fn say(&self, from: &str, text: &str) {
        self.person("say", json!({"from": from, "text": text})).await;
    }

    pub async fn tap(&self, from: &str, id: &str) {
        self.person("tap", json!({"from": from, "id": id})).await;
    }

    /// What a handset received, in order.
    pub async fn inbox(&self, of: &str) -> Vec<Value> {
        let url = self.control(&format!("/whatsapp/inbox?of={}", of.replace('+', "%2B")));
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Waits until a handset has received `count` messages, and returns them.
    pub async fn received(&self, of: &str, count: usize) -> Vec<Value> {
        wait_for(&format!("{of} to receive {count} messages"), async || {
            let inbox = self.inbox(of).await;
            (inbox.len() >= count).then_some(inbox)
        })
        .await
    }
}

/// The settings of a test: those of `dev`, with generous buckets and short waits.
pub fn config(folder: &tempfile::TempDir) -> Config {
    let sources = Sources { purpose: Purpose::Dev, file: None, environment: std::collections::BTreeMap::default() };
    let mut config = Config::load(&sources, |_, _| {}).unwrap();
    config.media.folder = folder.path().join("media");
    config.sms_spool.folder = folder.path().join("spool");
    config.limits.tenant_per_minute = 1_000_000;
    config.limits.tenant_burst = 100_000;
    config.limits.sender_per_minute = 100_000;
    config.limits.sender_burst = 10_000;
    config.limits.global_per_second = 100_000;
    config.limits.global_burst = 100_000;
    config.engine.heartbeat_ms = 100;
    // A loaded machine is no reason to give up.
    config.server.request_timeout_ms = 30_000;
    config
}

/// Drains instead of sleeping: asks until there is an answer, for half a minute at most.
pub async fn wait_for<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..3000 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain for {what}");
}

/// The ids of the options a message shows, buttons or rows.
pub fn options(message: &Value) -> Vec<String> {
    let interactive = &message["interactive"]["action"];
    let buttons = interactive["buttons"].as_array().into_iter().flatten().map(|button| &button["reply"]["id"]);
    let sections = interactive["sections"].as_array().into_iter().flatten();
    let rows = sections.flat_map(|section| section["rows"].as_array().into_iter().flatten()).map(|row| &row["id"]);
    buttons.chain(rows).filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// The option whose id ends with `:name`.
pub fn option(message: &Value, name: &str) -> String {
    let all = options(message);
    let wanted = all.iter().find(|id| id.rsplit(':').next() == Some(name));
    wanted.unwrap_or_else(|| panic!("no option {name} in {message}")).clone()
}

/// The text a person reads.
pub fn text(message: &Value) -> &str {
    message["text"]["body"].as_str().or_else(|| message["interactive"]["body"]["text"].as_str()).unwrap_or_default()
}

/// The morning of a Monday in a week or two, as a person writes it: far enough away to be cancelled again.
pub fn monday_morning() -> String {
    let in_a_week = Clock::system().now().date_naive() + Days::new(7);
    let monday = in_a_week.iter_days().find(|day| day.weekday() == Weekday::Mon).unwrap();
    format!("{} morning, please", monday.format("%d/%m/%Y"))
}
