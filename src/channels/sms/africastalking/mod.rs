//! Africa's Talking: forms both ways, nobody signs; the secret path and the network's addresses are all there is.
//!
//! Sources: developers.africastalking.com, "SMS": "Sending", "Notifications"; the status codes as published for its SDKs.

mod policy;
mod read;
mod send;

pub use policy::POLICY;
pub use read::read;
pub use send::outcome;

use url::Url;

use crate::config::SmsGateway;

const API: &str = "https://api.africastalking.com/version1/messaging";

/// How messages leave by it.
#[derive(Debug, Clone)]
pub struct AfricasTalking {
    api: String,
}

impl AfricasTalking {
    pub fn new(config: &SmsGateway) -> Self {
        Self { api: config.api_url.as_ref().map_or_else(|| API.to_owned(), Url::to_string) }
    }
}
