//! Reads a value out of a text: one that uses it up whole, or those inside a longer sentence.

use std::ops::Range;

use super::amounts::{decimals, money, wholes};
use super::clock::time;
use super::contacts::{emails, named_person, person, phones};
use super::days::day;
use super::elisions;
use super::moments::{READINGS_MAX, ahead_first, from_now, moment};
use super::numbers::number;
use super::reading::{Ears, Found, Reading, Wanted};
use super::senses::Senses;
use super::spans::duration;
use super::tokens::{Token, tokens};
use super::vocabulary::{Tongue, tongue};
use crate::flows::languages::words::{Meaning, WORDS};
use crate::flows::value::{Decimal, Value};

/// Longest text an answer keeps.
const TEXT_CHARS_MAX: usize = 1_000;
/// Letters of a word that may be a slip too short to mend.
const SLIPPED_LETTERS_MAX: usize = 4;
/// Words on each side of an "or".
const SIDE_TOKENS_MAX: usize = 4;
/// Figures of a number that is counted; longer ones are phone numbers and the like.
const COUNTED_DIGITS_MAX: usize = 8;

/// Reads `text`, used up whole but for courtesies, as what is wanted.
pub fn read(wanted: Wanted, text: &str, ears: &Ears) -> Reading {
    match wanted {
        Wanted::Text => return plain_text(text).map_or(Reading::Nothing, |text| Reading::One(Value::text(text))),
        Wanted::Phone => return alone(text, phones(text, ears), |phone| phone.as_str().to_owned()),
        Wanted::Email => return alone(text, emails(text), |email| email),
        _ => {}
    }
    let (tokens, complete) = tokens(text);
    if !complete || tokens.is_empty() {
        return Reading::Nothing;
    }
    let tokens = elisions::part(tokens);
    let spoken = tongue(ears.language.code);
    let heard = |tongue: Tongue| {
        let senses = Senses::new(&tokens, tongue, ears, false);
        match wanted {
            Wanted::Person => person(text, &senses).map(|name| vec![Value::text(name)]),
            Wanted::YesNo => yes_no(&senses).map(|answer| vec![Value::YesNo(answer)]),
            _ => whole(wanted, &senses).or_else(|| either(wanted, &tokens, &senses)),
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
        let each = |(range, value): (_, String)| Found { range, reading: Reading::One(Value::text(value)) };
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
    let tokens = elisions::part(tokens(text).0);
    let spoken = tongue(ears.language.code);
    let negated = Senses::new(&tokens, spoken, ears, false).says(Meaning::Not);
    if negated && !matches!(wanted, Wanted::Person | Wanted::YesNo) {
        return Vec::new();
    }
    let dialled = phones(text, ears);
    let others = (0..WORDS.len() as Tongue).filter(|tongue| *tongue != spoken);
    for tongue in std::iter::once(spoken).chain(others) {
        let senses = Senses::new(&tokens, tongue, ears, true);
        let mut found = match wanted {
            Wanted::Person => text_found(named_person(text, &senses).into_iter().collect()),
            Wanted::YesNo => begins_with_answer(text, &senses, negated),
            _ => inside(wanted, &senses),
        };
        if matches!(wanted, Wanted::Whole | Wanted::Decimal | Wanted::Money) {
            // The figures of a number to call count nothing.
            found.retain(|found| {
                dialled.iter().all(|(phone, _)| phone.end <= found.range.start || found.range.end <= phone.start)
            });
        }
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
            if only { Reading::One(Value::text(write(value))) } else { Reading::Nothing }
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
fn begins_with_answer(text: &str, senses: &Senses<'_>, negated: bool) -> Vec<Found> {
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
    // "I am free on Monday" answers nothing; "I am" alone may.
    let sentence = senses.word(start) == Some("i");
    if turned || sentence || (answer && negated) || text.contains('?') {
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
    let mut found: Vec<(usize, usize, Vec<Value>)> = Vec::new();
    if senses.says(Meaning::Not) {
        return Vec::new();
    }
    let mut at = 0;
    while at < senses.len() {
        let other = other_value(wanted, senses, at);
        let value = value_at(wanted, senses, at).filter(|_| !goes_on_before(senses, at));
        match value {
            Some((values, next)) if other.is_none_or(|other| other <= next) => {
                if !goes_on(senses, next) {
                    found.push((at, next, values));
                }
                at = next.max(at + 1);
            }
            _ => at = other.unwrap_or(at + senses.longest(at)).max(at + 1),
        }
    }
    // "une table pour deux": an article counts only where nothing else does.
    if found.len() > 1 && matches!(wanted, Wanted::Whole | Wanted::Decimal) {
        found.retain(|(from, next, _)| *next != from + 1 || !matches!(senses.word(*from), Some("un" | "une")));
    }
    // "an hour or two": who reads only one side of an "or" guesses.
    let begins: Vec<usize> = found.iter().map(|(from, ..)| *from).collect();
    let ends: Vec<usize> = found.iter().map(|(_, next, _)| *next).collect();
    found.retain(|(from, next, _)| {
        let before = from.checked_sub(1).filter(|at| senses.meaning(*at, Meaning::Or).is_some());
        let after = senses.meaning(*next, Meaning::Or);
        before.is_none_or(|or| ends.contains(&or)) && after.is_none_or(|after| begins.contains(&after))
    });
    let made = found.into_iter().filter_map(|(from, next, values)| {
        Some(Found { range: range(senses, from, next)?, reading: reading(wanted, values, senses.ears) })
    });
    made.collect()
}

/// Figures that belong to something before them that was not understood: the "3" of "1.2.3".
fn goes_on_before(senses: &Senses<'_>, at: usize) -> bool {
    let before = at.checked_sub(1);
    let joined = before
        .is_some_and(|before| senses.mark(before).is_some_and(|mark| mark != '-') || senses.figures(before).is_some());
    let halved = before.is_some_and(|before| {
        let part = |at: usize| {
            senses.pick(at, |meaning| matches!(meaning, Meaning::Half | Meaning::Quarter).then_some(())).is_some()
        };
        // "half pst two"
        part(before) || before.checked_sub(1).is_some_and(|two| part(two) && senses.unknown(before))
    });
    (joined && senses.glued(at)) || halved
}

/// What stands after a value is a part of it that was not understood: "14h75", "saa tatu na nsu".
fn goes_on(senses: &Senses<'_>, next: usize) -> bool {
    let glued = senses.glued(next) && senses.token(next).is_some() && !apostrophe_before(senses, next);
    let joined = senses.meaning(next, Meaning::And).is_some_and(|after| {
        senses.unknown(after) && senses.word(after).is_some_and(|word| word.len() <= SLIPPED_LETTERS_MAX)
    });
    glued || joined
}

/// "5 days' time" goes on with another word.
fn apostrophe_before(senses: &Senses<'_>, at: usize) -> bool {
    let end = at.checked_sub(1).and_then(|before| senses.token(before)).map(|token| token.range.end);
    senses.token(at).is_some_and(|token| Some(token.range.start) != end)
}

/// "9 or 10 am", "monday or tuesday at 10": both, each read with what they share.
fn either(wanted: Wanted, tokens: &[Token], senses: &Senses<'_>) -> Option<Vec<Value>> {
    let (or, after) = (0..senses.len()).find_map(|at| Some((at, senses.meaning(at, Meaning::Or)?)))?;
    let spoken = senses.tongue;
    let without = |from: usize, to: usize| {
        let rest: Vec<Token> = tokens[..from].iter().chain(&tokens[to..]).cloned().collect();
        whole(wanted, &Senses::new(&rest, spoken, senses.ears, false))
    };
    let sides = 1..=SIDE_TOKENS_MAX.min(or).min(tokens.len() - after);
    sides.into_iter().find_map(|side| {
        let right = without(or - side, after)?;
        let left = without(or, after + side)?;
        Some(left.into_iter().chain(right).collect())
    })
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
    let fraction = number(senses, at).filter(|(amount, _)| amount.whole().is_none() && wanted == Wanted::Whole);
    let paid = paid.into_iter().chain(fraction.map(|(_, next)| next)).max();
    let part =
        senses.figures(at).filter(|_| matches!(senses.mark(at + 1), Some('/' | ':' | '*' | '#' | '@'))).map(|_| at + 2);
    long.into_iter().chain(span).chain(dated).chain(timed).chain(paid).chain(strange).chain(part).max()
}
