//! Addresses: how a contact can be reached. A contact has any number of them and none is its identity.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A phone number in E.164: `+`, then 7 to 15 digits, the first not 0. Written and compared in that one form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Phone(String);

/// Why a text is not a phone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number in international form: expected + and 7 to 15 digits, such as +250780000001")]
pub struct NotAPhone;

impl Phone {
    /// Reads `+250780000001`, with spaces, dashes, dots and brackets forgiven.
    pub fn parse(text: &str) -> Result<Self, NotAPhone> {
        let mut digits = text.trim().strip_prefix('+').ok_or(NotAPhone)?.to_owned();
        digits.retain(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'));
        Self::from_digits(&digits)
    }

    /// Reads digits without a `+`, the form of WhatsApp's `wa_id`.
    pub fn from_digits(digits: &str) -> Result<Self, NotAPhone> {
        let good =
            (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if good { Ok(Self(format!("+{digits}"))) } else { Err(NotAPhone) }
    }

    /// `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits alone.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Shows the country code's first digits only: a log line must not carry a person's number.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({}…)", &self.0[..4])
    }
}

/// A WhatsApp business-scoped id: two capital letters, `.`, optionally `ENT.`, then 1 to 128 letters and digits.
///
/// Source: Meta, "Business-scoped user ids" (2026). A parent id has the same form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ScopedId(String);

/// Why a text is not a business-scoped id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a business-scoped id: expected a form like RW.13491208655302741918")]
pub struct NotAScopedId;

impl ScopedId {
    pub fn parse(text: &str) -> Result<Self, NotAScopedId> {
        let (country, rest) = text.split_once('.').ok_or(NotAScopedId)?;
        let id = rest.strip_prefix("ENT.").unwrap_or(rest);
        let good = country.len() == 2
            && country.bytes().all(|b| b.is_ascii_uppercase())
            && (1..=128).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric());
        if good { Ok(Self(text.to_owned())) } else { Err(NotAScopedId) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for ScopedId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// One way to reach a contact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// A phone number: WhatsApp (where it is known), SMS, USSD and voice share it.
    Phone(Phone),
    /// A WhatsApp business-scoped id; belongs to the portfolio, and so to the tenant.
    WhatsApp(ScopedId),
}

impl Address {
    /// The bytes that are hashed to look the address up: kind and value, never ambiguous.
    pub fn canonical(&self) -> String {
        match self {
            Self::Phone(phone) => format!("phone:{phone}"),
            Self::WhatsApp(id) => format!("whatsapp:{}", id.as_str()),
        }
    }

    /// Reads what [`Address::canonical`] wrote.
    pub fn from_canonical(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("phone", phone) => Phone::parse(phone).ok().map(Self::Phone),
            ("whatsapp", id) => ScopedId::parse(id).ok().map(Self::WhatsApp),
            _ => None,
        }
    }
}

/// Shorter numbers are short codes.
const INTERNATIONAL_DIGITS_MIN: usize = 8;

/// The one form of a number that messages come from or go to: an international number with its `+`, whether it was written with it or not; a
/// short code or a sender's word as it is.
pub fn sender_number(text: &str) -> String {
    let text = text.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    let international = digits.len() >= INTERNATIONAL_DIGITS_MIN && digits.bytes().all(|byte| byte.is_ascii_digit());
    if international { format!("+{digits}") } else { text.to_owned() }
}
