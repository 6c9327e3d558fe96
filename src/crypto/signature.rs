//! HMAC-SHA256 signatures over raw bytes, as companies put them on their webhooks.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The 32-byte HMAC-SHA256 of `message`.
pub fn sign_sha256(secret: &[u8], message: &[u8]) -> [u8; 32] {
    prepared(secret).chain_update(message).finalize().into_bytes().into()
}

/// Whether `tag` (decoded bytes, all 32 of them) is the HMAC-SHA256 of `message`. Takes the same time wherever the tags differ.
pub fn verify_sha256(secret: &[u8], message: &[u8], tag: &[u8]) -> bool {
    prepared(secret).chain_update(message).verify_slice(tag).is_ok()
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
pub(super) fn prepared(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("HMAC takes keys of any length")
}
