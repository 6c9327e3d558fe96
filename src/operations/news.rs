//! News for a conversation: told to a step that waits for it, or to the flow that begins with it.
//!
//! What it tells of a person is sealed by her tenant's key until it is told, and goes with her when she is erased.

use std::time::Duration;

use serde_json::Value as Json;
use sqlx::{PgConnection, PgPool};

use super::requests::{self, Request};
use super::tenants::{self, TenantError};
use crate::crypto::{KeyRing, TenantKey};
use crate::domain::Conversation;
use crate::flows::{Row, Value};
use crate::store::{admin, hand_over, seals};

/// One piece of news. The same `id` is told once.
#[derive(Debug, Clone, Copy)]
pub struct News<'a> {
    pub who: Conversation,
    pub name: &'a str,
    /// A JSON object.
    pub payload: &'a Json,
    pub id: &'a str,
}

impl News<'_> {
    fn seal(&self, key: &TenantKey) -> Vec<u8> {
        let Self { who, name, payload, id } = self;
        key.seal(seals::NEWS, &seals::news_row(who.contact, name, id), payload.to_string().as_bytes())
    }
}

/// Tells news out of an operation's own transaction: it is told once that commits.
pub async fn tell(connection: &mut PgConnection, key: &TenantKey, news: &News<'_>) -> sqlx::Result<()> {
    hand_over::tell(connection, news.who.contact, news.name, &news.seal(key), news.id).await
}

/// Tells news through the running engine and waits for its answer. `None`: none came in time; the news stays and is told when an engine runs.
pub async fn tell_now(
    pool: &PgPool,
    ring: &KeyRing,
    news: &News<'_>,
    patience: Duration,
) -> Result<Option<String>, TenantError> {
    let mut transaction = admin::begin_reading(pool).await?;
    let key = tenants::key_of(&mut transaction, ring, news.who.tenant).await?;
    transaction.rollback().await?;
    let sealed = news.seal(&key);
    let asked = Request::News { who: news.who, name: news.name.to_owned(), id: news.id.to_owned(), sealed };
    Ok(requests::ask(pool, &[asked], patience).await?.into_iter().next().flatten())
}

/// What sealed news tells. `None`: it does not open.
pub fn open(key: &TenantKey, who: Conversation, name: &str, id: &str, sealed: &[u8]) -> Option<Row> {
    let plain = key.open(seals::NEWS, &seals::news_row(who.contact, name, id), sealed).ok()?;
    match Value::from_json(&serde_json::from_slice(&plain).ok()?) {
        Some(Value::Row(payload)) => Some(payload),
        _ => Some(Row::new()),
    }
}
