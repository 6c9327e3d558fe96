//! The tenants' own servers, which their flows may ask: nobody else is ever spoken to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::PgPool;
use url::Url;

use super::tenants::{self, TenantError};
use crate::crypto::{KeyRing, random};
use crate::domain::TenantId;
use crate::store::admin::{self, servers as rows};
use crate::store::seals;

pub use crate::store::admin::servers::ListedServer;

/// A key of this many bytes signs (Standard Webhooks: 24 to 64).
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
const NAME_BYTES_MAX: usize = 40;

/// Why a server was not written.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("a server cannot be named {0:?}: expected up to {NAME_BYTES_MAX} of a-z, 0-9 and _, the first a letter")]
    Name(String),
    #[error("{0} is no address of a server: expected https:// and a host")]
    Url(Url),
    #[error("the secret cannot sign: expected whsec_ and 24 to 64 bytes as base64")]
    Secret,
    #[error("tenant {tenant} has no server {name:?}: see `ganira tenant server list`")]
    Unknown { tenant: TenantId, name: String },
    #[error(transparent)]
    Tenant(#[from] TenantError),
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

/// Writes a server, or another address and secret for one that is there. Without a secret one is made. The secret comes back, to be given to
/// the server.
pub async fn add(
    pool: &PgPool,
    ring: &KeyRing,
    tenant: TenantId,
    name: &str,
    url: &Url,
    secret: Option<SecretString>,
) -> Result<SecretString, ServerError> {
    let good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= NAME_BYTES_MAX
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !good {
        return Err(ServerError::Name(name.to_owned()));
    }
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Err(ServerError::Url(url.clone()));
    }
    let secret = secret.unwrap_or_else(|| format!("whsec_{}", STANDARD.encode(random::array::<32>())).into());
    let written = secret.expose_secret();
    let key = STANDARD.decode(written.strip_prefix("whsec_").unwrap_or(written)).map_err(|_| ServerError::Secret)?;
    if !SECRET_BYTES.contains(&key.len()) {
        return Err(ServerError::Secret);
    }
    let mut transaction = admin::begin(pool).await?;
    let tenant_key = tenants::key_of(&mut transaction, ring, tenant).await?;
    let sealed = tenant_key.seal(seals::SERVER, name.as_bytes(), written.as_bytes());
    rows::put(&mut transaction, tenant, name, url.as_str(), &sealed).await?;
    transaction.commit().await?;
    Ok(secret)
}

pub async fn list(pool: &PgPool, tenant: Option<TenantId>) -> Result<Vec<ListedServer>, ServerError> {
    let mut transaction = admin::begin_reading(pool).await?;
    Ok(rows::list(&mut transaction, tenant).await?)
}

/// Flows that name it take their way for a server that fails.
pub async fn remove(pool: &PgPool, tenant: TenantId, name: &str) -> Result<(), ServerError> {
    let mut transaction = admin::begin(pool).await?;
    if !rows::remove(&mut transaction, tenant, name).await? {
        return Err(ServerError::Unknown { tenant, name: name.to_owned() });
    }
    Ok(transaction.commit().await?)
}
