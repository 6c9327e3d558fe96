//! Twilio: forms both ways, each webhook signed over the address it was posted to.
//!
//! Sources: twilio.com/docs, "Webhooks security", "Messaging webhooks", "Message resource", "Error and warning dictionary".

mod policy;
mod read;
mod send;
mod signature;

pub use policy::POLICY;
pub use read::read;
pub use send::outcome;
pub use signature::{SIGNATURE_HEADER, is_signed};

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{Called, Unsigned};
use crate::config::SmsGateway;

const API: &str = "https://api.twilio.com/";
/// The query field that brings our own id back with each status.
const OURS: &str = "ours";

/// How its webhooks are believed and messages leave by it.
#[derive(Clone)]
pub struct Twilio {
    /// The auth tokens that sign.
    tokens: Vec<SecretString>,
    /// `https://chat.example.com`, as Twilio knows it.
    public: String,
    /// Where statuses are to be posted, without a query.
    statuses: String,
    /// `https://api.twilio.com`
    api: String,
}

impl Twilio {
    pub fn new(name: &str, config: &SmsGateway, public: Option<&Url>) -> Result<Self, Vec<(&'static str, String)>> {
        let mut mistakes = Vec::new();
        let tokens = config.secrets.as_ref().map(|secrets| secrets.as_slice().to_vec()).unwrap_or_default();
        if tokens.is_empty() {
            mistakes.push(("secrets", "is not set: expected the auth token, which signs Twilio's webhooks".to_owned()));
        }
        if public.is_none() {
            let text = "is not set: expected the address Twilio posts to (or server.public_url), which it signs";
            mistakes.push(("public_url", text.to_owned()));
        }
        let statuses = super::reports_to(name, config, public).unwrap_or_default();
        let public = public.map(|url| url.as_str().trim_end_matches('/').to_owned()).unwrap_or_default();
        let api = config.api_url.as_ref().map_or(API, Url::as_str).trim_end_matches('/').to_owned();
        if mistakes.is_empty() { Ok(Self { tokens, public, statuses, api }) } else { Err(mistakes) }
    }

    pub(super) fn verify(&self, called: &Called<'_>) -> Result<(), Unsigned> {
        let signature = called.header(SIGNATURE_HEADER).ok_or(Unsigned::Missing)?;
        let address = format!("{}{}", self.public, called.target);
        let form = if called.is_json() { None } else { Some(&**called.body) };
        let signed = |token: &SecretString| is_signed(token.expose_secret(), signature, &address, form, called.body);
        if self.tokens.iter().any(signed) { Ok(()) } else { Err(Unsigned::Wrong) }
    }
}

/// Shows no secret; the address of statuses holds the key.
impl std::fmt::Debug for Twilio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Twilio").field("public", &self.public).field("api", &self.api).finish_non_exhaustive()
    }
}
