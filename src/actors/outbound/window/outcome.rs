//! What follows from how an attempt ended, and from receipts.

use std::time::Duration;

use super::contact::{Contact, State};
use super::words::{Action, Refusal};
use super::{SOON, Window, fact};
use crate::channels::{Refused, Scope, SendOutcome};
use crate::domain::{ContactId, DeliveryState, OutboxId, Timestamp};
use crate::resilience::{Backoff, breaker};
use crate::store::{AttemptState, NameHash, Names};

/// How long an account pauses that was throttled and not told for how long.
const ACCOUNT_PAUSE: Backoff = Backoff { first: Duration::from_secs(1), factor: 2, most: Duration::from_secs(64) };
/// The same for a portfolio.
const PORTFOLIO_PAUSE: Duration = Duration::from_mins(1);

/// A message of a contact that was being sent.
#[derive(Debug, Clone, Copy)]
struct At {
    contact: ContactId,
    index: usize,
    begun: Timestamp,
}

impl Window {
    /// The attempt could not be recorded: nothing was sent, and nothing is known to be wrong with the message.
    pub(super) fn not_begun(&mut self, id: OutboxId, now: Timestamp) {
        let Some(at) = self.arrived(id) else { return };
        if self.entry(at).is_some_and(|entry| entry.heard.is_some()) {
            self.close(at.contact, at.index);
        } else {
            self.set(at, State::Queued { due: Some(now + SOON) });
        }
        self.file(at.contact, now);
    }

    /// Nothing was sent, and nothing will be.
    pub(super) fn unwanted(&mut self, id: OutboxId, now: Timestamp, actions: &mut Vec<Action>) {
        let Some(at) = self.arrived(id) else { return };
        if let Some(entry) = self.entry(at) {
            // The attempt was never begun.
            entry.attempt = entry.attempt.saturating_sub(1);
        }
        let refusal = Refusal { reason: Refused::Unwanted, code: None };
        actions.extend(self.refuse(at.contact, at.index, refusal, now));
    }

    pub(super) fn ended(
        &mut self,
        id: OutboxId,
        outcome: &SendOutcome,
        named: (Option<NameHash>, Option<Names>),
        random: f64,
        now: Timestamp,
        actions: &mut Vec<Action>,
    ) {
        let Some(at) = self.arrived(id) else { return };
        self.tell_breaker(outcome, now, actions);
        let heard = self.entry(at).and_then(|entry| entry.heard);
        match outcome {
            SendOutcome::Accepted { .. } => self.accepted(at, named, now, actions),
            // It was taken after all, whatever the answer said.
            _ if heard.is_some() => self.close(at.contact, at.index),
            SendOutcome::Throttled { scope, retry_after, .. } => {
                self.throttled(at, *scope, *retry_after, now, actions);
            }
            SendOutcome::Retry { code, retry_after } => self.retry(at, *code, *retry_after, random, now, actions),
            SendOutcome::Unknown => {
                self.spend(at);
                self.set(at, State::Unknown { until: now + self.pace.unknown_wait });
                self.note(at, AttemptState::Unknown, now, actions);
            }
            SendOutcome::AccountStopped { code, reason } => self.stop(at, *code, reason, now, actions),
            SendOutcome::Refused { code, reason, .. } => {
                let refusal = Refusal { reason: *reason, code: Some(*code) };
                actions.extend(self.refuse(at.contact, at.index, refusal, now));
            }
        }
        self.file(at.contact, now);
    }

    /// A receipt says that a message was taken, whatever we know of it ourselves. The receipt itself is recorded elsewhere.
    pub(super) fn receipt(&mut self, id: OutboxId, state: DeliveryState, now: Timestamp) {
        let contact_id = id.conversation.contact;
        if self.intake.is_reading() && self.news.len() < self.pace.rows_max {
            let news = self.news.entry(id).or_insert(state);
            *news = news.after(state);
        }
        let Some(contact) = self.contacts.get_mut(&contact_id) else { return };
        if state >= DeliveryState::Sent && contact.hold.is_some_and(|(held, _)| held == id) {
            contact.hold = None;
        }
        if let Some(index) = contact.position(id) {
            let Some(entry) = contact.queue.get_mut(index) else { return };
            if entry.is_sending() {
                entry.heard = Some(entry.heard.map_or(state, |heard| heard.after(state)));
            } else if entry.attempt > 0 {
                self.close(contact_id, index);
            }
        }
        self.file(contact_id, now);
    }

    /// Finds the message whose attempt came back.
    fn arrived(&mut self, id: OutboxId) -> Option<At> {
        let contact = self.contacts.get(&id.conversation.contact)?;
        let index = contact.position(id)?;
        let State::Sending { begun } = contact.queue.get(index)?.state else { return None };
        self.sending -= 1;
        Some(At { contact: id.conversation.contact, index, begun })
    }

    fn accepted(
        &mut self,
        at: At,
        (message, names): (Option<NameHash>, Option<Names>),
        now: Timestamp,
        actions: &mut Vec<Action>,
    ) {
        self.throttled = 0;
        let Some(entry) = self.take_out(at.contact, at.index) else { return };
        let mut fact = fact(&entry, DeliveryState::Accepted.rank(), AttemptState::None, now);
        fact.message = message;
        fact.names = names;
        actions.push(Action::Record { fact, closes: Some(entry.message.place), refusal: None });
        let awaits_sent = entry.is_media() && entry.heard.is_none_or(|heard| heard < DeliveryState::Sent);
        if let Some(contact) = self.contacts.get_mut(&at.contact) {
            contact.throttles = 0;
            if awaits_sent {
                contact.hold = Some((entry.message.id, now + self.pace.follower_wait));
            }
        }
    }

    fn throttled(
        &mut self,
        at: At,
        scope: Scope,
        retry_after: Option<Duration>,
        now: Timestamp,
        actions: &mut Vec<Action>,
    ) {
        self.set(at, State::Queued { due: None });
        self.note(at, AttemptState::Again, now, actions);
        match scope {
            Scope::Pair => {
                if let Some(contact) = self.contacts.get_mut(&at.contact) {
                    pair_waits(contact, retry_after, now);
                }
            }
            Scope::Account => {
                let wait = retry_after.unwrap_or_else(|| ACCOUNT_PAUSE.ceiling(self.throttled));
                self.throttled = self.throttled.saturating_add(1);
                self.paused_until = self.paused_until.max(Some(now + wait));
            }
            Scope::Portfolio => {
                let until = now + retry_after.unwrap_or(PORTFOLIO_PAUSE);
                self.paused_until = self.paused_until.max(Some(until));
                actions.push(Action::PausePortfolio(until));
            }
        }
    }

    fn retry(
        &mut self,
        at: At,
        code: Option<i64>,
        retry_after: Option<Duration>,
        random: f64,
        now: Timestamp,
        actions: &mut Vec<Action>,
    ) {
        let spent = self.spend(at);
        if spent >= self.pace.attempts_max {
            let refusal = Refusal { reason: Refused::Undeliverable, code };
            actions.extend(self.refuse(at.contact, at.index, refusal, now));
            return;
        }
        let wait = Backoff::COMPANY.wait(spent - 1, random, retry_after);
        self.set(at, State::Queued { due: Some(now + wait) });
        self.note(at, AttemptState::Again, now, actions);
    }

    fn stop(&mut self, at: At, code: i64, reason: &str, now: Timestamp, actions: &mut Vec<Action>) {
        self.set(at, State::Queued { due: None });
        self.note(at, AttemptState::Again, now, actions);
        // An answer to what was begun with the old token says nothing about the new one.
        let is_old = self.resumed_at.is_some_and(|resumed| at.begun < resumed);
        if !self.stopped && !is_old {
            self.stopped = true;
            actions.push(Action::StopAccount { code, reason: reason.to_owned() });
        }
    }

    fn tell_breaker(&mut self, outcome: &SendOutcome, now: Timestamp, actions: &mut Vec<Action>) {
        let event = match outcome {
            SendOutcome::Retry { .. } | SendOutcome::Unknown => breaker::Event::Failed,
            _ => breaker::Event::Succeeded,
        };
        let (breaker, effects) = self.breaker.on(event, now);
        self.breaker = breaker;
        actions.extend(effects.into_iter().filter_map(|effect| match effect {
            breaker::Effect::Opened { until } => Some(Action::BreakerOpened(until)),
            breaker::Effect::Closed => Some(Action::BreakerClosed),
            breaker::Effect::Admit | breaker::Effect::WaitUntil(_) => None,
        }));
    }

    /// An attempt that counts; returns how many there were.
    fn spend(&mut self, at: At) -> u32 {
        let Some(entry) = self.entry(at) else { return 1 };
        entry.spent = entry.spent.saturating_add(1);
        entry.spent
    }

    fn set(&mut self, at: At, state: State) {
        if let Some(entry) = self.entry(at) {
            entry.state = state;
        }
    }

    fn note(&mut self, at: At, state: AttemptState, now: Timestamp, actions: &mut Vec<Action>) {
        if let Some(entry) = self.entry(at) {
            let fact = fact(entry, 0, state, now);
            actions.push(Action::Record { fact, closes: None, refusal: None });
        }
    }

    fn entry(&mut self, at: At) -> Option<&mut super::Entry> {
        self.contacts.get_mut(&at.contact)?.queue.get_mut(at.index)
    }

    /// A message is settled and nothing is left to write about it.
    pub(super) fn close(&mut self, contact: ContactId, index: usize) {
        if let Some(entry) = self.take_out(contact, index) {
            self.open.remove(&entry.message.place);
        }
    }
}

/// Source: error 131056, "4^X seconds, X = 0, 1, 2, …".
fn pair_waits(contact: &mut Contact, retry_after: Option<Duration>, now: Timestamp) {
    let wait = retry_after.unwrap_or_else(|| Backoff::PAIR.ceiling(contact.throttles));
    contact.throttles = contact.throttles.saturating_add(1);
    contact.not_before = Some(now + wait);
}
