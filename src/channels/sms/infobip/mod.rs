//! Infobip: JSON both ways, many updates in a body. Webhooks are believed by the secret path, and by a header where one is configured.
//!
//! Sources: infobip.com/docs/api, "Send SMS message", "Receive inbound SMS messages", "Receive SMS delivery reports"; "Response status and
//! error codes".

mod policy;
mod read;
mod send;

pub use policy::POLICY;
pub use read::read;
pub use send::outcome;

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use url::Url;

use super::{Called, Unsigned};
use crate::config::SmsGateway;

/// How its webhooks are believed and messages leave by it.
#[derive(Clone)]
pub struct Infobip {
    /// `https://xyz123.api.infobip.com`
    api: String,
    authorization: Option<SecretString>,
    /// Where delivery reports are to be posted; unset, where the account's own settings say.
    reports: Option<String>,
}

impl Infobip {
    pub fn new(name: &str, config: &SmsGateway, public: Option<&Url>) -> Result<Self, Vec<(&'static str, String)>> {
        let Some(api) = config.api_url.as_ref().map(Url::as_str) else {
            let text = "is not set: expected your own address at Infobip, such as https://xyz123.api.infobip.com";
            return Err(vec![("api_url", text.to_owned())]);
        };
        Ok(Self {
            api: api.trim_end_matches('/').to_owned(),
            authorization: config.authorization.clone(),
            reports: super::reports_to(name, config, public),
        })
    }

    pub(super) fn verify(&self, called: &Called<'_>) -> Result<(), Unsigned> {
        let Some(expected) = &self.authorization else { return Ok(()) };
        let given = called.header("authorization").ok_or(Unsigned::Missing)?;
        let good = bool::from(expected.expose_secret().as_bytes().ct_eq(given.as_bytes()));
        if good { Ok(()) } else { Err(Unsigned::Wrong) }
    }
}

/// Shows no secret.
impl std::fmt::Debug for Infobip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Infobip").field("api", &self.api).finish_non_exhaustive()
    }
}
