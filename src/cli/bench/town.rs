//! A million people whom the tables know, and among them those who really talk: the first are made in the tables, since nobody could lead so
//! many into a booking.

use std::time::{Duration, Instant};

use sqlx::PgConnection;

use super::ground::{self, Ground, WIDE};
use super::inject::Injector;

/// The name that `serve` gives the database of its own Postgres.
pub(super) const DATABASE: &str = "ganira";
const SEED_WITHIN: Duration = Duration::from_mins(2);
const SEEDED_AT_ONCE: u64 = 50_000;

/// Nobody of them speaks in a run, so that what is sealed need not open.
const SEED: &str = "WITH people AS (SELECT c FROM generate_series($2::bigint, $3::bigint) AS c),
    addresses AS (INSERT INTO ganira.directory (tenant_id, address_hash, contact_id, kind, sealed)
        SELECT $1, decode(md5(c::text), 'hex'), c, 'p', decode(repeat(md5(c::text), 3), 'hex') FROM people),
    keys AS (INSERT INTO ganira.contact_key (tenant_id, contact_id, wrapped) SELECT $1, c, decode(repeat(md5(c::text), 4), 'hex') FROM people)
    INSERT INTO ganira.conversation (tenant_id, contact_id, seq, snapshot) SELECT $1, c, 4, decode(repeat(md5(c::text), 16), 'hex') FROM people";

/// Makes sure that so many are known, and returns how many are: fewer where that takes too long.
pub(super) async fn known(ground: &Ground, wanted: u64) -> anyhow::Result<u64> {
    let database = ground.database(DATABASE).await?;
    let mut connection = ground.connection(DATABASE).await?;
    let there = people(&mut connection).await?;
    if there > 0 {
        return Ok(there);
    }
    let config =
        ground::config(ground::environment(&ground.folder, &ground.keys, &[("DATABASE_URL", &ground.url(DATABASE)?)]))?;
    let tenant = ground::salon(&database, &config).await?;
    let begun = Instant::now();
    let mut known = 0;
    while known < wanted && begun.elapsed() < SEED_WITHIN {
        let last = (known + SEEDED_AT_ONCE).min(wanted);
        let added = sqlx::query(SEED).bind(tenant.0).bind(known as i64 + 1).bind(last as i64);
        added.execute(&mut connection).await?;
        known = last;
    }
    sqlx::query("SELECT setval('ganira.contact_id', $1)").bind(known as i64 + 1).execute(&mut connection).await?;
    Ok(known)
}

async fn people(connection: &mut PgConnection) -> anyhow::Result<u64> {
    let people: i64 = sqlx::query_scalar("SELECT count(*) FROM ganira.conversation").fetch_one(connection).await?;
    Ok(people.cast_unsigned())
}

/// Bytes on disk of each person: addresses, key, conversation, and their indexes.
pub(super) async fn bytes_each(ground: &Ground) -> anyhow::Result<f64> {
    let mut connection = ground.connection(DATABASE).await?;
    let bytes: i64 = sqlx::query_scalar(
        "SELECT (pg_total_relation_size('ganira.directory') + pg_total_relation_size('ganira.contact_key')
                 + pg_total_relation_size('ganira.conversation'))::bigint",
    )
    .fetch_one(&mut connection)
    .await?;
    Ok(bytes as f64 / people(&mut connection).await? as f64)
}

/// Leads so many more people into the middle of a booking; returns how many turns that took.
pub(super) async fn lead(ground: &Ground, people: u64) -> anyhow::Result<u64> {
    let url = ground.url(DATABASE)?;
    let more: Vec<_> = WIDE.into_iter().chain([("DATABASE_URL", url.as_str())]).collect();
    let config = ground::config(ground::environment(&ground.folder, &ground.keys, &more))?;
    let injector = Injector::start(config, url.parse()?, 0).await?;
    injector.lead(0..people).await?;
    injector.stop().await;
    Ok(injector.acknowledged())
}
