//! The database: reachable, new and safe enough, migrated, with the roles and days it needs, and on the same time as we are.

use sqlx::postgres::PgConnectOptions;
use sqlx::{PgConnection, PgPool};

use super::{Finding, tenants};
use crate::config::Config;
use crate::domain::Clock;
use crate::store::admin::health;
use crate::store::migrate;
use crate::store::postgres::owner_pool;

/// 15.0 as the server counts.
const OLDEST: i32 = 150_000;
/// Days that must be there ahead of today before somebody should look.
const DAYS_FEW: i32 = 3;
/// Clocks further apart than this make windows and time-outs visibly wrong.
const SKEW_WARN_MS: i64 = 1_000;
const SKEW_FAIL_MS: i64 = 60_000;

pub(super) async fn look(config: &Config, options: PgConnectOptions, findings: &mut Vec<Finding>) {
    let pool = match owner_pool(options).await {
        Ok(pool) => pool,
        Err(error) => return findings.push(Finding::fail("database", because(&error))),
    };
    findings.push(Finding::ok("database", "reachable"));
    if let Err(error) = look_inside(config, &pool, findings).await {
        findings.push(Finding::fail("database", format!("it refused a question: {error}")));
    }
    pool.close().await;
}

fn because(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

async fn look_inside(config: &Config, pool: &PgPool, findings: &mut Vec<Finding>) -> sqlx::Result<()> {
    let mut connection = pool.acquire().await?;
    findings.push(version(&mut connection).await?);
    findings.push(durability(&mut connection).await?);
    findings.push(clock(&mut connection).await?);
    let standing = migrate::standing(pool).await?;
    if let Some(unknown) = standing.unknown.first() {
        findings.push(Finding::fail("migrations", format!("{unknown} is newer than this release: upgrade ganira")));
        return Ok(());
    }
    if !standing.pending.is_empty() {
        findings.push(Finding::fail(
            "migrations",
            format!("{} are to be applied: run `ganira migrate`", standing.pending.len()),
        ));
        return Ok(());
    }
    findings.push(Finding::ok("migrations", "applied"));
    let missing = health::roles_out_of_reach(&mut connection).await?;
    if !missing.is_empty() {
        let roles = missing.join(", ");
        findings.push(Finding::fail(
            "roles",
            format!("the login is no member of {roles}: GRANT them to it, or create them"),
        ));
        return Ok(());
    }
    findings.push(Finding::ok("roles", "the login can take all of them"));
    findings.push(days(&mut connection).await?);
    tenants::look(config, pool, findings).await
}

async fn version(connection: &mut PgConnection) -> sqlx::Result<Finding> {
    let version = health::version(connection).await?;
    let shown = format!("Postgres {}.{}", version / 10_000, version % 10_000);
    Ok(if version >= OLDEST {
        Finding::ok("version", shown)
    } else {
        Finding::fail("version", format!("{shown} is too old: 15 or newer is needed"))
    })
}

async fn durability(connection: &mut PgConnection) -> sqlx::Result<Finding> {
    let mut off = Vec::new();
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        if health::setting(connection, name).await? == "off" {
            off.push(name);
        }
    }
    Ok(if off.is_empty() {
        Finding::ok("durability", "fsync, full_page_writes and synchronous_commit are on")
    } else {
        let off = off.join(", ");
        Finding::fail(
            "durability",
            format!("{off} off: a crash would lose messages; set it on in postgresql.conf and restart"),
        )
    })
}

async fn clock(connection: &mut PgConnection) -> sqlx::Result<Finding> {
    let clock = Clock::system();
    let before = clock.now();
    let theirs = health::clock(connection).await?;
    let ours = before + (clock.now() - before) / 2;
    let apart = (theirs - ours).num_milliseconds().abs();
    let text = format!("{apart} ms from the database's");
    let mend = "let both machines follow a time server (chrony, systemd-timesyncd)";
    Ok(match apart {
        SKEW_FAIL_MS.. => Finding::fail("clock", format!("{text}: {mend}")),
        SKEW_WARN_MS.. => Finding::warn("clock", format!("{text}: {mend}")),
        _ => Finding::ok("clock", text),
    })
}

async fn days(connection: &mut PgConnection) -> sqlx::Result<Finding> {
    let ahead = health::days_ahead(connection).await?;
    Ok(match ahead {
        ..1 => Finding::fail(
            "partitions",
            format!("{ahead} days ahead: start an engine, it makes them each minute; without them no turn commits"),
        ),
        1..DAYS_FEW => Finding::warn("partitions", format!("only {ahead} days ahead: is an engine running?")),
        _ => Finding::ok("partitions", format!("{ahead} days ahead")),
    })
}
