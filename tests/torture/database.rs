//! The database: a private Postgres with fsync on that can be killed and started again, one tenant on the diary flow, and a watch over
//! receipts.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use ganira::crypto::{KeyRing, KeyedHash, random};
use ganira::domain::TenantId;
use ganira::operations::{sms_numbers, tenants};
use ganira::store::migrate;
use ganira::store::private_postgres::{Options, PrivatePostgres, Search};
use parking_lot::RwLock;
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::Instant;

use crate::handsets::{CODE, GATEWAY};
use crate::proxy::Proxy;
use crate::texts::{SMS_GATEWAY, SMS_NUMBER};
use crate::webhook::{APP, NUMBER, WABA};

pub struct Database {
    /// The checker's own, by a way that never breaks.
    pub pool: PgPool,
    pub key_ring: String,
    pub hash_key: String,
    pub hashes: KeyedHash,
    options: Options,
    password: String,
    socket: Arc<RwLock<PathBuf>>,
    server: Option<PrivatePostgres>,
    direct: Proxy,
    tenant: TenantId,
}

/// How a server is brought down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Down {
    /// `kill -9` of the postmaster.
    Killed,
    /// An immediate stop: no checkpoint, it recovers at its next start.
    Immediate,
    /// A fast stop, as a restart does: transactions are rolled back, connections closed.
    Fast,
}

/// Counts every time a receipt makes a message look less far than it was.
const WATCH: &str = "
    CREATE TABLE public.rank_fell (tenant_id bigint, contact_id bigint, seq bigint, n smallint, before smallint, after smallint);
    CREATE FUNCTION public.watch_rank() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        INSERT INTO public.rank_fell VALUES (new.tenant_id, new.contact_id, new.seq, new.n, old.rank, new.rank);
        RETURN new;
    END $$;
    CREATE TRIGGER watch_rank BEFORE UPDATE ON ganira.delivery FOR EACH ROW WHEN (new.rank < old.rank) EXECUTE FUNCTION public.watch_rank();";

impl Database {
    /// One whose tenant talks by `flow`.
    pub async fn start(folder: &Path, flow: &str) -> Self {
        let npm = std::env::var_os("GANIRA_TEST_POSTGRES").is_some_and(|value| value == "npm");
        let search = if npm { Search::only_npm() } else { Search::system(None) };
        let options = Options { search, ..Options::new(folder.join("postgres"), None) };
        let server = PrivatePostgres::start(options.clone()).await.unwrap();
        server.ensure_database("ganira").await.unwrap();
        let password = server.password().expose_secret().to_owned();
        let socket = Arc::new(RwLock::new(socket_of(&server)));
        let direct = Proxy::start(socket.clone()).await;
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_mins(1))
            .connect_with(url(&password, direct.port).parse::<PgConnectOptions>().unwrap())
            .await
            .unwrap();
        for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
            let value: String =
                sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&pool).await.unwrap();
            assert_eq!(value, "on", "{setting}: a test of crashes without it proves nothing");
        }
        migrate(&pool).await.unwrap();
        sqlx::raw_sql(WATCH).execute(&pool).await.unwrap();
        let key_ring = format!("k1:{}", random::secret_key().to_base64().as_str());
        let hash_key = random::secret_key().to_base64().as_str().to_owned();
        let hashes = KeyedHash::parse(&hash_key).unwrap();
        let tenant = add_tenant(&pool, &KeyRing::parse(&key_ring).unwrap(), flow).await;
        Self { pool, key_ring, hash_key, hashes, options, password, socket, server: Some(server), direct, tenant }
    }

    /// A way of one's own to the server.
    pub async fn way(&self) -> Proxy {
        Proxy::start(self.socket.clone()).await
    }

    /// The address by a proxy's port.
    pub fn url(&self, port: u16) -> String {
        url(&self.password, port)
    }

    pub fn cluster(&self) -> PathBuf {
        self.server.as_ref().unwrap().folder().join("cluster")
    }

    /// The postmaster's process.
    pub fn process(&self) -> Option<u32> {
        std::fs::read_to_string(self.cluster().join("postmaster.pid")).ok()?.lines().next()?.trim().parse().ok()
    }

    /// Brings the server down, and waits until it is.
    pub async fn bring_down(&mut self, how: Down) {
        let process = self.process().unwrap();
        let signal = match how {
            Down::Killed => "-KILL",
            Down::Immediate => "-QUIT",
            Down::Fast => "-INT",
        };
        assert!(Command::new("kill").args([signal, &process.to_string()]).status().unwrap().success());
        let begun = Instant::now();
        while Path::new(&format!("/proc/{process}")).exists() {
            assert!(begun.elapsed() < Duration::from_mins(1), "the server outlives {signal}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Starts a server that was brought down, or that broke; returns how long it took until it takes connections.
    pub async fn start_again(&mut self) -> Duration {
        let begun = Instant::now();
        let old = self.server.take();
        tokio::task::spawn_blocking(move || drop(old)).await.unwrap();
        let server = PrivatePostgres::start(self.options.clone()).await.unwrap();
        *self.socket.write() = socket_of(&server);
        self.server = Some(server);
        begun.elapsed()
    }

    /// A number at the gateway of short messages.
    pub async fn add_texts(&self) {
        let ring = KeyRing::parse(&self.key_ring).unwrap();
        let new = sms_numbers::NewSms {
            gateway: SMS_GATEWAY.into(),
            number: SMS_NUMBER.into(),
            parent: "sandbox".into(),
            token: Some("dev-sms-credential".to_owned().into()),
        };
        sms_numbers::add(&self.pool, &ring, self.tenant, &new).await.unwrap();
    }

    /// The address of the checker's own way.
    pub fn direct_url(&self) -> String {
        url(&self.password, self.direct.port)
    }

    /// How often the server has complained of a full disk.
    pub fn no_room_said(&self) -> usize {
        let log = self.server.as_ref().unwrap().folder().join("server.log");
        String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).matches("No space left on device").count()
    }

    /// Whether it has ended by itself.
    pub fn is_down(&self) -> bool {
        self.process().is_none_or(|process| !Path::new(&format!("/proc/{process}")).exists())
    }

    /// WhatsApp messages that have not left, as far as the table knows.
    pub async fn unsent(&self) -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM ganira.outbox AS o LEFT JOIN ganira.delivery AS d USING (tenant_id, contact_id, seq, n) \
             WHERE coalesce(d.rank, 0) = 0 AND o.account_id = (SELECT id FROM ganira.account WHERE channel = 'whatsapp')",
        )
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }

    pub async fn count(&self, what: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM ganira.{what}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&self.pool).await.unwrap()
    }
}

fn socket_of(server: &PrivatePostgres) -> PathBuf {
    server.sockets().join(".s.PGSQL.5432")
}

fn url(password: &str, port: u16) -> String {
    format!("postgres://ganira:{password}@127.0.0.1:{port}/ganira?sslmode=disable")
}

async fn add_tenant(pool: &PgPool, ring: &KeyRing, flow: &str) -> TenantId {
    let new = tenants::NewTenant {
        name: "Torture".into(),
        zone: "Africa/Kigali".into(),
        language: "en".into(),
        flow: flow.into(),
    };
    let tenant = tenants::create(pool, ring, &new).await.unwrap();
    let number = tenants::NewWhatsapp {
        phone_number_id: NUMBER.into(),
        waba_id: WABA.into(),
        app: APP.into(),
        token: Some("token".to_owned().into()),
    };
    tenants::add_whatsapp(pool, ring, tenant, &number).await.unwrap();
    let code = tenants::NewUssd { gateway: GATEWAY.into(), code: CODE.into() };
    tenants::add_ussd(pool, tenant, &code).await.unwrap();
    tenant
}
