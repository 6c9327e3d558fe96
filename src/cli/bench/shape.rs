//! How large the rows of a turn are, as the engine wrote them: pgbench writes rows of the same sizes.

use sqlx::{FromRow, PgConnection};

/// Averages over the turns in a database.
#[derive(Debug, Clone, Copy, FromRow, serde::Serialize, serde::Deserialize)]
pub(super) struct Shape {
    pub snapshot_bytes: f64,
    pub journal_bytes: f64,
    pub outbox_bytes: f64,
    /// Outbox rows a turn.
    pub outbox_rows: f64,
}

impl Shape {
    /// Of the turns in the journal. Setting out is left behind: only turns after the third count.
    pub(super) async fn read(connection: &mut PgConnection) -> anyhow::Result<Self> {
        let shape = sqlx::query_as(
            "SELECT (SELECT avg(octet_length(snapshot))::float8 FROM ganira.conversation) AS snapshot_bytes,
                    (SELECT avg(octet_length(body))::float8 FROM ganira.journal WHERE seq > 3) AS journal_bytes,
                    (SELECT avg(octet_length(body))::float8 FROM ganira.outbox WHERE seq > 3) AS outbox_bytes,
                    (SELECT count(*) FROM ganira.outbox WHERE seq > 3)::float8
                        / (SELECT count(*) FROM ganira.journal WHERE seq > 3) AS outbox_rows",
        );
        Ok(shape.fetch_one(connection).await?)
    }

    /// Bytes of a turn that somebody may want to read again.
    pub(super) fn useful_bytes(&self) -> f64 {
        self.snapshot_bytes + self.journal_bytes + self.outbox_bytes * self.outbox_rows
    }
}
