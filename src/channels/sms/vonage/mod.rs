//! Vonage: its SMS interface (forms, queries or flat JSON, a name for every part) and its Messages interface (JSON, one name for the whole).
//!
//! Sources: developer.vonage.com, "SMS": "Delivery receipts", "Inbound SMS", "Concatenation and encoding", "Troubleshooting SMS";
//! "Signing messages"; "Messages": "Webhooks", "Signed webhooks".

mod policy;
mod read;
mod send;
mod send_messages;
mod signature;

pub use policy::{ANSWERS, RECEIPTS};
pub use read::read;
pub use signature::{is_signed, is_token_for};

use bytes::Bytes;
use http::{Request, Response};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{Called, Parcel, Unsigned};
use crate::channels::SendOutcome;
use crate::channels::transport::TransportError;
use crate::config::{SmsGateway, SmsSignature, VonageApi};

const SMS_API: &str = "https://rest.nexmo.com";
const MESSAGES_API: &str = "https://api.nexmo.com";

/// How its webhooks are believed and messages leave by it.
#[derive(Clone)]
pub struct Vonage {
    secrets: Vec<SecretString>,
    signature: Option<SmsSignature>,
    interface: VonageApi,
    /// `https://rest.nexmo.com`
    api: String,
    /// Where delivery reports are to be posted; unset, where the account's own settings say.
    reports: Option<String>,
}

impl Vonage {
    pub fn new(name: &str, config: &SmsGateway, public: Option<&Url>) -> Result<Self, Vec<(&'static str, String)>> {
        let secrets = config.secrets.as_ref().map(|secrets| secrets.as_slice().to_vec()).unwrap_or_default();
        if config.signature.is_some() && secrets.is_empty() {
            let text = "is not set: expected the signature secret, because `signature` is set";
            return Err(vec![("secrets", text.to_owned())]);
        }
        let usual = match config.vonage_api {
            VonageApi::Sms => SMS_API,
            VonageApi::Messages => MESSAGES_API,
        };
        let api = config.api_url.as_ref().map_or(usual, Url::as_str).trim_end_matches('/').to_owned();
        let reports = super::reports_to(name, config, public);
        Ok(Self { secrets, signature: config.signature, interface: config.vonage_api, api, reports })
    }

    pub(super) fn verify(&self, called: &Called<'_>) -> Result<(), Unsigned> {
        let Some(method) = self.signature else { return Ok(()) };
        let good = if method == SmsSignature::Jwt {
            let token = called.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
            let token = token.ok_or(Unsigned::Missing)?;
            self.secrets.iter().any(|secret| is_token_for(secret.expose_secret(), token.trim(), called.body))
        } else {
            let fields = called.fields();
            let given = fields.some("sig").ok_or(Unsigned::Missing)?;
            let parameters: Vec<(&str, &str)> = fields.iter().collect();
            self.secrets.iter().any(|secret| is_signed(method, secret.expose_secret(), &parameters, given))
        };
        if good { Ok(()) } else { Err(Unsigned::Wrong) }
    }

    pub(super) fn render(&self, parcel: &Parcel<'_>) -> Result<Request<Bytes>, http::Error> {
        match self.interface {
            VonageApi::Sms => self.render_sms(parcel),
            VonageApi::Messages => self.render_messages(parcel),
        }
    }

    pub(super) fn outcome(&self) -> fn(&Result<Response<Bytes>, TransportError>) -> SendOutcome {
        match self.interface {
            VonageApi::Sms => send::outcome,
            VonageApi::Messages => send_messages::outcome,
        }
    }
}

/// Shows no secret.
impl std::fmt::Debug for Vonage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vonage").field("api", &self.api).field("signature", &self.signature).finish_non_exhaustive()
    }
}
