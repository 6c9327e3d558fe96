//! Connections: which role, which settings, and what an error of the server means for a commit.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Connection, Executor, PgPool};

use super::{Durability, LaneConnection};
use crate::store::CommitOutcome;

/// How long a connection may take to be made. Shorter, and a starved machine would begin again and again without an end.
const CONNECT_MAX: Duration = Duration::from_secs(15);
/// How long a lane waits for the answer to a commit before it takes the outcome as unknown and asks again.
const COMMIT_ANSWER_MAX: Duration = Duration::from_secs(10);

/// Connections of wakers and readers.
const ENGINE_CONNECTIONS: u32 = 6;

/// Sequential scans, hash and merge joins are off: a plan cached on an empty table would cost a hundredfold once the table has grown.
const ENGINE_SETTINGS: [(&str, &str); 9] = [
    ("search_path", "ganira"),
    ("timezone", "UTC"),
    ("synchronous_commit", "on"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("tcp_user_timeout", "10000"),
];

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("could not connect to Postgres; is DATABASE_URL right and the server up?")]
    Connect(#[source] sqlx::Error),
    #[error(
        "Postgres runs with {setting} off: a commit would not survive a crash. Set {setting} = on in postgresql.conf and restart it"
    )]
    NotDurable { setting: &'static str },
}

/// The pool of wakers and readers: the role may only execute the engine's functions.
pub(super) async fn engine_pool(options: PgConnectOptions, durability: Durability) -> Result<PgPool, ConnectError> {
    let pool =
        as_engine(ENGINE_CONNECTIONS).connect_with(engine_login(options)).await.map_err(ConnectError::Connect)?;
    if durability == Durability::Required {
        prove_durable(&pool).await?;
    }
    Ok(pool)
}

/// The same without a proof, and each connection opened when it is first needed.
pub(super) fn lazy_engine_pool(options: PgConnectOptions) -> PgPool {
    as_engine(ENGINE_CONNECTIONS).connect_lazy_with(engine_login(options))
}

/// A single connection, opened when it is first needed.
pub(super) fn pulse_pool(options: PgConnectOptions) -> PgPool {
    as_engine(1).connect_lazy_with(engine_login(options))
}

fn as_engine(connections_max: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(CONNECT_MAX)
        .after_connect(|connection, _| Box::pin(async move { take_role(connection, "ganira_engine").await }))
}

fn engine_login(options: PgConnectOptions) -> PgConnectOptions {
    options.options(ENGINE_SETTINGS).application_name("ganira engine")
}

/// A small pool of the owner, for migrations and the commands of an operator. Never used while serving.
///
/// `public` comes first: the list of applied migrations was made there before there was a schema of ours, and is looked for there again.
pub async fn owner_pool(options: PgConnectOptions) -> Result<PgPool, ConnectError> {
    PgPoolOptions::new()
        .max_connections(2)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(
            options.options([("search_path", "public,ganira"), ("timezone", "UTC")]).application_name("ganira owner"),
        )
        .await
        .map_err(ConnectError::Connect)
}

async fn take_role(connection: &mut PgConnection, role: &'static str) -> Result<(), sqlx::Error> {
    connection.execute(sqlx::AssertSqlSafe(format!("SET ROLE {role}"))).await?;
    Ok(())
}

async fn prove_durable(pool: &PgPool) -> Result<(), ConnectError> {
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let value: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(setting)
            .fetch_one(pool)
            .await
            .map_err(ConnectError::Connect)?;
        if value == "off" {
            return Err(ConnectError::NotDurable { setting });
        }
    }
    Ok(())
}

/// Runs one commit on a lane's own connection, opening it where there is none. Whatever leaves the outcome open closes it.
pub(super) async fn on_lane(
    options: &PgConnectOptions,
    lane: &LaneConnection,
    commit: impl AsyncFnOnce(&mut PgConnection) -> Result<bool, sqlx::Error>,
) -> CommitOutcome {
    let mut slot = lane.lock().await;
    let mut connection = match slot.take() {
        Some(connection) => connection,
        None => match open_lane(options).await {
            Ok(connection) => connection,
            Err(error) => return CommitOutcome::Unknown { message: error.to_string() },
        },
    };
    let answer = tokio::time::timeout(COMMIT_ANSWER_MAX, commit(&mut connection)).await;
    let outcome = match answer {
        Ok(Ok(true)) => CommitOutcome::Applied,
        Ok(Ok(false)) => CommitOutcome::AlreadyApplied,
        Ok(Err(error)) => read_error(&error),
        Err(_) => CommitOutcome::Unknown { message: "no answer in time".to_owned() },
    };
    if !matches!(outcome, CommitOutcome::Unknown { .. }) {
        *slot = Some(connection);
    }
    outcome
}

async fn open_lane(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let options = options.clone().options(ENGINE_SETTINGS).application_name("ganira lane");
    let mut connection = tokio::time::timeout(CONNECT_MAX, PgConnection::connect_with(&options))
        .await
        .map_err(|_| sqlx::Error::PoolTimedOut)??;
    take_role(&mut connection, "ganira_engine").await?;
    Ok(connection)
}

/// What an error says about the commit. Raised inside the statement (bad data, a row met twice, constraint, serialisation, lock not to be had,
/// a refusal of ours, a mistake in SQL) it means that nothing was written. Everything else leaves it open.
fn read_error(error: &sqlx::Error) -> CommitOutcome {
    let Some(database) = error.as_database_error() else {
        return CommitOutcome::Unknown { message: error.to_string() };
    };
    let state = database.code().unwrap_or_default().into_owned();
    let message = database.message().to_owned();
    match state.as_str() {
        "GN001" => CommitOutcome::Fenced,
        _ if ["21", "22", "23", "40", "42", "55", "GN", "P0"].iter().any(|class| state.starts_with(class)) => {
            CommitOutcome::Aborted { state, message }
        }
        _ => CommitOutcome::Unknown { message: format!("{state} {message}") },
    }
}
