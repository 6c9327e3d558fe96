//! The hours in which a business leaves people in peace, by the clocks of its zone.

use chrono::{DateTime, Days, LocalResult, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::Timestamp;

/// How long before the quiet hours what must not fall into them goes at the latest: turns and sending take their time.
const MARGIN: TimeDelta = TimeDelta::minutes(5);
/// No gap of any zone's clocks is longer than a day.
const GAP_MINUTES_MAX: i64 = 26 * 60;
/// A quiet night that a skipped day cuts in two is met twice, no more.
const NIGHTS_MAX: usize = 4;

/// Every day from one time of the day until another; over midnight where `until` is the earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: NaiveTime,
    until: NaiveTime,
}

impl QuietHours {
    /// `None` where both are the same: a day without any hour to write in is a mistake.
    pub fn new(from: NaiveTime, until: NaiveTime) -> Option<Self> {
        (from != until).then_some(Self { from, until })
    }

    pub fn from(&self) -> NaiveTime {
        self.from
    }

    pub fn until(&self) -> NaiveTime {
        self.until
    }

    /// Whether the clocks of the zone show a quiet hour. The first minute is quiet, the last is not.
    pub fn is_quiet(&self, at: Timestamp, zone: Tz) -> bool {
        let shown = at.with_timezone(&zone).time();
        if self.from < self.until {
            (self.from..self.until).contains(&shown)
        } else {
            shown >= self.from || shown < self.until
        }
    }

    /// When the quiet hours that hold an instant are over; the instant itself where it is not quiet.
    pub fn over(&self, at: Timestamp, zone: Tz) -> Timestamp {
        let mut at = at;
        for _ in 0..NIGHTS_MAX {
            if !self.is_quiet(at, zone) {
                return at;
            }
            at = next(at, self.until, zone);
        }
        at
    }

    /// The last good instant before the quiet hours that hold an instant; the instant itself where it is not quiet.
    pub fn before(&self, at: Timestamp, zone: Tz) -> Timestamp {
        let mut at = at;
        for _ in 0..NIGHTS_MAX {
            if !self.is_quiet(at, zone) {
                return at;
            }
            at = last(at, self.from, zone) - MARGIN;
        }
        at
    }
}

/// The next instant at which the clocks show this time; the end of the gap where they skip it.
fn next(at: Timestamp, time: NaiveTime, zone: Tz) -> Timestamp {
    let shown = at.with_timezone(&zone).naive_local();
    let today = shown.date().and_time(time);
    let wanted = if today > shown { today } else { today + Days::new(1) };
    // Clocks that were put back may show it again before that.
    let sooner = instants(wanted - Days::new(1), zone).into_iter().find(|instant| *instant > at);
    sooner.or_else(|| instants(wanted, zone).into_iter().find(|instant| *instant > at)).unwrap_or_else(|| {
        let after = (1..=GAP_MINUTES_MAX).find_map(|minutes| {
            instants(wanted + TimeDelta::minutes(minutes), zone).into_iter().find(|instant| *instant > at)
        });
        after.unwrap_or(at + TimeDelta::days(1))
    })
}

/// The last instant not after this one at which the clocks show this time; the beginning of the gap where they skip it.
fn last(at: Timestamp, time: NaiveTime, zone: Tz) -> Timestamp {
    let shown = at.with_timezone(&zone).naive_local();
    let today = shown.date().and_time(time);
    let wanted = if today <= shown { today } else { today - Days::new(1) };
    // Clocks that were put back may have shown it later than that.
    let later = instants(wanted + Days::new(1), zone).into_iter().rev().find(|instant| *instant <= at);
    later.or_else(|| instants(wanted, zone).into_iter().rev().find(|instant| *instant <= at)).unwrap_or_else(|| {
        let before = (1..=GAP_MINUTES_MAX).find_map(|minutes| {
            instants(wanted - TimeDelta::minutes(minutes), zone).into_iter().rev().find(|instant| *instant <= at)
        });
        before.map_or(at - TimeDelta::days(1), |instant| instant + TimeDelta::minutes(1))
    })
}

/// The instants at which the clocks show this: none, one or two, in their order.
fn instants(shown: NaiveDateTime, zone: Tz) -> Vec<Timestamp> {
    let utc = |at: DateTime<Tz>| at.with_timezone(&Utc);
    match zone.from_local_datetime(&shown) {
        LocalResult::None => Vec::new(),
        LocalResult::Single(one) => vec![utc(one)],
        LocalResult::Ambiguous(first, second) => {
            let (first, second) = (utc(first), utc(second));
            vec![first.min(second), first.max(second)]
        }
    }
}
