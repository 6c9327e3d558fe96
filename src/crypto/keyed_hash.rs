//! Keyed hashes under which phones and provider message ids enter tables and logs.
//!
//! HMAC-SHA256 cut to 16 bytes, with a label per use so that equal bytes in two uses never share a hash. The key is not part of the
//! key ring: turning it would orphan every address and every event id.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::SecretKey;

/// The hash key's text is not 32 bytes in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 bytes in base64")]
pub struct HashKeyError;

/// A prepared hash key. Silent in `Debug`.
#[derive(Clone)]
pub struct KeyedHash(Hmac<Sha256>);

impl KeyedHash {
    pub fn new(key: &SecretKey) -> Self {
        Self(super::signature::prepared(key.expose()))
    }

    /// Reads the key from 32 bytes in standard base64.
    pub fn parse(text: &str) -> Result<Self, HashKeyError> {
        SecretKey::from_base64(text).map(|key| Self::new(&key)).ok_or(HashKeyError)
    }

    /// The hash of a contact's address (canonical bytes: kind and value) within a tenant. Also what logs show instead of a phone.
    pub fn address(&self, tenant: i64, canonical: &[u8]) -> [u8; 16] {
        self.digest(b"address", tenant, canonical)
    }

    /// The hash of a provider's message or event id within a channel account.
    pub fn event(&self, account: i64, provider_id: &[u8]) -> [u8; 16] {
        self.digest(b"event", account, provider_id)
    }

    /// The hash of a code that was given to a person, within a tenant.
    pub fn code(&self, tenant: i64, code: &[u8]) -> [u8; 16] {
        self.digest(b"code", tenant, code)
    }

    /// A number that nobody without the key can foresee, and that is the same whenever it is drawn for the same bytes.
    pub fn draw(&self, tenant: i64, bytes: &[u8]) -> u64 {
        u64::from_be_bytes(self.digest(b"draw", tenant, bytes)[..8].try_into().unwrap_or_default())
    }

    /// The hash of the name a gateway gave to a message: not by account, since its receipts may not say which.
    pub fn name(&self, gateway: &str, name: &str) -> [u8; 16] {
        self.digest(b"name", 0, &[gateway.as_bytes(), b"\0", name.as_bytes()].concat())
    }

    /// The hash of a body or other bytes that belong to no tenant (dead letters, rate limits by sender).
    pub fn other(&self, bytes: &[u8]) -> [u8; 16] {
        self.digest(b"other", 0, bytes)
    }

    fn digest(&self, label: &[u8], scope: i64, bytes: &[u8]) -> [u8; 16] {
        let mut mac = self.0.clone();
        mac.update(label);
        mac.update(&[0]);
        mac.update(&scope.to_be_bytes());
        mac.update(bytes);
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut cut = [0; 16];
        cut.copy_from_slice(&full[..16]);
        cut
    }
}

impl std::fmt::Debug for KeyedHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("KeyedHash(***)")
    }
}
