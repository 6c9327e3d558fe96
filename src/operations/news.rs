//! News for a conversation: told to a step that waits for it, or to the flow that begins with it.

use std::time::Duration;

use serde_json::Value as Json;
use sqlx::{PgConnection, PgPool};

use super::requests::{self, Request};
use crate::domain::{ContactId, Conversation};
use crate::store::hand_over;

/// Tells news out of an operation's own transaction: it is told once that commits. The same `id` is told once.
pub async fn tell(
    connection: &mut PgConnection,
    contact: ContactId,
    name: &str,
    payload: &Json,
    id: &str,
) -> sqlx::Result<()> {
    hand_over::tell(connection, contact, name, payload, id).await
}

/// Tells news through the running engine and waits for its answer. `None`: none came in time; the news stays and is told when an engine runs.
pub async fn tell_now(
    pool: &PgPool,
    who: Conversation,
    name: &str,
    payload: Json,
    id: &str,
    patience: Duration,
) -> sqlx::Result<Option<String>> {
    let news = Request::News { who, name: name.to_owned(), payload, id: id.to_owned() };
    Ok(requests::ask(pool, &[news], patience).await?.into_iter().next().flatten())
}
