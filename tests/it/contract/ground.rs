//! Two stores that know the same tenants, and what other processes do to both.

use chrono::{DateTime, TimeDelta};
use ganira::domain::{AccountId, Clock, TenantId, Timestamp};
use ganira::store::postgres::Durability;
use ganira::store::{AccountRow, FlowFiles, PgStore, SenderIdRow, ServerRow, TenantRules, WayBetween};
use sqlx::PgPool;

use super::sim_store::{Occupancy, SimStore};
use crate::harness::{self, TestDatabase};

/// Both stores, over empty tables of the same tenants.
#[derive(Debug)]
pub struct Ground {
    pub postgres: PgStore,
    pub sim: SimStore,
    /// As superuser.
    pub pool: PgPool,
    _database: TestDatabase,
}

/// Two days ago at midnight: what operations say of time begins here, so that it is never taken for the databases' own time.
pub fn base() -> Timestamp {
    let today = Clock::system().now().date_naive();
    today.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::days(2)
}

/// A time that a database took from its own clock, as one value.
pub fn dated(at: Timestamp) -> Timestamp {
    if Clock::system().now() - at < TimeDelta::hours(1) { DateTime::UNIX_EPOCH } else { at }
}

fn accounts() -> Vec<AccountRow> {
    let account = |id: i64, tenant: i64, channel: &str| AccountRow {
        id: AccountId(id),
        tenant: TenantId(tenant),
        channel: channel.to_owned(),
        external_id: format!("door {id}"),
        parent_id: "parent".to_owned(),
        app: "app".to_owned(),
        credential: (id == 1).then(|| vec![1, 2, 3]),
        stopped_reason: None,
        zone: "Africa/Kigali".to_owned(),
        language: "rw".to_owned(),
        flow: "salon".to_owned(),
        wrapped_tenant_key: vec![tenant as u8; 8],
    };
    vec![account(1, 1, "whatsapp"), account(2, 1, "sms"), account(3, 1, "ussd"), account(4, 2, "sms")]
}

impl Ground {
    pub async fn new() -> Self {
        let database = harness::database().await;
        let pool = database.pool().await;
        let postgres = PgStore::connect(database.options(), Durability::ThrowAway).await.unwrap();
        let ground = Self { postgres, sim: SimStore::new(Clock::system()), pool, _database: database };
        // The template may have been made on another day.
        ganira::store::Store::ensure_days(&ground.postgres).await.unwrap();
        ground.fill().await;
        ground
    }

    async fn execute(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&self.pool).await.unwrap();
    }

    async fn fill(&self) {
        self.execute(
            r#"INSERT INTO ganira.tenant (name, zone, language, flow, wrapped_key, country, quiet_from, quiet_until, fallback, code_minutes)
               VALUES ('Tenant 1', 'Africa/Kigali', 'rw', 'salon', '\x0101010101010101', 'RW', '21:00', '07:00', '{sms}', 15),
                      ('Tenant 2', 'Africa/Kigali', 'rw', 'salon', '\x0202020202020202', NULL, NULL, NULL, NULL, NULL);
               INSERT INTO ganira.account (tenant_id, channel, external_id, parent_id, app, credential)
               SELECT CASE WHEN n = 4 THEN 2 ELSE 1 END, (ARRAY['whatsapp', 'sms', 'ussd', 'sms'])[n], 'door ' || n, 'parent', 'app',
                      CASE WHEN n = 1 THEN '\x010203'::bytea END FROM generate_series(1, 4) AS n;
               UPDATE ganira.account SET number = '+250700000002' WHERE id = 2;
               INSERT INTO ganira.tenant_server VALUES (1, 'stock', 'https://stock.example', '\x09');
               INSERT INTO ganira.sender_id VALUES (1, 2, '250', 'SALON');
               INSERT INTO ganira.flow_revision (tenant_id, revision, digest, files)
               VALUES (1, 1, decode(repeat('01', 32), 'hex'), '{"a.flow.yaml": "one"}'),
                      (1, 2, decode(repeat('02', 32), 'hex'), '{"a.flow.yaml": "two"}');
               INSERT INTO ganira.flow_publication (tenant_id, revision) VALUES (1, 2), (1, 1);"#,
        )
        .await;
        for account in accounts() {
            self.sim.seed_account(account);
        }
        let time = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        self.sim.seed_rules(TenantRules {
            tenant: TenantId(1),
            name: "Tenant 1".to_owned(),
            country: Some("RW".to_owned()),
            quiet: Some((time(21), time(7))),
        });
        self.sim.seed_way(WayBetween {
            tenant: TenantId(1),
            fallback: Some(vec!["sms".to_owned()]),
            code_minutes: Some(15),
            number: Some((AccountId(2), "+250700000002".to_owned())),
        });
        let (name, url) = ("stock".to_owned(), "https://stock.example".to_owned());
        self.sim.seed_server(ServerRow { tenant: TenantId(1), name, url, secret: vec![9] });
        let (calling_code, sender) = ("250".to_owned(), "SALON".to_owned());
        self.sim.seed_sender_id(SenderIdRow { account: AccountId(2), calling_code, sender });
        for (revision, text) in [(2, "two"), (1, "one")] {
            let files = [("a.flow.yaml".to_owned(), text.to_owned())].into();
            self.sim.publish(TenantId(1), revision, FlowFiles { digest: vec![revision as u8; 32], files });
        }
    }

    /// Somebody takes a time of a resource.
    pub async fn hold(&self, owner: &str, resource: i64, hold: Occupancy) -> [String; 2] {
        let held = sqlx::query(
            "INSERT INTO ganira.occupancy (tenant_id, resource_id, during, owner, kind, contact_id, expires_at, service_id, starts_at, ends_at)
             VALUES (1, $1, tstzrange($2, $3), $4::uuid, 'hold', $5, $6, $7, $2, $3) ON CONFLICT DO NOTHING",
        );
        let held = held.bind(resource).bind(hold.from).bind(hold.until).bind(owner);
        let held =
            held.bind(hold.contact.0).bind(hold.expires_at).bind(hold.service).execute(&self.pool).await.unwrap();
        let sim = self.sim.hold(TenantId(1), owner, resource, hold);
        [(held.rows_affected() == 1).to_string(), sim.to_string()]
    }

    /// Somebody asks something of the engine.
    pub async fn request(&self, about: ganira::domain::Conversation) -> [String; 2] {
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO ganira.request (kind, arguments, tenant_id, contact_id, sealed) VALUES ('news', '{\"name\": \"x\"}', $1, $2, '\\x07')
             RETURNING id",
        )
        .bind(about.tenant.0)
        .bind(about.contact.0)
        .fetch_one(&self.pool)
        .await
        .unwrap();
        let sim = self.sim.request("news", serde_json::json!({"name": "x"}), Some(about), Some(vec![7]));
        [id.to_string(), sim.to_string()]
    }
}
