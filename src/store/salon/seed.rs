//! Writing a salon's catalogue.

use chrono::{NaiveTime, Weekday};
use sqlx::PgConnection;

use crate::domain::{Money, TenantId};

/// Opens a salon at `address` (at most 160 characters) with the usual house rules; `false` if the tenant already has one. `map_url` is a link
/// that shows the way, `https` and at most 200 characters.
pub async fn open(connection: &mut PgConnection, tenant: TenantId, address: &str, map_url: &str) -> sqlx::Result<bool> {
    let opened = sqlx::query(
        "INSERT INTO ganira.salon (tenant_id, address, map_url) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(tenant.0)
    .bind(address)
    .bind(map_url)
    .execute(connection)
    .await?;
    Ok(opened.rows_affected() == 1)
}

/// Adds a service at `position` of the list and returns its id.
pub async fn add_service(
    connection: &mut PgConnection,
    tenant: TenantId,
    label: &str,
    minutes: i16,
    price: Money,
    position: i16,
) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "INSERT INTO ganira.service (tenant_id, label, minutes, price_minor, currency, position)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
    )
    .bind(tenant.0)
    .bind(label)
    .bind(minutes)
    .bind(price.minor)
    .bind(price.currency.code())
    .bind(position)
    .fetch_one(connection)
    .await
}

/// Adds a member of staff who offers `services` and returns her id.
pub async fn add_staff(
    connection: &mut PgConnection,
    tenant: TenantId,
    label: &str,
    services: &[i64],
) -> sqlx::Result<i64> {
    let staff = sqlx::query_scalar("INSERT INTO ganira.staff (tenant_id, label) VALUES ($1, $2) RETURNING id")
        .bind(tenant.0)
        .bind(label)
        .fetch_one(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO ganira.staff_service (tenant_id, staff_id, service_id) SELECT $1, $2, unnest($3::bigint[])",
    )
    .bind(tenant.0)
    .bind(staff)
    .bind(services)
    .execute(connection)
    .await?;
    Ok(staff)
}

/// Adds one stretch of work on each of `weekdays`.
pub async fn add_hours(
    connection: &mut PgConnection,
    tenant: TenantId,
    staff: i64,
    weekdays: &[Weekday],
    from: NaiveTime,
    until: NaiveTime,
) -> sqlx::Result<()> {
    let numbers: Vec<i16> = weekdays.iter().map(|day| day.number_from_monday() as i16).collect();
    sqlx::query(
        "INSERT INTO ganira.working_hours (tenant_id, staff_id, weekday, from_time, until_time)
         SELECT $1, $2, unnest($3::smallint[]), $4, $5",
    )
    .bind(tenant.0)
    .bind(staff)
    .bind(numbers)
    .bind(from)
    .bind(until)
    .execute(connection)
    .await?;
    Ok(())
}
