//! Proves what can be proven of a set of flows before anybody meets them: that every way leads somewhere, every operation's outcome is
//! handled, every text exists in every language and fits, and every expression has a value.

mod begins;
mod budget;
mod carries;
mod cases;
mod earlier;
mod empty;
mod expressions;
mod fits;
mod labels;
mod longest;
mod loops;
mod operations;
mod said;
mod sizes;
mod texts;
mod unsaid;
mod waiting;
mod ways;

pub use sizes::Size;

use super::definition::{Arm, Flow, FlowSet, Line, Spot};
use super::mistake::{At, Mistake, Mistakes};
use super::ways::{Names, Ways};

/// All mistakes of a set, of all its files.
pub(crate) fn check(set: &FlowSet) -> Vec<Mistake> {
    let ways: Vec<Ways<'_>> = set.flows.iter().map(|flow| Ways::of(set, flow)).collect();
    let mut mistakes: Vec<Mistake> =
        set.flows.iter().zip(&ways).flat_map(|(flow, ways)| Check::new(set, flow, ways).all()).collect();
    mistakes.extend(begins::check(set));
    mistakes.extend(loops::check(set, &ways));
    mistakes
}

/// The checking of one flow.
struct Check<'f> {
    set: &'f FlowSet,
    flow: &'f Flow,
    ways: &'f Ways<'f>,
    names: Names<'f>,
    mistakes: Mistakes,
    /// Mistakes in other files than the flow's own.
    elsewhere: Vec<Mistake>,
}

impl<'f> Check<'f> {
    fn new(set: &'f FlowSet, flow: &'f Flow, ways: &'f Ways<'f>) -> Self {
        let mistakes = Mistakes::of(&flow.file);
        Self { set, flow, ways, names: Names::of(set, flow), mistakes, elsewhere: Vec::new() }
    }

    fn all(mut self) -> Vec<Mistake> {
        self.where_ways_lead();
        self.operations();
        self.expressions();
        self.cases();
        self.texts();
        self.waiting();
        self.carried();
        self.nothing_is_empty();
        self.fits();
        self.said();
        self.unsaid();
        self.elsewhere.extend(self.mistakes.found);
        self.elsewhere
    }

    fn lines(&self) -> impl Iterator<Item = (Spot, &'f Line)> + use<'f> {
        let blocks = self.flow.blocks.iter().enumerate();
        blocks.flat_map(|(block, list)| {
            list.lines.iter().enumerate().map(move |(index, line)| (Spot { block, index }, line))
        })
    }

    /// The head's arms with what leads there.
    fn head_arms(&self) -> Vec<(String, &'f Arm)> {
        let head = &self.flow.head;
        let named =
            [("stuck", &head.stuck), ("unavailable", &head.unavailable), ("undeliverable", &head.undeliverable)];
        let named = named.into_iter().filter_map(|(name, arm)| Some((name.to_owned(), arm.as_ref()?)));
        let silences = head.silence.iter().map(|silence| ("silence".to_owned(), &silence.arm));
        let anytime = head.anytime.iter().map(|entry| (format!("anytime {}", entry.key), &entry.arm));
        named.chain(silences).chain(anytime).chain(self.start_arms()).collect()
    }

    /// The scenes that something outside begins.
    fn start_arms(&self) -> Vec<(String, &'f Arm)> {
        let start = &self.flow.start;
        let referrals = start.referral.iter().map(|(key, arm)| (format!("referral {key}"), arm));
        let events = start.event.iter().map(|event| (format!("event {}", event.name), &event.arm));
        let days = start.schedule.iter().map(|day| (format!("schedule {}", day.key), &day.arm));
        referrals.chain(events).chain(days).collect()
    }

    #[track_caller]
    fn add(&mut self, at: At, what: impl Into<String>, cause: impl Into<String>, mend: impl Into<String>) {
        self.mistakes.add(at, what, cause, mend);
    }
}
