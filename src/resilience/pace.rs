//! How much may be under way at once: as much as leaves again without standing in a queue. Pure; the time is passed in.
//!
//! A queue that never empties makes everybody wait and nobody faster. Whether there is one shows in the *quickest* of the latest works: if even
//! that took several times as long as a work takes by itself, all of them stood in line, and less is let in; if what may be under way was all
//! used and the quickest was quick, more is. (The idea is CoDel's, K. Nichols and V. Jacobson, RFC 8289; the waiting line here is whatever
//! lies behind the entrance.)

use std::time::Duration;

/// How long works are watched before it is decided.
const INTERVAL: Duration = Duration::from_millis(100);
/// Fewer works than these say nothing.
const WORKS_LEAST: u32 = 16;
/// The quickest may take this times what a work takes by itself.
const SLOWER: u32 = 4;
/// Works that are quicker than this wait for nothing worth speaking of.
const QUICK: Duration = Duration::from_millis(40);
/// In a calm interval the time of a work by itself moves by this part towards the quickest seen: a database may become slower for good.
const DRIFT: u32 = 64;
/// So much may be under way however slow it is.
const LEAST: usize = 32;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    limit: usize,
    most: usize,
    /// How long a work takes by itself, as far as is known.
    alone: Option<Duration>,
    since: Duration,
    works: u32,
    quickest: Duration,
    /// All that may be under way was, since the interval began.
    full: bool,
}

impl Pace {
    /// At most `most` are ever under way.
    pub fn new(most: usize) -> Self {
        Self { limit: most, most, alone: None, since: Duration::ZERO, works: 0, quickest: Duration::MAX, full: false }
    }

    /// How many may be under way.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// A work ended after `took`, at `now`, with so many under way.
    pub fn ended(&mut self, now: Duration, took: Duration, under_way: usize) {
        self.works += 1;
        self.quickest = self.quickest.min(took);
        self.full |= under_way >= self.limit;
        if self.works >= WORKS_LEAST && now.saturating_sub(self.since) >= INTERVAL {
            self.decide(under_way);
            *self = Self { since: now, works: 0, quickest: Duration::MAX, full: false, ..*self };
        }
    }

    fn decide(&mut self, under_way: usize) {
        let alone = self.alone.map_or(self.quickest, |alone| alone.min(self.quickest));
        let bearable = (alone * SLOWER).max(QUICK);
        if self.quickest > bearable && under_way > LEAST {
            // So much as would have been bearable, judged by what was under way.
            let share = bearable.as_secs_f64() / self.quickest.as_secs_f64();
            let fitting = (self.limit.min(under_way) as f64 * share.max(0.5)) as usize;
            self.limit = fitting.max(LEAST).min(self.most);
        } else if self.full {
            self.limit = (self.limit + self.limit / 8 + 1).min(self.most);
        }
        let drift = if self.full { Duration::ZERO } else { self.quickest.saturating_sub(alone) / DRIFT };
        self.alone = Some(alone + drift);
    }
}
