//! AES-256-GCM with a prepared key: the layout of everything sealed.
//!
//! Layout: version (1 byte, now 1) ‖ nonce (12) ‖ ciphertext ‖ tag (16). Nonces are random, so one key should stay well below 2³²
//! seals (NIST SP 800-38D, 8.3); every contact has its own key.

use aes_gcm::{AeadInOut as _, Aes256Gcm, KeyInit as _, Nonce, Tag};

use super::{CryptoError, SecretKey, random};

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
const HEADER_BYTES: usize = 1 + NONCE_BYTES;

/// How many bytes sealing adds.
pub const SEALED_OVERHEAD_BYTES: usize = HEADER_BYTES + TAG_BYTES;

/// A key whose schedule is expanded once. Wiped when dropped, silent in `Debug`.
///
/// Most callers want [`super::DataKey`], which binds what it seals to a place.
pub struct Cipher(Aes256Gcm);

impl Cipher {
    pub fn new(key: &SecretKey) -> Self {
        Self(Aes256Gcm::new(key.expose().into()))
    }

    /// Seals under a fresh random nonce. One allocation of `plaintext.len() + SEALED_OVERHEAD_BYTES`.
    pub fn seal(&self, additional: &[u8], plaintext: &[u8]) -> Vec<u8> {
        self.seal_with_nonce(&random::array(), additional, plaintext)
    }

    /// As [`Cipher::seal`] with a chosen nonce, which published test vectors need. A nonce used twice under one key gives the key's
    /// secrets away: nothing but those tests may call this.
    #[doc(hidden)]
    #[expect(clippy::expect_used, reason = "AES-GCM refuses only above 64 GiB, far above any cap on our rows")]
    pub fn seal_with_nonce(&self, nonce: &[u8; NONCE_BYTES], additional: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(plaintext.len() + SEALED_OVERHEAD_BYTES);
        sealed.push(VERSION);
        sealed.extend_from_slice(nonce);
        sealed.extend_from_slice(plaintext);
        let tag = self
            .0
            .encrypt_inout_detached(&Nonce::from(*nonce), additional, (&mut sealed[HEADER_BYTES..]).into())
            .expect("a row is shorter than 64 GiB");
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// Opens what [`Cipher::seal`] made with the same additional data. One allocation of the plaintext's length.
    pub fn open(&self, additional: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (&version, rest) = sealed.split_first().ok_or(CryptoError::DoesNotOpen)?;
        if version != VERSION {
            return Err(CryptoError::UnknownLayout(version));
        }
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(CryptoError::DoesNotOpen)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(CryptoError::DoesNotOpen)?;
        let mut plaintext = ciphertext.to_vec();
        self.0
            .decrypt_inout_detached(&Nonce::from(*nonce), additional, plaintext.as_mut_slice().into(), &Tag::from(*tag))
            .map_err(|_| CryptoError::DoesNotOpen)?;
        Ok(plaintext)
    }
}

impl std::fmt::Debug for Cipher {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Cipher(***)")
    }
}
