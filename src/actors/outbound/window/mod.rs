//! The pure heart of sending: which rows of one account are in memory, which of them may leave now, and what follows from what became of
//! them. No clock, no IO, no randomness: time and random numbers are passed in.
//!
//! | a message | event | then | what is done |
//! |---|---|---|---|
//! | queued | its turn, but the door is shut | gone | record *failed*, tell the flow |
//! | queued | its turn, but the person has stopped such messages | gone | record *failed*, tell the flow |
//! | queued | its turn | sending | record the attempt, send |
//! | sending | could not be recorded | queued, in a second | |
//! | sending | the person has stopped such messages meanwhile: nothing was sent | gone | record *failed*, tell the flow |
//! | sending | accepted | gone; followers of media wait for *sent* | record *accepted* |
//! | sending | throttled | queued, costs nothing; the contact, account or portfolio waits | record *again* |
//! | sending | retry, attempts left | queued, after a backoff | record *again* |
//! | sending | retry, none left | gone | record *failed*, tell the flow |
//! | sending | unknown | unknown for `unknown_wait` | record *unknown* |
//! | sending | account stopped | queued, costs nothing; the account stops | record *again*, stop the account |
//! | sending | refused | gone | record *failed*, tell the flow |
//! | unknown | a receipt | gone: it was taken | |
//! | unknown | its time is over: send again, attempts left | queued | |
//! | unknown | its time is over: send again, none left | gone | record *failed*, tell the flow |
//! | unknown | its time is over: leave | gone | count it as lost |
//! | queued, tried before | a receipt | gone: it was taken | |
//!
//! The modes of taking rows in stand in `intake`; rows that may not leave yet are `held`.

mod contact;
mod held;
mod intake;
mod outcome;
mod take;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::num::NonZeroU32;
use std::time::Duration;

use contact::{Contact, Entry, Filed, State, Wish};
use held::Held;
use intake::Intake;
pub use words::{Action, Event, Found, Pace, Read, Refusal, Standing};

use super::buckets::Buckets;
use crate::channels::Refused;
use crate::domain::outbound::WhenUnknown;
use crate::domain::{ContactId, DeliveryState, OutboxId, Timestamp};
use crate::resilience::breaker::{self, Breaker};
use crate::store::{AttemptState, Fact, OutboxPlace};

/// How often cursors are saved.
const SAVE_EVERY: Duration = Duration::from_secs(3);
/// How long until something that failed inside our own house is tried again.
const SOON: Duration = Duration::from_secs(1);

/// The window of one account.
#[derive(Debug)]
pub struct Window {
    pace: Pace,
    intake: Intake,
    contacts: HashMap<ContactId, Contact>,
    /// Rows in memory, and rows whose end is being written.
    open: BTreeSet<OutboxPlace>,
    ready: BTreeSet<(u64, ContactId)>,
    waiting: BTreeSet<(Timestamp, ContactId)>,
    turn: u64,
    sending: usize,
    breaker: Breaker,
    buckets: Buckets,
    /// Tokens of the number's bucket that were taken and not yet used.
    tokens: u32,
    paused_until: Option<Timestamp>,
    /// How often in a row the account was throttled.
    throttled: u32,
    stopped: bool,
    /// Attempts begun before this do not stop the account again.
    resumed_at: Option<Timestamp>,
    draining: bool,
    /// Why [`Window::next`] had nothing although contacts are ready.
    blocked_until: Option<Timestamp>,
    read_again_at: Option<Timestamp>,
    saved: BTreeMap<i64, i64>,
    saved_at: Timestamp,
    /// Receipts that came while a page was being read: they may not be in it.
    news: HashMap<OutboxId, DeliveryState>,
    /// Contacts erased while a page was being read: it may hold their rows still.
    erased: HashSet<ContactId>,
    held: Held,
}

impl Window {
    /// `lanes` are the writers of our incarnation, `cursors` what was settled of each writer before. Starts catching up.
    pub fn new(pace: Pace, lanes: &[i64], cursors: BTreeMap<i64, i64>, now: Timestamp) -> Self {
        Self {
            pace,
            intake: Intake::new(lanes, cursors.clone()),
            contacts: HashMap::new(),
            open: BTreeSet::new(),
            ready: BTreeSet::new(),
            waiting: BTreeSet::new(),
            turn: 0,
            sending: 0,
            breaker: Breaker::new(pace.breaker),
            buckets: Buckets::new(pace.buckets, now),
            tokens: 0,
            paused_until: None,
            throttled: 0,
            stopped: false,
            resumed_at: None,
            draining: false,
            blocked_until: None,
            read_again_at: None,
            saved: cursors,
            saved_at: now,
            news: HashMap::new(),
            erased: HashSet::new(),
            held: Held::default(),
        }
    }

    /// Hears something, and says what is to be done besides sending; for that ask [`Window::next`] until it has nothing.
    pub fn on(&mut self, event: Event, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::Tick => {}
            Event::Committed(rows) => self.committed(rows, now),
            Event::Page(read, found) => self.page(read, found, now),
            Event::ReadFailed(read) => {
                self.intake.read_failed(read);
                self.read_again_at = Some(now + SOON);
            }
            Event::NotBegun(id) => self.not_begun(id, now),
            Event::Unwanted(id) => self.unwanted(id, now, &mut actions),
            Event::Ended { id, outcome, message, names, random } => {
                self.ended(id, &outcome, (message, names), random, now, &mut actions);
            }
            Event::Recorded(place) => {
                self.open.remove(&place);
            }
            Event::Receipt(id, state) => self.receipt(id, state, now),
            Event::PauseUntil(until) => self.paused_until = self.paused_until.max(Some(until)),
            Event::Stopped => self.stopped = true,
            Event::Resumed => self.resume(now),
            Event::Forget(contact) => self.forget(contact, now),
            Event::Drain => {
                self.draining = true;
                self.save_cursors(now, &mut actions);
            }
        }
        self.ripen(now, &mut actions);
        self.read_on(now, &mut actions);
        // What is due and found no room is looked at when there is some.
        self.held.look_at = self.held.first_time().filter(|at| *at > now && !self.draining);
        if now >= self.saved_at + SAVE_EVERY {
            self.save_cursors(now, &mut actions);
        }
        actions
    }

    /// What may be done next: a message to send, or one to refuse unsent. `None`: nothing before [`Window::wake_at`] or the next event.
    pub fn next(&mut self, now: Timestamp) -> Option<Action> {
        self.blocked_until = None;
        if self.draining || self.stopped {
            return None;
        }
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            self.blocked_until = Some(until);
            return None;
        }
        while let Some(&(_, id)) = self.ready.first() {
            let contact = self.contacts.get_mut(&id)?;
            let Wish::Send(index) = contact.wish(self.pace.follower_wait, now) else {
                self.file(id, now);
                continue;
            };
            let entry = contact.queue.get(index)?;
            if let Some(reason) = entry.is_refused(now) {
                return self.refuse(id, index, Refusal { reason, code: None }, now);
            }
            let costs = self.pace.costs(&contact.queue.get(index)?.message);
            if let Some(missing) = NonZeroU32::new(costs.saturating_sub(self.tokens)) {
                if let Err(wait) = self.buckets.number(missing, now) {
                    self.blocked_until = Some(now + wait);
                    return None;
                }
                self.tokens = costs;
            }
            if !contact.has_token {
                if let Err(wait) = self.buckets.pair(id, now) {
                    contact.not_before = contact.not_before.max(Some(now + wait));
                    self.file(id, now);
                    continue;
                }
                contact.has_token = true;
            }
            let (breaker, effects) = self.breaker.on(breaker::Event::Asked, now);
            self.breaker = breaker;
            if let Some(until) = effects.iter().find_map(|effect| match effect {
                breaker::Effect::WaitUntil(until) => Some(*until),
                _ => None,
            }) {
                self.blocked_until = Some(until);
                return None;
            }
            return self.begin(id, index, now);
        }
        None
    }

    fn begin(&mut self, id: ContactId, index: usize, now: Timestamp) -> Option<Action> {
        let contact = self.contacts.get_mut(&id)?;
        contact.has_token = false;
        let entry = contact.queue.get_mut(index)?;
        self.tokens = self.tokens.saturating_sub(self.pace.costs(&entry.message));
        entry.state = State::Sending { begun: now };
        entry.attempt = entry.attempt.saturating_add(1);
        entry.first_tried.get_or_insert(now);
        let action = Action::Send { message: entry.message.clone(), attempt: entry.attempt };
        self.sending += 1;
        self.file(id, now);
        Some(action)
    }

    /// When something is to be done even if nothing happens.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let waiting = self.waiting.first().map(|(at, _)| *at);
        let save = (!self.open.is_empty()).then_some(self.saved_at + SAVE_EVERY);
        [waiting, self.blocked_until, self.read_again_at, save, self.held.look_at].into_iter().flatten().min()
    }

    /// Rows held in memory, never more than `rows_max`.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Attempts in flight.
    pub fn sending(&self) -> usize {
        self.sending
    }

    /// All rows come from memory.
    pub fn is_live(&self) -> bool {
        self.intake.is_live()
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Somebody may send, if nothing about the account itself forbids it.
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty() && !self.stopped && !self.draining
    }

    pub fn breaker(&self) -> breaker::State {
        self.breaker.state()
    }

    /// When the oldest message that still waits was committed. Looks at every contact.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.contacts.values().flat_map(|contact| &contact.queue).map(|entry| entry.message.at).min()
    }

    /// Decides about unknown messages whose time is over, and looks again at everybody who waited until now.
    fn ripen(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        while let Some(&(at, id)) = self.waiting.first() {
            if at > now {
                return;
            }
            self.ripen_contact(id, now, actions);
            self.file(id, now);
        }
    }

    fn ripen_contact(&mut self, id: ContactId, now: Timestamp, actions: &mut Vec<Action>) {
        let attempts_max = self.pace.attempts_max;
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.hold = contact.hold.filter(|(_, until)| *until > now);
        contact.not_before = contact.not_before.filter(|at| *at > now);
        let mut gone = Vec::new();
        for (index, entry) in contact.queue.iter_mut().enumerate() {
            if !matches!(entry.state, State::Unknown { until } if until <= now) {
                continue;
            }
            match entry.when_unknown() {
                WhenUnknown::SendAgain if entry.spent < attempts_max => entry.state = State::Queued { due: None },
                kind => gone.push((index, kind)),
            }
        }
        for (index, kind) in gone.into_iter().rev() {
            if kind == WhenUnknown::Leave {
                if let Some(entry) = self.take_out(id, index) {
                    self.open.remove(&entry.message.place);
                    actions.push(Action::Lost(entry.message.id));
                }
            } else {
                actions.extend(self.refuse(id, index, Refusal { reason: Refused::Undeliverable, code: None }, now));
            }
        }
    }

    /// Ends a message that will never go.
    fn refuse(&mut self, id: ContactId, index: usize, refusal: Refusal, now: Timestamp) -> Option<Action> {
        let entry = self.take_out(id, index)?;
        self.file(id, now);
        let fact =
            Fact { error_code: refusal.code, ..fact(&entry, DeliveryState::Failed.rank(), AttemptState::None, now) };
        Some(Action::Record { fact, closes: Some(entry.message.place), refusal: Some(refusal) })
    }

    /// Takes a message out of its contact's queue; its place stays open until the caller or [`Event::Recorded`] closes it.
    fn take_out(&mut self, id: ContactId, index: usize) -> Option<Entry> {
        let contact = self.contacts.get_mut(&id)?;
        let entry = contact.queue.remove(index)?;
        if contact.left.is_some() && contact.queue.len() <= self.pace.contact_rows_max / 2 {
            self.intake.want_refill(id);
        }
        Some(entry)
    }

    /// Puts a contact where it belongs among the others.
    fn file(&mut self, id: ContactId, now: Timestamp) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let wish = contact.wish(self.pace.follower_wait, now);
        let filed = match (wish, contact.filed) {
            (Wish::Send(_), Filed::Ready(turn)) => Filed::Ready(turn),
            (Wish::Send(_), _) => {
                self.turn += 1;
                Filed::Ready(self.turn)
            }
            (Wish::Wait(at), _) => Filed::Waiting(at),
            (Wish::Rest, _) => Filed::Idle,
        };
        match contact.filed {
            Filed::Idle => {}
            Filed::Ready(turn) => _ = self.ready.remove(&(turn, id)),
            Filed::Waiting(at) => _ = self.waiting.remove(&(at, id)),
        }
        contact.filed = filed;
        match filed {
            Filed::Idle if contact.is_done(now) => _ = self.contacts.remove(&id),
            Filed::Idle => {}
            Filed::Ready(turn) => _ = self.ready.insert((turn, id)),
            Filed::Waiting(at) => _ = self.waiting.insert((at, id)),
        }
    }

    fn resume(&mut self, now: Timestamp) {
        self.stopped = false;
        self.resumed_at = Some(now);
    }

    fn forget(&mut self, id: ContactId, now: Timestamp) {
        self.held.forget(id);
        if self.intake.is_reading() {
            self.erased.insert(id);
        }
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let (kept, gone) = std::mem::take(&mut contact.queue).into_iter().partition(Entry::is_sending);
        contact.queue = kept;
        contact.hold = None;
        for entry in Vec::from(gone) {
            self.open.remove(&entry.message.place);
        }
        if contact.left.is_some() {
            self.intake.want_refill(id);
        }
        self.file(id, now);
    }

    fn save_cursors(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        self.saved_at = now;
        let left: Vec<_> = self.contacts.values().filter_map(|contact| contact.left).collect();
        for (writer, passed) in self.intake.passed() {
            let first = self.open.range(OutboxPlace { writer, ..OutboxPlace::default() }..).next();
            let open = first.filter(|place| place.writer == writer).map(|place| place.batch);
            let left = left.iter().filter(|left| left.from.writer <= writer && writer <= left.last.writer);
            let left = left.map(|left| if left.from.writer == writer { left.from.batch } else { 0 });
            let held = self.held.first_batch(writer);
            let settled =
                open.into_iter().chain(left).chain(held).map(|batch| batch - 1).chain([passed]).min().unwrap_or(passed);
            if settled > self.saved.get(&writer).copied().unwrap_or(0) {
                self.saved.insert(writer, settled);
                actions.push(Action::SaveCursor { writer, batch: settled });
            }
        }
    }
}

/// News of a message's last attempt.
fn fact(entry: &Entry, rank: i16, attempt_state: AttemptState, at: Timestamp) -> Fact {
    Fact {
        id: entry.message.id,
        account: entry.message.account,
        attempt: entry.attempt,
        attempt_state,
        rank,
        message: None,
        names: None,
        error_code: None,
        price_category: None,
        at,
    }
}
