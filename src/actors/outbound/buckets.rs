//! How fast one account may send: a bucket for its number, and one for each person it writes to.
//!
//! Buckets are memory and start half full: before the start somebody may have sent as fast as allowed. Source of the pair's figures:
//! "Pair rate limits" (45 at once, then one in 6 seconds); of the number's: "Throughput" (80 a second).

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{NotUntil, Quota, RateLimiter};

use crate::domain::{ContactId, Timestamp};

/// Sizes of the buckets. A zero counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    pub number_per_second: u32,
    pub pair_burst: u32,
    pub pair_refill: Duration,
}

/// Time as it is passed in: the buckets ask no clock.
#[derive(Debug, Clone, Default)]
struct Passed(Arc<AtomicU64>);

impl GovernorClock for Passed {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.0.load(Ordering::Relaxed))
    }
}

type Direct = RateLimiter<NotKeyed, InMemoryState, Passed, NoOpMiddleware<Nanos>>;
type Keyed = RateLimiter<ContactId, HashMapStateStore<ContactId>, Passed, NoOpMiddleware<Nanos>>;

/// The buckets of one account.
#[derive(Debug)]
pub struct Buckets {
    sizes: Sizes,
    start: Timestamp,
    clock: Passed,
    number: Direct,
    pairs: Keyed,
    /// Whose bucket was already made half empty. Forgotten once every bucket would have filled anyway.
    halved: std::collections::HashSet<ContactId>,
    tidied: Timestamp,
}

/// How often the buckets of people nobody writes to any more are dropped.
const TIDY_EVERY: Duration = Duration::from_mins(1);

impl Buckets {
    pub fn new(sizes: Sizes, now: Timestamp) -> Self {
        let at_least_one = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let clock = Passed::default();
        let number_quota = Quota::per_second(at_least_one(sizes.number_per_second));
        let pair_quota = Quota::with_period(sizes.pair_refill.max(Duration::from_millis(1)))
            .unwrap_or(number_quota)
            .allow_burst(at_least_one(sizes.pair_burst));
        let number = Direct::direct_with_clock(number_quota, clock.clone());
        if let Some(half) = NonZeroU32::new(sizes.number_per_second / 2) {
            // It fits: a fresh bucket holds all of it.
            let _ = number.check_n(half);
        }
        let pairs = Keyed::new(pair_quota, HashMapStateStore::default(), clock.clone());
        Self { sizes, start: now, clock, number, pairs, halved: std::collections::HashSet::new(), tidied: now }
    }

    /// Takes so many from the number's bucket, or says how long until there are as many. All there can ever be is enough for more.
    pub fn number(&mut self, many: NonZeroU32, now: Timestamp) -> Result<(), Duration> {
        let at = self.pass(now);
        let most = NonZeroU32::new(self.sizes.number_per_second).unwrap_or(NonZeroU32::MIN);
        match self.number.check_n(many.min(most)) {
            Ok(Ok(())) | Err(_) => Ok(()),
            Ok(Err(not)) => Err(wait(&not, at)),
        }
    }

    /// Takes one from the bucket of a person, or says how long until there is one.
    pub fn pair(&mut self, contact: ContactId, now: Timestamp) -> Result<(), Duration> {
        let at = self.pass(now);
        self.halve(contact, now);
        self.pairs.check_key(&contact).map_err(|not| wait(&not, at))
    }

    fn pass(&mut self, now: Timestamp) -> Nanos {
        let elapsed = (now - self.start).to_std().unwrap_or_default();
        self.clock.0.fetch_max(elapsed.as_nanos() as u64, Ordering::Relaxed);
        if (now - self.tidied).to_std().is_ok_and(|since| since >= TIDY_EVERY) {
            self.tidied = now;
            self.pairs.retain_recent();
        }
        self.clock.now()
    }

    /// At first sight of a person soon after the start, takes out what would be missing had her bucket begun half full.
    fn halve(&mut self, contact: ContactId, now: Timestamp) {
        let elapsed = (now - self.start).to_std().unwrap_or_default();
        let refilled = elapsed.as_millis() / self.sizes.pair_refill.as_millis().max(1);
        let half = self.sizes.pair_burst / 2;
        let missing = half.saturating_sub(u32::try_from(refilled).unwrap_or(u32::MAX));
        match NonZeroU32::new(missing) {
            None => self.halved = std::collections::HashSet::new(),
            Some(missing) if self.halved.insert(contact) => {
                // It fits: her bucket is full, being new.
                let _ = self.pairs.check_key_n(&contact, missing);
            }
            Some(_) => {}
        }
    }
}

fn wait(not: &NotUntil<Nanos>, at: Nanos) -> Duration {
    not.wait_time_from(at).max(Duration::from_millis(1))
}
