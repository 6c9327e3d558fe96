//! What a channel contributes to sending: requests, and the meaning of answers. One implementation per company.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use crate::actors::accounts::Account;
use crate::actors::outgoing::{Outgoing, Recipient};
use crate::channels::whatsapp::{self, Typing};
use crate::channels::{Refused, SendOutcome, Transport, TransportError};
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

/// Renders for one company and understands its answers.
pub trait Wire: Send + Sync + Debug + 'static {
    /// What will send `message`, ready to go; `Err` says what became of it without asking anybody. Nothing has left yet, and nothing here
    /// waits: the attempt is recorded in between.
    fn prepare(&self, account: &Account, message: &Outgoing) -> Result<Box<dyn Sending>, SendOutcome>;
    /// `None`: the company knows no such kindness.
    fn courtesy(&self, courtesy: &Courtesy) -> Option<Request<Bytes>>;
    /// Why a message that was taken first will not arrive, by the code of its receipt.
    fn failed(&self, code: i64) -> Refused;
    /// How many short messages one number of it may send a second, where the company says another figure than the settings.
    fn segments_per_second(&self) -> Option<u32> {
        None
    }
}

/// One message on its way to one company.
#[async_trait]
pub trait Sending: Send {
    async fn send(self: Box<Self>, transport: &Transport) -> SendOutcome;
}

/// One HTTP request, and how its answer is understood.
#[derive(Debug)]
pub struct HttpSending {
    pub request: Request<Bytes>,
    pub outcome: fn(&Result<Response<Bytes>, TransportError>) -> SendOutcome,
}

#[async_trait]
impl Sending for HttpSending {
    async fn send(self: Box<Self>, transport: &Transport) -> SendOutcome {
        (self.outcome)(&transport.send(self.request).await)
    }
}

/// The companies by which messages leave.
#[derive(Debug)]
pub struct Wires {
    pub whatsapp: Arc<dyn Wire>,
    /// SMS gateways by their name in the configuration, which is the `app` of their accounts.
    pub sms: HashMap<String, Arc<dyn Wire>>,
}

impl Wires {
    /// The company of an account. `None`: nothing can be sent by it.
    pub fn of(&self, account: &Account) -> Option<&Arc<dyn Wire>> {
        match account.channel {
            Channel::WhatsApp => Some(&self.whatsapp),
            Channel::Sms => self.sms.get(&account.app),
            // A screen is the answer to the request that asked for it.
            Channel::Ussd => None,
        }
    }
}

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
    fn prepare(&self, account: &Account, message: &Outgoing) -> Result<Box<dyn Sending>, SendOutcome> {
        let number = self.account(account)?;
        let envelope = &message.envelope;
        let recipient = recipient(&envelope.to).ok_or_else(|| SendOutcome::Refused {
            code: 0,
            reason: Refused::Undeliverable,
            detail: "the message has no address".to_owned(),
        })?;
        let opaque = Opaque { outbox: message.id, wake: envelope.wake }.to_string();
        let request = whatsapp::render(&number, &recipient, &envelope.content, &opaque, None);
        Ok(Box::new(HttpSending { request, outcome: whatsapp::outcome }))
    }

    fn courtesy(&self, courtesy: &Courtesy) -> Option<Request<Bytes>> {
        let number = self.account(&courtesy.account).ok()?;
        let typing = if courtesy.typing { Typing::Shown } else { Typing::NotShown };
        Some(whatsapp::mark_read(&number, &courtesy.message, typing))
    }

    fn failed(&self, code: i64) -> Refused {
        whatsapp::policy::failed(code)
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
