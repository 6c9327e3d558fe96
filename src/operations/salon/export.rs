//! What a salon keeps of a person in the open, for her to take along.

use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::book::NAME_COLUMN;
use super::feedback::WORDS_COLUMN;
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
    /// The id of the visit whose place it took.
    pub replaces: Option<String>,
    pub booked_at: Timestamp,
}

/// What she thought of a visit or, where there is none, of the salon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feedback {
    pub visit: Option<String>,
    /// 1 to 5.
    pub stars: i16,
    pub words: Option<String>,
    pub at: Timestamp,
}

/// What she allowed or forbade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consent {
    pub purpose: String,
    pub given: bool,
    /// The door by which she said so.
    pub channel: Option<String>,
    pub at: Timestamp,
}

/// All visits, the earliest first.
pub async fn visits(connection: &mut PgConnection, who: Conversation, key: &DataKey) -> sqlx::Result<Vec<Visit>> {
    let rows = rows::visits(connection, who).await?;
    Ok(rows.into_iter().map(|row| visit(row, who, key)).collect())
}

/// All feedback, the earliest first.
pub async fn feedback(connection: &mut PgConnection, who: Conversation, key: &DataKey) -> sqlx::Result<Vec<Feedback>> {
    let rows = rows::feedback(connection, who).await?;
    let one = |row: rows::ExportedFeedback| Feedback {
        words: row.words_sealed.and_then(|sealed| open(who, key, WORDS_COLUMN, &row.id, &sealed)),
        visit: row.visit,
        stars: row.stars,
        at: row.at,
    };
    Ok(rows.into_iter().map(one).collect())
}

/// All consents, the earliest first: the last of a purpose counts.
pub async fn consents(connection: &mut PgConnection, who: Conversation) -> sqlx::Result<Vec<Consent>> {
    let rows = rows::consents(connection, who).await?;
    let one = |row: rows::ExportedConsent| Consent {
        purpose: row.purpose,
        given: row.given,
        channel: row.channel,
        at: row.at,
    };
    Ok(rows.into_iter().map(one).collect())
}

fn visit(row: rows::ExportedVisit, who: Conversation, key: &DataKey) -> Visit {
    Visit {
        name: row.name_sealed.and_then(|sealed| open(who, key, NAME_COLUMN, &row.name_row, &sealed)),
        id: row.id,
        service: row.service,
        staff: row.staff,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        price_minor: row.price_minor,
        currency: row.currency,
        state: row.state,
        replaces: row.replaces,
        booked_at: row.created_at,
    }
}

/// A text sealed for `column` of the row `id`.
fn open(who: Conversation, key: &DataKey, column: &'static str, id: &str, sealed: &[u8]) -> Option<String> {
    let id: Uuid = id.parse().ok()?;
    let plain = key.open(Place { tenant: who.tenant.0, table: column, row: id.as_bytes() }, sealed).ok()?;
    Some(String::from_utf8_lossy(&plain).into_owned())
}
