//! Which of the shown options a text means: its number, its label, "the second one", its label with a slip of the finger, or as words of a
//! longer sentence.

use std::ops::Range;

use super::{fold, ordinal};
use crate::flows::languages::Language;
use crate::flows::layout::{MORE_ROW, Opt, numbers};

/// What was picked: an option by its place among all of them, or a turn of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Picked {
    Option(usize),
    More,
    Back,
}

/// What a person sees of a prompt's options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'s> {
    /// Places in the options, in the order shown.
    pub rows: &'s [u8],
    /// The options carry numbers; without them a number is a place among `rows`.
    pub numbered: bool,
    pub more: bool,
    pub back: bool,
}

/// How much may be read into a text. Strictly where it means something of its own, such as a word that is understood at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hearing {
    /// Slips of spelling too.
    Kind,
    Strict,
}

/// Words that turn a sentence round, of all our languages: what it names is then perhaps not what is wanted.
const NEGATIONS: [&str; 20] = [
    "no", "nope", "not", "don't", "dont", "never", "without", "non", "ne", "pas", "jamais", "sans", "oya", "nta",
    "ntabwo", "hapana", "si", "sio", "sitaki", "bila",
];

pub(crate) fn pick(
    text: &str,
    options: &[Opt],
    seen: Seen<'_>,
    language: &Language,
    hearing: impl FnOnce(&str) -> Hearing,
) -> Option<Picked> {
    let said = fold(text);
    if said.is_empty() {
        return None;
    }
    // Where numbers stand on the screen they come before labels that are numbers themselves.
    let numbered = number(&said).filter(|_| seen.numbered);
    if let Some(picked) = numbered.and_then(|number| by_number(number, options, seen)) {
        return Some(picked);
    }
    match by_label(&said, options) {
        Label::Of(n) => return Some(Picked::Option(n)),
        // Two options of one name: only a number can tell them apart.
        Label::OfSeveral => return None,
        Label::OfNone => {}
    }
    if let Some(turn) = by_turn(&said, seen, language) {
        return Some(turn);
    }
    if let Some(number) = number(&said) {
        return by_number(number, options, seen);
    }
    if let Some(place) = ordinal(&said, language.code) {
        return by_place(place, options, seen);
    }
    if hearing(&said) == Hearing::Strict {
        return None;
    }
    nearest(&said, options).map(Picked::Option)
}

enum Label {
    Of(usize),
    OfSeveral,
    OfNone,
}

fn labels(option: &Opt) -> impl Iterator<Item = String> {
    [Some(&option.label), option.button.as_ref()].into_iter().flatten().map(|label| fold(label))
}

fn by_label(said: &str, options: &[Opt]) -> Label {
    let mut found = (0..options.len()).filter(|n| labels(&options[*n]).any(|label| label == said));
    match (found.next(), found.next()) {
        (Some(n), None) => Label::Of(n),
        (Some(_), Some(_)) => Label::OfSeveral,
        (None, _) => Label::OfNone,
    }
}

/// The words on the rows that turn the page.
fn by_turn(said: &str, seen: Seen<'_>, language: &Language) -> Option<Picked> {
    let is = |words: &[&str]| words.iter().any(|word| fold(word) == said);
    if (seen.more || seen.rows.contains(&MORE_ROW)) && is(&[language.texts.more, language.texts.first]) {
        return Some(Picked::More);
    }
    (seen.back && is(&[language.texts.back])).then_some(Picked::Back)
}

fn number(said: &str) -> Option<u16> {
    let written = said.len() <= 3 && !said.starts_with('0') && said.bytes().all(|b| b.is_ascii_digit());
    written.then(|| said.parse().ok()).flatten()
}

/// A number as it was shown; where none were, its place. A fixed key is known even where it was not shown.
fn by_number(number: u16, options: &[Opt], seen: Seen<'_>) -> Option<Picked> {
    if seen.numbered || options.iter().any(|option| option.key.is_some()) {
        return numbers(options).iter().position(|known| *known == number).map(Picked::Option);
    }
    by_place(usize::from(number), options, seen)
}

fn by_place(place: usize, options: &[Opt], seen: Seen<'_>) -> Option<Picked> {
    match *seen.rows.get(place.checked_sub(1)?)? {
        MORE_ROW => Some(Picked::More),
        n => Some(Picked::Option(usize::from(n))).filter(|_| usize::from(n) < options.len()),
    }
}

/// The one option whose label is nearest to what was said, if it is near enough and none other is as near. Digits allow no slip: another time
/// is another option.
fn nearest(said: &str, options: &[Opt]) -> Option<usize> {
    let length = said.chars().count();
    let most = slips_allowed(length);
    if most == 0 {
        return None;
    }
    let mut best: Option<(usize, usize)> = None;
    let mut alone = true;
    for (n, option) in options.iter().enumerate() {
        let near =
            labels(option).filter(|label| slips_allowed(label.chars().count()) > 0 && digits(label).eq(digits(said)));
        let Some(distance) = near.filter_map(|label| distance(said, &label, most)).min() else { continue };
        match best {
            Some((least, _)) if distance > least => {}
            Some((least, _)) if distance == least => alone = false,
            _ => {
                best = Some((distance, n));
                alone = true;
            }
        }
    }
    best.filter(|_| alone).map(|(_, n)| n)
}

/// Short words are other words with one letter changed.
fn slips_allowed(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

fn digits(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(char::is_ascii_digit)
}

/// How many letters are missing, added, changed or swapped with their neighbour, if at most so many.
fn distance(said: &str, label: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (said.chars().collect(), label.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

/// An option that a longer sentence names, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub option: usize,
    /// Bytes of the sentence.
    pub range: Range<usize>,
}

/// The one option whose label stands in a sentence as whole words. A label inside a longer one that stands there does not count: who says
/// "cut and colour" does not mean "cut". Nor does anything count in a sentence that denies.
pub(crate) fn pick_in(sentence: &str, options: &[Opt]) -> Option<Named> {
    let words = words(sentence);
    let mut named: Vec<Named> = Vec::new();
    for (option, label) in
        options.iter().enumerate().flat_map(|(n, option)| labels(option).map(move |label| (n, label)))
    {
        let label: Vec<String> = label.split(' ').map(fold).filter(|word| !word.is_empty()).collect();
        if label.is_empty() {
            continue;
        }
        for at in words.windows(label.len()) {
            if at.iter().map(|(_, word)| word).eq(&label)
                && let (Some((first, _)), Some((last, _))) = (at.first(), at.last())
            {
                named.push(Named { option, range: first.start..last.end });
            }
        }
    }
    let inside = |small: &Named, large: &Named| {
        small.range != large.range && large.range.start <= small.range.start && small.range.end <= large.range.end
    };
    let mut whole = named.iter().filter(|small| !named.iter().any(|large| inside(small, large)));
    let first = whole.next()?;
    let outside = |place: &Range<usize>| place.end <= first.range.start || first.range.end <= place.start;
    let denied = words.iter().any(|(place, word)| outside(place) && NEGATIONS.contains(&word.as_str()));
    (!denied && whole.all(|other| other.option == first.option)).then(|| first.clone())
}

/// The words of a sentence, folded, with their places.
fn words(sentence: &str) -> Vec<(Range<usize>, String)> {
    let mut words = Vec::new();
    let mut at = 0;
    for word in sentence.split_whitespace() {
        let start = at + sentence[at..].find(word).unwrap_or(0);
        at = start + word.len();
        let folded = fold(word);
        if !folded.is_empty() {
            words.push((start..at, folded));
        }
    }
    words
}
