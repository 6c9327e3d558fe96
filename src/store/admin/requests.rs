//! What is asked of the running engine, and whether one runs.

use serde_json::Value as Json;
use sqlx::PgConnection;

use crate::domain::Conversation;

/// What a request says of a person: hers, sealed, and gone once it is answered or she is erased.
#[derive(Debug)]
pub struct Personal<'a> {
    pub who: Conversation,
    pub sealed: &'a [u8],
}

/// Writes a request, unless the very same one waits already; returns its number.
pub async fn ask(
    connection: &mut PgConnection,
    kind: &str,
    arguments: &Json,
    personal: Option<Personal<'_>>,
) -> sqlx::Result<i64> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('ganira.request'))").execute(&mut *connection).await?;
    let waiting: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM ganira.request WHERE done_at IS NULL AND kind = $1 AND arguments = $2 ORDER BY id LIMIT 1",
    )
    .bind(kind)
    .bind(arguments)
    .fetch_optional(&mut *connection)
    .await?;
    match waiting {
        Some(id) => Ok(id),
        None => {
            sqlx::query_scalar(
                "INSERT INTO ganira.request (kind, arguments, tenant_id, contact_id, sealed) VALUES ($1, $2, $3, $4, $5) RETURNING id",
            )
            .bind(kind)
            .bind(arguments)
            .bind(personal.as_ref().map(|personal| personal.who.tenant.0))
            .bind(personal.as_ref().map(|personal| personal.who.contact.0))
            .bind(personal.map(|personal| personal.sealed))
            .fetch_one(connection)
            .await
        }
    }
}

/// Those of `ids` that were answered.
pub async fn answers(connection: &mut PgConnection, ids: &[i64]) -> sqlx::Result<Vec<(i64, String)>> {
    sqlx::query_as("SELECT id, coalesce(answer, '') FROM ganira.request WHERE id = ANY ($1) AND done_at IS NOT NULL")
        .bind(ids)
        .fetch_all(connection)
        .await
}

/// How many seconds ago the engine that owns the conversations last said that it lives. `None`: none has them.
pub async fn engine_silent_for(connection: &mut PgConnection) -> sqlx::Result<Option<f64>> {
    sqlx::query_scalar(
        "SELECT min(extract(epoch FROM clock_timestamp() - beat))::float8 FROM ganira.node WHERE NOT released",
    )
    .fetch_one(connection)
    .await
}
