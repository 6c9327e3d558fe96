//! "The second one", `icya kabiri`, `2e`, "number 3": a place in a list.

use chrono_tz::Tz;

use super::elisions;
use super::reading::Ears;
use super::senses::Senses;
use super::tokens::tokens;
use super::vocabulary::{Tongue, tongue};
use crate::domain::Timestamp;
use crate::flows::languages::words::{Meaning, WORDS};

/// Longest list in which one is named by its place.
const PLACES_MAX: usize = 99;

/// The place, from 1, that the whole text names in the language of a code.
pub fn ordinal(text: &str, language: &str) -> Option<usize> {
    // No place depends on the day it is named.
    let ears = &Ears::new(language, Timestamp::UNIX_EPOCH, Tz::UTC);
    let (tokens, complete) = tokens(text);
    let tokens = elisions::part(tokens);
    if !complete {
        return None;
    }
    let spoken = tongue(ears.language.code);
    let others = (0..WORDS.len() as Tongue).filter(|tongue| *tongue != spoken);
    std::iter::once(spoken).chain(others).find_map(|tongue| place(&Senses::new(&tokens, tongue, ears, false)))
}

fn place(senses: &Senses<'_>) -> Option<usize> {
    let before =
        |meaning| matches!(meaning, Meaning::TheDay | Meaning::Of | Meaning::Nth | Meaning::Polite | Meaning::On);
    let start = senses.skip_all(0, before);
    let start = if senses.mark(start) == Some('#') { start + 1 } else { start };
    let (place, next) = match senses.figures(start) {
        Some((value, 1..=2)) => (value as usize, senses.skip(start + 1, Meaning::OrdinalMark)),
        Some(_) => return None,
        None => in_words(senses, start)?,
    };
    // "the second one"
    let next = if next > start { senses.skip(next, Meaning::Number(1)) } else { next };
    let end = senses.skip_all(next, |meaning| matches!(meaning, Meaning::Polite | Meaning::Nth | Meaning::Yes));
    (end == senses.len() && (1..=PLACES_MAX).contains(&place)).then_some(place)
}

fn in_words(senses: &Senses<'_>, at: usize) -> Option<(usize, usize)> {
    let unit = |at: usize| {
        senses.pick(at, |meaning| match meaning {
            Meaning::Ordinal(value) | Meaning::Number(value) | Meaning::OfThousands(value) => Some(value as usize),
            _ => None,
        })
    };
    let tens = senses.pick(at, |meaning| if let Meaning::Tens(value) = meaning { Some(value as usize) } else { None });
    let Some((tens, next)) = tens else { return unit(at) };
    let after = senses.skip(next, Meaning::And);
    match unit(after).filter(|(unit, _)| *unit < 10 && (tens != 10 || after != next)) {
        Some((unit, next)) => Some((tens + unit, next)),
        None => Some((tens, next)),
    }
}
