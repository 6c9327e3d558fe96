//! A salon to test in: two tenants with the demo catalogue, people who ask, and the commit's side of an effect.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ganira::crypto::{DataKey, Place, SecretKey};
use ganira::domain::{ContactId, EventId, TenantId, Timestamp};
use ganira::flows::{Answer, Question, Row, Value};
use ganira::operations::salon::demo::demo;
use ganira::operations::{Answered, Asker, Operations};
use ganira::store::{AppPool, GuardedEffect};
use sqlx::{Connection as _, PgConnection, PgPool, Row as _};

use crate::harness::{self, TestDatabase};

/// Friday, 20 November 2026, 08:00 in Kigali.
pub const NOW: &str = "2026-11-20T06:00:00Z";

static DATA_KEY: LazyLock<DataKey> = LazyLock::new(|| DataKey::new(&SecretKey::new([7; 32])));

/// Where a column of a row is sealed. The engine names the row's tenant; one will do here.
fn place<'a>(table: &'static str, row: &'a [u8]) -> Place<'a> {
    Place { tenant: 1, table, row }
}

fn seal(table: &'static str, row: &[u8], bytes: &[u8]) -> Vec<u8> {
    DATA_KEY.seal(place(table, row), bytes)
}

pub fn unseal(table: &'static str, row: &[u8], sealed: &[u8]) -> Vec<u8> {
    DATA_KEY.open(place(table, row), sealed).unwrap()
}

pub static NOTHING_REFUSED: BTreeMap<u8, String> = BTreeMap::new();

pub struct House {
    pub database: TestDatabase,
    /// As superuser, past all policies.
    pub pool: PgPool,
    pub app: AppPool,
    pub operations: Operations,
    pub tenant: TenantId,
    pub neighbour: TenantId,
}

impl House {
    pub async fn open() -> Self {
        let database = harness::database().await;
        let pool = database.pool().await;
        let app = AppPool::new(database.options(), 16);
        let tenant = tenant(&pool, "Salon Umutako").await;
        let neighbour = tenant_with_salon(&pool, &app, "Salon Next Door").await;
        demo(&app, tenant).await.unwrap();
        Self { operations: Operations::new(app.clone()), database, pool, app, tenant, neighbour }
    }

    pub async fn ask(&self, asker: &Asker<'_>, operation: &str, arguments: Row) -> Answered {
        self.ask_as(asker, 0, operation, arguments).await
    }

    pub async fn ask_as(&self, asker: &Asker<'_>, ordinal: u8, operation: &str, arguments: Row) -> Answered {
        let question = Question { ordinal, operation: operation.to_owned(), arguments };
        self.operations.answer(asker, &[question]).await.remove(0)
    }

    /// The id of a service of the demo salon.
    pub async fn service(&self, label: &str) -> i64 {
        self.id_of("SELECT id FROM ganira.service WHERE tenant_id = $1 AND label = $2", label).await
    }

    pub async fn staff(&self, label: &str) -> i64 {
        self.id_of("SELECT id FROM ganira.staff WHERE tenant_id = $1 AND label = $2", label).await
    }

    async fn id_of(&self, statement: &'static str, label: &str) -> i64 {
        sqlx::query_scalar(statement).bind(self.tenant.0).bind(label).fetch_one(&self.pool).await.unwrap()
    }

    /// Holds a start (UTC) with a member of staff; the hold's id, or `None` if it was taken.
    pub async fn hold(&self, asker: &Asker<'_>, staff: i64, service: i64, start: &str) -> Option<String> {
        let answered =
            self.ask(asker, "hold_slot", row([("slot", slot(staff, start)), ("service", Value::Whole(service))])).await;
        match answered.answer.outcome.as_str() {
            "held" => Some(field_text(&answered.answer, "id")),
            "taken" => None,
            other => panic!("hold_slot ended as {other}"),
        }
    }

    /// Lets a hold have expired `seconds` ago.
    pub async fn expire(&self, hold: &str, seconds: i32) {
        let changed = sqlx::query(
            "UPDATE ganira.occupancy SET expires_at = now() - make_interval(secs => $2) WHERE owner = $1::uuid AND kind = 'hold'",
        )
        .bind(hold)
        .bind(f64::from(seconds))
        .execute(&self.pool)
        .await
        .unwrap();
        assert_eq!(changed.rows_affected(), 1);
    }

    /// All that stands in `occupancy`: kind and contact, by start.
    pub async fn taken(&self) -> Vec<(String, i64)> {
        let rows = sqlx::query(
            "SELECT kind, contact_id FROM ganira.occupancy WHERE tenant_id = $1 ORDER BY during, resource_id",
        )
        .bind(self.tenant.0)
        .fetch_all(&self.pool)
        .await
        .unwrap();
        rows.iter().map(|row| (row.get("kind"), row.get("contact_id"))).collect()
    }

    /// A member of staff's visit (id), booked and committed.
    pub async fn book(&self, asker: &Asker<'_>, staff: i64, service: i64, start: &str, name: &str) -> String {
        let hold = self.hold(asker, staff, service, start).await.unwrap();
        let arguments = [("hold", Value::text(&hold)), ("service", Value::Whole(service)), ("name", Value::text(name))];
        let answered = self.ask_as(asker, 1, "book_visit", row(arguments)).await;
        assert_eq!(self.commit(&[(*asker, answered.effect.unwrap())]).await, 1);
        hold
    }

    /// What the commit does with effects of one kind, each of one asker: how many were done.
    pub async fn commit(&self, effects: &[(Asker<'_>, GuardedEffect)]) -> i32 {
        let mut connection = self.as_commit().await;
        let call = EffectCall::of(effects);
        let done =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT ganira.effect_{}($1, $2, $3, $4)", call.kind)))
                .bind(&call.places)
                .bind(&call.tenants)
                .bind(&call.contacts)
                .bind(&call.args)
                .fetch_one(&mut connection)
                .await
                .unwrap();
        connection.close().await.unwrap();
        done
    }

    /// Whom the commit would refuse, and why.
    pub async fn inspect(&self, effects: &[(Asker<'_>, GuardedEffect)]) -> Vec<(i32, String)> {
        let mut connection = self.as_commit().await;
        let call = EffectCall::of(effects);
        let statement =
            format!("SELECT place, outcome FROM ganira.inspect_{}($1, $2, $3, $4) ORDER BY place", call.kind);
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(&call.places)
            .bind(&call.tenants)
            .bind(&call.contacts)
            .bind(&call.args)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        rows.iter().map(|row| (row.get("place"), row.get("outcome"))).collect()
    }

    /// A session of the commit's role.
    pub async fn as_commit(&self) -> PgConnection {
        let mut connection = self.database.connection().await;
        sqlx::query("SET ROLE ganira_commit").execute(&mut connection).await.unwrap();
        connection
    }
}

struct EffectCall {
    kind: &'static str,
    places: Vec<i32>,
    tenants: Vec<i64>,
    contacts: Vec<i64>,
    args: Vec<serde_json::Value>,
}

impl EffectCall {
    fn of(effects: &[(Asker<'_>, GuardedEffect)]) -> Self {
        Self {
            kind: effects[0].1.kind,
            places: (1..).take(effects.len()).collect(),
            tenants: effects.iter().map(|(asker, _)| asker.tenant.0).collect(),
            contacts: effects.iter().map(|(asker, _)| asker.contact.0).collect(),
            args: effects.iter().map(|(_, effect)| effect.args.clone()).collect(),
        }
    }
}

async fn tenant(pool: &PgPool, name: &str) -> TenantId {
    let id = sqlx::query_scalar(
        "INSERT INTO ganira.tenant (name, zone, language, flow, wrapped_key) VALUES ($1, 'Africa/Kigali', 'en', 'booking', '') RETURNING id",
    );
    TenantId(id.bind(name).fetch_one(pool).await.unwrap())
}

async fn tenant_with_salon(pool: &PgPool, app: &AppPool, name: &str) -> TenantId {
    let tenant = tenant(pool, name).await;
    demo(app, tenant).await.unwrap();
    tenant
}

pub fn utc(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A person of `tenant` whose `event` is handled at [`NOW`].
pub fn asker(tenant: TenantId, contact: i64, event: u8) -> Asker<'static> {
    Asker {
        tenant,
        contact: ContactId(contact),
        event: EventId([event; 16]),
        zone: chrono_tz::Africa::Kigali,
        language: "en",
        now: utc(NOW),
        true_outcomes: &NOTHING_REFUSED,
        seal: &seal,
    }
}

pub fn row<const N: usize>(fields: [(&str, Value); N]) -> Row {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub fn slot(staff: i64, start: &str) -> Value {
    let slot = ganira::operations::salon::slot::Slot { staff, start: utc(start) };
    Value::text(slot.to_string())
}

pub fn field_text(answer: &Answer, name: &str) -> String {
    let value = answer.value.as_ref().unwrap_or_else(|| panic!("{} yields nothing", answer.outcome));
    value.field(name).and_then(Value::as_text).unwrap_or_else(|| panic!("no text {name}")).to_owned()
}

pub fn rows(answered: &Answered) -> &[Row] {
    match &answered.answer.value {
        Some(Value::Rows(rows)) => rows,
        other => panic!("expected rows, found {other:?} ({})", answered.answer.outcome),
    }
}

/// One column of an answer's rows, texts only.
pub fn column(answered: &Answered, name: &str) -> Vec<String> {
    rows(answered).iter().map(|row| row.get(name).unwrap().as_text().unwrap().to_owned()).collect()
}
