//! Which of the shown options a text means: its label, its number, or "the second one".

use super::fold;
use crate::flows::languages::Language;
use crate::flows::layout::{MORE_ROW, Opt};

/// What was picked: an option by its place among all of them, or the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Picked {
    Option(usize),
    More,
}

/// `shown` lists what stood on the screen, in its order, as places in `options`.
pub(crate) fn pick(text: &str, options: &[Opt], shown: &[u8], language: &Language) -> Option<Picked> {
    if options.is_empty() {
        return None;
    }
    let said = fold(text);
    if said.is_empty() {
        return None;
    }
    by_label(&said, options, shown, language).or_else(|| {
        let place = number(&said).or_else(|| ordinal(&said, language))?;
        match *shown.get(place.checked_sub(1)?)? {
            MORE_ROW => Some(Picked::More),
            n => Some(Picked::Option(usize::from(n))).filter(|_| usize::from(n) < options.len()),
        }
    })
}

fn by_label(said: &str, options: &[Opt], shown: &[u8], language: &Language) -> Option<Picked> {
    let means = |option: &Opt| {
        fold(&option.label) == said || option.button.as_deref().is_some_and(|button| fold(button) == said)
    };
    let mut found = options.iter().enumerate().filter(|(_, option)| means(option)).map(|(n, _)| n);
    match (found.next(), found.next()) {
        (Some(n), None) => Some(Picked::Option(n)),
        // Two options of one name: only a number can tell them apart.
        (Some(_), Some(_)) => None,
        (None, _) => {
            let turns = shown.contains(&MORE_ROW)
                && [language.texts.more, language.texts.first].iter().any(|label| fold(label) == said);
            turns.then_some(Picked::More)
        }
    }
}

fn number(said: &str) -> Option<usize> {
    (said.len() <= 3).then(|| said.parse().ok()).flatten()
}

fn ordinal(said: &str, language: &Language) -> Option<usize> {
    language.ordinals.iter().position(|words| words.contains(&said)).map(|n| n + 1)
}
