//! Ground tools for secrets: sealing rows, the hierarchy of keys, keyed hashes, signatures, and the one source of randomness.
//!
//! A contact's [`DataKey`] seals what is stored about them, is wrapped by the [`TenantKey`] of their tenant, and that one by the
//! operator's [`KeyRing`]. Turning the ring re-wraps tenant keys only. The key of [`KeyedHash`] stands apart and never turns with the ring.

mod api_key;
mod cipher;
mod data_key;
mod key_ring;
mod keyed_hash;
mod place;
pub mod random;
mod secret_key;
mod signature;
mod tenant_key;

pub use api_key::{ApiKey, NotAKey};
pub use cipher::{Cipher, SEALED_OVERHEAD_BYTES};
pub use data_key::DataKey;
pub use key_ring::{KeyRing, KeyRingError};
pub use keyed_hash::{HashKeyError, KeyedHash};
pub use place::Place;
pub use secret_key::SecretKey;
pub use signature::{hmac_md5, hmac_sha1, hmac_sha512, md5, sign_sha256, verify_sha256};
pub use tenant_key::TenantKey;

/// Why sealed or wrapped bytes could not be opened. Never carries any of the bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// Altered, cut short, sealed under another key, or moved from another tenant, table or row.
    #[error("sealed bytes do not open: they were altered, moved from their row, or sealed under another key")]
    DoesNotOpen,
    /// The first byte names a layout this program does not know.
    #[error("sealed bytes have layout {0}, which this version of ganira does not know: upgrade ganira")]
    UnknownLayout(u8),
    /// The key ring no longer holds the key that wrapped these bytes.
    #[error(
        "a key is wrapped under ring key \"{0}\", which is not in secrets.key_ring: add it back, then run `ganira keys rotate`"
    )]
    UnknownRingKey(String),
}
