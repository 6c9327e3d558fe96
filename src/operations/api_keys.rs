//! Keys of machines that call the admin API.

use sqlx::{PgConnection, PgPool};

use super::refused::Refused;
use crate::crypto::ApiKey;
use crate::domain::{Scope, TenantId, Timestamp};
use crate::store::admin;
use crate::store::api::{self, ListedKey};

const LABEL_CHARS_MAX: usize = 80;

/// A key that is to be.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// What it is for, 1 to 80 characters.
    pub label: String,
    pub scopes: Vec<Scope>,
    /// `None`: never.
    pub expires_at: Option<Timestamp>,
}

/// Draws a key and keeps its hash. Returns its number, and the key, which nobody can be told again.
pub async fn add(connection: &mut PgConnection, tenant: TenantId, new: &NewApiKey) -> Result<(i64, ApiKey), Refused> {
    if !(1..=LABEL_CHARS_MAX).contains(&new.label.chars().count()) || new.label.chars().any(char::is_control) {
        return Err(Refused::bad("label", format!("1 to {LABEL_CHARS_MAX} characters, no control characters")));
    }
    let mut scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.name()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Refused::bad("scopes", "name at least one"));
    }
    let key = ApiKey::draw();
    let row = api::NewKey {
        label: &new.label,
        hash: key.hash(),
        tail: key.tail(),
        scopes: &scopes,
        expires_at: new.expires_at,
    };
    Ok((api::add_key(connection, tenant, &row).await?, key))
}

/// The key is good no more, from the next request on.
pub async fn revoke(connection: &mut PgConnection, tenant: TenantId, id: i64) -> Result<(), Refused> {
    if api::revoke_key(connection, tenant, id).await? {
        Ok(())
    } else {
        Err(Refused::Absent { what: "key in use", id })
    }
}

/// [`add`] for an operator's command, whose pool acts as the owner of the tables.
pub async fn add_as_owner(pool: &PgPool, tenant: TenantId, new: &NewApiKey) -> Result<(i64, ApiKey), Refused> {
    let mut transaction = admin::begin(pool).await?;
    let added = add(&mut transaction, tenant, new).await?;
    transaction.commit().await?;
    Ok(added)
}

/// All keys of a tenant, for an operator's command.
pub async fn list_as_owner(pool: &PgPool, tenant: TenantId) -> Result<Vec<ListedKey>, Refused> {
    let mut transaction = admin::begin_reading(pool).await?;
    Ok(api::keys(&mut transaction, tenant).await?)
}

/// [`revoke`] for an operator's command.
pub async fn revoke_as_owner(pool: &PgPool, tenant: TenantId, id: i64) -> Result<(), Refused> {
    let mut transaction = admin::begin(pool).await?;
    revoke(&mut transaction, tenant, id).await?;
    Ok(transaction.commit().await?)
}
