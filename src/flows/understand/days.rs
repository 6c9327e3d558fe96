//! Days: by name, by weekday, by number.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::senses::Senses;
use super::spans::span;
use super::written_days::{days_of_month, month_follows, next_such, written_day};
use crate::flows::languages::words::{Meaning, Span};

/// One day, or the days it could be.
pub(super) type Choice = Vec<NaiveDate>;

/// A day at a place, and the place after it.
pub(super) fn day(senses: &Senses<'_>, at: usize) -> Option<(Choice, usize)> {
    let from = senses.skip_all(at, |meaning| matches!(meaning, Meaning::On | Meaning::At));
    let found = feast(senses, from)
        .or_else(|| named_day(senses, from))
        .or_else(|| weekday(senses, from, at))
        .or_else(|| weekend(senses, from))
        .or_else(|| away(senses, from))
        .or_else(|| written_day(senses, from));
    let (mut choice, mut next) = found.filter(|(choice, _)| !choice.is_empty())?;
    if let Some((days, after)) =
        senses.pick(next, |meaning| if let Meaning::DaysOn(days) = meaning { Some(i64::from(days)) } else { None })
    {
        // "lundi en huit" counts from the coming one.
        choice = choice.first().and_then(|day| later(*day, days)).into_iter().collect();
        next = after;
    }
    Some((choice, next))
}

/// "Christmas", "the last day of the month".
fn feast(senses: &Senses<'_>, at: usize) -> Option<(Choice, usize)> {
    let today = senses.ears.today();
    senses.pick(at, |meaning| match meaning {
        Meaning::Feast(month, day) => Some(next_such(today, month.into(), day.into()).into_iter().collect()),
        Meaning::LastOfMonth => {
            let next_month = today.with_day(1)?.checked_add_months(Months::new(1))?;
            Some(next_month.pred_opt().into_iter().collect())
        }
        Meaning::DaysOrOneLess(days) => {
            Some([i64::from(days) - 1, i64::from(days)].into_iter().filter_map(|days| later(today, days)).collect())
        }
        _ => None,
    })
}

fn later(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    let by = Days::new(days.unsigned_abs());
    if days < 0 { day.checked_sub_days(by) } else { day.checked_add_days(by) }
}

/// "tomorrow", `ejo`; "tomorrow, 21 November" has to agree with itself.
fn named_day(senses: &Senses<'_>, at: usize) -> Option<(Choice, usize)> {
    let today = senses.ears.today();
    let (shifts, next) = senses.pick(at, |meaning| match meaning {
        Meaning::Day(shift) => Some(vec![i64::from(shift)]),
        Meaning::TodayPart(_) => Some(vec![0]),
        Meaning::EitherWay(shift) => Some(vec![i64::from(shift), -i64::from(shift)]),
        _ => None,
    })?;
    let shifts = match (shifts.len(), senses.says(Meaning::Ahead), senses.says(Meaning::Behind)) {
        (2, true, false) => vec![shifts[0]],
        (2, false, true) => vec![shifts[1]],
        _ => shifts,
    };
    let choice: Choice = shifts.into_iter().filter_map(|shift| later(today, shift)).collect();
    let after = senses.skip_all(next, |meaning| matches!(meaning, Meaning::On));
    match weekday(senses, after, next).or_else(|| written_day(senses, after)) {
        Some((other, next)) => Some((agreed(choice, other), next)),
        None => Some((choice, next)),
    }
}

/// What two ways of naming a day have in common; if nothing, either could be meant.
fn agreed(one: Choice, other: Choice) -> Choice {
    let common: Choice = one.iter().copied().filter(|day| other.contains(day)).collect();
    if common.is_empty() { one.into_iter().chain(other).collect() } else { common }
}

/// What stands beside a weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    This,
    Next,
    Last,
    ThisWeek,
    NextWeek,
}

fn which(senses: &Senses<'_>, at: usize) -> Option<(Which, usize)> {
    senses.pick(at, |meaning| match meaning {
        Meaning::This => Some(Which::This),
        Meaning::Next => Some(Which::Next),
        Meaning::Last => Some(Which::Last),
        Meaning::ThisWeek => Some(Which::ThisWeek),
        Meaning::NextWeek => Some(Which::NextWeek),
        _ => None,
    })
}

/// "friday", "next friday", "vendredi prochain", "friday 27 November", "monday next week".
fn weekday(senses: &Senses<'_>, at: usize, begin: usize) -> Option<(Choice, usize)> {
    let article = senses.skip_all(at, |meaning| matches!(meaning, Meaning::TheDay | Meaning::On));
    let before = which(senses, article);
    let from = before.map_or(article, |(_, next)| next);
    let from = senses.skip_all(from, |meaning| matches!(meaning, Meaning::On | Meaning::Of));
    let (weekday, next) = senses
        .pick(from, |meaning| if let Meaning::Weekday(n) = meaning { Some(n) } else { None })
        .or_else(|| numbered_weekday(senses, from))?;
    // "I sat down" is no Saturday.
    let short = senses.word(from).is_some_and(|word| word.len() <= 3) && next == from + 1;
    let timed = senses.figures(next).is_some()
        || senses.pick(next, |meaning| matches!(meaning, Meaning::Part(_) | Meaning::At).then_some(())).is_some();
    if senses.in_sentence && from == begin && short && !timed {
        return None;
    }
    let after = which(senses, senses.skip(next, Meaning::Of)).filter(|_| before.is_none());
    let next = after.map_or(next, |(_, next)| next);
    let choice =
        days_named(senses.ears.today(), weekday, before.or(after).map(|(which, _)| which), senses.code() == "en");
    let dated = senses.skip_all(next, |meaning| matches!(meaning, Meaning::On));
    match written_day(senses, dated).or_else(|| bare_day(senses, next, weekday)) {
        Some((written, next)) => Some((dated_weekday(&written, weekday, choice), next)),
        None => Some((choice, next)),
    }
}

fn days_named(today: NaiveDate, weekday: u8, which: Option<Which>, english: bool) -> Choice {
    let now = i64::from(today.weekday().num_days_from_monday());
    let ahead = (7 + i64::from(weekday) - now) % 7;
    let shifts = match which {
        // Said on the day itself, it may be today or in a week.
        None | Some(Which::This) if ahead == 0 => vec![0, 7],
        // English is of two minds even about this.
        Some(Which::Next) if ahead == 0 && english => vec![7, 14],
        Some(Which::Next) if ahead == 0 => vec![7],
        // Of this week still: the coming one to some, the one after to others. Else it is both the next one and next week's.
        Some(Which::Next) if now + ahead < 7 => vec![ahead, ahead + 7],
        None | Some(Which::This | Which::Next) => vec![ahead],
        Some(Which::Last) if ahead == 0 => vec![-7],
        Some(Which::Last) => vec![ahead - 7],
        Some(Which::ThisWeek) => vec![i64::from(weekday) - now],
        Some(Which::NextWeek) => vec![i64::from(weekday) - now + 7],
    };
    shifts.into_iter().filter_map(|shift| later(today, shift)).collect()
}

/// A written day that has its weekday beside it: another year, or a slip of one of the two, which is asked.
fn dated_weekday(written: &[NaiveDate], weekday: u8, named: Choice) -> Choice {
    let fits = |day: &NaiveDate| day.weekday().num_days_from_monday() == u32::from(weekday);
    let fitting: Choice = written.iter().copied().filter(fits).collect();
    if fitting.is_empty() { named.into_iter().take(1).chain(written.iter().copied()).collect() } else { fitting }
}

/// `kuwa 5`: Friday, unless a month follows.
fn numbered_weekday(senses: &Senses<'_>, at: usize) -> Option<(u8, usize)> {
    let number = senses.leading(at, Meaning::NthDay)?;
    let (weekday, next) = match senses.figures(number) {
        Some((weekday, 1)) => (weekday as u8, number + 1),
        Some(_) => return None,
        None => senses.pick(number, |meaning| match meaning {
            Meaning::Number(weekday) => Some(weekday as u8),
            Meaning::Ordinal(1) => Some(1),
            _ => None,
        })?,
    };
    let dated = senses.mark(next).is_some() || month_follows(senses, next);
    ((1..=6).contains(&weekday) && !dated).then(|| (weekday - 1, next))
}

/// "samedi 28": a bare number is a day of the month only if that day is such a weekday, and no hour.
fn bare_day(senses: &Senses<'_>, at: usize, weekday: u8) -> Option<(Choice, usize)> {
    let (day, count) = senses.figures(at)?;
    let ends = senses.mark(at + 1).is_none() && !senses.glued(at + 1);
    if count > 2 || day <= 12 || !ends {
        return None;
    }
    let days = days_of_month(senses.ears.today(), day as u32, 2);
    let fits = |day: &NaiveDate| day.weekday().num_days_from_monday() == u32::from(weekday);
    let found = days.into_iter().find(fits)?;
    Some((vec![found], at + 1))
}

/// Saturday or Sunday.
fn weekend(senses: &Senses<'_>, at: usize) -> Option<(Choice, usize)> {
    let before = which(senses, at);
    let from = before.map_or(at, |(_, next)| next);
    let next = senses.meaning(from, Meaning::Weekend)?;
    let after = which(senses, next).filter(|_| before.is_none());
    let end = after.map_or(next, |(_, next)| next);
    let today = senses.ears.today();
    let now = i64::from(today.weekday().num_days_from_monday());
    let shift = match before.or(after).map(|(which, _)| which) {
        Some(Which::Next | Which::NextWeek) => 7,
        Some(Which::Last) => -7,
        _ => 0,
    };
    Some(([5, 6].into_iter().filter_map(|day| later(today, day - now + shift)).collect(), end))
}

/// "in 3 days", "3 days from now", "il y a 2 semaines", `siku tatu zijazo`.
fn away(senses: &Senses<'_>, at: usize) -> Option<(Choice, usize)> {
    let ahead = senses.leading(at, Meaning::In);
    let ago = senses.leading(at, Meaning::Ago);
    let (length, next) = span(senses, ahead.or(ago).unwrap_or(at))?;
    let after_ahead = senses.meaning(next, Meaning::FromNow);
    let after_ago = senses.meaning(next, Meaning::Ago);
    let sign = match (ahead.or(after_ahead), ago.or(after_ago)) {
        (_, Some(_)) => -1,
        (Some(_), None) => 1,
        (None, None) => return None,
    };
    let next = after_ago.or(after_ahead).unwrap_or(next);
    let count = i64::try_from(length.whole()?).ok()?.checked_mul(sign)?;
    let today = senses.ears.today();
    let day = match length.unit {
        Span::Day => later(today, count),
        Span::Week => later(today, count.checked_mul(7)?),
        Span::Month => {
            let months = Months::new(u32::try_from(count.unsigned_abs()).ok()?);
            if count < 0 { today.checked_sub_months(months) } else { today.checked_add_months(months) }
        }
        Span::Second | Span::Minute | Span::Hour => None,
    };
    Some((vec![day.filter(|day| (1900..=2100).contains(&day.year()))?], next))
}
