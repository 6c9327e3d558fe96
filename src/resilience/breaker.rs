//! A circuit breaker: when a company fails again and again, stop asking for a while, then ask once.

use std::time::Duration;

use crate::domain::Timestamp;

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Failures in a row.
    pub failures: u32,
    /// From opening to the probe; also how long a probe may stay unanswered.
    pub rest: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { failures: 5, rest: Duration::from_mins(1) }
    }
}

/// A breaker's state.
///
/// | state | `Asked` | `Succeeded` | `Failed` |
/// |---|---|---|---|
/// | closed, n failures | admit | closed, 0 | closed, n + 1; the fifth: open, *opened* |
/// | open until t | before t: wait until t; from t: half open, admit | (late) unchanged | (late) unchanged |
/// | half open until t | before t: wait until t; from t the probe is lost: admit another | closed, *closed* | open, *opened* |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    limits: Limits,
    state: State,
}

/// Where a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Closed { failures: u32 },
    Open { until: Timestamp },
    HalfOpen { until: Timestamp },
}

/// What a breaker hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Something wants to be sent.
    Asked,
    /// An answer that shows the other side alive, also a refusal of the message.
    Succeeded,
    /// A failure of theirs, or silence.
    Failed,
}

/// What a breaker wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Send it.
    Admit,
    /// Ask again then.
    WaitUntil(Timestamp),
    /// Tell that sending has paused.
    Opened { until: Timestamp },
    /// Tell that sending goes on.
    Closed,
}

impl Breaker {
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: State::Closed { failures: 0 } }
    }

    pub fn state(&self) -> State {
        self.state
    }

    /// The breaker after an event, and what is to be done.
    #[must_use]
    pub fn on(self, event: Event, now: Timestamp) -> (Self, Vec<Effect>) {
        let later = now + self.limits.rest;
        let (state, effect) = match (self.state, event) {
            (State::Closed { .. }, Event::Asked) => (self.state, Some(Effect::Admit)),
            (State::Closed { .. }, Event::Succeeded) => (State::Closed { failures: 0 }, None),
            (State::Closed { failures }, Event::Failed) if failures + 1 < self.limits.failures => {
                (State::Closed { failures: failures + 1 }, None)
            }
            (State::Closed { .. } | State::HalfOpen { .. }, Event::Failed) => {
                (State::Open { until: later }, Some(Effect::Opened { until: later }))
            }
            (State::Open { until } | State::HalfOpen { until }, Event::Asked) if now < until => {
                (self.state, Some(Effect::WaitUntil(until)))
            }
            (State::Open { .. } | State::HalfOpen { .. }, Event::Asked) => {
                (State::HalfOpen { until: later }, Some(Effect::Admit))
            }
            // The answer to something sent before it opened says nothing about now.
            (State::Open { .. }, Event::Succeeded | Event::Failed) => (self.state, None),
            (State::HalfOpen { .. }, Event::Succeeded) => (State::Closed { failures: 0 }, Some(Effect::Closed)),
        };
        (Self { state, ..self }, effect.into_iter().collect())
    }
}

impl Default for Breaker {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}
