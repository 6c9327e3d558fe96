//! The operator's key ring: wraps the tenants' keys and the system's key.
//!
//! Every wrapped key names the ring key that wrapped it, so a ring can hold several: put a new one first, re-wrap
//! (`ganira keys rotate`), then take the old one away. Layout: version (1 byte, now 1) ‖ length of the id (1) ‖ id ‖ sealed key.

use super::tenant_key::read_key;
use super::{Cipher, CryptoError, DataKey, Place, SecretKey, TenantKey, random};

const VERSION: u8 = 1;
/// The owner id of the system's key; tenants are numbered from 1.
const SYSTEM: i64 = 0;

/// Why a text is not a key ring. Names positions and ids, never key material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    #[error("the key ring is empty: expected at least one `id:base64 of 32 bytes`")]
    Empty,
    #[error("entry {0} of the key ring: expected `id:base64 of 32 bytes`")]
    NotAnEntry(usize),
    #[error("entry {0} of the key ring: expected an id of 1 to 64 letters, digits, `-`, `_` or `.` before the colon")]
    NotAnId(usize),
    #[error("key \"{0}\" of the key ring: expected 32 bytes in base64 after the colon")]
    NotAKey(String),
    #[error("key \"{0}\" stands twice in the key ring")]
    Twice(String),
}

/// The ring keys by id; the first one wraps, all of them unwrap.
#[derive(Debug)]
pub struct KeyRing {
    keys: Vec<(String, Cipher)>,
}

impl KeyRing {
    /// Reads `id:base64` entries separated by commas or line ends; the first is the primary. Empty lines and lines that start with
    /// `#` are skipped.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let mut keys: Vec<(String, Cipher)> = Vec::new();
        let entries =
            text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty() && !entry.starts_with('#'));
        for (index, entry) in entries.enumerate() {
            let (id, key) = read_entry(index + 1, entry)?;
            if keys.iter().any(|(known, _)| *known == id) {
                return Err(KeyRingError::Twice(id));
            }
            keys.push((id, Cipher::new(&key)));
        }
        if keys.is_empty() { Err(KeyRingError::Empty) } else { Ok(Self { keys }) }
    }

    /// The id of the key that wraps from now on.
    pub fn primary(&self) -> &str {
        &self.keys[0].0
    }

    /// All ids, the primary first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(id, _)| id.as_str())
    }

    /// A fresh tenant key, with its wrapped form to store.
    pub fn generate_tenant_key(&self, tenant: i64) -> (TenantKey, Vec<u8>) {
        let key = random::secret_key();
        (TenantKey::new(tenant, &key), self.wrap(tenant, &key))
    }

    /// Opens a stored tenant key.
    pub fn unwrap_tenant_key(&self, tenant: i64, wrapped: &[u8]) -> Result<TenantKey, CryptoError> {
        Ok(TenantKey::new(tenant, &self.unwrap(tenant, wrapped)?))
    }

    /// The same tenant key wrapped under the primary ring key; `None` if it already is.
    pub fn rewrap_tenant_key(&self, tenant: i64, wrapped: &[u8]) -> Result<Option<Vec<u8>>, CryptoError> {
        self.rewrap(tenant, wrapped)
    }

    /// A fresh key for bytes that belong to nobody, with its wrapped form to store.
    pub fn generate_system_key(&self) -> (DataKey, Vec<u8>) {
        let key = random::secret_key();
        (DataKey::new(&key), self.wrap(SYSTEM, &key))
    }

    /// Opens the stored system key.
    pub fn unwrap_system_key(&self, wrapped: &[u8]) -> Result<DataKey, CryptoError> {
        Ok(DataKey::new(&self.unwrap(SYSTEM, wrapped)?))
    }

    /// The same system key wrapped under the primary ring key; `None` if it already is.
    pub fn rewrap_system_key(&self, wrapped: &[u8]) -> Result<Option<Vec<u8>>, CryptoError> {
        self.rewrap(SYSTEM, wrapped)
    }

    /// The id of the ring key that wrapped these bytes, whether or not this ring still holds it.
    pub fn wrapped_under(wrapped: &[u8]) -> Result<&str, CryptoError> {
        split(wrapped).map(|(id, _)| id)
    }

    fn wrap(&self, owner: i64, key: &SecretKey) -> Vec<u8> {
        let (id, cipher) = &self.keys[0];
        let sealed = place(owner, id).encoded(|additional| cipher.seal(additional, key.expose()));
        let mut wrapped = Vec::with_capacity(2 + id.len() + sealed.len());
        wrapped.extend_from_slice(&[VERSION, id.len() as u8]);
        wrapped.extend_from_slice(id.as_bytes());
        wrapped.extend_from_slice(&sealed);
        wrapped
    }

    fn unwrap(&self, owner: i64, wrapped: &[u8]) -> Result<SecretKey, CryptoError> {
        let (id, sealed) = split(wrapped)?;
        let (_, cipher) = self
            .keys
            .iter()
            .find(|(known, _)| known == id)
            .ok_or_else(|| CryptoError::UnknownRingKey(id.to_owned()))?;
        read_key(place(owner, id).encoded(|additional| cipher.open(additional, sealed))?)
    }

    fn rewrap(&self, owner: i64, wrapped: &[u8]) -> Result<Option<Vec<u8>>, CryptoError> {
        if Self::wrapped_under(wrapped)? == self.primary() {
            return Ok(None);
        }
        Ok(Some(self.wrap(owner, &self.unwrap(owner, wrapped)?)))
    }
}

fn place(owner: i64, ring_key: &str) -> Place<'_> {
    Place { tenant: owner, table: "key of a tenant", row: ring_key.as_bytes() }
}

fn split(wrapped: &[u8]) -> Result<(&str, &[u8]), CryptoError> {
    let [version, id_length, rest @ ..] = wrapped else { return Err(CryptoError::DoesNotOpen) };
    if *version != VERSION {
        return Err(CryptoError::UnknownLayout(*version));
    }
    let (id, sealed) = rest.split_at_checked(usize::from(*id_length)).ok_or(CryptoError::DoesNotOpen)?;
    Ok((std::str::from_utf8(id).map_err(|_| CryptoError::DoesNotOpen)?, sealed))
}

fn read_entry(position: usize, entry: &str) -> Result<(String, SecretKey), KeyRingError> {
    let (id, key) = entry.split_once(':').ok_or(KeyRingError::NotAnEntry(position))?;
    let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > 64 || !id.chars().all(is_id) {
        return Err(KeyRingError::NotAnId(position));
    }
    let key = SecretKey::from_base64(key).ok_or_else(|| KeyRingError::NotAKey(id.to_owned()))?;
    Ok((id.to_owned(), key))
}
