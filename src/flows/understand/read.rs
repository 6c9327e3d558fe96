//! Reads a value out of a text: one that uses it up whole, or those inside a longer sentence.

use std::ops::Range;

use super::amounts::{decimals, money, wholes};
use super::clock::time;
use super::contacts::{emails, named_person, person, phones};
use super::days::day;
use super::moments::{READINGS_MAX, ahead_first, from_now, moment};
use super::numbers::number;
use super::reading::{Ears, Found, Reading, Wanted};
use super::senses::Senses;
use super::spans::duration;
use super::tokens::tokens;
use super::vocabulary::{Tongue, tongue};
use crate::flows::languages::words::{Meaning, WORDS};
use crate::flows::value::{Decimal, Value};

/// Longest text an answer keeps.
const TEXT_CHARS_MAX: usize = 1_000;
/// Figures of a number that is counted; longer ones are phone numbers and the like.
const COUNTED_DIGITS_MAX: usize = 8;

/// Reads `text`, used up whole but for courtesies, as what is wanted.
pub fn read(wanted: Wanted, text: &str, ears: &Ears) -> Reading {
    match wanted {
        Wanted::Text => return plain_text(text).map_or(Reading::Nothing, |text| Reading::One(Value::Text(text))),
        Wanted::Phone => return alone(text, phones(text, ears), |phone| phone.as_str().to_owned()),
        Wanted::Email => return alone(text, emails(text), |email| email),
        _ => {}
    }
    let (tokens, complete) = tokens(text);
    if !complete || tokens.is_empty() {
        return Reading::Nothing;
    }
    let spoken = tongue(ears.language.code);
    let heard = |tongue: Tongue| {
        let senses = Senses::new(&tokens, tongue, ears, false);
        match wanted {
            Wanted::Person => person(text, &senses).map(|name| vec![Value::Text(name)]),
            Wanted::YesNo => yes_no(&senses).map(|answer| vec![Value::YesNo(answer)]),
            _ => whole(wanted, &senses),
        }
        .unwrap_or_default()
    };
    let values = heard(spoken);
    if !values.is_empty() || wanted == Wanted::Person {
        return reading(wanted, values, ears);
    }
    let values = (0..WORDS.len() as Tongue).filter(|tongue| *tongue != spoken).flat_map(heard).collect();
    reading(wanted, values, ears)
}

/// Values of the wanted kind inside a longer text, in the order in which they stand there. Of a sentence that says "not" none is read.
pub fn find(wanted: Wanted, text: &str, ears: &Ears) -> Vec<Found> {
    let text_found = |found: Vec<(Range<usize>, String)>| {
        let each = |(range, value)| Found { range, reading: Reading::One(Value::Text(value)) };
        found.into_iter().map(each).collect()
    };
    match wanted {
        Wanted::Text => return Vec::new(),
        Wanted::Phone => {
            return text_found(
                phones(text, ears).into_iter().map(|(range, phone)| (range, phone.as_str().to_owned())).collect(),
            );
        }
        Wanted::Email => return text_found(emails(text)),
        _ => {}
    }
    let (tokens, _) = tokens(text);
    let spoken = tongue(ears.language.code);
    let others = (0..WORDS.len() as Tongue).filter(|tongue| *tongue != spoken);
    for tongue in std::iter::once(spoken).chain(others) {
        let senses = Senses::new(&tokens, tongue, ears, true);
        let found = match wanted {
            Wanted::Person => text_found(named_person(text, &senses).into_iter().collect()),
            Wanted::YesNo => begins_with_answer(text, &senses),
            _ => inside(wanted, &senses),
        };
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn plain_text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(TEXT_CHARS_MAX).collect())
}

/// The only one of its kind, with no other words around it.
fn alone<T>(text: &str, mut found: Vec<(Range<usize>, T)>, write: impl Fn(T) -> String) -> Reading {
    match found.pop() {
        Some((range, value)) if found.is_empty() => {
            let around = text[..range.start].chars().chain(text[range.end..].chars());
            let only = around.filter(|c| c.is_alphanumeric() || matches!(c, '*' | '#' | '@')).count() == 0;
            if only { Reading::One(Value::Text(write(value))) } else { Reading::Nothing }
        }
        _ => Reading::Nothing,
    }
}

/// Puts values into the order in which they are offered.
fn reading(wanted: Wanted, mut values: Vec<Value>, ears: &Ears) -> Reading {
    match wanted {
        Wanted::Date => {
            let today = ears.today();
            values.sort_by_key(|value| value.as_date().map(|day| (day < today, (day - today).abs())));
        }
        Wanted::DateTime => {
            let mut moments: Vec<_> = values.iter().filter_map(Value::as_date_time).collect();
            ahead_first(&mut moments, ears.now.to_utc());
            values = moments.into_iter().map(Value::DateTime).collect();
        }
        _ => {}
    }
    let mut distinct: Vec<Value> = Vec::with_capacity(values.len());
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct.truncate(READINGS_MAX);
    match distinct.len() {
        0 => Reading::Nothing,
        1 => distinct.pop().map_or(Reading::Nothing, Reading::One),
        _ => Reading::Several(distinct),
    }
}

fn is_courtesy(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Polite | Meaning::Yes)
}

/// The values that the whole text means.
fn whole(wanted: Wanted, senses: &Senses<'_>) -> Option<Vec<Value>> {
    let courteous = senses.skip_all(0, is_courtesy);
    let led = senses.skip_all(courteous, |meaning| matches!(meaning, Meaning::On | Meaning::At));
    // A courtesy may be a value's first word to another grammar ("k" after a number), so the text is tried as it stands, too.
    [courteous, led, 0].into_iter().find_map(|start| {
        let (values, next) = value_at(wanted, senses, start)?;
        (senses.skip_all(next, is_courtesy) == senses.len()).then_some(values)
    })
}

/// The values of the wanted kind at a place, and the place after them.
fn value_at(wanted: Wanted, senses: &Senses<'_>, at: usize) -> Option<(Vec<Value>, usize)> {
    let listed = |values: Vec<Value>, next: usize| (!values.is_empty()).then_some((values, next));
    match wanted {
        Wanted::Whole => {
            let (amount, next) = number(senses, at)?;
            listed(wholes(amount).into_iter().map(Value::Whole).collect(), next)
        }
        Wanted::Decimal => {
            let (amount, next) = number(senses, at)?;
            let marks = WORDS[usize::from(tongue(senses.ears.language.code))].1.marks;
            let values = decimals(amount, marks).into_iter().filter_map(Decimal::from_millionths);
            listed(values.map(Value::Decimal).collect(), next)
        }
        Wanted::Money => {
            let (amounts, certain, next) = money(senses, at)?;
            let counted = !senses.in_sentence || certain || amounts.iter().all(|amount| amount.minor >= 100);
            listed(amounts.into_iter().filter(|_| counted).map(Value::Money).collect(), next)
        }
        Wanted::Date => {
            let (days, next) = day(senses, at)?;
            listed(days.into_iter().map(Value::Date).collect(), next)
        }
        Wanted::Time => {
            if let Some((moments, next)) = from_now(senses, at) {
                let zone = senses.ears.now.timezone();
                let times = moments.into_iter().map(|moment| Value::Time(moment.with_timezone(&zone).time()));
                return listed(times.collect(), next);
            }
            let (times, next) = time(senses, at)?;
            listed(times.into_iter().map(Value::Time).collect(), next)
        }
        Wanted::DateTime => {
            let (moments, next) = moment(senses, at)?;
            listed(moments.into_iter().map(Value::DateTime).collect(), next)
        }
        Wanted::Duration => {
            let (seconds, next) = duration(senses, at)?;
            listed(vec![Value::Duration(seconds)], next)
        }
        Wanted::Text | Wanted::Person | Wanted::Phone | Wanted::Email | Wanted::YesNo => None,
    }
}

/// "yes please", "oui, d'accord": answers that agree, and nothing else.
fn yes_no(senses: &Senses<'_>) -> Option<bool> {
    let mut at = 0;
    let mut answer = None;
    while at < senses.len() {
        let (said, next) = senses.pick(at, |meaning| match meaning {
            Meaning::Yes => Some(Some(true)),
            Meaning::No => Some(Some(false)),
            Meaning::Polite | Meaning::And => Some(None),
            _ => None,
        })?;
        if answer.is_some() && said.is_some() && said != answer {
            return None;
        }
        answer = said.or(answer);
        at = next;
    }
    answer
}

/// "yes, I will come"; but not "ok, how much?", nor a yes that is taken back.
fn begins_with_answer(text: &str, senses: &Senses<'_>) -> Vec<Found> {
    let start = senses.skip_all(0, |meaning| meaning == Meaning::Polite);
    let said = senses.pick(start, |meaning| match meaning {
        Meaning::Yes => Some(true),
        Meaning::No => Some(false),
        _ => None,
    });
    let Some((answer, next)) = said else { return Vec::new() };
    let turned = (next..senses.len()).any(|at| {
        let other = |meaning| match meaning {
            Meaning::Not | Meaning::No => answer.then_some(()),
            Meaning::Yes => (!answer).then_some(()),
            _ => None,
        };
        senses.pick(at, other).is_some()
    });
    if turned || text.contains('?') {
        return Vec::new();
    }
    range(senses, start, next)
        .map(|range| Found { range, reading: Reading::One(Value::YesNo(answer)) })
        .into_iter()
        .collect()
}

fn range(senses: &Senses<'_>, from: usize, next: usize) -> Option<Range<usize>> {
    Some(senses.token(from)?.range.start..senses.token(next.checked_sub(1)?)?.range.end)
}

fn inside(wanted: Wanted, senses: &Senses<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    if senses.says(Meaning::Not) {
        return found;
    }
    let mut at = 0;
    while at < senses.len() {
        let other = other_value(wanted, senses, at);
        match value_at(wanted, senses, at) {
            Some((values, next)) if other.is_none_or(|other| other <= next) => {
                let reading = reading(wanted, values, senses.ears);
                found.extend(range(senses, at, next).map(|range| Found { range, reading }));
                at = next.max(at + 1);
            }
            _ => at = other.unwrap_or(at + 1).max(at + 1),
        }
    }
    found
}

/// The place after a value of another kind that numbers are part of: "3" of "at 3pm" is no count of people.
fn other_value(wanted: Wanted, senses: &Senses<'_>, at: usize) -> Option<usize> {
    if !matches!(wanted, Wanted::Whole | Wanted::Decimal | Wanted::Money | Wanted::Time) {
        return None;
    }
    let long = senses.figures(at).filter(|(_, count)| *count > COUNTED_DIGITS_MAX).map(|_| at + 1);
    let span = duration(senses, at).map(|(_, next)| next);
    if wanted == Wanted::Time {
        return long.into_iter().chain(span).chain(day(senses, at).map(|(_, next)| next)).max();
    }
    let dated = day(senses, at).map(|(_, next)| next);
    let timed = time(senses, at).map(|(_, next)| next);
    let paid = money(senses, at).filter(|(_, certain, _)| *certain && wanted != Wanted::Money).map(|(.., next)| next);
    let strange = senses.mark(at).map(|_| at + 1);
    let part =
        senses.figures(at).filter(|_| matches!(senses.mark(at + 1), Some('/' | ':' | '*' | '#' | '@'))).map(|_| at + 2);
    long.into_iter().chain(span).chain(dated).chain(timed).chain(paid).chain(strange).chain(part).max()
}
