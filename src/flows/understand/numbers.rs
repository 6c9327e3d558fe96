//! Numbers in figures and in words.

use super::senses::Senses;
use crate::flows::languages::words::Meaning;

/// Numbers are read as millionths.
pub(super) const ONE: i64 = 1_000_000;
/// Beyond this nobody counts.
const MOST: u64 = 1_000_000_000_000;
/// Digits behind the point.
const PLACES: usize = 6;

/// A number that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount {
    pub millionths: i64,
    /// What else the same words may say: `elfu ishirini na tano` is 25,000 and 20,005; `1.234` is a thousand to some.
    pub other: Option<i64>,
    /// The one mark that is a point to some and stands between the thousands for others.
    pub mark: Option<char>,
    /// It has words of its own for the thousands (`5k`, `elfu tano`), or separators.
    pub large: bool,
    /// It is in the form that counts thousands, without them.
    pub of_thousands: bool,
}

impl Amount {
    pub(super) fn whole(self) -> Option<i64> {
        (self.millionths % ONE == 0).then_some(self.millionths / ONE)
    }
}

/// Figures and the places they take up.
struct Figures {
    millionths: i64,
    other: Option<i64>,
    mark: Option<char>,
    separated: bool,
    next: usize,
}

/// A number with its sign, thousands and halves, and the place after it.
pub(super) fn number(senses: &Senses<'_>, at: usize) -> Option<(Amount, usize)> {
    let minus = senses.meaning(at, Meaning::Minus).or_else(|| {
        let sign = senses.mark(at) == Some('-') && !senses.glued(at);
        sign.then_some(at + 1)
    });
    let (amount, next) = unsigned(senses, minus.unwrap_or(at))?;
    let Some(_) = minus else { return Some((amount, next)) };
    let turned = Amount { millionths: -amount.millionths, other: amount.other.map(|other| -other), ..amount };
    Some((turned, next))
}

fn unsigned(senses: &Senses<'_>, at: usize) -> Option<(Amount, usize)> {
    if let Some(figures) = figures(senses, at) {
        let plain = Amount {
            millionths: figures.millionths,
            other: figures.other,
            mark: figures.mark,
            large: figures.separated,
            of_thousands: false,
        };
        if let Some((scale, next)) = scale(senses, figures.next) {
            // "1.500 million" is no longer in doubt.
            let millionths = within(figures.millionths.checked_mul(scale)?)?;
            let amount = Amount { millionths, other: None, mark: None, large: true, of_thousands: false };
            // "5 thousand 500", "2 million 300 thousand"
            return Some(match rest_after(senses, next, scale as u64) {
                Some((more, next)) => (Amount { millionths: within(millionths + more)?, ..amount }, next),
                None => (amount, next),
            });
        }
        return Some((plain, figures.next));
    }
    if let Some((share, next)) =
        share(senses, senses.skip(at, Meaning::A)).or_else(|| share(senses, senses.skip(at, Meaning::Number(1))))
    {
        // "half a million", `nusu milioni`
        let next = senses.skip_all(next, |meaning| matches!(meaning, Meaning::A | Meaning::Of));
        let (scale, next) = scale(senses, next).filter(|(scale, _)| *scale > 100)?;
        let millionths = within(share.checked_mul(scale)?)?;
        return Some((Amount { millionths, other: None, mark: None, large: true, of_thousands: false }, next));
    }
    if senses.in_sentence && at > 0 && begins_large(senses, at) {
        // "sinq mille": what multiplies it was not understood.
        return None;
    }
    let spelled = spelled(senses, at, u64::MAX)?;
    let millionths = within((spelled.value as i64).checked_mul(ONE)?)?;
    let amount = Amount {
        millionths,
        other: spelled.other.map(|other| other as i64 * ONE),
        mark: None,
        large: spelled.large,
        of_thousands: spelled.of_thousands,
    };
    Some(fraction(senses, spelled.next, amount, &spelled))
}

fn within(millionths: i64) -> Option<i64> {
    (millionths.unsigned_abs() <= MOST * ONE as u64).then_some(millionths)
}

/// "2 point 5", "two and a half", "elfu tano na nusu" (5,500).
fn fraction(senses: &Senses<'_>, at: usize, amount: Amount, spelled: &Spelled) -> (Amount, usize) {
    if let Some(after) = senses.meaning(at, Meaning::Point) {
        let mut places = 0;
        let mut next = after;
        let mut part = 0_i64;
        while let Some((digit, following)) = digit(senses, next).filter(|_| places < PLACES) {
            part = part * 10 + digit;
            places += 1;
            next = following;
        }
        if places > 0 {
            let millionths = amount.millionths + part * 10_i64.pow((PLACES - places) as u32);
            return (Amount { millionths, other: None, ..amount }, next);
        }
    }
    if let Some((share, next)) = and_share(senses, at) {
        let of = spelled.scale_before.unwrap_or(1) as i64;
        if spelled.scale_before.is_some() || !spelled.large {
            return (Amount { millionths: amount.millionths + share * of, other: None, ..amount }, next);
        }
    }
    (amount, at)
}

fn digit(senses: &Senses<'_>, at: usize) -> Option<(i64, usize)> {
    match senses.figures(at) {
        Some((value, 1)) => Some((value as i64, at + 1)),
        Some(_) => None,
        None => senses.pick(at, |meaning| match meaning {
            Meaning::Number(value) if value < 10 => Some(i64::from(value)),
            _ => None,
        }),
    }
}

/// "and a half", "et quart": in millionths.
pub(super) fn and_share(senses: &Senses<'_>, at: usize) -> Option<(i64, usize)> {
    let next = senses.meaning(at, Meaning::And)?;
    let next = senses.skip(next, Meaning::A);
    share(senses, next)
}

/// "half", "a quarter", "three quarters": in millionths.
pub(super) fn share(senses: &Senses<'_>, at: usize) -> Option<(i64, usize)> {
    senses.pick(at, |meaning| match meaning {
        Meaning::Half => Some(ONE / 2),
        Meaning::Quarter => Some(ONE / 4),
        Meaning::ThreeQuarters => Some(ONE * 3 / 4),
        _ => None,
    })
}

/// A word after figures that multiplies them.
fn scale(senses: &Senses<'_>, at: usize) -> Option<(i64, usize)> {
    senses.pick(at, |meaning| match meaning {
        Meaning::Scale(scale) | Meaning::ScaleBefore(scale) | Meaning::ScaleOnce(scale) => Some(scale as i64),
        Meaning::Hundred => Some(100),
        Meaning::Kilo => Some(1_000),
        _ => None,
    })
}

/// What follows "2 million": smaller numbers that are added.
fn rest_after(senses: &Senses<'_>, at: usize, below: u64) -> Option<(i64, usize)> {
    let at = senses.skip(at, Meaning::And);
    if let Some((value, 1..=3)) = senses.figures(at) {
        let (scale, next) = scale(senses, at + 1).unwrap_or((1, at + 1));
        let value = value * scale as u64;
        return (value > 0 && value < below && (scale > 1 || !starts_more(senses, next)))
            .then_some((value as i64 * ONE, next));
    }
    let spelled = spelled(senses, at, below)?;
    Some((spelled.value as i64 * ONE, spelled.next))
}

/// Figures that go on as a date or a time are no addition.
fn starts_more(senses: &Senses<'_>, at: usize) -> bool {
    matches!(senses.mark(at), Some(':' | '/' | '.' | ',' | '-'))
}

/// Figures with separators: `5000`, `5,000`, `5.000`, `5 000`, `1,234.50`, `2,5`.
fn figures(senses: &Senses<'_>, at: usize) -> Option<Figures> {
    let (first, count) = senses.figures(at)?;
    if count > 12 {
        return None;
    }
    // The groups after the first, each with what stands before it.
    let mut groups: Vec<(char, u64, usize)> = Vec::new();
    let mut next = at + 1;
    while groups.len() < 5 {
        if let (Some(mark @ ('.' | ',')), Some((value, count))) = (senses.mark(next), senses.figures(next + 1)) {
            groups.push((mark, value, count));
            next += 2;
        } else if let Some((value, 3)) = senses.figures(next).filter(|_| {
            let spaced = groups.iter().all(|(mark, ..)| *mark == ' ');
            spaced && (1..=3).contains(&count) && !matches!(senses.mark(next + 1), Some(':' | '/'))
        }) {
            groups.push((' ', value, 3));
            next += 1;
        } else {
            break;
        }
    }
    let leading_zero = count > 1 && first < 10_u64.pow(count as u32 - 1);
    let bare = Figures { millionths: 0, other: None, mark: None, separated: false, next: at + 1 };
    let Some((last, before)) = groups.split_last() else {
        return Some(Figures { millionths: within((first as i64).checked_mul(ONE)?)?, ..bare });
    };
    if leading_zero && last.0 == ' ' {
        return Some(Figures { millionths: within(first as i64 * ONE)?, ..bare });
    }
    let thousands = |groups: &[(char, u64, usize)]| {
        let mark = groups.first().map(|(mark, ..)| *mark);
        let regular = (1..=3).contains(&count)
            && first > 0
            && !leading_zero
            && groups.iter().all(|(other, _, count)| Some(*other) == mark && *count == 3);
        let join = |sum: i64, (_, value, _): &(char, u64, usize)| sum.checked_mul(1_000)?.checked_add(*value as i64);
        regular.then(|| groups.iter().try_fold(first as i64, join)).flatten()
    };
    let decimal = || {
        let (mark, value, count) = *last;
        let whole = if before.is_empty() { first as i64 } else { thousands(before)? };
        let fits = mark != ' ' && count <= PLACES && before.iter().all(|(other, ..)| *other != mark);
        let part = (value as i64).checked_mul(10_i64.pow(PLACES.checked_sub(count)? as u32))?;
        fits.then(|| whole.checked_mul(ONE)?.checked_add(part)).flatten()
    };
    let as_thousands = thousands(&groups).and_then(|whole| whole.checked_mul(ONE));
    let (millionths, other, separated) = match (as_thousands, decimal()) {
        (Some(whole), Some(part)) => (whole, Some(part), true),
        (Some(whole), None) => (whole, None, true),
        (None, Some(part)) => (part, None, !before.is_empty()),
        (None, None) => return None,
    };
    Some(Figures { millionths: within(millionths)?, other, mark: other.map(|_| last.0), separated, next })
}

/// A number in words.
struct Spelled {
    value: u64,
    other: Option<u64>,
    next: usize,
    large: bool,
    of_thousands: bool,
    /// The last scale stood before its multiplier: a half that follows is half of it.
    scale_before: Option<u64>,
}

/// A number in words below `limit`: scales falling, each multiplied by what stands before or after it, as its language has it.
fn spelled(senses: &Senses<'_>, at: usize, limit: u64) -> Option<Spelled> {
    let mut sum = Spelled { value: 0, other: None, next: at, large: false, of_thousands: false, scale_before: None };
    let mut limit = limit;
    let mut from = senses.skip(at, Meaning::A);
    // An article alone is no number.
    if from != at && !begins_large(senses, from) {
        return None;
    }
    while let Some(piece) = piece(senses, from, limit) {
        if piece.value >= limit || piece.value == 0 && sum.next != at {
            break;
        }
        sum.value = sum.value.checked_add(piece.value).filter(|value| *value <= MOST)?;
        sum.next = piece.next;
        sum.other = piece.other;
        sum.large |= piece.scale.is_some();
        sum.of_thousands = piece.of_thousands;
        sum.scale_before = piece.scale_before;
        let Some(scale) = piece.scale else { break };
        limit = scale;
        from = senses.skip(sum.next, Meaning::And);
    }
    if sum.next == at {
        return None;
    }
    // "elfu kumi na tano na mia tano": what follows has settled it.
    if sum.other.is_some_and(|other| other >= sum.value) {
        sum.other = None;
    }
    Some(sum)
}

fn begins_large(senses: &Senses<'_>, at: usize) -> bool {
    senses.pick(at, |meaning| matches!(meaning, Meaning::Hundred | Meaning::Scale(_)).then_some(())).is_some()
}

#[derive(Clone, Copy)]
struct Piece {
    value: u64,
    other: Option<u64>,
    next: usize,
    scale: Option<u64>,
    scale_before: Option<u64>,
    of_thousands: bool,
}

fn piece(senses: &Senses<'_>, at: usize, limit: u64) -> Option<Piece> {
    let plain = Piece { value: 0, other: None, next: at, scale: None, scale_before: None, of_thousands: false };
    let scale_at = |at: usize| {
        senses.pick(at, |meaning| match meaning {
            Meaning::Scale(scale) | Meaning::ScaleBefore(scale) | Meaning::ScaleOnce(scale) if scale < limit => {
                Some((scale, meaning))
            }
            _ => None,
        })
    };
    if let Some(((scale, meaning), next)) = scale_at(at) {
        let one = Piece { value: scale, next, scale: Some(scale), ..plain };
        return Some(match meaning {
            Meaning::ScaleBefore(_) => times_after(senses, one, scale),
            Meaning::ScaleOnce(_) => {
                let next = senses.skip(next, Meaning::Number(1));
                Piece { next, ..one }
            }
            _ => one,
        });
    }
    let below = below_thousand(senses, at)?;
    // "five thousand"; but not the "elfu" that begins the next piece of "mia elfu tano".
    if let Some(((scale, meaning), next)) = scale_at(below.next) {
        let multiplies = match meaning {
            Meaning::Scale(_) => true,
            Meaning::ScaleBefore(_) => below_thousand(senses, next).is_none() && senses.figures(next).is_none(),
            _ => false,
        };
        if multiplies {
            return Some(Piece { value: below.value.checked_mul(scale)?, next, scale: Some(scale), ..plain });
        }
    }
    Some(Piece { value: below.value, next: below.next, of_thousands: below.of_thousands, ..plain })
}

/// `elfu` and what it is multiplied by.
fn times_after(senses: &Senses<'_>, one: Piece, scale: u64) -> Piece {
    let counted = match senses.figures(one.next) {
        Some((value, 1..=3)) => Some(Below { value, next: one.next + 1, parts: None, of_thousands: false }),
        Some(_) => None,
        None => below_thousand(senses, one.next),
    };
    let Some(counted) = counted.filter(|counted| counted.value > 0) else {
        return Piece { scale_before: Some(scale), ..one };
    };
    // "elfu ishirini na tano": is the five counted in thousands? "ibihumbi makumyabiri na bitanu" says that it is.
    let other = counted.parts.filter(|_| !counted.of_thousands).map(|(tens, unit)| tens * scale + unit);
    Piece { value: counted.value * scale, next: counted.next, other, scale_before: Some(scale), ..one }
}

struct Below {
    value: u64,
    next: usize,
    /// What stood before and after the last "and".
    parts: Option<(u64, u64)>,
    of_thousands: bool,
}

fn below_thousand(senses: &Senses<'_>, at: usize) -> Option<Below> {
    let mut hundreds = None;
    if let Some(next) = senses.meaning(at, Meaning::HundredBefore) {
        let unit = below_hundred(senses, next).filter(|unit| unit.value < 10 && unit.value > 0);
        hundreds = Some(unit.map_or((100, next), |unit| (unit.value * 100, unit.next)));
    } else if let Some(next) = senses.meaning(at, Meaning::Hundred) {
        hundreds = Some((100, next));
    } else if let Some(first) = below_hundred(senses, at) {
        match senses.meaning(first.next, Meaning::Hundred) {
            Some(next) if (1..100).contains(&first.value) => hundreds = Some((first.value * 100, next)),
            _ => return Some(first),
        }
    }
    let (hundreds, next) = hundreds?;
    let after = senses.skip(next, Meaning::And);
    Some(match below_hundred(senses, after).filter(|rest| rest.value > 0) {
        Some(rest) => Below {
            value: hundreds + rest.value,
            next: rest.next,
            parts: (after != next).then_some((hundreds, rest.value)),
            of_thousands: rest.of_thousands,
        },
        None => Below { value: hundreds, next, parts: None, of_thousands: false },
    })
}

fn below_hundred(senses: &Senses<'_>, at: usize) -> Option<Below> {
    let simple = |meaning| match meaning {
        Meaning::Number(value) => Some((u64::from(value), false)),
        Meaning::OfThousands(value) => Some((u64::from(value), true)),
        _ => None,
    };
    let tens = senses.pick(at, |meaning| if let Meaning::Tens(tens) = meaning { Some(u64::from(tens)) } else { None });
    let Some((tens, next)) = tens else {
        let ((value, of_thousands), next) = senses.pick(at, simple)?;
        return Some(Below { value, next, parts: None, of_thousands });
    };
    let joined = next;
    let after = senses.skip(joined, Meaning::And);
    // "soixante-dix", "quatre-vingt-onze"; ten takes its unit by an "and" only.
    let most = if matches!(tens, 60 | 80) { 19 } else { 9 };
    let unit = senses.pick(after, simple).filter(|((value, _), _)| (1..=most).contains(value));
    Some(match unit.filter(|_| tens != 10 || after != joined) {
        Some(((unit, of_thousands), next)) => {
            let parts = (after != joined).then_some((tens, unit));
            Below { value: tens + unit, next, parts, of_thousands }
        }
        None => Below { value: tens, next: joined, parts: None, of_thousands: false },
    })
}
