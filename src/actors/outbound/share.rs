//! How many requests may be in flight, over all accounts: a stuck one leaves room for the others, however many are stuck.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most requests of one account in flight, however much is free.
const PER_ACCOUNT: usize = 64;

/// A shared number of permits. Whoever holds as many as half of those still free gets no more, so that some always remain for others.
#[derive(Debug, Clone)]
pub struct Permits(Arc<AtomicUsize>);

/// Given back when dropped.
#[derive(Debug)]
pub struct Permit(Arc<AtomicUsize>);

impl Permits {
    pub fn new(total: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(total)))
    }

    /// A permit for somebody who holds `held` already.
    pub fn try_take(&self, held: usize) -> Option<Permit> {
        let take = |free: usize| (held < PER_ACCOUNT && held < free.div_ceil(2)).then(|| free - 1);
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).is_ok().then(|| Permit(self.0.clone()))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}
