//! The database that survives every kill: a private Postgres with fsync on, one tenant on the diary flow, and a watch over receipts.

use std::path::Path;

use ganira::crypto::{KeyRing, KeyedHash, random};
use ganira::operations::tenants;
use ganira::store::migrate;
use ganira::store::private_postgres::{Options, PrivatePostgres, Search};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::webhook::{APP, NUMBER, WABA};

pub struct Database {
    pub pool: PgPool,
    pub url: SecretString,
    pub key_ring: String,
    pub hash_key: String,
    pub hashes: KeyedHash,
    _server: PrivatePostgres,
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
    pub async fn start(folder: &Path) -> Self {
        Self::with(folder, "diary").await
    }

    /// One whose tenant talks by another flow.
    pub async fn with(folder: &Path, flow: &str) -> Self {
        let npm = std::env::var_os("GANIRA_TEST_POSTGRES").is_some_and(|value| value == "npm");
        let search = if npm { Search::only_npm() } else { Search::system(None) };
        let options = Options { search, ..Options::new(folder.join("postgres"), None) };
        let server = PrivatePostgres::start(options).await.unwrap();
        server.ensure_database("ganira").await.unwrap();
        let pool =
            PgPoolOptions::new().max_connections(4).connect_with(server.connect_options("ganira")).await.unwrap();
        for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
            let value: String =
                sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&pool).await.unwrap();
            assert_eq!(value, "on", "{setting}: a crash test without it proves nothing");
        }
        migrate(&pool).await.unwrap();
        sqlx::raw_sql(WATCH).execute(&pool).await.unwrap();
        let key_ring = format!("k1:{}", random::secret_key().to_base64().as_str());
        let hash_key = random::secret_key().to_base64().as_str().to_owned();
        let ring = KeyRing::parse(&key_ring).unwrap();
        let new = tenants::NewTenant {
            name: "Crash".into(),
            zone: "Africa/Kigali".into(),
            language: "en".into(),
            flow: flow.into(),
        };
        let tenant = tenants::create(&pool, &ring, &new).await.unwrap();
        let number = tenants::NewWhatsapp {
            phone_number_id: NUMBER.into(),
            waba_id: WABA.into(),
            app: APP.into(),
            token: Some("token".to_owned().into()),
        };
        tenants::add_whatsapp(&pool, &ring, tenant, &number).await.unwrap();
        let url = server.url("ganira").expose_secret().to_owned().into();
        let hashes = KeyedHash::parse(&hash_key).unwrap();
        Self { pool, url, key_ring, hash_key, hashes, _server: server }
    }

    /// Messages that have not left, as far as the table knows.
    pub async fn unsent(&self) -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM ganira.outbox AS o LEFT JOIN ganira.delivery AS d USING (tenant_id, contact_id, seq, n) \
             WHERE coalesce(d.rank, 0) = 0",
        )
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }
}
