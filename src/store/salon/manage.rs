//! A salon's catalogue as its staff edit it: everything, also what cannot be booked now. Each row has a version, which every change raises.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use crate::domain::{Money, TenantId};

use super::catalogue::money_of;

/// What can be said of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFields {
    pub label: String,
    pub minutes: i16,
    pub price: Money,
    pub buffer_before_minutes: i16,
    pub buffer_after_minutes: i16,
    pub active: bool,
    pub position: i16,
}

/// A service as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedService {
    pub id: i64,
    pub version: i32,
    pub fields: ServiceFields,
}

/// What can be said of somebody who works here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffFields {
    pub label: String,
    pub active: bool,
    /// The services she gives, by id, in order.
    pub services: Vec<i64>,
}

/// Somebody who works here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedStaff {
    pub id: i64,
    pub version: i32,
    pub fields: StaffFields,
}

const SERVICE: &str =
    "id, version, label, minutes, price_minor, currency, buffer_before_minutes, buffer_after_minutes, active, position";
const STAFF: &str = "s.id, s.version, s.label, s.active,
    ARRAY(SELECT g.service_id FROM ganira.staff_service g WHERE g.tenant_id = s.tenant_id AND g.staff_id = s.id ORDER BY 1) AS services";

/// Whether the tenant has a salon.
pub async fn is_open(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM ganira.salon WHERE tenant_id = $1)")
        .bind(tenant.0)
        .fetch_one(connection)
        .await
}

/// Services behind (`position`, `id`), in that order.
pub async fn services(
    connection: &mut PgConnection,
    tenant: TenantId,
    (position, id): (i16, i64),
    limit: i64,
) -> sqlx::Result<Vec<ManagedService>> {
    let query = format!(
        "SELECT {SERVICE} FROM ganira.service WHERE tenant_id = $1 AND (position, id) > ($2, $3) ORDER BY position, id LIMIT $4"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(tenant.0)
        .bind(position)
        .bind(id)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter().map(service_of).collect()
}

pub async fn service(connection: &mut PgConnection, tenant: TenantId, id: i64) -> sqlx::Result<Option<ManagedService>> {
    let query = format!("SELECT {SERVICE} FROM ganira.service WHERE tenant_id = $1 AND id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(tenant.0).bind(id).fetch_optional(connection).await?;
    row.as_ref().map(service_of).transpose()
}

pub async fn add_service(
    connection: &mut PgConnection,
    tenant: TenantId,
    fields: &ServiceFields,
) -> sqlx::Result<ManagedService> {
    let query = format!(
        "INSERT INTO ganira.service
             (tenant_id, label, minutes, price_minor, currency, buffer_before_minutes, buffer_after_minutes, active, position)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING {SERVICE}"
    );
    let query = bind_service(sqlx::query(sqlx::AssertSqlSafe(query)).bind(tenant.0), fields);
    service_of(&query.fetch_one(connection).await?)
}

/// Changes a service that still has this version; `None` if it has another one, or is not there.
pub async fn change_service(
    connection: &mut PgConnection,
    tenant: TenantId,
    (id, version): (i64, i32),
    fields: &ServiceFields,
) -> sqlx::Result<Option<ManagedService>> {
    let query = format!(
        "UPDATE ganira.service SET label = $2, minutes = $3, price_minor = $4, currency = $5, buffer_before_minutes = $6,
             buffer_after_minutes = $7, active = $8, position = $9, version = version + 1
         WHERE tenant_id = $1 AND id = $10 AND version = $11 RETURNING {SERVICE}"
    );
    let query = bind_service(sqlx::query(sqlx::AssertSqlSafe(query)).bind(tenant.0), fields).bind(id).bind(version);
    query.fetch_optional(connection).await?.as_ref().map(service_of).transpose()
}

/// Staff behind `after`, by id.
pub async fn staff(
    connection: &mut PgConnection,
    tenant: TenantId,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<ManagedStaff>> {
    let query =
        format!("SELECT {STAFF} FROM ganira.staff s WHERE s.tenant_id = $1 AND s.id > $2 ORDER BY s.id LIMIT $3");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(query)).bind(tenant.0).bind(after).bind(limit).fetch_all(connection).await?;
    rows.iter().map(staff_of).collect()
}

pub async fn one_of_staff(
    connection: &mut PgConnection,
    tenant: TenantId,
    id: i64,
) -> sqlx::Result<Option<ManagedStaff>> {
    let query = format!("SELECT {STAFF} FROM ganira.staff s WHERE s.tenant_id = $1 AND s.id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(tenant.0).bind(id).fetch_optional(connection).await?;
    row.as_ref().map(staff_of).transpose()
}

/// Adds somebody without services yet and returns her id.
pub async fn add_staff(connection: &mut PgConnection, tenant: TenantId, fields: &StaffFields) -> sqlx::Result<i64> {
    sqlx::query_scalar("INSERT INTO ganira.staff (tenant_id, label, active) VALUES ($1, $2, $3) RETURNING id")
        .bind(tenant.0)
        .bind(&fields.label)
        .bind(fields.active)
        .fetch_one(connection)
        .await
}

/// Changes somebody who still has this version; `false` if she has another one, or is not there.
pub async fn change_staff(
    connection: &mut PgConnection,
    tenant: TenantId,
    (id, version): (i64, i32),
    fields: &StaffFields,
) -> sqlx::Result<bool> {
    let changed = sqlx::query(
        "UPDATE ganira.staff SET label = $2, active = $3, version = version + 1 WHERE tenant_id = $1 AND id = $4 AND version = $5",
    )
    .bind(tenant.0)
    .bind(&fields.label)
    .bind(fields.active)
    .bind(id)
    .bind(version)
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Makes these the services that somebody gives. Returns those of them that the salon does not have; then nothing may be kept.
pub async fn set_services(
    connection: &mut PgConnection,
    tenant: TenantId,
    staff: i64,
    services: &[i64],
) -> sqlx::Result<Vec<i64>> {
    sqlx::query("DELETE FROM ganira.staff_service WHERE tenant_id = $1 AND staff_id = $2 AND service_id <> ALL($3)")
        .bind(tenant.0)
        .bind(staff)
        .bind(services)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO ganira.staff_service (tenant_id, staff_id, service_id)
         SELECT $1, $2, id FROM ganira.service WHERE tenant_id = $1 AND id = ANY($3) ON CONFLICT DO NOTHING",
    )
    .bind(tenant.0)
    .bind(staff)
    .bind(services)
    .execute(&mut *connection)
    .await?;
    sqlx::query_scalar(
        "SELECT asked FROM unnest($2::bigint[]) AS asked WHERE NOT EXISTS (SELECT FROM ganira.service WHERE tenant_id = $1 AND id = asked)",
    )
    .bind(tenant.0)
    .bind(services)
    .fetch_all(connection)
    .await
}

type Bound<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind_service<'q>(query: Bound<'q>, fields: &'q ServiceFields) -> Bound<'q> {
    query
        .bind(&fields.label)
        .bind(fields.minutes)
        .bind(fields.price.minor)
        .bind(fields.price.currency.code())
        .bind(fields.buffer_before_minutes)
        .bind(fields.buffer_after_minutes)
        .bind(fields.active)
        .bind(fields.position)
}

fn service_of(row: &PgRow) -> sqlx::Result<ManagedService> {
    Ok(ManagedService {
        id: row.try_get("id")?,
        version: row.try_get("version")?,
        fields: ServiceFields {
            label: row.try_get("label")?,
            minutes: row.try_get("minutes")?,
            price: money_of(row)?,
            buffer_before_minutes: row.try_get("buffer_before_minutes")?,
            buffer_after_minutes: row.try_get("buffer_after_minutes")?,
            active: row.try_get("active")?,
            position: row.try_get("position")?,
        },
    })
}

fn staff_of(row: &PgRow) -> sqlx::Result<ManagedStaff> {
    Ok(ManagedStaff {
        id: row.try_get("id")?,
        version: row.try_get("version")?,
        fields: StaffFields {
            label: row.try_get("label")?,
            active: row.try_get("active")?,
            services: row.try_get("services")?,
        },
    })
}
