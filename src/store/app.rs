//! The app's door to the database: pooled connections that act as `ganira_app` and see one tenant at a time.

use sqlx::{PgPool, Postgres, Transaction};

use crate::domain::TenantId;

/// Connections for questions, reservations, the API and the command line. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppPool(PgPool);

impl AppPool {
    /// `pool` is one that [`super::postgres::app_pool`] opened.
    pub fn new(pool: PgPool) -> Self {
        Self(pool)
    }

    /// A transaction that reads `tenant`'s rows and can write none.
    pub async fn reading(&self, tenant: TenantId) -> sqlx::Result<Transaction<'static, Postgres>> {
        as_tenant(self.0.begin_with("BEGIN READ ONLY").await?, tenant).await
    }

    /// A transaction on `tenant`'s rows; nothing stays unless it is committed.
    pub async fn writing(&self, tenant: TenantId) -> sqlx::Result<Transaction<'static, Postgres>> {
        as_tenant(self.0.begin().await?, tenant).await
    }
}

/// Names the tenant for the rest of the transaction: the policies of every table compare with it.
async fn as_tenant(
    mut transaction: Transaction<'static, Postgres>,
    tenant: TenantId,
) -> sqlx::Result<Transaction<'static, Postgres>> {
    sqlx::query("SELECT set_config('app.tenant', $1, true)")
        .bind(tenant.to_string())
        .execute(&mut *transaction)
        .await?;
    Ok(transaction)
}
