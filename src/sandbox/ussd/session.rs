//! A session between a handset and a gateway, as the gateway keeps it.

use tokio::time::Instant;

use super::gateway::UssdGateway;
use super::style::Request;
use crate::crypto::random;

/// What a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Keys {
    /// She dialled; what stood behind the code.
    Dialled(String),
    Typed(String),
}

#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) id: String,
    /// The gateway's place.
    pub(super) gateway: usize,
    /// With `+`.
    pub(super) phone: String,
    pub(super) code: String,
    /// Everything typed, joined by `*`.
    pub(super) history: String,
    pub(super) hops: u64,
    /// What the engine asked to have back.
    pub(super) client_state: String,
    pub(super) began: Instant,
    /// The last request, for a gateway that repeats it.
    pub(super) last_request: Option<Request>,
    /// The screen as it was answered last.
    pub(super) last_answer: String,
    /// Whether the engine is being asked.
    pub(super) asking: bool,
}

/// How a session ended, as gateways tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Finished,
    Cancelled,
    TimedOut,
    /// Late, or no answer as the gateway wants it.
    Failed,
}

impl Session {
    pub(super) fn new(gateway: usize, of: &UssdGateway, phone: &str, code: String) -> Self {
        let id = format!("{:016x}{:016x}", random::number(), random::number());
        Self {
            id: of.style.session_id(&id),
            gateway,
            phone: phone.to_owned(),
            code,
            history: String::new(),
            hops: 0,
            client_state: String::new(),
            began: Instant::now(),
            last_request: None,
            last_answer: String::new(),
            asking: false,
        }
    }

    /// Takes up what was typed.
    pub(super) fn take(&mut self, keys: &Keys) {
        let (Keys::Dialled(text) | Keys::Typed(text)) = keys;
        let dialled = matches!(keys, Keys::Dialled(_));
        if !(self.history.is_empty() && (dialled || self.hops == 1)) {
            self.history.push('*');
        }
        self.history.push_str(text);
        self.hops += 1;
    }
}
