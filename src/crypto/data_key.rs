//! The key that seals rows: one per contact, and one of the system for bytes that belong to nobody.

use super::{Cipher, CryptoError, Place, SecretKey};

/// Seals and opens rows, each bound to its place. Cheap to keep: the key schedule is expanded once.
#[derive(Debug)]
pub struct DataKey(Cipher);

impl DataKey {
    pub fn new(key: &SecretKey) -> Self {
        Self(Cipher::new(key))
    }

    /// Seals `plaintext` for `place`; [`super::SEALED_OVERHEAD_BYTES`] longer than the plaintext.
    pub fn seal(&self, place: Place<'_>, plaintext: &[u8]) -> Vec<u8> {
        place.encoded(|additional| self.0.seal(additional, plaintext))
    }

    /// Opens what was sealed for the same place under the same key.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        place.encoded(|additional| self.0.open(additional, sealed))
    }
}
