//! One day of a zone's wall calendar as instants. Days of 23 and 25 hours, days without a midnight: no sum of minutes is ever made
//! across a change of the clock.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Weekday};
use chrono_tz::Tz;

use super::Stretches;
use crate::domain::{TimeWindow, Timestamp};

/// No zone is farther from UTC than this.
const OFFSET_MAX_HOURS: i64 = 16;

/// A local date, cut into the pieces in which the clock runs evenly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalDay {
    date: NaiveDate,
    /// In the order of time: a stretch, and how far the wall clock is ahead of UTC in it.
    pieces: Vec<(TimeWindow, TimeDelta)>,
}

impl LocalDay {
    /// Every instant at which a calendar in `zone` shows `date`. Has no piece where the zone skipped the whole day.
    pub fn new(zone: Tz, date: NaiveDate) -> Self {
        let day = (date.and_time(NaiveTime::MIN), next_midnight(date));
        let pieces = even_stretches(zone, date)
            .into_iter()
            .filter_map(|(stretch, ahead)| Some((overlap(stretch, shown(day, ahead)?)?, ahead)))
            .collect();
        Self { date, pieces }
    }

    pub fn date(&self) -> NaiveDate {
        self.date
    }

    pub fn weekday(&self) -> Weekday {
        self.date.weekday()
    }

    /// From the day's first instant to its last.
    pub fn whole(&self) -> Option<TimeWindow> {
        let (first, last) = (self.pieces.first()?, self.pieces.last()?);
        TimeWindow::new(first.0.start(), last.0.end()).ok()
    }

    /// From the first instant of `days` to the last.
    pub fn span(days: &[Self]) -> Option<TimeWindow> {
        let wholes = days.iter().filter_map(Self::whole);
        wholes.reduce(|span, whole| {
            TimeWindow::new(span.start().min(whole.start()), span.end()).unwrap_or(span).until(whole.end())
        })
    }

    /// When the clock on the wall stands between `from` and `until` (00:00: the midnight that ends the day). One stretch on most
    /// days; none or two where the clock jumps over or runs through that time twice.
    pub fn between(&self, from: NaiveTime, until: NaiveTime) -> Vec<TimeWindow> {
        let until = if until == NaiveTime::MIN { next_midnight(self.date) } else { self.date.and_time(until) };
        let wall = (self.date.and_time(from), until);
        let parts = self.pieces.iter().filter_map(|(piece, ahead)| overlap(*piece, shown(wall, *ahead)?));
        Stretches::of(parts).into_vec()
    }

    /// The instants at which the wall clock shows a multiple of `step_minutes`. Of an hour that comes twice only the first is told,
    /// because a person reading "02:30" could not tell which is meant.
    pub fn ticks(&self, step_minutes: u16) -> Vec<Timestamp> {
        let mut ticks = Vec::new();
        let mut latest_shown = None;
        for (piece, ahead) in &self.pieces {
            for minute in (0..24 * 60).step_by(usize::from(step_minutes.max(1))) {
                let shown = self.date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute);
                let at = (shown - *ahead).and_utc();
                if piece.contains(at) && latest_shown.is_none_or(|latest| shown > latest) {
                    latest_shown = Some(shown);
                    ticks.push(at);
                }
            }
        }
        ticks
    }
}

fn next_midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN) + TimeDelta::days(1)
}

/// When a clock that is `ahead` of UTC shows the times of `wall`. `None` where they are turned round.
fn shown((from, until): (NaiveDateTime, NaiveDateTime), ahead: TimeDelta) -> Option<TimeWindow> {
    TimeWindow::new((from - ahead).and_utc(), (until - ahead).and_utc()).ok()
}

fn overlap(a: TimeWindow, b: TimeWindow) -> Option<TimeWindow> {
    TimeWindow::new(a.start().max(b.start()), a.end().min(b.end())).ok()
}

/// The days around `date` cut at every change of the zone's offset. Looks once an hour: no zone changes and changes back within one.
fn even_stretches(zone: Tz, date: NaiveDate) -> Vec<(TimeWindow, TimeDelta)> {
    let begin = date.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(OFFSET_MAX_HOURS);
    let mut stretches = Vec::with_capacity(1);
    let mut start = begin;
    for hour in 0..24 + 2 * OFFSET_MAX_HOURS {
        let (before, after) = (begin + TimeDelta::hours(hour), begin + TimeDelta::hours(hour + 1));
        let ahead = offset_at(zone, before);
        let last = hour + 1 == 24 + 2 * OFFSET_MAX_HOURS;
        if last || offset_at(zone, after) != ahead {
            let end = if last { after } else { change_between(zone, before, after) };
            stretches.extend(TimeWindow::new(start, end).ok().map(|stretch| (stretch, ahead)));
            start = end;
        }
    }
    stretches
}

/// The first second after `before` at which the offset differs from that at `before`; it does at `after`.
fn change_between(zone: Tz, before: Timestamp, after: Timestamp) -> Timestamp {
    let ahead = offset_at(zone, before);
    let (mut same, mut different) = (before, after);
    while different - same > TimeDelta::seconds(1) {
        let middle = same + TimeDelta::seconds((different - same).num_seconds() / 2);
        if offset_at(zone, middle) == ahead { same = middle } else { different = middle }
    }
    different
}

fn offset_at(zone: Tz, at: Timestamp) -> TimeDelta {
    TimeDelta::seconds(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc().into())
}
