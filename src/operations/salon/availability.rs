//! Which times of a day are free: pencil and paper, over half-open stretches.

use chrono::TimeDelta;

use crate::domain::{TimeWindow, Timestamp};

use super::local_day::{LocalDay, merged};

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub visit: TimeDelta,
    /// Time around the visit that must be free of other visits, but need not lie in working hours.
    pub buffer_before: TimeDelta,
    pub buffer_after: TimeDelta,
    /// Visits start on multiples of this by the wall clock.
    pub step_minutes: u16,
    /// The first and the last start that the house's notice and horizon allow.
    pub earliest: Timestamp,
    pub latest: Timestamp,
}

impl Wanted {
    /// The visit that starts at `start`. `None` for a visit that takes no time.
    pub fn visit_at(&self, start: Timestamp) -> Option<TimeWindow> {
        TimeWindow::new(start, start + self.visit).ok()
    }

    /// All that it takes of the staff's time: overlapping footprints are what the database refuses.
    pub fn footprint_at(&self, start: Timestamp) -> Option<TimeWindow> {
        TimeWindow::new(start - self.buffer_before, start + self.visit + self.buffer_after).ok()
    }
}

/// One person's time on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonDay {
    /// Working hours; may touch or overlap.
    pub works: Vec<TimeWindow>,
    /// Time off: no visit may touch it.
    pub off: Vec<TimeWindow>,
    /// Footprints of others' visits and holds.
    pub taken: Vec<TimeWindow>,
}

/// The starts at which the person could take the visit, in the order of time.
pub fn free_starts(day: &LocalDay, person: &PersonDay, wanted: &Wanted) -> Vec<Timestamp> {
    let works = merged(person.works.clone());
    let free = |start: &Timestamp| -> bool {
        let (Some(visit), Some(footprint)) = (wanted.visit_at(*start), wanted.footprint_at(*start)) else {
            return false;
        };
        (wanted.earliest..=wanted.latest).contains(start)
            && works.iter().any(|open| open.start() <= visit.start() && visit.end() <= open.end())
            && !person.off.iter().any(|off| off.overlaps(&visit))
            && !person.taken.iter().any(|taken| taken.overlaps(&footprint))
    };
    day.ticks(wanted.step_minutes).into_iter().filter(free).collect()
}

/// Keeps at most `count_max` of `starts`, spread evenly over them and beginning with the first.
pub fn thinned<T>(starts: Vec<T>, count_max: usize) -> Vec<T> {
    let stride = starts.len().div_ceil(count_max.max(1)).max(1);
    starts.into_iter().step_by(stride).collect()
}
