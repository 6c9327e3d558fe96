//! Who may come in, and how fast: as many turns in flight as end without standing in line, and token buckets for fairness. Outlives an
//! incarnation.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::config::Config;
use crate::domain::{Conversation, TenantId, Timestamp};
use crate::flows::Channel;
use crate::resilience::Pace;

/// A person is told to slow down at most this often.
const TOLD_EVERY: TimeDelta = TimeDelta::minutes(10);
/// Remembered as told; when full, the oldest are forgotten.
const TOLD_MAX: usize = 10_000;
/// What a refused request is told to wait where nothing better is known.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a whole request is refused. Both answers are global: nobody in particular did wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Above the global limit: 429.
    TooFast { retry_after: Duration },
    /// Too many turns in flight, or nobody to commit them: 503.
    Busy { retry_after: Duration },
}

/// Whose bucket was empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    Sender,
    Tenant,
}

impl Excess {
    pub fn word(self) -> &'static str {
        match self {
            Self::Sender => "the sender's bucket is empty",
            Self::Tenant => "the tenant's bucket is empty",
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Admission {
    permits: Arc<Semaphore>,
    permits_max: usize,
    pace: Arc<Paced>,
    global: DefaultDirectRateLimiter,
    tenants: DefaultKeyedRateLimiter<TenantId>,
    senders: DefaultKeyedRateLimiter<Conversation>,
    told: Mutex<HashMap<Conversation, Timestamp>>,
    closed: AtomicBool,
}

impl Admission {
    pub fn new(config: &Config) -> Self {
        let limits = &config.limits;
        let per_second = Quota::per_second(at_least_one(limits.global_per_second));
        let permits_max = config.engine.turns_in_flight_max;
        Self {
            permits: Arc::new(Semaphore::new(permits_max)),
            permits_max,
            pace: Arc::new(Paced::new(permits_max * config.engine.whatsapp_share_percent as usize / 100)),
            global: RateLimiter::direct(per_second.allow_burst(at_least_one(limits.global_burst))),
            tenants: RateLimiter::keyed(per_minute(limits.tenant_per_minute, limits.tenant_burst)),
            senders: RateLimiter::keyed(per_minute(limits.sender_per_minute, limits.sender_burst)),
            told: Mutex::default(),
            closed: AtomicBool::new(false),
        }
    }

    /// Whether a request may come in at all, after its signature and before its body is read. Who comes again is shed first.
    pub fn enter(&self, channel: Channel) -> Result<(), Refusal> {
        let most =
            if channel == Channel::WhatsApp { self.pace.limit.load(Ordering::Relaxed) } else { self.permits_max };
        if self.closed.load(Ordering::Relaxed) || self.turns_in_flight() >= most {
            metrics::counter!("ganira_refused_total", "why" => "busy").increment(1);
            return Err(Refusal::Busy { retry_after: RETRY_AFTER });
        }
        self.spend(1)
    }

    /// Takes the updates of a request, beyond the first, out of the global bucket.
    pub fn spend(&self, updates: usize) -> Result<(), Refusal> {
        let Some(updates) = u32::try_from(updates).ok().and_then(NonZeroU32::new) else { return Ok(()) };
        match self.global.check_n(updates) {
            Ok(Ok(())) | Err(_) => Ok(()),
            Ok(Err(not_until)) => {
                metrics::counter!("ganira_refused_total", "why" => "too_fast").increment(1);
                Err(Refusal::TooFast { retry_after: not_until.wait_time_from(DefaultClock::default().now()) })
            }
        }
    }

    /// One message of one sender. Its excess is not refused but kept aside.
    pub fn check_sender(&self, conversation: Conversation) -> Result<(), Excess> {
        self.senders.check_key(&conversation).map_err(|_| Excess::Sender)?;
        self.tenants.check_key(&conversation.tenant).map_err(|_| Excess::Tenant)
    }

    /// Whether this person is to be told now to slow down.
    pub fn tell_now(&self, conversation: Conversation, now: Timestamp) -> bool {
        let mut told = self.told.lock();
        if told.get(&conversation).is_some_and(|at| now - *at < TOLD_EVERY) {
            return false;
        }
        if told.len() >= TOLD_MAX {
            told.retain(|_, at| now - *at < TOLD_EVERY);
            if told.len() >= TOLD_MAX {
                told.clear();
            }
        }
        told.insert(conversation, now);
        true
    }

    /// The permit of one turn; waits until one is free.
    pub async fn permit(&self) -> Option<Permit> {
        let under_way = self.turns_in_flight() + 1;
        let place = self.permits.clone().acquire_owned().await.ok()?;
        Some(Permit { pace: self.pace.clone(), begun: Instant::now(), under_way, _place: place })
    }

    pub fn turns_in_flight(&self) -> usize {
        self.permits_max - self.permits.available_permits()
    }

    /// Lets nobody in any more.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Forgets senders and tenants whose buckets are full again.
    pub fn forget_idle(&self) {
        self.senders.retain_recent();
        self.tenants.retain_recent();
        self.senders.shrink_to_fit();
    }
}

/// Held while a turn is in flight. How long that was tells how many may be.
#[derive(Debug)]
pub struct Permit {
    pace: Arc<Paced>,
    begun: Instant,
    /// With this one.
    under_way: usize,
    _place: OwnedSemaphorePermit,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.pace.ended(self.begun, self.under_way);
    }
}

/// How many turns may be in flight of those who come again when they are refused.
#[derive(Debug)]
struct Paced {
    pace: Mutex<Pace>,
    limit: AtomicUsize,
    since: Instant,
}

impl Paced {
    fn new(most: usize) -> Self {
        Self { pace: Mutex::new(Pace::new(most)), limit: AtomicUsize::new(most), since: Instant::now() }
    }

    fn ended(&self, begun: Instant, under_way: usize) {
        let now = Instant::now();
        let mut pace = self.pace.lock();
        pace.ended(now - self.since, now - begun, under_way);
        let limit = pace.limit();
        if self.limit.swap(limit, Ordering::Relaxed) != limit {
            metrics::gauge!("ganira_turns_in_flight_limit").set(limit as f64);
        }
    }
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

fn per_minute(number: u32, burst: u32) -> Quota {
    Quota::per_minute(at_least_one(number)).allow_burst(at_least_one(burst))
}
