//! Instants: a day and a time in either order, "in 2 hours", `2026-11-21T09:00`.

use chrono::{Duration, NaiveDate, NaiveTime, TimeZone, Timelike};

use super::clock::{time, timed};
use super::days::day;
use super::senses::Senses;
use super::spans::duration;
use crate::domain::Timestamp;
use crate::flows::languages::words::Meaning;

/// Readings that one may be asked to choose from.
pub(super) const READINGS_MAX: usize = 4;

/// Instants at a place, and the place after them.
pub(super) fn moment(senses: &Senses<'_>, at: usize) -> Option<(Vec<Timestamp>, usize)> {
    from_now(senses, at)
        .or_else(|| day_first(senses, at))
        .or_else(|| time_first(senses, at))
        .or_else(|| time_alone(senses, at))
        .filter(|(moments, _)| !moments.is_empty())
}

/// "now", "in 2 hours", `baada ya saa moja`, "20 minutes from now": to the minute.
pub(super) fn from_now(senses: &Senses<'_>, at: usize) -> Option<(Vec<Timestamp>, usize)> {
    let now = senses.ears.now.with_second(0)?.with_nanosecond(0)?.to_utc();
    if let Some(next) = senses.meaning(at, Meaning::Now).filter(|_| !senses.in_sentence) {
        return Some((vec![now], next));
    }
    let ahead = senses.leading(at, Meaning::In);
    let (seconds, next) = duration(senses, ahead.unwrap_or(at))?;
    let after = senses.meaning(next, Meaning::FromNow);
    // Whole days are days, without an hour.
    let hours = seconds % 86_400 != 0;
    let moment = now.checked_add_signed(Duration::seconds(seconds))?;
    (hours && (ahead.is_some() || after.is_some())).then_some((vec![moment], after.unwrap_or(next)))
}

fn between(senses: &Senses<'_>, at: usize) -> usize {
    let next = senses.skip_all(at, |meaning| matches!(meaning, Meaning::On | Meaning::At | Meaning::Of));
    // The T of an ISO instant.
    if senses.word(next) == Some("t") && senses.glued(next) { next + 1 } else { next }
}

fn day_first(senses: &Senses<'_>, at: usize) -> Option<(Vec<Timestamp>, usize)> {
    let (days, next) = day(senses, at)?;
    let (times, next) = time(senses, next).or_else(|| time(senses, between(senses, next)))?;
    Some((together(senses, &days, &times), next))
}

fn time_first(senses: &Senses<'_>, at: usize) -> Option<(Vec<Timestamp>, usize)> {
    let (times, next) = time(senses, at)?;
    let (days, next) = day(senses, next).or_else(|| day(senses, between(senses, next)))?;
    // "saa tatu kesho asubuhi": the time has looked for its part of the day in the whole text.
    let next = senses.skip_all(next, |meaning| matches!(meaning, Meaning::Part(_)));
    Some((together(senses, &days, &times), next))
}

/// A time without a day is today's or tomorrow's.
fn time_alone(senses: &Senses<'_>, at: usize) -> Option<(Vec<Timestamp>, usize)> {
    if senses.in_sentence {
        return None;
    }
    let (times, next, true) = timed(senses, at)? else { return None };
    let today = senses.ears.today();
    let mut moments = together(senses, &[today, today.succ_opt()?], &times);
    moments.retain(|moment| *moment > senses.ears.now);
    moments.truncate(2);
    (moments.len() > 1).then_some((moments, next))
}

fn together(senses: &Senses<'_>, days: &[NaiveDate], times: &[NaiveTime]) -> Vec<Timestamp> {
    let zone = senses.ears.now.timezone();
    let all = days.iter().flat_map(|day| times.iter().map(|time| day.and_time(*time)));
    // An hour that the clocks leave out is none; one that they repeat is both.
    let mut moments: Vec<Timestamp> = all
        .flat_map(|local| {
            let found = zone.from_local_datetime(&local);
            let later = found.latest().filter(|later| Some(*later) != found.earliest());
            found.earliest().into_iter().chain(later).map(|moment| moment.to_utc())
        })
        .collect();
    ahead_first(&mut moments, senses.ears.now.to_utc());
    moments.truncate(READINGS_MAX);
    moments
}

/// What is to come before what has been; the nearer first.
pub(super) fn ahead_first(moments: &mut Vec<Timestamp>, now: Timestamp) {
    moments.sort_by_key(|moment| (*moment < now, (*moment - now).abs()));
    moments.dedup();
}
