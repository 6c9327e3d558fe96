//! How Vonage signs: the parameters of a flat request with one of five methods, or a token that carries the body's hash.
//!
//! Sources: "Signing messages" and "Signed webhooks". A token's time is not looked at: what could not be delivered comes again for a day, and
//! what comes twice changes nothing.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::config::SmsSignature;
use crate::crypto::{hmac_md5, hmac_sha1, hmac_sha512, md5, sign_sha256};

/// Whether `secret` made `given` (hexadecimal, in whatever case) of these parameters.
pub fn is_signed(method: SmsSignature, secret: &str, parameters: &[(&str, &str)], given: &str) -> bool {
    let text = text_of(parameters);
    let (key, message) = (secret.as_bytes(), text.as_bytes());
    let expected = match method {
        SmsSignature::Md5Hash => md5(&[message, key].concat()),
        SmsSignature::HmacMd5 => hmac_md5(key, message),
        SmsSignature::HmacSha1 => hmac_sha1(key, message),
        SmsSignature::HmacSha256 => sign_sha256(key, message).to_vec(),
        SmsSignature::HmacSha512 => hmac_sha512(key, message),
        SmsSignature::Jwt => return false,
    };
    bool::from(hex::encode(expected).as_bytes().ct_eq(given.to_ascii_lowercase().as_bytes()))
}

/// `&name=value` of every parameter but the signature itself, sorted by name; `&` and `=` in values are `_`.
fn text_of(parameters: &[(&str, &str)]) -> String {
    let mut sorted: Vec<(&str, &str)> = parameters.iter().copied().filter(|(name, _)| *name != "sig").collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut text = String::new();
    for (name, value) in sorted {
        text.push('&');
        text.push_str(name);
        text.push('=');
        text.push_str(&value.replace(['&', '='], "_"));
    }
    text
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    payload_hash: Option<String>,
}

/// Whether `secret` signed `token`, and the token is for this body.
pub fn is_token_for(secret: &str, token: &str, body: &[u8]) -> bool {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let Ok(read) = jsonwebtoken::decode::<Claims>(token, &key, &validation) else { return false };
    let expected = hex::encode(Sha256::digest(body));
    match read.claims.payload_hash {
        Some(hash) => bool::from(expected.as_bytes().ct_eq(hash.to_ascii_lowercase().as_bytes())),
        // Only a request without a body may come without its hash.
        None => body.is_empty(),
    }
}
