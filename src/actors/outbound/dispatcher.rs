//! The dispatcher of one account: the actor around the pure window. Its handler never waits; what is slow is a task that reports back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use metrics::Gauge;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::setup::Setup;
use super::supervisor::SupervisorMessage;
use super::window::{Action, Event, Pace, Refusal, Window};
use super::wire::Courtesy;
use super::{attempt, reading};
use crate::actors::accounts::Account;
use crate::domain::{AccountId, Timestamp};
use crate::flows::Channel;
use crate::resilience::breaker;
use crate::store::{Fact, OutboxPlace};

/// Kindnesses of one account in flight; more are left out.
const COURTESIES_MAX: usize = 16;
/// How long until a permit is asked for again when none was free.
const PERMIT_AGAIN: Duration = Duration::from_millis(20);
/// How long until something of the database is asked again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
const SLEEP_MOST: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) enum Message {
    Heard(Event),
    /// What was settled before, read at the start.
    Cursors(BTreeMap<i64, i64>),
    /// A fact is written and, if it closed a row, that row is over.
    Written(Option<OutboxPlace>),
    Courtesy(Courtesy),
    CourtesyOver,
    /// Accounts were read anew.
    Refresh,
    /// No new attempts; answer when those in flight are over.
    Drain(oneshot::Sender<()>),
    Wake,
}

#[derive(Debug)]
pub(super) struct Dispatcher {
    pub account: AccountId,
    pub setup: Arc<Setup>,
    pub supervisor: ActorRef<SupervisorMessage>,
}

#[derive(Debug)]
pub(super) struct State {
    /// `None` until the cursors are read.
    window: Option<Window>,
    writing: usize,
    courtesies: usize,
    drained: Vec<oneshot::Sender<()>>,
    wake: Option<(Timestamp, AbortHandle)>,
    gauges: Gauges,
}

#[derive(Debug)]
struct Gauges {
    window: Gauge,
    breaker: Gauge,
    oldest: Gauge,
}

impl Actor for Dispatcher {
    type Msg = Message;
    type State = State;
    type Arguments = ();

    async fn pre_start(&self, myself: ActorRef<Message>, (): ()) -> Result<State, ActorProcessingErr> {
        crate::actors::spawn(read_cursors(self.setup.clone(), self.account, myself));
        let account = self.account.to_string();
        let gauges = Gauges {
            window: metrics::gauge!("ganira_outbox_window", "account" => account.clone()),
            breaker: metrics::gauge!("ganira_breaker_state", "account" => account.clone()),
            oldest: metrics::gauge!("ganira_outbox_oldest_seconds", "account" => account),
        };
        Ok(State { window: None, writing: 0, courtesies: 0, drained: Vec::new(), wake: None, gauges })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let is_wake = matches!(message, Message::Wake);
        let event = self.event(message, state, &myself);
        if let (Some(event), Some(window)) = (event, &mut state.window) {
            let actions = window.on(event, self.setup.clock.now());
            for action in actions {
                self.act(action, state, &myself);
            }
        }
        let again = self.send_on(state, &myself);
        Self::answer_drained(state);
        self.plan_wake(again, is_wake, state, &myself);
        Ok(())
    }
}

impl Dispatcher {
    /// What a message means for the window.
    fn event(&self, message: Message, state: &mut State, myself: &ActorRef<Message>) -> Option<Event> {
        match message {
            Message::Heard(event) => Some(event),
            Message::Cursors(cursors) => {
                let lanes: Vec<i64> = self.setup.lanes.iter().map(|writer| writer.0).collect();
                state.window = Some(Window::new(self.pace(), &lanes, cursors, self.setup.clock.now()));
                self.stopped_or_resumed(false).or(Some(Event::Tick))
            }
            Message::Written(closes) => {
                state.writing -= 1;
                closes.map(Event::Recorded)
            }
            Message::Courtesy(courtesy) => {
                self.be_polite(&courtesy, state, myself);
                None
            }
            Message::CourtesyOver => {
                state.courtesies -= 1;
                None
            }
            Message::Refresh => self.stopped_or_resumed(state.window.as_ref()?.is_stopped()),
            Message::Drain(answer) => {
                state.drained.push(answer);
                Some(Event::Drain)
            }
            Message::Wake => {
                state.wake = None;
                Some(Event::Tick)
            }
        }
    }

    fn account(&self) -> Option<Arc<Account>> {
        self.setup.accounts.by_id(self.account)
    }

    /// What limits an SMS account is short messages, not messages.
    fn pace(&self) -> Pace {
        let pace = Pace::from(&self.setup.settings);
        match self.account().filter(|account| account.channel == Channel::Sms) {
            Some(account) => {
                let own = self.setup.wires.of(&account).and_then(|wire| wire.segments_per_second());
                pace.of_segments(own.unwrap_or(self.setup.settings.number_per_second))
            }
            None => pace,
        }
    }

    /// Compares what the account says with what the window does.
    fn stopped_or_resumed(&self, is_stopped: bool) -> Option<Event> {
        let can_send =
            self.account().is_some_and(|account| account.stopped_reason.is_none() && account.credential.is_some());
        match (can_send, is_stopped) {
            (true, true) => {
                tracing::info!(account.id = self.account.0, "sending goes on");
                Some(Event::Resumed)
            }
            (false, false) => Some(Event::Stopped),
            _ => None,
        }
    }

    /// Begins what may begin. Returns when to try again if permits ran out.
    fn send_on(&self, state: &mut State, myself: &ActorRef<Message>) -> Option<Timestamp> {
        loop {
            let window = state.window.as_mut()?;
            if self.setup.fence.has_fallen() || !window.has_ready() {
                return None;
            }
            let account = self.account()?;
            let now = self.setup.clock.now();
            let Some(permit) = self.setup.permits.try_take(window.sending()) else { return Some(now + PERMIT_AGAIN) };
            match window.next(now)? {
                Action::Send { message, attempt } => {
                    let (setup, myself) = (self.setup.clone(), myself.clone());
                    crate::actors::spawn(async move {
                        let ended = attempt::run(&setup, &account, &message, attempt).await;
                        drop(permit);
                        let _ = myself.cast(Message::Heard(ended));
                    });
                }
                action => self.act(action, state, myself),
            }
        }
    }

    fn act(&self, action: Action, state: &mut State, myself: &ActorRef<Message>) {
        let (setup, account, myself) = (self.setup.clone(), self.account, myself.clone());
        match action {
            Action::Read(read) => {
                crate::actors::spawn(async move {
                    let page = reading::run(&setup, account, read).await;
                    let _ = myself.cast(Message::Heard(page));
                });
            }
            Action::Record { fact, closes, refusal } => {
                state.writing += 1;
                crate::actors::spawn(async move {
                    if write(&setup, fact, refusal).await {
                        let _ = myself.cast(Message::Written(closes));
                    }
                });
            }
            Action::Lost(id) => {
                metrics::counter!("ganira_sends_total", "outcome" => "lost").increment(1);
                tracing::warn!(account.id = account.0, outbox.id = %id, "nobody knows whether a message arrived; it is left alone");
            }
            Action::StopAccount { code, reason } => {
                tracing::error!(account.id = account.0, code, reason, "sending has stopped until somebody acts");
                metrics::counter!("ganira_accounts_stopped_total").increment(1);
                crate::actors::spawn(async move { stop_account(&setup, account, &format!("{code} {reason}")).await });
            }
            Action::PausePortfolio(until) => {
                let _ = self.supervisor.cast(SupervisorMessage::PausePortfolio { account, until });
            }
            Action::SaveCursor { writer, batch } => {
                crate::actors::spawn(async move {
                    if let Err(error) = setup.store.save_cursor(account, crate::store::WriterId(writer), batch).await {
                        tracing::debug!(account.id = account.0, error = %error.source, "a cursor is not saved; the next one will be");
                    }
                });
            }
            Action::BreakerOpened(until) => {
                tracing::warn!(account.id = account.0, %until, "sending rests after failures in a row");
            }
            Action::BreakerClosed => tracing::info!(account.id = account.0, "sending works again"),
            // Sends come from `next` alone.
            Action::Send { .. } => {}
        }
    }

    /// Left out under any pressure: messages come first.
    fn be_polite(&self, courtesy: &Courtesy, state: &mut State, myself: &ActorRef<Message>) {
        let at_ease = state.window.as_ref().is_some_and(|window| {
            window.is_live()
                && !window.is_stopped()
                && matches!(window.breaker(), breaker::State::Closed { failures: 0 })
        });
        let held = state.courtesies + state.window.as_ref().map_or(0, Window::sending);
        let permit = self.setup.permits.try_take(held);
        let wire = self.setup.wires.of(&courtesy.account);
        let request = wire.and_then(|wire| wire.courtesy(courtesy));
        let (true, true, Some(permit), Some(request)) = (at_ease, state.courtesies < COURTESIES_MAX, permit, request)
        else {
            metrics::counter!("ganira_courtesies_dropped_total").increment(1);
            return;
        };
        state.courtesies += 1;
        let (setup, myself) = (self.setup.clone(), myself.clone());
        crate::actors::spawn(async move {
            if let Err(error) = setup.transport.send(request).await {
                tracing::debug!(%error, "a courtesy got no answer");
            }
            drop(permit);
            let _ = myself.cast(Message::CourtesyOver);
        });
    }

    fn answer_drained(state: &mut State) {
        let in_flight = state.writing + state.window.as_ref().map_or(0, Window::sending);
        if in_flight == 0 {
            for answer in state.drained.drain(..) {
                let _ = answer.send(());
            }
        }
    }

    /// Sets the clock to the next thing to do, and the gauges to what is.
    fn plan_wake(&self, again: Option<Timestamp>, is_wake: bool, state: &mut State, myself: &ActorRef<Message>) {
        let Some(window) = &state.window else { return };
        let now = self.setup.clock.now();
        state.gauges.window.set(window.len() as f64);
        state.gauges.breaker.set(match window.breaker() {
            breaker::State::Closed { .. } => 0.0,
            breaker::State::HalfOpen { .. } => 1.0,
            breaker::State::Open { .. } => 2.0,
        });
        if window.is_empty() {
            state.gauges.oldest.set(0.0);
        } else if is_wake {
            let age = window.oldest().and_then(|oldest| (now - oldest).to_std().ok()).unwrap_or_default();
            state.gauges.oldest.set(age.as_secs_f64());
        }
        let Some(at) = window.wake_at().into_iter().chain(again).min() else { return };
        match &state.wake {
            Some((planned, _)) if *planned <= at => return,
            Some((_, sleeper)) => sleeper.abort(),
            None => {}
        }
        let sleep = (at - now).to_std().unwrap_or_default().clamp(Duration::from_millis(1), SLEEP_MOST);
        let myself = myself.clone();
        let sleeper = crate::actors::spawn(async move {
            tokio::time::sleep(sleep).await;
            let _ = myself.cast(Message::Wake);
        });
        state.wake = Some((at, sleeper.abort_handle()));
    }
}

/// Tells the flow what it has to know, then writes the fact. False: fenced, and everything here is void.
async fn write(setup: &Setup, fact: Fact, refusal: Option<Refusal>) -> bool {
    let (id, account) = (fact.id, fact.account);
    if let Some(refusal) = refusal {
        tracing::info!(outbox.id = %id, account.id = account.0, reason = refusal.reason.word(), code = refusal.code, "a message will not go");
        while !setup.refusals.refused(id, account, refusal).await {
            if setup.fence.wait_or_fallen(AGAIN_AFTER).await {
                return false;
            }
        }
    }
    setup.facts.record(fact).await.is_ok() || !setup.fence.has_fallen()
}

async fn read_cursors(setup: Arc<Setup>, account: AccountId, myself: ActorRef<Message>) {
    loop {
        match setup.store.outbox_cursors(account).await {
            Ok(cursors) => {
                let cursors = cursors.into_iter().map(|(writer, batch)| (writer.0, batch)).collect();
                let _ = myself.cast(Message::Cursors(cursors));
                return;
            }
            Err(error) => {
                tracing::warn!(account.id = account.0, error = %error.source, "cursors could not be read, trying again");
            }
        }
        if setup.fence.wait_or_fallen(AGAIN_AFTER).await {
            return;
        }
    }
}

async fn stop_account(setup: &Setup, account: AccountId, reason: &str) {
    while let Err(error) = setup.store.stop_account(account, Some(reason)).await {
        tracing::warn!(account.id = account.0, error = %error.source, "that an account has stopped is not saved, trying again");
        if setup.fence.wait_or_fallen(AGAIN_AFTER).await {
            return;
        }
    }
}
