//! Days written by their numbers: `21 Nov`, `21/11/2026`, `2026-11-21`, "the 21st", `tarehe 21`. The day stands before its month.

use chrono::{Datelike, Months, NaiveDate};

use super::days::Choice;
use super::senses::Senses;
use crate::flows::languages::words::Meaning;

/// Years that a person may write.
const YEARS: std::ops::RangeInclusive<u64> = 1900..=2100;
/// A year of two figures is at most so far ahead; else it has been.
const AHEAD_MAX: i32 = 10;

pub(super) fn written_day(senses: &Senses<'_>, at: usize) -> Option<(Choice, usize)> {
    let (mut choice, mut next) =
        in_numbers(senses, at).or_else(|| with_month(senses, at)).or_else(|| alone(senses, at))?;
    // "2026 Ugushyingo 21, kuwa gatandatu"
    let (weekday, after) =
        match senses.pick(next, |meaning| if let Meaning::Weekday(n) = meaning { Some(n) } else { None }) {
            Some((weekday, after)) => (Some(weekday), after),
            None => (None, next),
        };
    if let Some(weekday) = weekday {
        choice.retain(|day| day.weekday().num_days_from_monday() == u32::from(weekday));
        next = after;
    }
    (!choice.is_empty()).then_some((choice, next))
}

/// `21/11`, `21/11/2026`, `21.11.2026`, `21-11-26`, `2026-11-21`.
fn in_numbers(senses: &Senses<'_>, at: usize) -> Option<(Choice, usize)> {
    let start = senses.skip(at, Meaning::TheDay);
    let (first, count) = senses.figures(start)?;
    let mark = senses.mark(start + 1).filter(|mark| matches!(mark, '/' | '-' | '.'));
    let Some(mark) = mark else {
        // "21 11 2026"
        let (month, 1..=2) = senses.figures(start + 1)? else { return None };
        let (year, 4) = senses.figures(start + 2)? else { return None };
        return (count <= 2).then(|| date(year, month, first)).flatten().map(|day| (vec![day], start + 3));
    };
    let (second, 1..=2) = senses.figures(start + 2)? else { return None };
    let third = senses.figures(start + 4).filter(|_| senses.mark(start + 3) == Some(mark));
    let ends = |at: usize| !matches!(senses.mark(at), Some('/' | '-' | '.' | ':' | '*' | '#' | '@' | '%'));
    match third {
        Some((day, 1..=2)) if count == 4 => {
            Some((vec![date(first, second, day)?], start + 5)).filter(|_| ends(start + 5))
        }
        Some((year, digits @ (2 | 4))) if count <= 2 => {
            let year = if digits == 2 { century(senses.ears.today().year(), year) } else { year };
            Some((vec![date(year, second, first)?], start + 5)).filter(|_| ends(start + 5))
        }
        Some(_) => None,
        None => {
            // "24/7" and halves are no days; a point or a hyphen in a sentence is more often a number or a range.
            let figure = matches!((first, second), (24, 7) | (1, 2 | 4) | (3, 4));
            // "2.5" is a number.
            let figure = figure || (mark == '.' && count == 1 && second < 10);
            let certain = !(senses.in_sentence || mark == '.' && figure) || (mark == '/' && !figure);
            if count > 2 || !certain || !ends(start + 3) {
                return None;
            }
            Some((vec![next_such(senses.ears.today(), second as u32, first as u32)?], start + 3))
        }
    }
}

/// `21 November`, `November 21st, 2026`, `tarehe 21 mwezi wa 11`.
fn with_month(senses: &Senses<'_>, at: usize) -> Option<(Choice, usize)> {
    let start = senses.skip_all(at, |meaning| matches!(meaning, Meaning::TheDay | Meaning::NthDay));
    let leading_year =
        senses.figures(start).filter(|(year, count)| *count == 4 && YEARS.contains(year)).map(|(year, _)| year);
    let from = if leading_year.is_some() { start + 1 } else { start };
    let (day, month, next) = if let Some((month, next)) = month(senses, from) {
        let day = senses.skip_all(next, |meaning| matches!(meaning, Meaning::TheDay | Meaning::Of));
        let (day, next) = day_number(senses, day)?;
        (day, month, next)
    } else {
        let (day, next) = day_number(senses, from)?;
        let of = senses.skip_all(next, |meaning| matches!(meaning, Meaning::Of));
        if let Some(found) = of_near_month(senses, next, day) {
            return Some(found);
        }
        let (month, next) = month(senses, of)?;
        (day, month, next)
    };
    if let Some(year) = leading_year {
        return Some((vec![date(year, month.into(), day.into())?], next));
    }
    let year_at = senses.skip(next, Meaning::Of);
    match senses.figures(year_at) {
        Some((year, 4)) if YEARS.contains(&year) && senses.mark(year_at + 1).is_none() => {
            Some((vec![date(year, month.into(), day.into())?], year_at + 1))
        }
        _ => Some((vec![next_such(senses.ears.today(), month, day)?], next)),
    }
}

/// "the 25th of next month"
fn of_near_month(senses: &Senses<'_>, at: usize, day: u32) -> Option<(Choice, usize)> {
    let (months, next) = senses.pick(at, |meaning| match meaning {
        Meaning::ThisMonth => Some(0),
        Meaning::NextMonth => Some(1),
        _ => None,
    })?;
    let month = senses.ears.today().with_day(1)?.checked_add_months(Months::new(months))?;
    Some((vec![month.with_day(day)?], next))
}

/// Whether a month stands at a place, so that the number before it is a day of it.
pub(super) fn month_follows(senses: &Senses<'_>, at: usize) -> bool {
    month(senses, senses.skip_all(at, |meaning| matches!(meaning, Meaning::Of))).is_some()
}

fn month(senses: &Senses<'_>, at: usize) -> Option<(u32, usize)> {
    if let Some((month, next)) =
        senses.pick(at, |meaning| if let Meaning::Month(month) = meaning { Some(u32::from(month)) } else { None })
    {
        return Some((month, next));
    }
    let number = senses.meaning(at, Meaning::MonthNumber)?;
    day_number(senses, number).filter(|(month, _)| (1..=12).contains(month))
}

/// "the 21st", `le 21`, `tarehe 21`: the next such day.
fn alone(senses: &Senses<'_>, at: usize) -> Option<(Choice, usize)> {
    let start = senses.skip_all(at, |meaning| matches!(meaning, Meaning::TheDay | Meaning::NthDay));
    let (day, next) = day_number(senses, start)?;
    if month_follows(senses, next) {
        // "the 31st of November"
        return None;
    }
    let marked = senses.meaning(next - 1, Meaning::OrdinalMark).is_some();
    let ordinal = senses.figures(start).is_none() && ends_in_ordinal(senses, next);
    // "the first time I came" is no day; "the 2 of us" neither, but "le 2" is.
    let certain = if senses.in_sentence {
        marked || (start != at && !ordinal && !english_article(senses, at))
    } else {
        marked || start != at || ordinal
    };
    let goes_on = senses.glued(next) && senses.mark(next).is_some();
    let counted = senses
        .pick(next, |meaning| {
            matches!(meaning, Meaning::Span(_) | Meaning::OClock | Meaning::Am | Meaning::Pm | Meaning::Currency(_))
                .then_some(())
        })
        .is_some()
        && senses.meaning(next, Meaning::Saa).is_none();
    if !certain || goes_on || counted || (senses.glued(next) && senses.word(next).is_some()) {
        return None;
    }
    let days = days_of_month(senses.ears.today(), day, 1);
    Some((days, next)).filter(|(days, _)| !days.is_empty())
}

fn ends_in_ordinal(senses: &Senses<'_>, next: usize) -> bool {
    senses.pick(next - 1, |meaning| matches!(meaning, Meaning::Ordinal(_)).then_some(())).is_some()
}

fn english_article(senses: &Senses<'_>, at: usize) -> bool {
    senses.word(at) == Some("the")
}

/// 1 to 31, as figures, as an ordinal or in words.
fn day_number(senses: &Senses<'_>, at: usize) -> Option<(u32, usize)> {
    let (number, next) = if let Some((day, count)) = senses.figures(at) {
        if count > 2 {
            return None;
        }
        let next = senses.meaning(at + 1, Meaning::OrdinalMark).filter(|_| senses.glued(at + 1)).unwrap_or(at + 1);
        (day as u32, next)
    } else {
        in_words(senses, at)?
    };
    (1..=31).contains(&number).then_some((number, next))
}

fn in_words(senses: &Senses<'_>, at: usize) -> Option<(u32, usize)> {
    let unit = |at: usize| {
        senses.pick(at, |meaning| match meaning {
            Meaning::Ordinal(value) | Meaning::Number(value) => Some(value),
            _ => None,
        })
    };
    let tens = senses.pick(at, |meaning| if let Meaning::Tens(value) = meaning { Some(value) } else { None });
    let Some((tens, next)) = tens else { return unit(at) };
    let after = senses.skip(next, Meaning::And);
    match unit(after).filter(|(unit, _)| (1..10).contains(unit) && (tens != 10 || after != next)) {
        Some((unit, next)) => Some((tens + unit, next)),
        None => Some((tens, next)),
    }
}

fn date(year: u64, month: u64, day: u64) -> Option<NaiveDate> {
    YEARS.contains(&year).then(|| NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32)).flatten()
}

fn century(this_year: i32, year: u64) -> u64 {
    let near = 2000 + year as i32;
    (if near > this_year + AHEAD_MAX { near - 100 } else { near }) as u64
}

/// The next day with this number in this month, today counts.
pub(super) fn next_such(today: NaiveDate, month: u32, day: u32) -> Option<NaiveDate> {
    let this_year = NaiveDate::from_ymd_opt(today.year(), month, day);
    this_year.filter(|day| *day >= today).or_else(|| NaiveDate::from_ymd_opt(today.year() + 1, month, day))
}

/// The next days with this number, in months that have it; today counts.
pub(super) fn days_of_month(today: NaiveDate, day: u32, count: usize) -> Choice {
    let months = (0..12).filter_map(|n| today.with_day(1)?.checked_add_months(Months::new(n))?.with_day(day));
    months.filter(|day| *day >= today).take(count).collect()
}
