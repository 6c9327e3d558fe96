//! Migrations: forward only, run by the owner before the engine starts.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::migrate::MigrateError;

/// The migrations, embedded.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Databases of one server that are migrated at once get into each other's way less often than this.
const TRIES: u32 = 20;
/// Before the second try; before each further one as much more.
const PAUSE: Duration = Duration::from_millis(20);

/// Brings the database up to this release. Roles belong to the whole server and not to a database: where another database is being migrated
/// at the same moment, one of the two has to begin its migration anew. No lock keeps them apart, because a lock of ours would hold in one
/// database only.
pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    for tried in 1..TRIES {
        match MIGRATOR.run(pool).await {
            Err(error) if is_of_roles(&error) => tokio::time::sleep(PAUSE * tried).await,
            done => return done,
        }
    }
    MIGRATOR.run(pool).await
}

/// Whether somebody else made or changed the same role at the same moment.
fn is_of_roles(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else { return false };
    let Some(error) = error.as_database_error() else { return false };
    match error.code().as_deref() {
        // The role was not there when it was looked for, or two granted it.
        Some("23505") => error.constraint().is_some_and(|name| name.starts_with("pg_auth")),
        Some("42710") => true,
        Some("XX000") => error.message().contains("concurrently updated"),
        _ => false,
    }
}

/// One migration as people name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    pub version: i64,
    pub description: String,
}

/// How a database stands towards this release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What this release has and the database lacks, in order.
    pub pending: Vec<Named>,
    /// What the database has and this release does not know: a newer release was here.
    pub unknown: Vec<i64>,
}

/// Compares without writing anything.
pub async fn standing(pool: &PgPool) -> sqlx::Result<Standing> {
    let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(pool).await?;
    let applied: BTreeSet<i64> = if there {
        let versions = sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success").fetch_all(pool).await?;
        versions.into_iter().collect()
    } else {
        BTreeSet::new()
    };
    let known: BTreeSet<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
    let pending = MIGRATOR.iter().filter(|migration| !applied.contains(&migration.version));
    Ok(Standing {
        pending: pending
            .map(|migration| Named { version: migration.version, description: migration.description.to_string() })
            .collect(),
        unknown: applied.difference(&known).copied().collect(),
    })
}
