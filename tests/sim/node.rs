//! A node: the real engine behind its real HTTP surface, with the simulation's store, companies and clock.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ganira::actors::accounts::Accounts;
use ganira::actors::funnel::Funnel;
use ganira::actors::shared::{Answering, World};
use ganira::actors::sms::{SmsGateways, Spool};
use ganira::actors::ussd::Gateways;
use ganira::actors::{Engine, EngineSetup};
use ganira::api::{Api, Metrics};
use ganira::config::{Config, Purpose, Sources};
use ganira::crypto::{KeyRing, KeyedHash, random};
use ganira::domain::{AccountId, TenantId};
use ganira::flows::Question;
use ganira::operations::{Answered, Asker};
use ganira::store::{AccountRow, AppPool, FlowFiles, GuardedEffect, ServerRow, Store, seals};
use http::Request;
use object_store::memory::InMemory;
use parking_lot::Mutex;
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::{mpsc, oneshot};
use tower::ServiceExt as _;

use crate::company::Company;
use crate::log::log;
use crate::store::SimStore;
use crate::time::{self, Face};

pub const TENANT: TenantId = TenantId(1);
pub const WHATSAPP: AccountId = AccountId(1);
pub const NUMBER: &str = "106540352242922";
pub const WABA: &str = "102290129340398";
pub const APP_SECRET: &str = "the simulation's own app secret";
pub const CODE: &str = "*384*77#";
pub const GATEWAY_KEY: &str = "k3y4behind7slashes";
/// A request to a company that takes longer is an unknown.
const REQUEST_TIMEOUT_MS: u64 = 3000;

/// What all nodes share.
#[derive(Clone)]
pub struct Ground {
    pub store: SimStore,
    pub company: Company,
    pub hashes: KeyedHash,
    ring: String,
    hash_key: String,
    /// How long a conversation is awake without anything happening.
    idle_ms: u64,
}

impl Ground {
    /// An empty database with one tenant, her WhatsApp number, her code and her flow.
    pub fn new(seed: u64) -> Self {
        // Whoever sleeps early is woken often; looking for them costs most of a run.
        let idle_ms = [3000, 20_000, 60_000][usize::try_from(seed % 3).unwrap_or(0)];
        let store = SimStore::new(ganira::domain::Clock::of(time::now));
        let key = || random::secret_key().to_base64().as_str().to_owned();
        let (ring, hash_key) = (format!("sim:{}", key()), key());
        let keys = KeyRing::parse(&ring).unwrap();
        let (key, wrapped_tenant_key) = keys.generate_tenant_key(TENANT.0);
        let token = key.seal(seals::CREDENTIAL, NUMBER.as_bytes(), b"token");
        let account = |id, channel: &str, external_id: &str, app: &str, credential| AccountRow {
            id,
            tenant: TENANT,
            channel: channel.to_owned(),
            external_id: external_id.to_owned(),
            parent_id: if channel == "whatsapp" { WABA.to_owned() } else { String::new() },
            app: app.to_owned(),
            credential,
            stopped_reason: None,
            zone: "Africa/Kigali".to_owned(),
            language: "en".to_owned(),
            flow: "diary".to_owned(),
            wrapped_tenant_key: wrapped_tenant_key.clone(),
        };
        store.seed_account(account(WHATSAPP, "whatsapp", NUMBER, "main", Some(token)));
        store.seed_account(account(AccountId(2), "ussd", &format!("at {CODE}"), "at", None));
        let secret = format!("whsec_{}", STANDARD.encode("the shop's secret, of the simulation"));
        let secret = key.seal(seals::SERVER, b"shop", secret.as_bytes());
        let (name, url) = ("shop".to_owned(), "http://shop.sim/orders".to_owned());
        store.seed_server(ServerRow { tenant: TENANT, name, url, secret });
        store.publish(TENANT, 1, life());
        let hashes = KeyedHash::parse(&hash_key).unwrap();
        Self { store, company: Company::new(seed), hashes, ring, hash_key, idle_ms }
    }

    fn config(&self, node: &str) -> Config {
        let wide = "1000000";
        let (request_timeout, idle) = (REQUEST_TIMEOUT_MS.to_string(), self.idle_ms.to_string());
        let settings = [
            ("DATABASE_URL", "postgres://none"),
            ("GANIRA__SECRETS__KEY_RING", &self.ring),
            ("GANIRA__SECRETS__HASH_KEY", &self.hash_key),
            ("GANIRA__WHATSAPP__APPS__MAIN__SECRETS", APP_SECRET),
            ("GANIRA__WHATSAPP__APPS__MAIN__VERIFY_TOKEN", "the simulation's own token"),
            ("GANIRA__WHATSAPP__GRAPH_URL", "http://graph.sim"),
            ("GANIRA__USSD__GATEWAYS__AT__KIND", "africastalking"),
            ("GANIRA__USSD__GATEWAYS__AT__KEY", GATEWAY_KEY),
            ("GANIRA__LIMITS__GLOBAL_PER_SECOND", wide),
            ("GANIRA__LIMITS__GLOBAL_BURST", wide),
            ("GANIRA__LIMITS__TENANT_PER_MINUTE", wide),
            ("GANIRA__LIMITS__TENANT_BURST", wide),
            ("GANIRA__LIMITS__SENDER_PER_MINUTE", wide),
            ("GANIRA__LIMITS__SENDER_BURST", "100000"),
            ("GANIRA__ENGINE__NODE_NAME", node),
            ("GANIRA__ENGINE__HEARTBEAT_MS", "300"),
            ("GANIRA__ENGINE__HEARTBEAT_STALE_MS", "1200"),
            ("GANIRA__ENGINE__IDLE_BEFORE_SLEEP_MS", &idle),
            ("GANIRA__OUTBOUND__BREAKER_OPEN_MS", "1500"),
            ("GANIRA__OUTBOUND__UNKNOWN_WAIT_MS", "1500"),
            ("GANIRA__OUTBOUND__FOLLOWER_WAIT_MS", "60000"),
            ("GANIRA__OUTBOUND__REQUEST_TIMEOUT_MS", &request_timeout),
            ("GANIRA__OUTBOUND__ATTEMPTS_MAX", "100"),
            ("GANIRA__OUTBOUND__PAIR_REFILL_MS", "10"),
        ];
        let environment = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter();
        let environment: BTreeMap<_, _> = environment.collect();
        Config::load(&Sources { purpose: Purpose::Serve, file: None, environment }, |_, _| {}).unwrap()
    }

    /// What an engine of this node is made of; waits for the database.
    async fn setup(&self, face: &Arc<Face>) -> EngineSetup {
        let node = face.name;
        let settings = self.config(node);
        let ring = KeyRing::parse(settings.secrets.key_ring.as_ref().unwrap().expose_secret()).unwrap();
        let (_, fresh) = ring.generate_system_key();
        let system_key = loop {
            match self.store.system_key(&fresh).await {
                Ok(wrapped) => break ring.unwrap_system_key(&wrapped).unwrap(),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
        let world = World {
            store: Arc::new(self.store.clone()),
            operations: Arc::new(Seats),
            accounts: Arc::new(Accounts::default()),
            ussd: Gateways::new(&settings.ussd_gateways).unwrap(),
            funnel: Funnel::default(),
            ring,
            system_key,
            hashes: self.hashes.clone(),
            clock: face.clock(),
            sms: SmsGateways::new(&settings.sms_gateways, None).unwrap(),
            spool: Arc::new(Spool::open(&settings.sms_spool).unwrap()),
            settings,
        };
        EngineSetup {
            world: Arc::new(world),
            transport: self.company.transport(node, &self.store, Duration::from_millis(REQUEST_TIMEOUT_MS)),
            objects: Arc::new(InMemory::new()),
            spool: "none".into(),
        }
    }
}

fn life() -> FlowFiles {
    let (flow, words) = (include_str!("flow/life.flow.yaml"), include_str!("flow/life.en.ftl"));
    let files =
        [("life.flow.yaml", flow), ("life.en.ftl", words)].map(|(name, text)| (name.to_owned(), text.to_owned()));
    FlowFiles { digest: Sha256::digest([flow, words].concat()).to_vec(), files: files.into() }
}

/// Answers the one command of the flow: the seat that stands last in the words is hers, if the commit can have it.
#[derive(Debug)]
struct Seats;

#[async_trait]
impl Answering for Seats {
    async fn answer(&self, asker: &Asker<'_>, questions: &[Question]) -> Vec<Answered> {
        let answer = |question: &Question| {
            if asker.true_outcomes.contains_key(&question.ordinal) {
                return Answered::outcome("gone");
            }
            let words = question.arguments.get("words").map(ganira::flows::Value::to_json);
            let slot = words.as_ref().and_then(|words| words.as_str()?.rsplit(' ').next()).unwrap_or_default();
            let args = serde_json::json!({ "slot": slot });
            Answered::outcome("kept").with_effect(GuardedEffect { ordinal: question.ordinal, kind: "take_slot", args })
        };
        questions.iter().map(answer).collect()
    }
}

/// What a node is told from outside.
pub enum Told {
    Asked(Box<Request<Bytes>>, oneshot::Sender<(u16, Bytes)>),
    /// End in good order.
    Leave,
}

/// A node's address: whoever knows it may call. Nobody answers while it is down.
#[derive(Debug, Clone, Default)]
pub struct Door(Arc<Mutex<Option<mpsc::UnboundedSender<Told>>>>);

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Told")
    }
}

impl Door {
    /// `None`: no answer within that time, or none at all.
    pub async fn call(&self, request: Request<Bytes>, patience: Duration) -> Option<(u16, Bytes)> {
        let (answer, answered) = oneshot::channel();
        self.tell(Told::Asked(Box::new(request), answer)).then_some(())?;
        tokio::time::timeout(patience, answered).await.ok()?.ok()
    }

    pub fn tell(&self, told: Told) -> bool {
        self.0.lock().as_ref().is_some_and(|sender| sender.send(told).is_ok())
    }

    pub fn shut(&self) {
        self.0.lock().take();
    }

    pub fn is_open(&self) -> bool {
        self.0.lock().is_some()
    }
}

/// The admin API's way to a database, which there is none of here and nobody asks for.
fn nobodys_pool() -> AppPool {
    AppPool::new(PgConnectOptions::new_without_pgpass(), 1)
}

/// The node's software, from its start until it leaves.
pub fn software(ground: Ground, face: Arc<Face>, door: &Door) -> impl Future<Output = ()> + Send + 'static {
    let (sender, mut calls) = mpsc::unbounded_channel();
    *door.0.lock() = Some(sender);
    async move {
        let engine = Engine::start(ground.setup(&face).await);
        let router = Api::new(engine.clone(), Metrics::new(String::new), nobodys_pool()).router();
        while let Some(told) = calls.recv().await {
            match told {
                Told::Asked(request, answer) => serve(router.clone(), *request, answer),
                Told::Leave => break,
            }
        }
        engine.stop().await;
        log!("the node has left");
    }
}

#[expect(clippy::disallowed_methods, reason = "the server's own tasks, as axum would spawn them")]
fn serve(router: Router, request: Request<Bytes>, answer: oneshot::Sender<(u16, Bytes)>) {
    tokio::spawn(async move {
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 443))));
        let response = router.oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        if let Ok(body) = axum::body::to_bytes(response.into_body(), 1024 * 1024).await {
            let _ = answer.send((status, body));
        }
    });
}
