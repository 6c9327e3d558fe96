//! When a salon is open: the hours of all its staff together, told in few lines.

use std::fmt::Write as _;

use chrono::{NaiveTime, Timelike, Weekday};

use crate::store::salon::hours::WorkingHours;

use super::labels::Words;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Of a day with more stretches than this the last are told as one, so that a line keeps the length its signature promises.
const STRETCHES_MAX: usize = 4;

/// Minutes of a day: from, and until when somebody works.
type Stretch = (u32, u32);

/// One line for each run of days that are alike, Monday first: `Mon–Fri 08:00–13:00, 14:00–19:00`. Days on which nobody works are left out.
pub fn lines(hours: &[WorkingHours], words: &Words) -> Vec<String> {
    let week = WEEK.map(|day| (day, open_on(day, hours)));
    let runs = week.chunk_by(|(_, one), (_, next)| one == next);
    let told = runs.filter_map(|run| match run {
        [(first, open), ..] if !open.is_empty() => Some(line(*first, run.last()?.0, open, words)),
        _ => None,
    });
    told.collect()
}

fn line(first: Weekday, last: Weekday, open: &[Stretch], words: &Words) -> String {
    let mut line = words.weekdays(first, last);
    for (index, (from, until)) in open.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _infallible = write!(line, "{comma} {:02}:{:02}–{:02}:{:02}", from / 60, from % 60, until / 60, until % 60);
    }
    line
}

/// When anybody works on that day.
fn open_on(day: Weekday, hours: &[WorkingHours]) -> Vec<Stretch> {
    let mut worked: Vec<Stretch> =
        hours.iter().filter(|hours| hours.weekday == day).map(|hours| stretch(hours.from, hours.until)).collect();
    worked.sort_unstable();
    let mut open: Vec<Stretch> = Vec::with_capacity(worked.len());
    for (from, until) in worked {
        match open.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => open.push((from, until)),
        }
    }
    if let (true, Some(end)) = (open.len() > STRETCHES_MAX, open.last().map(|last| last.1)) {
        open.truncate(STRETCHES_MAX);
        open[STRETCHES_MAX - 1].1 = end;
    }
    open
}

fn stretch(from: NaiveTime, until: NaiveTime) -> Stretch {
    let minute = |time: NaiveTime| time.hour() * 60 + time.minute();
    let until = if until == NaiveTime::MIN { 24 * 60 } else { minute(until) };
    (minute(from), until)
}
