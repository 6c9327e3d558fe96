//! What goes wrong, and when: chosen by a source of faults, or set by hand.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

/// A call of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    Register,
    Heartbeat,
    Release,
    Commit,
    Record,
    Inspect,
    /// Any other, by its name; it changes nothing.
    Read(&'static str),
    /// Any other, by its name.
    Write(&'static str),
}

/// What is to go wrong with a call. Where a fault has no meaning for a call, the call goes well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Somebody took over: all writers are dead from now on, and the call finds that out.
    Fenced,
    /// It is done, and its answer is lost.
    UnknownApplied,
    /// It is not done, and nobody says so.
    UnknownLost,
    /// It waits before it is done.
    Slow(Duration),
    /// It is done, and its answer takes a while.
    SlowAnswer(Duration),
    /// The database cannot be reached: nothing is done.
    Unavailable,
    /// The guard of the first effect of the batch that has one fails.
    RefusedGuard,
}

/// Decides about every call, in the order of the calls.
pub trait FaultSource: Debug + Send + Sync {
    fn next(&self, call: Call) -> Option<Fault>;
}

/// A handle on what goes wrong. What was set by hand comes before what the source says.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Set>>);

#[derive(Debug, Default)]
struct Set {
    once: VecDeque<(Call, Fault)>,
    standing: Vec<(Call, Fault)>,
    everywhere: Option<Fault>,
    source: Option<Arc<dyn FaultSource>>,
}

impl Faults {
    /// Asks `source` from now on.
    pub fn from(&self, source: impl FaultSource + 'static) {
        self.0.lock().source = Some(Arc::new(source));
    }

    /// The next call of this kind goes wrong; several are used up in their order.
    pub fn once(&self, call: Call, fault: Fault) {
        self.0.lock().once.push_back((call, fault));
    }

    /// Every call of this kind goes wrong until [`Faults::calm`].
    pub fn standing(&self, call: Call, fault: Fault) {
        self.0.lock().standing.push((call, fault));
    }

    /// Every call whatsoever goes wrong until [`Faults::calm`].
    pub fn everywhere(&self, fault: Fault) {
        self.0.lock().everywhere = Some(fault);
    }

    /// Nothing goes wrong any more.
    pub fn calm(&self) {
        *self.0.lock() = Set::default();
    }

    pub(super) fn next(&self, call: Call) -> Option<Fault> {
        let mut set = self.0.lock();
        if let Some(place) = set.once.iter().position(|(meant, _)| *meant == call) {
            return set.once.remove(place).map(|(_, fault)| fault);
        }
        let standing = set.standing.iter().find(|(meant, _)| *meant == call).map(|(_, fault)| *fault);
        if let Some(fault) = standing.or(set.everywhere) {
            return Some(fault);
        }
        let source = set.source.clone();
        drop(set);
        source.and_then(|source| source.next(call))
    }
}
