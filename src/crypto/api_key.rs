//! Keys of machines: `gnr_live_`, 30 random characters, and a checksum, so that a mistyped or cut key is known without asking anybody
//! and scanners find keys that leaked. The form follows GitHub's tokens.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::random;

const PREFIX: &str = "gnr_live_";
const BODY_CHARS: usize = 30;
const CHECK_CHARS: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A key as its holder has it.
#[derive(Clone)]
pub struct ApiKey(SecretString);

/// The text is no key. Never carries any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an API key: it begins with gnr_live_ and has 36 letters and digits more, the last six of which prove the others"
)]
pub struct NotAKey;

impl ApiKey {
    /// A new key of about 178 unpredictable bits.
    pub fn draw() -> Self {
        let mut body = String::with_capacity(BODY_CHARS);
        while body.len() < BODY_CHARS {
            // Bytes from 248 on would make the first characters likelier.
            let drawn: [u8; 32] = random::array();
            let fair =
                drawn.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
            body.extend(fair.take(BODY_CHARS - body.len()));
        }
        let check = checksum(&body);
        Self(format!("{PREFIX}{body}{check}").into())
    }

    /// What is kept of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.expose_secret()).into()
    }

    /// Its last four characters, by which people tell their keys apart.
    pub fn tail(&self) -> &str {
        let text = self.0.expose_secret();
        &text[text.len() - 4..]
    }

    /// The key itself, to be shown once.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl FromStr for ApiKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let rest = text.strip_prefix(PREFIX).ok_or(NotAKey)?;
        let (body, check) = rest.split_at_checked(BODY_CHARS).ok_or(NotAKey)?;
        let known = body.bytes().all(|byte| ALPHABET.contains(&byte));
        if known && check == checksum(body) { Ok(Self(text.to_owned().into())) } else { Err(NotAKey) }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey")
    }
}

/// CRC-32 of the body in base 62, six digits.
fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [ALPHABET[0]; CHECK_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}
