//! The catalogue as staff edit it: services, and who gives them. Nothing is ever deleted, since visits of the past name it; what is not
//! `active` cannot be booked any more.

use std::ops::RangeInclusive;

use sqlx::PgConnection;

use crate::domain::TenantId;
use crate::operations::refused::Refused;
use crate::store::salon::manage::{self, ManagedService, ManagedStaff, ServiceFields, StaffFields};

/// A row of a WhatsApp list holds no more.
pub const LABEL_CHARS_MAX: usize = 24;
pub const MINUTES: RangeInclusive<i16> = 5..=720;
pub const BUFFER_MINUTES: RangeInclusive<i16> = 0..=240;
/// Services of one salon.
pub const SERVICES_MAX: usize = 200;

/// Adds a service.
pub async fn add_service(
    connection: &mut PgConnection,
    tenant: TenantId,
    fields: &ServiceFields,
) -> Result<ManagedService, Refused> {
    check_service(fields)?;
    if !manage::is_open(connection, tenant).await? {
        return Err(Refused::NoSalon);
    }
    Ok(manage::add_service(connection, tenant, fields).await?)
}

/// Changes a service from the version that was read.
pub async fn change_service(
    connection: &mut PgConnection,
    tenant: TenantId,
    (id, version): (i64, i32),
    fields: &ServiceFields,
) -> Result<ManagedService, Refused> {
    check_service(fields)?;
    manage::change_service(connection, tenant, (id, version), fields).await?.ok_or(Refused::Changed)
}

pub async fn service(connection: &mut PgConnection, tenant: TenantId, id: i64) -> Result<ManagedService, Refused> {
    manage::service(connection, tenant, id).await?.ok_or(Refused::Absent { what: "service", id })
}

/// Adds somebody, with the services she gives.
pub async fn add_staff(
    connection: &mut PgConnection,
    tenant: TenantId,
    fields: &StaffFields,
) -> Result<ManagedStaff, Refused> {
    check_staff(fields)?;
    if !manage::is_open(connection, tenant).await? {
        return Err(Refused::NoSalon);
    }
    let id = manage::add_staff(connection, tenant, fields).await?;
    give(connection, tenant, id, &fields.services).await
}

/// Changes somebody from the version that was read.
pub async fn change_staff(
    connection: &mut PgConnection,
    tenant: TenantId,
    (id, version): (i64, i32),
    fields: &StaffFields,
) -> Result<ManagedStaff, Refused> {
    check_staff(fields)?;
    if !manage::change_staff(connection, tenant, (id, version), fields).await? {
        return Err(Refused::Changed);
    }
    give(connection, tenant, id, &fields.services).await
}

pub async fn one_of_staff(connection: &mut PgConnection, tenant: TenantId, id: i64) -> Result<ManagedStaff, Refused> {
    manage::one_of_staff(connection, tenant, id).await?.ok_or(Refused::Absent { what: "member of staff", id })
}

async fn give(
    connection: &mut PgConnection,
    tenant: TenantId,
    staff: i64,
    services: &[i64],
) -> Result<ManagedStaff, Refused> {
    let unknown = manage::set_services(connection, tenant, staff, services).await?;
    match unknown.first() {
        Some(id) => Err(Refused::bad("services", format!("there is no service with the id {id}"))),
        None => one_of_staff(connection, tenant, staff).await,
    }
}

fn check_service(fields: &ServiceFields) -> Result<(), Refused> {
    check_label(&fields.label)?;
    within("minutes", fields.minutes, &MINUTES)?;
    within("buffer_before_minutes", fields.buffer_before_minutes, &BUFFER_MINUTES)?;
    within("buffer_after_minutes", fields.buffer_after_minutes, &BUFFER_MINUTES)?;
    if fields.price.minor < 0 { Err(Refused::bad("price", "cannot be less than nothing")) } else { Ok(()) }
}

fn check_staff(fields: &StaffFields) -> Result<(), Refused> {
    check_label(&fields.label)?;
    if fields.services.len() > SERVICES_MAX {
        return Err(Refused::bad("services", format!("name at most {SERVICES_MAX}")));
    }
    Ok(())
}

fn check_label(label: &str) -> Result<(), Refused> {
    let expected = format!("1 to {LABEL_CHARS_MAX} characters, without control characters or spaces around it");
    let good = (1..=LABEL_CHARS_MAX).contains(&label.chars().count())
        && label.trim() == label
        && !label.chars().any(char::is_control);
    if good { Ok(()) } else { Err(Refused::bad("label", expected)) }
}

fn within(field: &'static str, value: i16, range: &RangeInclusive<i16>) -> Result<(), Refused> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Refused::bad(field, format!("from {} to {}, not {value}", range.start(), range.end())))
}
