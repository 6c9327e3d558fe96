//! Virtual time: the world's, and what each host takes for it.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use ganira::domain::{Clock, Timestamp};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::time::Instant;

/// 2026-11-20T23:59:45Z: soon a day ends, and with it a partition of the journal.
const BEGINNING: i64 = 1_795_219_185;

thread_local! {
    static HERE: RefCell<Option<Arc<Face>>> = const { RefCell::new(None) };
}

/// The clock on one host's wall.
#[derive(Debug)]
pub struct Face {
    pub name: &'static str,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The world's time when the host's runtime said `origin`.
    base: Duration,
    origin: Option<Instant>,
    /// By how much the host is mistaken.
    off: TimeDelta,
}

impl Face {
    pub fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, state: Mutex::new(State { base: Duration::ZERO, origin: None, off: TimeDelta::zero() }) })
    }

    /// The world's time is `base` now, within the host's runtime.
    pub fn set(&self, base: Duration) {
        let mut state = self.state.lock();
        state.base = base;
        state.origin = Handle::try_current().is_ok().then(Instant::now);
    }

    pub fn jump(&self, by: TimeDelta) {
        self.state.lock().off += by;
    }

    pub fn right(&self) {
        self.state.lock().off = TimeDelta::zero();
    }

    fn elapsed(&self) -> Duration {
        let state = self.state.lock();
        let within = state.origin.filter(|_| Handle::try_current().is_ok());
        state.base + within.map_or(Duration::ZERO, |origin| origin.elapsed())
    }

    /// What the host takes for the time.
    pub fn clock(self: &Arc<Self>) -> Clock {
        let face = self.clone();
        Clock::of(move || at(face.elapsed()) + face.state.lock().off)
    }
}

/// Until the guard is dropped, everything happens on this host.
pub fn on(face: &Arc<Face>) -> impl Drop {
    struct Back;
    impl Drop for Back {
        fn drop(&mut self) {
            HERE.set(None);
        }
    }
    HERE.set(Some(face.clone()));
    Back
}

/// The host on which this happens.
pub fn here() -> &'static str {
    HERE.with_borrow(|here| here.as_ref().map_or("-", |face| face.name))
}

/// How long the world has been there.
pub fn elapsed() -> Duration {
    HERE.with_borrow(|here| here.as_ref().map_or(Duration::ZERO, |face| face.elapsed()))
}

fn at(elapsed: Duration) -> Timestamp {
    let beginning = Timestamp::from_timestamp(BEGINNING, 0).unwrap();
    beginning + TimeDelta::from_std(elapsed).unwrap()
}

/// The world's own time: that of the database and of the companies.
pub fn now() -> Timestamp {
    at(elapsed())
}
