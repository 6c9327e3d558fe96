//! How each style of gateway asks, how strictly it takes answers, and what it tells at the end.

mod africastalking;
mod hubtel;
mod mtn_rwanda;

use bytes::Bytes;

use super::gateway::UssdStyle;
use super::gsm;
use super::session::{End, Keys, Session};
use crate::domain::Timestamp;

/// What a screen may hold: 182 septets in the 160 octets of a USSD string.
const SEPTETS_MAX: usize = 182;

/// A POST of a gateway.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

/// The engine's answer, as it came.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: Bytes,
}

/// What a handset shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Screen {
    pub(super) text: String,
    pub(super) ended: bool,
    /// What the engine wants to have back at the next hop.
    pub(super) client_state: Option<String>,
}

impl UssdStyle {
    pub(super) fn session_id(self, random: &str) -> String {
        match self {
            Self::AfricasTalking => format!("ATUid_{random}"),
            Self::Hubtel => random.to_owned(),
            Self::MtnRwanda => random.chars().filter(char::is_ascii_digit).take(18).collect(),
        }
    }

    pub(super) fn request(self, session: &Session, keys: &Keys, now: Timestamp) -> Request {
        match self {
            Self::AfricasTalking => africastalking::request(session),
            Self::Hubtel => hubtel::request(session, keys),
            Self::MtnRwanda => mtn_rwanda::request(session, keys, now),
        }
    }

    /// The screen of an answer; the error says what the gateway does not take.
    pub(super) fn read(self, session: &Session, answered: &Answered) -> Result<Screen, String> {
        if answered.status != 200 {
            return Err(format!("the status is {}: expected 200", answered.status));
        }
        let text = std::str::from_utf8(&answered.body).map_err(|_| "the body is not UTF-8".to_owned())?;
        let screen = match self {
            Self::AfricasTalking => africastalking::read(&answered.content_type, text)?,
            Self::Hubtel => hubtel::read(session, text)?,
            Self::MtnRwanda => mtn_rwanda::read(session, text)?,
        };
        if screen.text.trim().is_empty() {
            return Err("the screen is empty".to_owned());
        }
        match gsm::septets(&screen.text) {
            Err(letter) => Err(format!("the screen holds {letter:?}, which handsets do not have")),
            Ok(septets) if septets > SEPTETS_MAX => {
                Err(format!("the screen takes {septets} septets: expected at most {SEPTETS_MAX}"))
            }
            Ok(_) => Ok(screen),
        }
    }

    /// What the gateway tells when a session has ended. `None` where it tells nothing.
    pub(super) fn end(self, session: &Session, end: End, now: Timestamp) -> Option<Request> {
        match self {
            Self::AfricasTalking => Some(africastalking::end(session, end, now)),
            Self::Hubtel => hubtel::end(session, end),
            Self::MtnRwanda => None,
        }
    }
}
