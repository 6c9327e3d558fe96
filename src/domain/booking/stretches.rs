//! Stretches of time in order, none touching the next: when somebody works, or what of it is taken.

use crate::domain::{TimeWindow, Timestamp};

/// A set of instants, kept as the fewest windows that make it. Questions cost the logarithm of their number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stretches(Vec<TimeWindow>);

impl Stretches {
    /// Everything that lies in one of `windows`; they may come in any order, touch and overlap.
    pub fn of(windows: impl IntoIterator<Item = TimeWindow>) -> Self {
        let mut windows: Vec<TimeWindow> = windows.into_iter().collect();
        windows.sort_unstable_by_key(TimeWindow::start);
        let mut joined: Vec<TimeWindow> = Vec::with_capacity(windows.len());
        for window in windows {
            match joined.last_mut() {
                Some(last) if window.start() <= last.end() => *last = last.until(window.end()),
                _ => joined.push(window),
            }
        }
        Self(joined)
    }

    pub fn as_slice(&self) -> &[TimeWindow] {
        &self.0
    }

    pub fn into_vec(self) -> Vec<TimeWindow> {
        self.0
    }

    /// What is left when `gone` is taken away.
    #[must_use]
    pub fn without(&self, gone: &Self) -> Self {
        let mut left = Vec::with_capacity(self.0.len());
        for window in &self.0 {
            let mut from = window.start();
            for gap in gone.reaching(window.start()).iter().take_while(|gap| gap.start() < window.end()) {
                left.extend(TimeWindow::new(from, gap.start()));
                from = gap.end();
            }
            left.extend(TimeWindow::new(from, window.end()));
        }
        Self(left)
    }

    /// Whether all of `window` lies in it.
    pub fn covers(&self, window: &TimeWindow) -> bool {
        self.reaching(window.start())
            .first()
            .is_some_and(|one| one.start() <= window.start() && window.end() <= one.end())
    }

    /// Whether any of `window` lies in it.
    pub fn meets(&self, window: &TimeWindow) -> bool {
        self.reaching(window.start()).first().is_some_and(|one| one.start() < window.end())
    }

    /// The windows that end after `at`.
    fn reaching(&self, at: Timestamp) -> &[TimeWindow] {
        &self.0[self.0.partition_point(|window| window.end() <= at)..]
    }
}

impl FromIterator<TimeWindow> for Stretches {
    fn from_iter<I: IntoIterator<Item = TimeWindow>>(windows: I) -> Self {
        Self::of(windows)
    }
}
