//! One attempt to send one message: record it, send, understand the answer. Runs as a task of its own.

use std::sync::Arc;
use std::time::Instant;

use super::setup::Setup;
use super::window::Event;
use super::wire::Wire;
use crate::actors::accounts::Account;
use crate::actors::outgoing::Outgoing;
use crate::channels::SendOutcome;
use crate::crypto::random;
use crate::flows::Channel;
use crate::store::{AttemptState, Fact, NameHash, Names, StoreError};

/// Sends `message`. Nothing leaves before the attempt stands in the table under an unfenced writer.
pub(super) async fn run(setup: &Setup, account: &Account, message: &Outgoing, attempt: i16) -> Event {
    let started = Instant::now();
    match stopped(setup, account, message).await {
        Ok(false) => {}
        Ok(true) => return Event::Unwanted(message.id),
        Err(error) => {
            tracing::warn!(account.id = account.id.0, error = %error.source, "what a person stopped is not known, trying again");
            return Event::NotBegun(message.id);
        }
    }
    let outcome = match setup.wires.of(account) {
        Some(wire) => match send(setup, wire, account, message, attempt).await {
            Some(outcome) => outcome,
            None => return Event::NotBegun(message.id),
        },
        None => SendOutcome::AccountStopped { code: 0, reason: "nothing can be sent on this channel".to_owned() },
    };
    report(message, attempt, &outcome, started);
    let (first, names) = names(setup, account, message, &outcome);
    Event::Ended { id: message.id, outcome, message: first, names, random: fraction() }
}

/// The hash of the first of the provider's names within its account, and all of them within their gateway where receipts come by names.
fn names(
    setup: &Setup,
    account: &Account,
    message: &Outgoing,
    outcome: &SendOutcome,
) -> (Option<NameHash>, Option<Names>) {
    let SendOutcome::Accepted { messages } = outcome else { return (None, None) };
    let first = messages.first().map(|name| setup.hashes.event(account.id.0, name.as_bytes()));
    if account.channel == Channel::WhatsApp || messages.is_empty() {
        return (first, None);
    }
    let parts = messages.iter().map(|name| setup.hashes.name(&account.app, name)).collect();
    (first, Some(Names { parts, wake: message.envelope.wake }))
}

/// Whether the person has stopped such messages, be it since this one was written. What answers her is never asked about.
async fn stopped(setup: &Setup, account: &Account, message: &Outgoing) -> Result<bool, StoreError> {
    let Some(purpose) = message.envelope.purpose else { return Ok(false) };
    setup.store.opted_out(message.id.conversation, account.channel.as_str(), purpose.as_str()).await
}

/// `None`: it could not be recorded and was not sent.
async fn send(
    setup: &Setup,
    wire: &Arc<dyn Wire>,
    account: &Account,
    message: &Outgoing,
    attempt: i16,
) -> Option<SendOutcome> {
    let sending = match wire.prepare(account, message) {
        Ok(sending) => sending,
        Err(outcome) => return Some(outcome),
    };
    let begun = Fact {
        id: message.id,
        account: account.id,
        attempt,
        attempt_state: AttemptState::Begun,
        rank: 0,
        message: None,
        names: None,
        error_code: None,
        price_category: None,
        at: setup.clock.now(),
    };
    #[cfg(feature = "planted-bugs")]
    let begun = planted(begun);
    setup.facts.record(begun).await.ok()?;
    Some(sending.send(&setup.transport).await)
}

#[cfg(feature = "planted-bugs")]
fn planted(begun: Fact) -> Fact {
    use crate::actors::plant::Plant;
    if Plant::AcceptedBeforeSend.grows() {
        let rank = crate::domain::DeliveryState::Accepted.rank();
        return Fact { attempt_state: AttemptState::None, rank, ..begun };
    }
    if Plant::AttemptNotRecorded.grows() {
        return Fact { attempt: 0, attempt_state: AttemptState::None, ..begun };
    }
    begun
}

fn report(message: &Outgoing, attempt: i16, outcome: &SendOutcome, started: Instant) {
    let took = started.elapsed();
    let (word, code) = word(outcome);
    metrics::counter!("ganira_sends_total", "outcome" => word).increment(1);
    metrics::histogram!("ganira_send_seconds").record(took.as_secs_f64());
    tracing::info!(
        trace = %message.envelope.trace,
        outbox.id = %message.id,
        account.id = message.account.0,
        attempt,
        outcome = word,
        code,
        duration_ms = took.as_millis() as u64,
        "an attempt to send ended"
    );
}

fn word(outcome: &SendOutcome) -> (&'static str, Option<i64>) {
    match outcome {
        SendOutcome::Accepted { .. } => ("accepted", None),
        SendOutcome::Throttled { code, .. } => ("throttled", *code),
        SendOutcome::Retry { code, .. } => ("retry", *code),
        SendOutcome::Unknown => ("unknown", None),
        SendOutcome::AccountStopped { code, .. } => ("account_stopped", Some(*code)),
        SendOutcome::Refused { code, .. } => ("refused", Some(*code)),
    }
}

/// Even in 0..=1.
fn fraction() -> f64 {
    random::number() as f64 / u64::MAX as f64
}
