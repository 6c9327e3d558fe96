//! SMS by the companies' HTTP interfaces: how their webhooks are believed and read, how messages become requests, and what answers mean.
//!
//! Sans-IO, a folder per company. Sources named in those files are the companies' own pages.

pub mod africastalking;
pub mod infobip;
pub mod rule;
pub mod twilio;
pub mod vonage;

mod answer;
mod called;
mod fields;
mod gateway;
mod numbers;

use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

pub use called::Called;
pub use gateway::Gateway;

use super::smpp::udh::Concatenation;
use crate::config::SmsGateway;
use crate::domain::{Inbound, Phone};

/// What a webhook told.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// A message, a receipt or a notice.
    Whole(Inbound),
    /// A part of a long message: the others come in requests of their own.
    Part(Part),
}

/// One part of a long message. Its text stands in the message's body.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub inbound: Inbound,
    pub place: Concatenation,
}

/// A message to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    /// The number, short code or sender it comes from.
    pub from: &'a str,
    /// What the company calls the customer.
    pub customer: &'a str,
    pub credential: &'a SecretString,
    pub to: &'a Phone,
    pub text: &'a str,
    /// Comes back with the receipts of companies that carry something for us.
    pub opaque: &'a str,
}

/// Why a request cannot be read. Its sender would only repeat it: it is kept whole, and answered as taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the body is not text in UTF-8")]
    NotText,
    #[error("the body is not JSON of the company's form")]
    NotJson,
    #[error("the field {0} is missing")]
    Missing(&'static str),
    #[error("the body holds more than {UPDATES_MAX} updates")]
    TooMany,
}

/// Why a request is not believed. All are answered alike, so that a stranger learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    #[error("its signature is missing")]
    Missing,
    #[error("nobody of ours signed it: check the secret and the public address")]
    Wrong,
}

/// Companies send at most hundreds of updates in one body.
pub const UPDATES_MAX: usize = 2_000;

/// Where a company is to post delivery reports, if it is known how the world reaches us.
fn reports_to(name: &str, config: &SmsGateway, public: Option<&Url>) -> Option<String> {
    let (public, key) = (public?.as_str().trim_end_matches('/'), config.key.as_ref()?.expose_secret());
    Some(format!("{public}/webhooks/sms/{name}/{key}/status"))
}

/// The slice of `body` that `part` stands in.
fn slice(body: &Bytes, part: &str) -> Bytes {
    body.slice_ref(part.as_bytes())
}
