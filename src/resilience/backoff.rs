//! How long to wait before the next attempt.

use std::time::Duration;

/// Exponential waits with full jitter: after a common failure many waiters come back spread out, not together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The longest first wait.
    pub first: Duration,
    /// What each further attempt multiplies it by.
    pub factor: u32,
    /// No wait is longer, whatever the attempt.
    pub most: Duration,
}

impl Backoff {
    /// For failures of a company: up to 1 s, 2 s, 4 s, … 5 minutes.
    pub const COMPANY: Self = Self { first: Duration::from_secs(1), factor: 2, most: Duration::from_mins(5) };

    /// For WhatsApp's pair limit: 1 s, 4 s, 16 s, … Source: error 131056, "4^X seconds".
    pub const PAIR: Self = Self { first: Duration::from_secs(1), factor: 4, most: Duration::from_secs(256) };

    /// The longest wait before attempt `attempt + 1`, where `attempt` failed ones lie behind (0 for the first).
    pub fn ceiling(&self, attempt: u32) -> Duration {
        let factor = self.factor.checked_pow(attempt).unwrap_or(u32::MAX);
        self.first.checked_mul(factor).map_or(self.most, |wait| wait.min(self.most))
    }

    /// The wait itself. `random` is even in 0..=1. Where the other side named a time (`Retry-After`), that time counts.
    pub fn wait(&self, attempt: u32, random: f64, retry_after: Option<Duration>) -> Duration {
        let jittered = self.ceiling(attempt).mul_f64(if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 });
        retry_after.unwrap_or(jittered)
    }
}
