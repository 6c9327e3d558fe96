//! One configured gateway: which company it is, who may call it, and what the company's folder makes of its requests.

use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use url::Url;

use super::africastalking::AfricasTalking;
use super::infobip::Infobip;
use super::twilio::Twilio;
use super::vonage::Vonage;
use super::{Called, Parcel, Unreadable, Unsigned, Update};
use crate::channels::transport::TransportError;
use crate::channels::{BadGateway, Refused, SendOutcome, rule};
use crate::config::{Networks, SmsGateway, SmsKind};

/// A shorter secret path could be guessed.
const KEY_CHARS_MIN: usize = 16;
const NAME_CHARS_MAX: usize = 32;

/// One gateway, ready for use.
#[derive(Clone)]
pub struct Gateway {
    name: String,
    key: SecretString,
    allow_from: Option<Networks>,
    repeats: bool,
    company: Company,
}

#[derive(Debug, Clone)]
enum Company {
    AfricasTalking(AfricasTalking),
    Twilio(Twilio),
    Infobip(Infobip),
    Vonage(Vonage),
}

impl Gateway {
    /// Checks the settings; every mistake comes back at once. `public_url` is where the world reaches this server, if that is known.
    /// `None`: an operator's message centre, which is no matter of HTTP.
    pub fn new(name: &str, config: &SmsGateway, public_url: Option<&Url>) -> Result<Option<Self>, BadGateway> {
        let mut mistakes = Vec::new();
        if !is_name(name) {
            let text = "has a name that cannot be used: expected at most 32 lower-case letters, digits, - and _, a letter first";
            mistakes.push(("", text.to_owned()));
        }
        let bad = |mistakes| BadGateway { channel: "sms", name: name.to_owned(), mistakes };
        if config.kind == SmsKind::Smpp {
            return if mistakes.is_empty() { Ok(None) } else { Err(bad(mistakes)) };
        }
        let good = |key: &&SecretString| {
            let key = key.expose_secret();
            key.len() >= KEY_CHARS_MIN && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let key = config.key.as_ref().filter(good).cloned();
        if key.is_none() {
            mistakes.push((
                "key",
                format!("is missing or weak: expected at least {KEY_CHARS_MIN} letters, digits, - and _"),
            ));
        }
        let public = config.public_url.as_ref().or(public_url);
        let company = match config.kind {
            SmsKind::AfricasTalking => Ok(Company::AfricasTalking(AfricasTalking::new(config))),
            SmsKind::Twilio => Twilio::new(name, config, public).map(Company::Twilio),
            SmsKind::Infobip => Infobip::new(name, config, public).map(Company::Infobip),
            SmsKind::Vonage => Vonage::new(name, config, public).map(Company::Vonage),
            SmsKind::Smpp => return Ok(None),
        };
        match (company, key) {
            (Ok(company), Some(key)) if mistakes.is_empty() => {
                let repeats = config.repeats.unwrap_or(company.comes_again());
                Ok(Some(Self { name: name.to_owned(), key, allow_from: config.allow_from.clone(), repeats, company }))
            }
            (company, _) => {
                mistakes.extend(company.err().into_iter().flatten());
                Err(bad(mistakes))
            }
        }
    }

    /// The name in the webhook's path, which is also the app of its accounts.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the company comes again with what it could not deliver.
    pub fn repeats(&self) -> bool {
        self.repeats
    }

    /// Whether `key` is the webhook's and the caller's address is allowed. Takes the same time wherever keys differ.
    pub fn is_open_to(&self, key: &str, from: Option<IpAddr>) -> bool {
        let known = bool::from(self.key.expose_secret().as_bytes().ct_eq(key.as_bytes()));
        let allowed =
            self.allow_from.as_ref().is_none_or(|networks| from.is_some_and(|address| networks.contain(address)));
        known && allowed
    }

    /// Whether the company made the request, as far as it signs.
    pub fn verify(&self, called: &Called<'_>) -> Result<(), Unsigned> {
        match &self.company {
            Company::AfricasTalking(_) => Ok(()),
            Company::Twilio(twilio) => twilio.verify(called),
            Company::Infobip(infobip) => infobip.verify(called),
            Company::Vonage(vonage) => vonage.verify(called),
        }
    }

    /// What a request tells. Bytes from outside never panic here.
    pub fn read(&self, called: &Called<'_>) -> Result<Vec<Update>, Unreadable> {
        match &self.company {
            Company::AfricasTalking(_) => super::africastalking::read(&self.name, called),
            Company::Twilio(_) => super::twilio::read(&self.name, called),
            Company::Infobip(_) => super::infobip::read(&self.name, called),
            Company::Vonage(_) => super::vonage::read(&self.name, called),
        }
    }

    /// What says that a request was taken.
    pub fn thanks(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        if matches!(self.company, Company::Twilio(_)) {
            // No answer by this way: an empty list of instructions.
            *response.body_mut() = Bytes::from_static(b"<Response/>");
            response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/xml"));
        } else {
            *response.status_mut() = StatusCode::OK;
        }
        response
    }

    /// The request that sends a message.
    pub fn render(&self, parcel: &Parcel<'_>) -> Result<Request<Bytes>, SendOutcome> {
        let rendered = match &self.company {
            Company::AfricasTalking(talking) => talking.render(parcel),
            Company::Twilio(twilio) => twilio.render(parcel),
            Company::Infobip(infobip) => infobip.render(parcel),
            Company::Vonage(vonage) => vonage.render(parcel),
        };
        rendered.map_err(|error| SendOutcome::AccountStopped {
            code: 0,
            reason: format!("its credential or address cannot stand in a request: {error}"),
        })
    }

    /// How answers to [`Gateway::render`]'s requests are understood.
    pub fn outcome(&self) -> fn(&Result<Response<Bytes>, TransportError>) -> SendOutcome {
        match &self.company {
            Company::AfricasTalking(_) => super::africastalking::outcome,
            Company::Twilio(_) => super::twilio::outcome,
            Company::Infobip(_) => super::infobip::outcome,
            Company::Vonage(vonage) => vonage.outcome(),
        }
    }

    /// Why a message that was taken first will not arrive, by its receipt's code.
    pub fn failed(&self, code: i64) -> Refused {
        let table = match &self.company {
            Company::AfricasTalking(_) => super::africastalking::POLICY,
            Company::Twilio(_) => super::twilio::POLICY,
            Company::Infobip(_) => super::infobip::POLICY,
            Company::Vonage(_) => super::vonage::RECEIPTS,
        };
        rule::failed(table, code)
    }
}

impl Company {
    /// Africa's Talking posts once. Twilio asks its fallback address once, and does not repeat status callbacks (twilio.com/docs, "Messaging
    /// webhooks"). Infobip and Vonage come again for a day.
    fn comes_again(&self) -> bool {
        matches!(self, Self::Infobip(_) | Self::Vonage(_))
    }
}

/// Shows no secret.
impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("name", &self.name).field("company", &self.company).finish_non_exhaustive()
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= NAME_CHARS_MAX
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
}
