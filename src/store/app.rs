//! The app's door to the database: pooled connections that act as `ganira_app` and see one tenant at a time.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool, Postgres, Transaction};

use crate::domain::TenantId;

/// How long a caller waits for a free connection before the database counts as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// What the database, or the way to it, answered instead.
pub type DatabaseError = sqlx::Error;
/// A connection that sees what its transaction may see.
pub type Connection = sqlx::PgConnection;
/// Work on one tenant's rows: nothing stays unless it is committed.
pub type TenantTransaction = Transaction<'static, Postgres>;

/// Nobody may hold a lane or a colleague up for longer than two seconds.
const SETTINGS: [(&str, &str); 5] = [
    ("search_path", "ganira"),
    ("timezone", "UTC"),
    ("jit", "off"),
    ("statement_timeout", "2s"),
    ("idle_in_transaction_session_timeout", "2s"),
];

/// Connections for questions, reservations, the API and the command line. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppPool(PgPool);

impl AppPool {
    /// A pool of at most `connections_max` connections, the first of them opened when it is needed. The login must be a member of
    /// `ganira_app`.
    pub fn new(login: PgConnectOptions, connections_max: u32) -> Self {
        let options = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute("SET ROLE ganira_app").await?;
                    Ok(())
                })
            });
        Self(options.connect_lazy_with(login.options(SETTINGS).application_name("ganira app")))
    }

    /// A connection that sees no tenant's rows: for asking whose a key is.
    pub async fn nobody(&self) -> sqlx::Result<PoolConnection<Postgres>> {
        self.0.acquire().await
    }

    /// A transaction that reads `tenant`'s rows and can write none.
    pub async fn reading(&self, tenant: TenantId) -> sqlx::Result<TenantTransaction> {
        as_tenant(self.0.begin_with("BEGIN READ ONLY").await?, tenant).await
    }

    /// A transaction on `tenant`'s rows; nothing stays unless it is committed.
    pub async fn writing(&self, tenant: TenantId) -> sqlx::Result<TenantTransaction> {
        as_tenant(self.0.begin().await?, tenant).await
    }

    /// Waits until all connections are closed. Whoever asks afterwards is told that the database is unavailable.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

/// Names the tenant for the rest of the transaction: the policies of every table compare with it.
async fn as_tenant(mut transaction: TenantTransaction, tenant: TenantId) -> sqlx::Result<TenantTransaction> {
    sqlx::query("SELECT set_config('app.tenant', $1, true)")
        .bind(tenant.to_string())
        .execute(&mut *transaction)
        .await?;
    Ok(transaction)
}
