//! The one place that asks for randomness: a cryptographically secure generator, seeded by the operating system and reseeded as it goes.

use rand::Rng as _;

use super::SecretKey;

/// Fills `destination` with unpredictable bytes.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn fill(destination: &mut [u8]) {
    rand::rng().fill_bytes(destination);
}

/// `N` unpredictable bytes.
pub fn array<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// A fresh 256-bit key.
pub fn secret_key() -> SecretKey {
    SecretKey::new(array())
}

/// An unpredictable name of `2 * BYTES` lower-case hexadecimal characters, for passwords and tokens.
pub fn hex_token<const BYTES: usize>() -> String {
    hex::encode(array::<BYTES>())
}

/// An unpredictable number, for jitter and seeds.
pub fn number() -> u64 {
    u64::from_be_bytes(array())
}
