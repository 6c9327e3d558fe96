//! Lengths of time: "2 hours", `iminota 30`, "une heure et demie", `1h30`.

use super::numbers::{ONE, and_share, number, share};
use super::senses::Senses;
use crate::flows::languages::words::{Meaning, Span};

/// Longest length of time that is read.
const DAYS_MAX: i64 = 3_660;

/// A count of one unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    millionths: i64,
    pub unit: Span,
}

impl Length {
    /// `None` for a fraction.
    pub(super) fn whole(self) -> Option<u64> {
        (self.millionths % ONE == 0).then(|| u64::try_from(self.millionths / ONE).ok()).flatten()
    }

    /// `None` for months, which are not all as long.
    pub(super) fn seconds(self) -> Option<i64> {
        let unit = match self.unit {
            Span::Second => 1,
            Span::Minute => 60,
            Span::Hour => 3_600,
            Span::Day => 86_400,
            Span::Week => 7 * 86_400,
            Span::Month => return None,
        };
        let seconds = i128::from(self.millionths) * unit;
        (seconds % i128::from(ONE) == 0).then(|| i64::try_from(seconds / i128::from(ONE)).ok()).flatten()
    }
}

fn unit(senses: &Senses<'_>, at: usize) -> Option<(Span, usize)> {
    senses.pick(at, |meaning| if let Meaning::Span(span) = meaning { Some(span) } else { None })
}

/// One count of a unit, and the place after it.
pub(super) fn span(senses: &Senses<'_>, at: usize) -> Option<(Length, usize)> {
    let made =
        |millionths: i64, unit: Span, next: usize| (millionths > 0).then_some((Length { millionths, unit }, next));
    // "half an hour", "une demi-heure", "three quarters of an hour", `nusu saa`
    let from = senses.skip_all(at, |meaning| matches!(meaning, Meaning::A));
    if let Some((part, next)) = share(senses, from).or_else(|| share_after_one(senses, from)) {
        let next = senses.skip_all(next, |meaning| matches!(meaning, Meaning::A | Meaning::Of));
        let (unit, next) = unit(senses, next)?;
        return made(part, unit, next);
    }
    // `dakika 30`, `iminota mirongo itatu`, `isaha n'igice`
    if let Some((unit, next)) = unit(senses, at) {
        let (count, next) = match number(senses, next) {
            Some((amount, next)) => (amount.millionths, next),
            None if counts_alone(senses, at, next) => (ONE, next),
            None => return None,
        };
        return match and_share(senses, next) {
            Some((more, next)) => made(count + more, unit, next),
            None => made(count, unit, next),
        };
    }
    // "2 hours", "an hour and a half"
    let (count, next) = match number(senses, from) {
        Some((amount, next)) => (amount.millionths, next),
        None if from != at => (ONE, from),
        None => return None,
    };
    let (unit, next) = unit(senses, next)?;
    match and_share(senses, next) {
        Some((more, next)) if unit != Span::Second => made(count + more, unit, next),
        _ => made(count, unit, next),
    }
}

/// "un quart d'heure" has its own "un".
fn share_after_one(senses: &Senses<'_>, at: usize) -> Option<(i64, usize)> {
    let next = senses.meaning(at, Meaning::Number(1))?;
    share(senses, next)
}

/// A unit without a number is one where its language has no article: `isaha`, `mu cyumweru`. In a sentence it is only a word.
fn counts_alone(senses: &Senses<'_>, at: usize, next: usize) -> bool {
    let articleless = matches!(senses.code(), "rw" | "sw");
    (articleless && !senses.in_sentence)
        || and_share(senses, next).is_some()
        || (at > 0 && senses.meaning(at - 1, Meaning::In).is_some() && senses.longest(at - 1) == 1)
}

/// Units one after another: "1 hour and 20 minutes", `1h30`, `amasaha 2 n'iminota 10`. In seconds.
pub(super) fn duration(senses: &Senses<'_>, at: usize) -> Option<(i64, usize)> {
    let (first, next) = span(senses, at)?;
    let mut seconds = first.seconds()?;
    let mut end = next;
    let mut unit = first.unit;
    loop {
        let next = senses.skip(end, Meaning::And);
        // `1h30`: the unit of the last figures goes without saying.
        if let Some((minutes, 2)) = senses.figures(next).filter(|_| unit == Span::Hour && senses.glued(next)) {
            let after =
                self::unit(senses, next + 1).filter(|(unit, _)| *unit == Span::Minute && senses.glued(next + 1));
            if minutes < 60 {
                seconds += minutes as i64 * 60;
                end = after.map_or(next + 1, |(_, next)| next);
            }
            break;
        }
        let Some((more, next)) = span(senses, next).filter(|(more, _)| smaller(more.unit, unit)) else { break };
        seconds = seconds.checked_add(more.seconds()?)?;
        unit = more.unit;
        end = next;
    }
    (seconds <= DAYS_MAX * 86_400).then_some((seconds, end))
}

fn smaller(one: Span, other: Span) -> bool {
    let order =
        |span| [Span::Second, Span::Minute, Span::Hour, Span::Day, Span::Week].iter().position(|known| *known == span);
    order(one) < order(other)
}
