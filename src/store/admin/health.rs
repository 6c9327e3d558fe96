//! What `ganira doctor` asks the database.

use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::domain::Timestamp;

/// The roles of the engine; the login must be a member of each.
pub const ROLES: [&str; 4] = ["ganira_owner", "ganira_commit", "ganira_engine", "ganira_app"];

/// The server's version as a number, such as 160004 for 16.4.
pub async fn version(connection: &mut PgConnection) -> sqlx::Result<i32> {
    sqlx::query_scalar("SELECT current_setting('server_version_num')::integer").fetch_one(connection).await
}

/// A setting of the server.
pub async fn setting(connection: &mut PgConnection, name: &str) -> sqlx::Result<String> {
    sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(connection).await
}

/// Those of [`ROLES`] that are missing or that the login cannot take.
pub async fn roles_out_of_reach(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT wanted FROM unnest($1::text[]) AS wanted LEFT JOIN pg_roles ON rolname = wanted
         WHERE rolname IS NULL OR NOT pg_has_role(current_user, wanted, 'MEMBER')",
    )
    .bind(ROLES.as_slice())
    .fetch_all(connection)
    .await
}

/// How many days ahead of today the partitions reach, asked as the engine asks it.
pub async fn days_ahead(connection: &mut PgConnection) -> sqlx::Result<i32> {
    let mut transaction = connection.begin().await?;
    transaction.execute("SET LOCAL ROLE ganira_engine").await?;
    sqlx::query_scalar("SELECT ganira.days_ahead()").fetch_one(&mut *transaction).await
}

/// The database's clock.
pub async fn clock(connection: &mut PgConnection) -> sqlx::Result<Timestamp> {
    sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(connection).await
}

/// How many people on the list of the erased can be read again, as after a restore.
pub async fn erased_but_readable(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT count(*) FROM ganira.erasure AS e JOIN ganira.contact_key AS k
         ON k.tenant_id = e.tenant_id AND k.contact_id = e.contact_id",
    )
    .fetch_one(connection)
    .await
}

/// Dead letters that nobody replayed.
pub async fn open_dead_letters(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM ganira.dead_letter WHERE state = 'open'").fetch_one(connection).await
}
