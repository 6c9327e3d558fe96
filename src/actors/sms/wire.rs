//! Sending by an SMS gateway.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;

use crate::actors::accounts::Account;
use crate::actors::outbound::{Courtesy, HttpSending, Sending, Wire};
use crate::actors::outgoing::Outgoing;
use crate::actors::senders::sender_for;
use crate::channels::sms::{Gateway, Parcel};
use crate::channels::{Refused, SendOutcome};
use crate::domain::Content;
use crate::domain::ids::Opaque;

/// One gateway as the dispatchers know it.
#[derive(Debug, Clone)]
pub struct SmsWire(pub Arc<Gateway>);

impl Wire for SmsWire {
    fn prepare(&self, account: &Account, message: &Outgoing) -> Result<Box<dyn Sending>, SendOutcome> {
        let Some(credential) = &account.credential else {
            let reason = "the account has no credential".to_owned();
            return Err(SendOutcome::AccountStopped { code: 0, reason });
        };
        let envelope = &message.envelope;
        let to =
            envelope.to.phone.as_ref().ok_or_else(|| refused(Refused::Undeliverable, "the person has no phone"))?;
        let Content::Text { text, .. } = &envelope.content else {
            return Err(refused(Refused::BadRequest, "the message was not laid out for SMS"));
        };
        let opaque = Opaque { outbox: message.id, wake: envelope.wake }.to_string();
        let parcel = Parcel {
            from: sender_for(account, to),
            customer: &account.parent_id,
            credential,
            to,
            text,
            opaque: &opaque,
        };
        let request = self.0.render(&parcel)?;
        Ok(Box::new(HttpSending { request, outcome: self.0.outcome() }))
    }

    /// SMS has no blue ticks.
    fn courtesy(&self, _: &Courtesy) -> Option<Request<Bytes>> {
        None
    }

    fn failed(&self, code: i64) -> Refused {
        self.0.failed(code)
    }
}

fn refused(reason: Refused, detail: &str) -> SendOutcome {
    SendOutcome::Refused { code: 0, reason, detail: detail.to_owned() }
}
