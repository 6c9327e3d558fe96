//! Migrations on a real Postgres.

use ganira::store::migrate;
use ganira::store::postgres::owner_pool;

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
