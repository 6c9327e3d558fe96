//! Migrations: forward only, run by the owner before the engine starts.

use std::collections::BTreeSet;

use sqlx::PgPool;

/// The migrations, embedded.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Brings the database up to this release.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATOR.run(pool).await
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
