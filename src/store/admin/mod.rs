//! What an operator's commands read and write, as the owner of the tables: all tenants are in sight. The engine never comes here.

pub mod dead_letters;
pub mod flows;
pub mod hand_overs;
pub mod health;
pub mod keeping;
pub mod keys;
pub mod people;
pub mod requests;
pub mod servers;
pub mod tenants;

use sqlx::{Executor as _, PgPool, Postgres, Transaction};

/// A transaction in the owner's role. The pool is the one of [`super::postgres::owner_pool`], or any whose login is a member of it.
pub async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    let mut transaction = pool.begin().await?;
    transaction.execute("SET LOCAL ROLE ganira_owner").await?;
    Ok(transaction)
}

/// A transaction in the owner's role in which every statement sees the same instant and none writes.
pub async fn begin_reading(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    let mut transaction = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    transaction.execute("SET LOCAL ROLE ganira_owner").await?;
    Ok(transaction)
}
