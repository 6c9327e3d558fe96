//! The demo salon: enough of a catalogue to book from.

use chrono::{NaiveTime, Weekday};
use sqlx::PgConnection;

use crate::domain::{Money, TenantId};
use crate::store::AppPool;
use crate::store::salon::seed;

const ADDRESS: &str = "KN 4 Ave, Nyarugenge, Kigali, beside the post office";
const MAP_URL: &str = "https://www.openstreetmap.org/?mlat=-1.9497&mlon=30.0588#map=18/-1.9497/30.0588";

const SERVICES: &[(&str, i16, i64)] =
    &[("Box braids", 120, 15_000), ("Wash and style", 45, 6_000), ("Haircut", 30, 3_000)];

/// Who, and which of [`SERVICES`] she gives.
const STAFF: &[(&str, &[usize])] = &[("Aline", &[0, 1]), ("Diane", &[0, 1, 2]), ("Eric", &[2])];

const WEEKDAYS: &[Weekday] = &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat];

/// Hours of the day: the morning and, after a break, the afternoon.
const HOURS: &[(u32, u32)] = &[(8, 13), (14, 19)];

/// Gives `tenant` the demo salon, unless it has a salon already. All or nothing; `true` if it was written now.
pub async fn demo(app: &AppPool, tenant: TenantId) -> sqlx::Result<bool> {
    let mut transaction = app.writing(tenant).await?;
    let opened = seed::open(&mut transaction, tenant, ADDRESS, MAP_URL).await?;
    if opened {
        fill(&mut transaction, tenant).await?;
    }
    transaction.commit().await?;
    Ok(opened)
}

async fn fill(connection: &mut PgConnection, tenant: TenantId) -> sqlx::Result<()> {
    let mut services = Vec::with_capacity(SERVICES.len());
    for (position, (label, minutes, francs)) in (0..).zip(SERVICES) {
        services.push(seed::add_service(connection, tenant, label, *minutes, Money::rwf(*francs), position).await?);
    }
    for (label, gives) in STAFF {
        let gives: Vec<i64> = gives.iter().map(|index| services[*index]).collect();
        let staff = seed::add_staff(connection, tenant, label, &gives).await?;
        for (from, until) in HOURS {
            seed::add_hours(connection, tenant, staff, WEEKDAYS, full_hour(*from), full_hour(*until)).await?;
        }
    }
    Ok(())
}

fn full_hour(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN)
}
