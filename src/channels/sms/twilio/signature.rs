//! `X-Twilio-Signature`: over the address as Twilio knows it and every parameter of the form, known to us or not. Source: "Webhooks security".

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

use crate::crypto::hmac_sha1;

pub const SIGNATURE_HEADER: &str = "X-Twilio-Signature";
/// The query field with the hash of a body that is no form.
const BODY_HASH: &str = "bodySHA256";

/// Whether `token` signed a request to `address`, byte for byte as it was asked for: a query that was decoded and written anew no longer fits.
/// `form` is the body where it is a form; a body of another kind is signed by its hash in the query.
pub fn is_signed(token: &str, signature: &str, address: &str, form: Option<&[u8]>, body: &[u8]) -> bool {
    let query: Vec<(String, String)> = query(address);
    let hash = query.iter().find(|(name, _)| name == BODY_HASH).map(|(_, hash)| hash.as_str());
    let parameters = match (hash, form) {
        (Some(hash), _) if !is_hash_of(hash, body) => return false,
        // With a hash the body itself is not among the parameters.
        (Some(_), _) | (None, None) => String::new(),
        (None, Some(form)) => parameters(form),
    };
    let mut good = false;
    // Twilio signs with or without a port, whether the address has one or not.
    for address in with_and_without_port(address) {
        let expected = STANDARD.encode(hmac_sha1(token.as_bytes(), format!("{address}{parameters}").as_bytes()));
        good |= bool::from(expected.as_bytes().ct_eq(signature.as_bytes()));
    }
    good
}

fn query(address: &str) -> Vec<(String, String)> {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn is_hash_of(hash: &str, body: &[u8]) -> bool {
    let expected = hex::encode(Sha256::digest(body));
    bool::from(expected.as_bytes().ct_eq(hash.to_ascii_lowercase().as_bytes()))
}

/// Every parameter's name and value, sorted by name; of several values of one name each once, sorted.
fn parameters(form: &[u8]) -> String {
    let mut sorted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(form) {
        sorted.entry(name.into_owned()).or_default().insert(value.into_owned());
    }
    let mut text = String::new();
    for (name, values) in sorted {
        for value in values {
            text.push_str(&name);
            text.push_str(&value);
        }
    }
    text
}

/// The address as it is, without its port, and with its scheme's own.
fn with_and_without_port(address: &str) -> Vec<String> {
    let mut forms = vec![address.to_owned()];
    let Some((scheme, rest)) = address.split_once("://") else { return forms };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // The last colon outside the brackets of an IPv6 address.
    let colon = authority.rfind(':').filter(|at| !authority[*at..].contains(']'));
    forms.push(if let Some(at) = colon {
        format!("{scheme}://{}{path}", &authority[..at])
    } else {
        let port = if scheme == "http" { 80 } else { 443 };
        format!("{scheme}://{authority}:{port}{path}")
    });
    forms
}
