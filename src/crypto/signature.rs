//! Signatures over raw bytes, as companies put them on their webhooks.

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

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

/// The older ways that companies still sign in. Each gives the bytes of its tag.
pub fn hmac_sha1(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::<Hmac<Sha1>>(secret, message)
}

pub fn hmac_sha512(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::<Hmac<Sha512>>(secret, message)
}

pub fn hmac_md5(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::<Hmac<Md5>>(secret, message)
}

/// MD5 alone, of a message that ends with the secret.
pub fn md5(message: &[u8]) -> Vec<u8> {
    Md5::digest(message).to_vec()
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
fn hmac<M: Mac + KeyInit>(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
