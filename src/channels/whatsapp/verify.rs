//! Is a webhook from Meta? The signature over the raw bytes, and the handshake that sets a webhook up.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::crypto::verify_sha256;

/// The header that carries the signature. Source: Webhooks, "Getting started", validating payloads.
pub const SIGNATURE_HEADER: &str = "X-Hub-Signature-256";

/// An app at Meta whose webhooks we accept. While a secret is rotated there are two.
#[derive(Clone)]
pub struct App {
    name: String,
    secrets: Vec<SecretString>,
    verify_token: SecretString,
}

impl App {
    /// `secrets` are the app's secrets (neither its access nor its verify token); `verify_token` is our own choice.
    pub fn new(name: impl Into<String>, secrets: &[SecretString], verify_token: SecretString) -> Self {
        // An empty secret would let everybody sign.
        let usable = secrets.iter().filter(|secret| !secret.expose_secret().is_empty());
        Self { name: name.into(), secrets: usable.cloned().collect(), verify_token }
    }

    /// The name in our configuration and in the webhook's path.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn signed(&self, signature: &[u8; 32], body: &[u8]) -> bool {
        self.secrets.iter().any(|secret| verify_sha256(secret.expose_secret().as_bytes(), body, signature))
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("name", &self.name).field("secrets", &self.secrets.len()).finish_non_exhaustive()
    }
}

/// A body whose signature holds, and the app that made it. Not yet an authorisation: the accounts in the body must belong to this app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'a> {
    pub app: &'a str,
}

/// Why a request is not believed. All answer 401 alike, so that a stranger learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    #[error("the header {SIGNATURE_HEADER} is missing")]
    Missing,
    #[error("the header {SIGNATURE_HEADER} has not the form sha256=<64 hexadecimal digits>")]
    Malformed,
    #[error("no app of ours signed these bytes: check the app secret")]
    Wrong,
}

/// Finds the app that signed `body`, byte for byte as it came: Meta hashes the escaped text it sends, so a decoded and re-encoded body no
/// longer fits. `only` is the app of the webhook's path, where it names one.
pub fn verify<'a>(
    apps: &'a [App],
    only: Option<&str>,
    header: Option<&str>,
    body: &[u8],
) -> Result<Verified<'a>, Unsigned> {
    let digits = header.ok_or(Unsigned::Missing)?.strip_prefix("sha256=").ok_or(Unsigned::Malformed)?;
    let mut signature = [0; 32];
    hex::decode_to_slice(digits, &mut signature).map_err(|_| Unsigned::Malformed)?;
    let named = apps.iter().filter(|app| only.is_none_or(|only| only == app.name));
    let signer = named.into_iter().find(|app| app.signed(&signature, body));
    signer.map(|app| Verified { app: &app.name }).ok_or(Unsigned::Wrong)
}

/// Answers the handshake of a webhook's set-up: the challenge to send back, raw, if the token is one of ours.
///
/// `query` is the pairs `hub.mode`, `hub.verify_token` and `hub.challenge`, decoded. `None` asks for a 403.
pub fn handshake(apps: &[App], only: Option<&str>, query: &[(String, String)]) -> Option<String> {
    let get = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let (mode, token, challenge) = (get("hub.mode")?, get("hub.verify_token")?, get("hub.challenge")?);
    let mut known = false;
    for app in apps.iter().filter(|app| only.is_none_or(|only| only == app.name)) {
        let expected = app.verify_token.expose_secret().as_bytes();
        known |= !expected.is_empty() && bool::from(expected.ct_eq(token.as_bytes()));
    }
    (mode == "subscribe" && known).then(|| challenge.to_owned())
}
