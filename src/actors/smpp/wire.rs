//! How messages leave: a text as its short messages, all parts by one connection, what was taken remembered.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use http::Request;

use super::begun::{Attempt, part_reference, reference};
use super::line::Line;
use super::{Centres, Gateway};
use crate::actors::accounts::Account;
use crate::actors::outbound::{Courtesy, Sending, Wire};
use crate::actors::outgoing::Outgoing;
use crate::actors::senders::sender_for;
use crate::channels::smpp::{Numbered, Submit, Submitted, ids, parts, status};
use crate::channels::{Refused, Scope, SendOutcome, Transport};
use crate::domain::{Content, OutboxId};

/// How long an account waits that has no connection.
const NO_SESSION: Duration = Duration::from_secs(1);
/// Types of number and numbering plans (sections 5.2.5 and 5.2.6).
const INTERNATIONAL: u8 = 1;
const ALPHANUMERIC: u8 = 5;
const E164: u8 = 1;

/// One gateway.
#[derive(Debug)]
pub(super) struct SmppWire {
    pub centres: Centres,
    pub gateway: Arc<Gateway>,
}

impl Wire for SmppWire {
    fn prepare(&self, account: &Account, message: &Outgoing) -> Result<Box<dyn Sending>, SendOutcome> {
        if let Err(why) = &self.gateway.centre {
            return Err(SendOutcome::AccountStopped { code: 0, reason: why.clone() });
        }
        let Content::Text { text, .. } = &message.envelope.content else {
            return Err(refused(Refused::BadRequest, "only text can be sent as SMS"));
        };
        let phone = message.envelope.to.phone.as_ref();
        let phone = phone.ok_or_else(|| refused(Refused::Undeliverable, "the message has no phone number"))?;
        let reference = reference(message.id);
        let written = parts::write(text, self.gateway.writing, reference);
        let written = written.map_err(|error| refused(Refused::BadRequest, &error.to_string()))?;
        let Some(line) = self.centres.line(account) else { return Err(not_bound()) };
        let settings = &self.gateway.settings;
        let number = sender_for(account, phone);
        let dest =
            Numbered { ton: settings.dest_ton as u8, npi: settings.dest_npi as u8, digits: phone.digits().to_owned() };
        let submits = written.parts.into_iter().enumerate().map(|(part, text)| Submit {
            service_type: settings.service_type.clone().unwrap_or_default(),
            source: source(number, settings.source_ton as u8, settings.source_npi as u8),
            dest: dest.clone(),
            data_coding: written.data_coding,
            part: text,
            receipt: true,
            reference: Some(part_reference(reference, part)),
            ussd: None,
        });
        let wake = message.envelope.wake;
        Ok(Box::new(SmppSending { line, id: message.id, reference, wake, submits: submits.collect() }))
    }

    fn courtesy(&self, _: &Courtesy) -> Option<Request<Bytes>> {
        None
    }

    /// A receipt's code is the network's own: it says that the person could not be reached.
    fn failed(&self, _: i64) -> Refused {
        Refused::Undeliverable
    }

    fn segments_per_second(&self) -> Option<u32> {
        Some(self.gateway.settings.segments_per_second)
    }
}

/// A sender as it is written: a name has no numbering plan, a number with `+` is international.
pub(super) fn source(number: &str, ton: u8, npi: u8) -> Numbered {
    if let Some(digits) = number.strip_prefix('+') {
        Numbered { ton: INTERNATIONAL, npi: E164, digits: digits.to_owned() }
    } else if number.bytes().any(|letter| !letter.is_ascii_digit()) {
        Numbered { ton: ALPHANUMERIC, npi: 0, digits: number.to_owned() }
    } else {
        Numbered { ton, npi, digits: number.to_owned() }
    }
}

fn refused(reason: Refused, detail: &str) -> SendOutcome {
    SendOutcome::Refused { code: 0, reason, detail: detail.to_owned() }
}

/// Nothing is wrong with the message: it waits until there is a connection.
fn not_bound() -> SendOutcome {
    SendOutcome::Throttled { scope: Scope::Account, retry_after: Some(NO_SESSION), code: None }
}

/// One message on its way.
#[derive(Debug)]
struct SmppSending {
    line: Arc<Line>,
    id: OutboxId,
    reference: u16,
    wake: bool,
    submits: Vec<Submit>,
}

#[async_trait]
impl Sending for SmppSending {
    async fn send(self: Box<Self>, _: &Transport) -> SendOutcome {
        let Some(seat) = self.line.seat() else {
            return match self.line.refused() {
                Some((code, reason)) => SendOutcome::AccountStopped { code: code.into(), reason },
                None => not_bound(),
            };
        };
        let now = self.line.tools.world.clock.now();
        let taken = self.line.begun.lock().begin(self.attempt(), now);
        let mut missing: Vec<(usize, Submit)> = self.submits.iter().cloned().enumerate().collect();
        missing.retain(|(part, _)| taken.get(*part).is_none_or(Option::is_none));
        // They leave in their order: the window lets in who asked first.
        let window = self.line.gateway.settings.window as usize;
        let submitted: Vec<(usize, Submitted)> = futures::stream::iter(missing)
            .map(|(part, submit)| {
                let (line, seat) = (self.line.clone(), seat.clone());
                async move { (part, line.submit(&seat, &submit).await) }
            })
            .buffered(window)
            .collect()
            .await;
        self.come_to(submitted)
    }
}

impl SmppSending {
    fn attempt(&self) -> Attempt<'_> {
        let to = self.submits.first().map_or("", |submit| submit.dest.digits.as_str());
        Attempt { id: self.id, parts: self.submits.len(), reference: self.reference, to, wake: self.wake }
    }

    /// What the answers of all parts come to.
    fn come_to(&self, submitted: Vec<(usize, Submitted)>) -> SendOutcome {
        let mut begun = self.line.begun.lock();
        let mut worst: Option<SendOutcome> = None;
        for (part, submitted) in submitted {
            let outcome = match submitted {
                Submitted::Taken(name) => {
                    begun.taken(self.id, part, ids::normal(&name));
                    continue;
                }
                Submitted::Refused(code) => status::outcome(code),
                Submitted::NotSent => not_bound(),
                Submitted::Lost => SendOutcome::Unknown,
                Submitted::Unwritable(why) => refused(Refused::BadRequest, &why),
            };
            if worst.as_ref().is_none_or(|worst| gravity(&outcome) > gravity(worst)) {
                worst = Some(outcome);
            }
        }
        match worst {
            None => {
                let now = self.line.tools.world.clock.now();
                let names = begun.begin(self.attempt(), now);
                begun.end(self.id);
                SendOutcome::Accepted { messages: names.into_iter().flatten().collect() }
            }
            Some(outcome) => {
                if matches!(outcome, SendOutcome::Refused { .. }) {
                    begun.end(self.id);
                }
                outcome
            }
        }
    }
}

/// Of several parts' outcomes the gravest counts: one that is refused will never be whole, of one that is lost nobody knows.
fn gravity(outcome: &SendOutcome) -> u8 {
    match outcome {
        SendOutcome::Refused { .. } => 5,
        SendOutcome::AccountStopped { .. } => 4,
        SendOutcome::Unknown => 3,
        SendOutcome::Retry { .. } => 2,
        SendOutcome::Throttled { .. } => 1,
        SendOutcome::Accepted { .. } => 0,
    }
}
