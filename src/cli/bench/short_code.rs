//! A tenant with a short code at the sandbox's message centre, in this process: texts come in at the engine's entrance, answers leave over SMPP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use futures::future::join_all;
use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;

use super::bodies::phone;
use super::ground::{self, Ground, WIDE};
use super::http::Connection;
use crate::actors::ingress::Taken;
use crate::actors::{Engine, Phase, spawn};
use crate::cli::assemble;
use crate::config::Config;
use crate::domain::receipt::DeliveryState;
use crate::domain::{Clock, Inbound, InboundKind, Message, MessageBody, Phone, Sender, Trace, account_name};
use crate::flows::Channel;
use crate::operations::sms_numbers::{self, NewSms};
use crate::operations::{Operations, tenants};
use crate::sandbox::{Handle, Options, Sandbox, SmscOptions};
use crate::store::postgres::{Durability, owner_pool};
use crate::store::{AppPool, PgStore};

const GATEWAY: &str = "smsc";
const CODE: &str = "7711";
/// Each text is answered with the lines before it: so short a one keeps every answer in one short message.
pub(super) const SAID: &str = "ok";
/// Submits that wait for their answer at once, and texts that wait for theirs.
pub(super) const WINDOW: usize = 50;
/// How long a handset takes to receive.
const RECEIPT_DELAY: Duration = Duration::from_millis(5);
/// The centre sends receipts without a window: by its usual five seconds those that wait behind others would all come again, and again.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(2);
/// How often the database is asked how many are delivered.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(20);
const OWNING_WITHIN: Duration = Duration::from_secs(30);
/// Without one more delivered for so long, something is lost.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// A message centre in this process.
pub(super) struct Centre {
    sandbox: Handle,
    pub listens: SocketAddr,
    /// Who may bind, and by which password.
    pub login: (String, String),
}

impl Centre {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let loopback = ([127, 0, 0, 1], 0).into();
        let centre = SmscOptions {
            listen: loopback,
            receipt_delay: RECEIPT_DELAY,
            answer_timeout: ANSWER_TIMEOUT,
            ..SmscOptions::default()
        };
        let login = centre.logins.first().cloned().context("the message centre has no login")?;
        let sandbox = Sandbox::start(Options { listen: loopback, smsc: Some(centre), ..Options::default() }).await?;
        let listens = sandbox.smsc_addr().context("the sandbox has no message centre")?;
        Ok(Self { sandbox, listens, login })
    }

    /// A count of its control side.
    pub(super) async fn tells(&self, count: &str) -> anyhow::Result<u64> {
        let mut control = Connection::open(self.sandbox.addr()).await?;
        control.get("/control/smsc").await?;
        let centre: serde_json::Value = serde_json::from_slice(control.body())?;
        centre[count].as_u64().with_context(|| format!("the message centre does not tell its {count}"))
    }

    pub(super) async fn stop(self) {
        self.sandbox.stop().await;
    }
}

pub(super) struct ShortCode {
    engine: Engine,
    centre: Centre,
    clock: Clock,
    said: Arc<AtomicU64>,
}

impl ShortCode {
    pub(super) async fn start(ground: &Ground, name: &str) -> anyhow::Result<Self> {
        let database = ground.database(name).await?;
        let centre = Centre::start().await?;
        let config = config(ground, &ground.url(name)?, centre.listens.port())?;
        tenant(&database, &config, centre.login.clone()).await?;
        let store = PgStore::connect(database.clone(), Durability::Required).await?;
        let operations = Operations::new(AppPool::new(database, config.database.app_connections));
        let clock = Clock::system();
        let engine = assemble::engine(config, Arc::new(store), Arc::new(operations), clock.clone()).await?;
        let begun = Instant::now();
        while engine.phase() != Phase::Owning {
            if begun.elapsed() > OWNING_WITHIN {
                bail!("the engine did not come to own its conversations");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(Self { engine, centre, clock, said: Arc::default() })
    }

    /// As many people say something, [`WINDOW`] at a time; returns the seconds until every answer is known to be delivered.
    pub(super) async fn run(&self, people: u64, connection: &mut PgConnection) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let voices = (0..WINDOW).map(|voice| {
            let (engine, clock, said) = (self.engine.clone(), self.clock.clone(), self.said.clone());
            spawn(async move {
                for person in (0..people).skip(voice).step_by(WINDOW) {
                    let number = said.fetch_add(1, Ordering::Relaxed);
                    let ingress = engine.enter(Channel::Sms).map_err(|_| anyhow::anyhow!("a text was refused"))?;
                    let texts = vec![text(person, number, &clock)?];
                    if ingress.take(Channel::Sms, GATEWAY, texts, Trace(number)).await != Taken::Safe {
                        bail!("a text was not taken");
                    }
                }
                Ok(())
            })
        });
        for ended in join_all(voices).await {
            ended??;
        }
        let said = self.said();
        let (mut last, mut since) = (0, Instant::now());
        loop {
            let delivered = delivered(connection).await?;
            if delivered >= said {
                return Ok(begun.elapsed().as_secs_f64());
            }
            if delivered > last {
                (last, since) = (delivered, Instant::now());
            }
            if since.elapsed() > PATIENCE {
                bail!("violation: {delivered} of {said} answers are known to be delivered, and no more come");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Texts so far.
    pub(super) fn said(&self) -> u64 {
        self.said.load(Ordering::Relaxed)
    }

    /// Submits that the message centre took.
    pub(super) async fn submits(&self) -> anyhow::Result<u64> {
        self.centre.tells("submits").await
    }

    pub(super) async fn stop(self) {
        self.engine.stop().await;
        self.centre.stop().await;
    }
}

/// Messages that stand in the database as delivered.
pub(super) async fn delivered(connection: &mut PgConnection) -> anyhow::Result<u64> {
    let delivered = sqlx::query_scalar("SELECT count(*) FROM ganira.delivery WHERE rank = $1");
    let delivered: i64 = delivered.bind(DeliveryState::Delivered.rank()).fetch_one(connection).await?;
    Ok(delivered.cast_unsigned())
}

fn config(ground: &Ground, url: &str, port: u16) -> anyhow::Result<Config> {
    let (port, window) = (port.to_string(), WINDOW.to_string());
    let spool = ground.sub_folder("sms-spool").display().to_string();
    let own = [
        ("DATABASE_URL", url),
        ("GANIRA__SMS__GATEWAYS__SMSC__KIND", "smpp"),
        ("GANIRA__SMS__GATEWAYS__SMSC__PORT", &port),
        ("GANIRA__SMS__GATEWAYS__SMSC__WINDOW", &window),
        ("GANIRA__SMS__GATEWAYS__SMSC__SEGMENTS_PER_SECOND", "10000"),
        ("GANIRA__SMS__SPOOL__FOLDER", &spool),
        ("GANIRA__OUTBOUND__PAIR_BURST", "10000"),
    ];
    let more: Vec<_> = WIDE.into_iter().chain(own).collect();
    ground::config(ground::environment(&ground.folder, &ground.keys, &more))
}

async fn tenant(database: &PgConnectOptions, config: &Config, login: (String, String)) -> anyhow::Result<()> {
    let (ring, pool) = (assemble::key_ring(config)?, owner_pool(database.clone()).await?);
    let new = tenants::NewTenant {
        name: "Bench diary".to_owned(),
        zone: "Africa/Kigali".to_owned(),
        language: "en".to_owned(),
        flow: "diary".to_owned(),
    };
    let tenant = tenants::create(&pool, &ring, &new).await?;
    let (parent, password) = login;
    let number = NewSms { gateway: GATEWAY.to_owned(), number: CODE.to_owned(), parent, token: Some(password.into()) };
    sms_numbers::add(&pool, &ring, tenant, &number).await?;
    pool.close().await;
    Ok(())
}

fn text(person: u64, number: u64, clock: &Clock) -> anyhow::Result<Inbound> {
    let from = Sender { phone: Some(Phone::from_digits(&phone(person))?), ..Sender::default() };
    let body = MessageBody::Text { text: SAID.to_owned() };
    let message = Message { from, body, reply_to: None, forwarded: false, group: None, referral: None };
    Ok(Inbound {
        account: account_name(GATEWAY, CODE),
        provider_id: format!("mo:{number:032x}"),
        occurred_at: Some(clock.now()),
        kind: InboundKind::Message(message),
        raw: Bytes::new(),
    })
}
