//! Times of the day: by the clock of 24 hours, by that of twelve, and by the East African one, which counts from six.
//!
//! An hour that could be before or after noon is both, unless a part of the day says which. Figures with minutes (`9:30`, `9h`) are taken
//! as the 24 hours they are written in; only from one to six, where nobody means the night, they are asked about. An East African hour in
//! words is one of the day (`saa mbili` is 08:00), and both where both are (`saa moja` is 07:00 and 19:00).

use chrono::{NaiveTime, Timelike};

use super::senses::Senses;
use crate::flows::languages::words::{Meaning, Part, Span};

/// Hours at which nobody goes anywhere.
const SMALL_HOURS_END: i32 = 6;
/// Hours that are meant where no part of the day is said.
const DAY_HOURS: std::ops::RangeInclusive<i32> = 6..=19;
const DAY_MIN: i32 = 24 * 60;

/// How an hour was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Count {
    /// Of 24.
    Full,
    /// Of twelve, before or after noon.
    Twelve,
    Am,
    Pm,
    /// From six.
    East,
    /// `saa` and figures: as written, or from six.
    Either,
}

/// A time as it was said.
#[derive(Debug, Clone, Copy)]
struct Said {
    count: Count,
    hour: i32,
    /// Added to the hour; "quarter to" takes away.
    minutes: i32,
    /// That it is a time goes without a question for it.
    certain: bool,
    /// The minutes stand in figures behind the hour.
    minutes_written: bool,
}

impl Said {
    const fn at(count: Count, hour: i32) -> Self {
        Self { count, hour, minutes: 0, certain: true, minutes_written: false }
    }
}

/// Times at a place, the earlier first, and the place after them.
pub(super) fn time(senses: &Senses<'_>, at: usize) -> Option<(Vec<NaiveTime>, usize)> {
    timed(senses, at).map(|(times, next, _)| (times, next))
}

/// The same; the last says whether it is a time even where none is asked for.
pub(super) fn timed(senses: &Senses<'_>, at: usize) -> Option<(Vec<NaiveTime>, usize, bool)> {
    let skip = |at: usize| senses.skip_all(at, |meaning| matches!(meaning, Meaning::At | Meaning::On));
    let (before, from) = match part(senses, at) {
        Some((part, next)) => (Some(part), next),
        None => (None, at),
    };
    let start = skip(from);
    let cued = senses.pick(start.saturating_sub(1), |meaning| matches!(meaning, Meaning::At).then_some(())).is_some()
        && start > from;
    let (said, mut next) = said(senses, start)?;
    let mut parted = before;
    if before.is_none() {
        let joined =
            senses.skip_all(next, |meaning| matches!(meaning, Meaning::Of | Meaning::In | Meaning::At | Meaning::On));
        if let Some((part, after)) = part(senses, next).or_else(|| part(senses, joined)) {
            parted = Some(part);
            next = after;
        }
    }
    let certain = said.certain || cued || parted.is_some();
    if senses.in_sentence && !certain {
        return None;
    }
    let times = said.times(parted.or(senses.part));
    (!times.is_empty()).then_some((times, next, certain))
}

fn part(senses: &Senses<'_>, at: usize) -> Option<(Part, usize)> {
    senses.pick(at, |meaning| match meaning {
        Meaning::Part(part) | Meaning::TodayPart(part) => Some(part),
        _ => None,
    })
}

impl Said {
    /// The times it could be.
    fn times(self, part: Option<Part>) -> Vec<NaiveTime> {
        let east = [(self.hour + 6) % 24, (self.hour + 18) % 24];
        let twelve = [self.hour % 12, self.hour % 12 + 12];
        let hours: Vec<i32> = match self.count {
            Count::Full => vec![self.hour],
            Count::Am => vec![self.hour % 12],
            Count::Pm => vec![self.hour % 12 + 12],
            Count::Twelve => twelve.to_vec(),
            Count::East => east.to_vec(),
            Count::Either => [self.hour].into_iter().chain(east).collect(),
        };
        let in_part = |hours: &[i32], part: Part| -> Vec<i32> {
            let fits = |hour: &i32| self.within(*hour, part);
            hours.iter().copied().filter(fits).collect()
        };
        let mut hours = match (part, self.count) {
            (Some(part), Count::Full) => {
                let fitting = in_part(&hours, part);
                // "08:00 z'ijoro"
                if fitting.is_empty() && self.hour <= 12 { in_part(&twelve, part) } else { fitting }
            }
            (Some(part), Count::Either) => {
                // A part of the day goes with the East African clock, unless it then means the small hours.
                let counted = in_part(&east, part);
                let as_written = in_part(&twelve, part);
                match counted[..] {
                    [] => as_written,
                    [hour] if hour >= SMALL_HOURS_END => counted,
                    _ => counted.into_iter().chain(as_written).collect(),
                }
            }
            (Some(part), _) => in_part(&hours, part),
            (None, Count::East) => hours.into_iter().filter(|hour| DAY_HOURS.contains(hour)).collect(),
            // Twelve is noon: midnight has its own word.
            (None, Count::Twelve) if self.hour == 12 => vec![12],
            (None, _) => hours,
        };
        hours.sort_unstable();
        hours.dedup();
        hours.into_iter().filter_map(|hour| self.clock(hour)).collect()
    }

    fn minute_of_day(self, hour: i32) -> i32 {
        (hour * 60 + self.minutes).rem_euclid(DAY_MIN)
    }

    fn clock(self, hour: i32) -> Option<NaiveTime> {
        let minute = self.minute_of_day(hour) as u32;
        NaiveTime::from_hms_opt(minute / 60, minute % 60, 0)
    }

    fn within(self, hour: i32, part: Part) -> bool {
        let minute = self.minute_of_day(hour);
        let (from, to) = match part {
            Part::Dawn => (3, 7),
            Part::Morning if matches!(self.count, Count::East | Count::Either) => (3, 12),
            Part::Morning => (0, 12),
            Part::Day => (9, 19),
            Part::Afternoon => (12, 19),
            Part::Evening => (15, 24),
            Part::Night => (18, 6),
        };
        let (from, to) = (from * 60, to * 60);
        if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }
}

fn said(senses: &Senses<'_>, at: usize) -> Option<(Said, usize)> {
    let full = |hour| Said::at(Count::Full, hour);
    if let Some((hour, next)) = senses.pick(at, |meaning| match meaning {
        Meaning::Noon => Some(12),
        Meaning::Midnight => Some(0),
        _ => None,
    }) {
        return Some(with_minutes(senses, full(hour), next));
    }
    if let Some(next) = senses.meaning(at, Meaning::Now) {
        let now = senses.ears.now.time();
        return Some((Said { minutes: now.minute() as i32, ..full(now.hour() as i32) }, next))
            .filter(|_| !senses.in_sentence);
    }
    saa(senses, at).or_else(|| past_or_to(senses, at)).or_else(|| figures(senses, at)).or_else(|| words(senses, at))
}

/// `saa mbili na nusu`, `saa 9`, `saa 14:30`.
fn saa(senses: &Senses<'_>, at: usize) -> Option<(Said, usize)> {
    let next = senses.meaning(at, Meaning::Saa)?;
    if let (Some((said, after)), Some((_, digits))) = (figures(senses, next), senses.figures(next)) {
        // "saa 14:30", "saa 09:00" are written in 24 hours.
        let written = said.hour > 12 || said.hour == 0 || (said.minutes_written && digits == 2 && said.hour < 10);
        let count = match said.count {
            Count::Am | Count::Pm => said.count,
            _ if written => Count::Full,
            _ => Count::Either,
        };
        return Some(with_minutes(senses, Said { count, certain: true, ..said }, after));
    }
    let (hour, next) = hour_in_words(senses, next)?;
    Some(with_minutes(senses, Said::at(Count::East, hour), next))
}

/// "half past two", "a quarter to nine", "twenty past 3".
fn past_or_to(senses: &Senses<'_>, at: usize) -> Option<(Said, usize)> {
    let from = senses.skip(at, Meaning::A);
    if let Some(next) = senses.meaning(from, Meaning::HalfPast).or_else(|| half_alone(senses, from)) {
        let (hour, next) =
            figures(senses, next).or_else(|| words(senses, next)).filter(|(hour, _)| hour.minutes == 0)?;
        return Some((Said { minutes: 30, certain: true, ..hour }, next));
    }
    let (minutes, next) = senses
        .pick(from, |meaning| match meaning {
            Meaning::Half => Some(30),
            Meaning::Quarter => Some(15),
            _ => None,
        })
        .or_else(|| {
            let (minutes, next) = small(senses, from)?;
            Some((minutes, senses.skip(next, Meaning::Span(Span::Minute))))
        })?;
    let (sign, next) = senses.pick(next, |meaning| match meaning {
        Meaning::Past => Some(1),
        Meaning::To => Some(-1),
        _ => None,
    })?;
    let (hour, next) =
        figures(senses, next).or_else(|| words(senses, next)).filter(|(hour, _)| hour.minutes == 0).or_else(|| {
            senses.pick(next, |meaning| match meaning {
                Meaning::Noon => Some(Said::at(Count::Full, 12)),
                Meaning::Midnight => Some(Said::at(Count::Full, 0)),
                _ => None,
            })
        })?;
    (1..60).contains(&minutes).then_some((Said { minutes: sign * minutes, certain: true, ..hour }, next))
}

/// "half four", as the British say it.
fn half_alone(senses: &Senses<'_>, at: usize) -> Option<usize> {
    let next = senses.meaning(at, Meaning::Half)?;
    (senses.figures(next).is_some() || small(senses, next).is_some()).then_some(next)
}

/// `14:30`, `9.30`, `14h30`, `9h`, `3pm`, `3:30 pm`, `1430`, `14`.
fn figures(senses: &Senses<'_>, at: usize) -> Option<(Said, usize)> {
    let (value, digits) = senses.figures(at)?;
    if let (3 | 4, true) = (digits, senses.mark(at + 1).is_none()) {
        return together(senses, at, value, digits);
    }
    if digits > 2 || value > 24 {
        return None;
    }
    let hour = value as i32;
    let mut said = Said { certain: false, ..Said::at(Count::Twelve, hour) };
    let mut next = at + 1;
    if let (Some(mark @ (':' | '.')), Some((minutes @ 0..60, 2))) = (senses.mark(next), senses.figures(next + 1)) {
        // "21.11.2026" and "1:2:3" are none; "9.30" in a sentence may be a price.
        if senses.mark(next + 2).is_some_and(|mark| matches!(mark, ':' | '.' | '/' | '-')) {
            return None;
        }
        said.minutes = minutes as i32;
        said.minutes_written = true;
        said.certain = mark == ':';
        said.count = written(hour, digits);
        next += 2;
        // The seconds of an instant.
        next = senses.meaning(next, Meaning::OClock).unwrap_or(next);
    } else if let Some(after) = senses.meaning(next, Meaning::OClock) {
        said.certain = true;
        let french = senses.word(next).is_some_and(|word| word.starts_with('h'));
        said.count = if french { written(hour, digits) } else { said.count };
        if let Some((minutes @ 0..60, 2)) = senses.figures(after).filter(|_| senses.mark(after + 1).is_none()) {
            said.minutes = minutes as i32;
            said.count = written(hour, digits);
            next = senses.skip(after + 1, Meaning::Span(Span::Minute));
        } else {
            (said, next) = with_minutes(senses, said, after);
        }
    } else if hour == 0 || hour > 12 || (digits == 2 && hour < 10) {
        said.count = Count::Full;
    }
    if let Some((half, after)) = half_of_day(senses, next) {
        said = Said { certain: true, count: half, ..said };
        next = after;
        if hour > 12 && half == Count::Pm {
            said.count = Count::Full;
        }
        if (hour > 12 && half == Count::Am) || hour == 0 && half == Count::Pm {
            return None;
        }
    } else if said.minutes == 0
        && !said.certain
        && !senses.in_sentence
        && let Some((minutes @ 0..60, 2)) = senses.figures(next).filter(|_| senses.mark(next + 1).is_none())
    {
        // "14 30"
        said = Said { minutes: minutes as i32, count: written(hour, digits), ..said };
        next += 1;
    }
    if said.hour == 24 {
        said.hour = 0;
    }
    if matches!(senses.mark(next), Some('/' | '-' | ':' | '%' | '.' | ','))
        || (senses.glued(next) && senses.word(next).is_some_and(|word| word != "t"))
    {
        return None;
    }
    Some((said, next))
}

/// How an hour written with its minutes is counted.
fn written(hour: i32, digits: usize) -> Count {
    if (1..=6).contains(&hour) && digits == 1 { Count::Twelve } else { Count::Full }
}

/// `1430`, `0900 hrs`, `930am`.
fn together(senses: &Senses<'_>, at: usize, value: u64, digits: usize) -> Option<(Said, usize)> {
    let (hour, minutes) = ((value / 100) as i32, (value % 100) as i32);
    let hours = senses.meaning(at + 1, Meaning::OClock);
    let half = half_of_day(senses, at + 1);
    if minutes > 59 || hour > 23 || (half.is_some() && !(1..=12).contains(&hour)) {
        return None;
    }
    let alone = digits == 4 && !senses.in_sentence && senses.len() == at + 1;
    let said = Said { minutes, ..Said::at(Count::Full, hour) };
    match (half, hours) {
        (Some((half, next)), _) => Some((Said { count: half, ..said }, next)),
        (None, Some(next)) => Some((said, next)),
        (None, None) if alone => Some((said, at + 1)),
        (None, None) => None,
    }
}

fn half_of_day(senses: &Senses<'_>, at: usize) -> Option<(Count, usize)> {
    senses.pick(at, |meaning| match meaning {
        Meaning::Am => Some(Count::Am),
        Meaning::Pm => Some(Count::Pm),
        _ => None,
    })
}

/// "three", "two thirty", "neuf heures et demie", "ten o'clock", "three pm".
fn words(senses: &Senses<'_>, at: usize) -> Option<(Said, usize)> {
    let (hour, next) = small(senses, at)?;
    // "twenty fifth" is a day.
    let ordinal = senses.pick(next, |meaning| matches!(meaning, Meaning::Ordinal(_)).then_some(())).is_some();
    if !(0..=24).contains(&hour) || senses.figures(at).is_some() || ordinal {
        return None;
    }
    let count = if hour > 12 || hour == 0 { Count::Full } else { Count::Twelve };
    let mut said = Said { certain: false, ..Said::at(count, hour % 24) };
    let mut next = next;
    if let Some(after) = senses.meaning(next, Meaning::OClock) {
        said.certain = true;
        (said, next) = with_minutes(senses, said, after);
    } else if let Some((minutes, after)) = small(senses, next).filter(|(minutes, _)| (10..60).contains(minutes)) {
        said = Said { minutes, certain: true, ..said };
        next = after;
    }
    if let Some((half, after)) = half_of_day(senses, next).filter(|_| hour <= 12 && hour > 0) {
        said = Said { count: half, certain: true, ..said };
        next = after;
    }
    Some((said, next))
}

/// "et demie", "moins le quart", `na robo`, `n'iminota icumi`, `kasoro dakika tano`, "deux heures dix".
fn with_minutes(senses: &Senses<'_>, said: Said, at: usize) -> (Said, usize) {
    let moved = |minutes: i32, next: usize| (Said { minutes: said.minutes + minutes, ..said }, next);
    if let Some(next) = senses.meaning(at, Meaning::LessQuarter) {
        return moved(-15, next);
    }
    let sign = senses.pick(at, |meaning| match meaning {
        Meaning::And | Meaning::Past => Some(1),
        Meaning::To => Some(-1),
        _ => None,
    });
    let (sign, next) = match sign {
        Some((sign, next)) => {
            (sign, senses.skip_all(next, |meaning| matches!(meaning, Meaning::TheDay | Meaning::A | Meaning::Of)))
        }
        None => (1, at),
    };
    let joined = next != at;
    let part = senses.pick(next, |meaning| match meaning {
        Meaning::Half => Some(30),
        Meaning::Quarter => Some(15),
        Meaning::ThreeQuarters => Some(45),
        _ => None,
    });
    if let Some((minutes, next)) = part.filter(|_| joined) {
        return moved(sign * minutes, next);
    }
    let unit = senses.meaning(next, Meaning::Span(Span::Minute));
    let counted = small(senses, unit.unwrap_or(next)).filter(|(minutes, _)| (1..60).contains(minutes));
    match counted {
        Some((minutes, after))
            if joined || unit.is_some() || said.count == Count::Twelve || said.count == Count::Full =>
        {
            let after = senses.skip(after, Meaning::Span(Span::Minute));
            if senses.mark(after).is_some() || (senses.figures(after - 1).is_some() && !joined && unit.is_none()) {
                return (said, at);
            }
            moved(sign * minutes, after)
        }
        _ => (said, at),
    }
}

/// An hour of the East African clock.
fn hour_in_words(senses: &Senses<'_>, at: usize) -> Option<(i32, usize)> {
    small(senses, at).filter(|(hour, _)| (1..=12).contains(hour) && senses.figures(at).is_none())
}

/// A number below sixty in words, or figures of at most two.
fn small(senses: &Senses<'_>, at: usize) -> Option<(i32, usize)> {
    if let Some((value, count)) = senses.figures(at) {
        return (count <= 2 && value < 60).then_some((value as i32, at + 1));
    }
    let simple = |at: usize| {
        senses.pick(at, |meaning| match meaning {
            Meaning::Number(value) | Meaning::OfThousands(value) => Some(value as i32),
            _ => None,
        })
    };
    let tens = senses.pick(at, |meaning| if let Meaning::Tens(tens) = meaning { Some(tens as i32) } else { None });
    let Some((tens, next)) = tens else { return simple(at) };
    let after = senses.skip(next, Meaning::And);
    match simple(after).filter(|(unit, _)| (1..10).contains(unit) && (tens != 10 || after != next)) {
        Some((unit, next)) => Some((tens + unit, next)),
        None => Some((tens, next)).filter(|(tens, _)| *tens < 60),
    }
}
