//! A WhatsApp number as sending needs it, and whom a message goes to.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use secrecy::{ExposeSecret, SecretString};

use crate::domain::{Address, Phone, ScopedId};

/// One of a tenant's WhatsApp numbers at the Graph API. Made once per account.
#[derive(Clone)]
pub struct Account {
    /// `https://graph.facebook.com/v26.0`
    root: String,
    phone_number_id: String,
    messages: Uri,
    authorization: HeaderValue,
}

/// Why a setting cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAccount {
    #[error("the phone number id must be the digits Meta shows beside the number, such as 106540352242922")]
    PhoneNumberId,
    #[error("the Graph version must look like v26.0")]
    Version,
    #[error("the Graph address must look like https://graph.facebook.com")]
    Base,
    #[error("the access token holds characters that cannot stand in a header")]
    Token,
}

impl Account {
    /// `base` is `https://graph.facebook.com`, or where a sandbox stands in for it (it may have a path); `version` is `v26.0`.
    pub fn new(base: &str, version: &str, phone_number_id: &str, token: &SecretString) -> Result<Self, NotAnAccount> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(phone_number_id) {
            return Err(NotAnAccount::PhoneNumberId);
        }
        let (major, minor) = version.strip_prefix('v').and_then(|v| v.split_once('.')).ok_or(NotAnAccount::Version)?;
        if !digits(major) || !digits(minor) {
            return Err(NotAnAccount::Version);
        }
        let root = format!("{}/{version}", base.trim_end_matches('/'));
        let messages: Uri = format!("{root}/{phone_number_id}/messages").parse().map_err(|_| NotAnAccount::Base)?;
        if messages.host().is_none() || !matches!(messages.scheme_str(), Some("http" | "https")) {
            return Err(NotAnAccount::Base);
        }
        let bearer = format!("Bearer {}", token.expose_secret());
        let mut authorization = HeaderValue::from_str(&bearer).map_err(|_| NotAnAccount::Token)?;
        authorization.set_sensitive(true);
        Ok(Self { root, phone_number_id: phone_number_id.to_owned(), messages, authorization })
    }

    pub fn phone_number_id(&self) -> &str {
        &self.phone_number_id
    }

    /// A JSON request to the number's `messages` edge: everything said to a person goes there.
    pub(super) fn post(&self, body: &serde_json::Value) -> Request<Bytes> {
        let mut request = self.request(Method::POST, self.messages.clone(), Bytes::from(body.to_string()));
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request
    }

    /// A request that carries the token.
    pub(super) fn request(&self, method: Method, uri: Uri, body: Bytes) -> Request<Bytes> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, self.authorization.clone());
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        request
    }

    /// The address of a node of the graph, such as a media id.
    pub(super) fn node(&self, id: &str, query: &str) -> Option<Uri> {
        let safe = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if safe { format!("{}/{id}?{query}", self.root).parse().ok() } else { None }
    }

    /// Whether Graph is met without encryption, as a sandbox on the same machine is.
    pub(super) fn is_plain(&self) -> bool {
        self.messages.scheme_str() == Some("http")
    }

    /// The host requests go to, which may see the token.
    pub(super) fn host(&self) -> Option<&str> {
        self.messages.host()
    }
}

/// Shows no token.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("messages", &self.messages).finish_non_exhaustive()
    }
}

/// Whom a message goes to: always somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    Phone(Phone),
    Scoped(ScopedId),
    Both(Phone, ScopedId),
}

impl Recipient {
    /// The person behind these addresses; the first of each kind counts. `None` if there is none for WhatsApp.
    pub fn of(addresses: &[Address]) -> Option<Self> {
        let phone = addresses.iter().find_map(|address| match address {
            Address::Phone(phone) => Some(phone.clone()),
            Address::WhatsApp(_) => None,
        });
        let scoped = addresses.iter().find_map(|address| match address {
            Address::WhatsApp(id) => Some(id.clone()),
            Address::Phone(_) => None,
        });
        match (phone, scoped) {
            (Some(phone), Some(id)) => Some(Self::Both(phone, id)),
            (Some(phone), None) => Some(Self::Phone(phone)),
            (None, Some(id)) => Some(Self::Scoped(id)),
            (None, None) => None,
        }
    }
}
