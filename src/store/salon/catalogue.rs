//! What a salon offers and who offers it.

use sqlx::{PgConnection, Row, postgres::PgRow};

use crate::domain::money::Currency;
use crate::domain::{Money, TenantId};

/// The house rules of a salon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct House {
    /// Visits start on multiples of this, by the wall clock.
    pub slot_minutes: u16,
    /// How long before its start a visit can last be booked.
    pub notice_minutes: i32,
    /// How many days ahead can be booked.
    pub horizon_days: u16,
    pub hold_minutes: i32,
    /// How long before its start a visit can last be cancelled by the customer.
    pub cancel_minutes: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub id: i64,
    /// At most 24 characters.
    pub label: String,
    pub minutes: u16,
    pub price: Money,
    /// Time that the staff needs before and after, not shown to the customer.
    pub buffer_before_minutes: u16,
    pub buffer_after_minutes: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    pub id: i64,
    /// At most 24 characters.
    pub label: String,
}

/// The salon's rules; `None` if the tenant has no salon.
pub async fn house(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<Option<House>> {
    let row = sqlx::query(
        "SELECT slot_minutes, notice_minutes, horizon_days, hold_minutes, cancel_minutes FROM ganira.salon WHERE tenant_id = $1",
    )
    .bind(tenant.0)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(House {
            slot_minutes: row.try_get::<i16, _>("slot_minutes")?.cast_unsigned(),
            notice_minutes: row.try_get("notice_minutes")?,
            horizon_days: row.try_get::<i16, _>("horizon_days")?.cast_unsigned(),
            hold_minutes: row.try_get::<i16, _>("hold_minutes")?.into(),
            cancel_minutes: row.try_get("cancel_minutes")?,
        })
    })
    .transpose()
}

/// The services that can be booked now with at least one member of staff, in the salon's order.
pub async fn services(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<Vec<Service>> {
    let rows = sqlx::query(
        "SELECT s.id, s.label, s.minutes, s.price_minor, s.currency, s.buffer_before_minutes, s.buffer_after_minutes
         FROM ganira.service s
         WHERE s.tenant_id = $1 AND s.active AND EXISTS (
             SELECT FROM ganira.staff_service ss JOIN ganira.staff t ON t.tenant_id = ss.tenant_id AND t.id = ss.staff_id
             WHERE ss.tenant_id = s.tenant_id AND ss.service_id = s.id AND t.active)
         ORDER BY s.position, s.id",
    )
    .bind(tenant.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(service_of).collect()
}

/// One active service.
pub async fn service(connection: &mut PgConnection, tenant: TenantId, id: i64) -> sqlx::Result<Option<Service>> {
    let row = sqlx::query(
        "SELECT id, label, minutes, price_minor, currency, buffer_before_minutes, buffer_after_minutes
         FROM ganira.service WHERE tenant_id = $1 AND id = $2 AND active",
    )
    .bind(tenant.0)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(service_of).transpose()
}

/// The active staff who offer a service, by name.
pub async fn staff_for(connection: &mut PgConnection, tenant: TenantId, service: i64) -> sqlx::Result<Vec<Staff>> {
    let rows = sqlx::query(
        "SELECT t.id, t.label
         FROM ganira.staff_service ss JOIN ganira.staff t ON t.tenant_id = ss.tenant_id AND t.id = ss.staff_id
         WHERE ss.tenant_id = $1 AND ss.service_id = $2 AND t.active
         ORDER BY t.label, t.id",
    )
    .bind(tenant.0)
    .bind(service)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(Staff { id: row.try_get("id")?, label: row.try_get("label")? })).collect()
}

fn service_of(row: &PgRow) -> sqlx::Result<Service> {
    Ok(Service {
        id: row.try_get("id")?,
        label: row.try_get("label")?,
        minutes: row.try_get::<i16, _>("minutes")?.cast_unsigned(),
        price: money_of(row)?,
        buffer_before_minutes: row.try_get::<i16, _>("buffer_before_minutes")?.cast_unsigned(),
        buffer_after_minutes: row.try_get::<i16, _>("buffer_after_minutes")?.cast_unsigned(),
    })
}

/// Reads the columns `price_minor` and `currency`.
pub(super) fn money_of(row: &PgRow) -> sqlx::Result<Money> {
    let code: &str = row.try_get("currency")?;
    let currency = Currency::parse(code).ok_or_else(|| sqlx::Error::ColumnDecode {
        index: "currency".into(),
        source: format!("expected three capital letters, found {code:?}").into(),
    })?;
    Ok(Money { minor: row.try_get("price_minor")?, currency })
}
