//! How many requests may be in flight, over all accounts: a stuck one leaves room for the others, however many are stuck.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The most requests of one account in flight, however much is free.
const PER_ACCOUNT: usize = 64;
/// What every account may have, however little is free.
const ALWAYS: usize = 2;

/// A shared number of permits. Whoever holds as many as half of those still free gets no more, so that some remain for others; below
/// `ALWAYS` there is always one more. So the total may be exceeded by twice the number of accounts.
#[derive(Debug, Clone)]
pub struct Permits(Arc<AtomicI64>);

/// Given back when dropped.
#[derive(Debug)]
pub struct Permit(Arc<AtomicI64>);

impl Permits {
    pub fn new(total: u32) -> Self {
        Self(Arc::new(AtomicI64::new(total.into())))
    }

    /// A permit for somebody who holds `held` already.
    pub fn try_take(&self, held: usize) -> Option<Permit> {
        let take = |free: i64| {
            let share = usize::try_from((free + 1) / 2).unwrap_or(0);
            (held < ALWAYS || (held < PER_ACCOUNT && held < share)).then(|| free - 1)
        };
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).is_ok().then(|| Permit(self.0.clone()))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}
