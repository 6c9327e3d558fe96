//! What a channel contributes to sending: requests, and the meaning of answers. One implementation per company.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use crate::actors::accounts::Account;
use crate::actors::outgoing::{Outgoing, Recipient};
use crate::channels::whatsapp::{self, Typing};
use crate::channels::{Refused, SendOutcome, TransportError};
use crate::domain::ids::Opaque;
use crate::flows::Channel;

/// A small kindness that may fail or be left out: the blue ticks, and "typing…".
#[derive(Debug, Clone)]
pub struct Courtesy {
    pub account: Arc<Account>,
    /// The provider's id of the message that was received.
    pub message: String,
    /// Also show that an answer is being written.
    pub typing: bool,
}

/// Renders for one company and understands its answers. Nothing here waits.
pub trait Wire: Send + Sync + Debug + 'static {
    /// The request that sends `message`; `Err` says what became of it without asking anybody.
    fn request(&self, account: &Account, message: &Outgoing) -> Result<Request<Bytes>, SendOutcome>;
    fn outcome(&self, answer: &Result<Response<Bytes>, TransportError>) -> SendOutcome;
    /// `None`: the company knows no such kindness.
    fn courtesy(&self, courtesy: &Courtesy) -> Option<Request<Bytes>>;
}

/// The wires by channel.
pub type Wires = HashMap<Channel, Arc<dyn Wire>>;

/// Meta's Graph API.
#[derive(Debug, Clone)]
pub struct GraphWire {
    /// `https://graph.facebook.com`, or where a sandbox stands in for it.
    pub base: String,
    /// `v26.0`
    pub version: String,
}

impl GraphWire {
    fn account(&self, account: &Account) -> Result<whatsapp::Account, SendOutcome> {
        let stopped = |reason: String| SendOutcome::AccountStopped { code: 0, reason };
        let Some(token) = &account.credential else {
            return Err(stopped("the account has no access token".to_owned()));
        };
        whatsapp::Account::new(&self.base, &self.version, &account.external_id, token)
            .map_err(|error| stopped(error.to_string()))
    }
}

impl Wire for GraphWire {
    fn request(&self, account: &Account, message: &Outgoing) -> Result<Request<Bytes>, SendOutcome> {
        let number = self.account(account)?;
        let envelope = &message.envelope;
        let recipient = recipient(&envelope.to).ok_or_else(|| SendOutcome::Refused {
            code: 0,
            reason: Refused::Undeliverable,
            detail: "the message has no address".to_owned(),
        })?;
        let opaque = Opaque { outbox: message.id, wake: envelope.wake }.to_string();
        Ok(whatsapp::render(&number, &recipient, &envelope.content, &opaque, None))
    }

    fn outcome(&self, answer: &Result<Response<Bytes>, TransportError>) -> SendOutcome {
        whatsapp::outcome(answer)
    }

    fn courtesy(&self, courtesy: &Courtesy) -> Option<Request<Bytes>> {
        let number = self.account(&courtesy.account).ok()?;
        let typing = if courtesy.typing { Typing::Shown } else { Typing::NotShown };
        Some(whatsapp::mark_read(&number, &courtesy.message, typing))
    }
}

fn recipient(to: &Recipient) -> Option<whatsapp::Recipient> {
    match (to.phone.clone(), to.scoped_id.clone()) {
        (Some(phone), Some(id)) => Some(whatsapp::Recipient::Both(phone, id)),
        (Some(phone), None) => Some(whatsapp::Recipient::Phone(phone)),
        (None, Some(id)) => Some(whatsapp::Recipient::Scoped(id)),
        (None, None) => None,
    }
}
