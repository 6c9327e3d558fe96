//! What the words of a text may mean, place by place: what the grammar of dates, times and numbers walks over.

use super::reading::Ears;
use super::tokens::{Kind, Token};
use super::vocabulary::{Tongue, Vocabulary, Word, vocabulary};
use crate::flows::languages::words::{Meaning, Part, WORDS};

/// Letters a word needs to be mended: more inside a sentence, where most words are not for us.
const MENDED_ALONE: usize = 4;
const MENDED_IN_SENTENCE: usize = 5;

/// In a sentence a shorter word is not taken for another language's: "mon rendez-vous" is not on Monday.
const BORROWED_BYTES_MIN: usize = 4;

/// A meaning of the phrase that begins at a place and is so many tokens long.
#[derive(Debug, Clone, Copy)]
struct Sense {
    tokens: u8,
    meaning: Meaning,
}

/// A text as it is heard in one language. All places are indices of tokens.
#[derive(Debug)]
pub(super) struct Senses<'a> {
    pub ears: &'a Ears,
    tokens: &'a [Token],
    /// All senses, by place; those of place `n` are `starts[n]..starts[n + 1]`, longest first.
    senses: Vec<Sense>,
    starts: Vec<u16>,
    /// The values stand inside a longer sentence, so that a bare number is none of ours.
    pub in_sentence: bool,
    /// The part of the day the text speaks of, if it names just one.
    pub part: Option<Part>,
}

impl<'a> Senses<'a> {
    pub(super) fn new(tokens: &'a [Token], spoken: Tongue, ears: &'a Ears, in_sentence: bool) -> Self {
        let vocabulary = vocabulary();
        let letters = if in_sentence { MENDED_IN_SENTENCE } else { MENDED_ALONE };
        let words: Vec<Option<Word>> = tokens
            .iter()
            .map(|token| match &token.kind {
                Kind::Word(said) => vocabulary.exact(said).or_else(|| vocabulary.mended(said, spoken, letters)),
                Kind::Figures(..) | Kind::Mark(_) => None,
            })
            .collect();
        let mut senses = Vec::with_capacity(tokens.len() * 2);
        let mut starts = Vec::with_capacity(tokens.len() + 1);
        for at in 0..tokens.len() {
            starts.push(senses.len() as u16);
            let borrowed = !in_sentence || tokens[at].range.len() >= BORROWED_BYTES_MIN;
            if let Some(tongue) = words[at].and_then(|word| speaker(vocabulary, word, spoken, borrowed)) {
                add_senses(vocabulary, tongue, &words[at..], &mut senses);
            }
        }
        starts.push(senses.len() as u16);
        let mut made = Self { ears, tokens, senses, starts, in_sentence, part: None };
        made.part = made.only_part();
        made
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    fn at(&self, at: usize) -> &[Sense] {
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => &self.senses[usize::from(*from)..usize::from(*to)],
            _ => &[],
        }
    }

    /// The first thing that `pick` takes of the phrases at a place, the longest first, and the place after it.
    pub(super) fn pick<T>(&self, at: usize, pick: impl Fn(Meaning) -> Option<T>) -> Option<(T, usize)> {
        self.at(at).iter().find_map(|sense| Some((pick(sense.meaning)?, at + usize::from(sense.tokens))))
    }

    /// The place after a phrase with this meaning.
    pub(super) fn meaning(&self, at: usize, wanted: Meaning) -> Option<usize> {
        self.pick(at, |meaning| (meaning == wanted).then_some(())).map(|((), next)| next)
    }

    /// The same if it is there, else the place itself.
    pub(super) fn skip(&self, at: usize, wanted: Meaning) -> usize {
        self.meaning(at, wanted).unwrap_or(at)
    }

    /// The place after all phrases that `fits` takes.
    pub(super) fn skip_all(&self, mut at: usize, fits: impl Fn(Meaning) -> bool) -> usize {
        while let Some(((), next)) = self.pick(at, |meaning| fits(meaning).then_some(())) {
            at = next;
        }
        at
    }

    /// Value and count of the figures at a place.
    pub(super) fn figures(&self, at: usize) -> Option<(u64, usize)> {
        match self.tokens.get(at)?.kind {
            Kind::Figures(value, count) => Some((value, count)),
            _ => None,
        }
    }

    /// A mark at a place; glued to what stands before and after it.
    pub(super) fn mark(&self, at: usize) -> Option<char> {
        match self.tokens.get(at)?.kind {
            Kind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    pub(super) fn glued(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.glued)
    }

    pub(super) fn word(&self, at: usize) -> Option<&str> {
        match &self.tokens.get(at)?.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether any phrase of the text means this.
    pub(super) fn says(&self, wanted: Meaning) -> bool {
        (0..self.len()).any(|at| self.meaning(at, wanted).is_some())
    }

    fn only_part(&self) -> Option<Part> {
        let mut found = None;
        let mut at = 0;
        while at < self.len() {
            let longest = self.at(at).first().map_or(1, |sense| usize::from(sense.tokens));
            let part = self.pick(at, |meaning| match meaning {
                Meaning::Part(part) | Meaning::TodayPart(part) => Some(part),
                _ => None,
            });
            match (part, found) {
                (Some((part, next)), None) if next == at + longest => found = Some(part),
                (Some((part, next)), Some(other)) if next == at + longest && part != other => return None,
                _ => {}
            }
            at += longest;
        }
        found
    }
}

/// In whose tables a word is looked up: the spoken language's, else those of the first that knows it.
fn speaker(vocabulary: &Vocabulary, word: Word, spoken: Tongue, borrowed: bool) -> Option<Tongue> {
    if vocabulary.knows(spoken, word) {
        return Some(spoken);
    }
    if !borrowed {
        return None;
    }
    (0..WORDS.len() as Tongue).find(|tongue| vocabulary.phrases(word).iter().any(|phrase| phrase.tongue == *tongue))
}

fn add_senses(vocabulary: &Vocabulary, tongue: Tongue, words: &[Option<Word>], senses: &mut Vec<Sense>) {
    let Some((Some(first), after)) = words.split_first() else { return };
    for phrase in vocabulary.phrases(*first).iter().filter(|phrase| phrase.tongue == tongue) {
        let follows = phrase.rest.len() <= after.len()
            && phrase.rest.iter().zip(after).all(|(wanted, said)| *said == Some(*wanted));
        if follows {
            senses.push(Sense { tokens: phrase.rest.len() as u8 + 1, meaning: phrase.meaning });
        }
    }
}
