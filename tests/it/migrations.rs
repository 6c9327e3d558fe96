//! Migrations on a real Postgres.

use futures::future::join_all;
use ganira::store::migrate;
use ganira::store::postgres::owner_pool;
use ganira::store::private_postgres::{Options, PrivatePostgres, Search};
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use crate::harness;

#[tokio::test]
async fn a_server_that_starts_again_finds_its_migrations_applied() {
    let database = harness::database_from("empty", async |_| {}).await;
    for _ in 0..2 {
        let pool = owner_pool(database.options()).await.unwrap();
        migrate::migrate(&pool).await.unwrap();
        pool.close().await;
    }
}

/// Roles belong to all databases of a server, and a new server has none of them yet.
#[tokio::test]
async fn databases_of_one_new_server_are_migrated_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::new(folder.path().join("postgres"), None);
    if std::env::var_os("GANIRA_TEST_POSTGRES").is_some_and(|value| value == "npm") {
        options.search = Search::only_npm();
    }
    let postgres = PrivatePostgres::start(options).await.unwrap_or_else(|error| panic!("{error}"));
    let mut connection = postgres.connect_options("postgres").connect().await.unwrap();
    let names: Vec<String> = (0..6).map(|n| format!("salon_{n}")).collect();
    for name in &names {
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(create).execute(&mut connection).await.unwrap();
    }
    join_all(names.iter().map(async |name| {
        let pool = owner_pool(postgres.connect_options(name)).await.unwrap();
        migrate::migrate(&pool).await.unwrap();
        pool.close().await;
    }))
    .await;
}
