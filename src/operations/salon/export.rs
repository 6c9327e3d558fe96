//! A person's visits in the open, for her to take along.

use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::book::NAME_COLUMN;
use crate::crypto::{DataKey, Place};
use crate::domain::{Conversation, Timestamp};
use crate::store::salon::export as rows;

/// A visit, past or to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Visit {
    pub id: String,
    pub service: String,
    pub staff: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub price_minor: i64,
    pub currency: String,
    /// The name she gave.
    pub name: Option<String>,
    pub state: String,
    pub booked_at: Timestamp,
}

/// All visits, the earliest first.
pub async fn visits(connection: &mut PgConnection, who: Conversation, key: &DataKey) -> sqlx::Result<Vec<Visit>> {
    let rows = rows::visits(connection, who).await?;
    Ok(rows.into_iter().map(|row| open(row, who, key)).collect())
}

fn open(row: rows::ExportedVisit, who: Conversation, key: &DataKey) -> Visit {
    let id: Uuid = row.id.parse().unwrap_or_default();
    let place = Place { tenant: who.tenant.0, table: NAME_COLUMN, row: id.as_bytes() };
    let name = row.name_sealed.and_then(|sealed| key.open(place, &sealed).ok());
    Visit {
        id: row.id,
        service: row.service,
        staff: row.staff,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        price_minor: row.price_minor,
        currency: row.currency,
        name: name.map(|name| String::from_utf8_lossy(&name).into_owned()),
        state: row.state,
        booked_at: row.created_at,
    }
}
