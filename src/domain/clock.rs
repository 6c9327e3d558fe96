//! The one place that asks what time it is, so that a simulation can answer instead.

use std::sync::Arc;

/// An instant in UTC. Postgres keeps microseconds; so do we.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// A source of the present time, shared by everything that needs it. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Arc::new(
            #[expect(clippy::disallowed_methods, reason = "this is the one place")]
            chrono::Utc::now,
        ))
    }

    /// A clock that answers what `now` answers, for tests and simulations.
    pub fn of(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The present instant, cut to microseconds so that a value read back from Postgres is the value written.
    pub fn now(&self) -> Timestamp {
        let now = (self.0)();
        chrono::DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}
