//! What the words of a text may mean, place by place: what the grammar of dates, times and numbers walks over.

use super::reading::Ears;
use super::tokens::{Kind, Token};
use super::vocabulary::{Tongue, Vocabulary, Word, tongue, vocabulary};
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
    pub tongue: Tongue,
    tokens: &'a [Token],
    /// All senses, by place; those of place `n` are `starts[n]..starts[n + 1]`, longest first.
    heard: Vec<Sense>,
    starts: Vec<u16>,
    /// The values stand inside a longer sentence, so that a bare number is none of ours.
    pub in_sentence: bool,
    /// The part of the day the text speaks of, if it names just one.
    pub part: Option<Part>,
}

impl<'a> Senses<'a> {
    pub(super) fn new(tokens: &'a [Token], spoken: Tongue, ears: &'a Ears, in_sentence: bool) -> Self {
        let vocabulary = vocabulary();
        let native = tongue(ears.language.code);
        let letters = if in_sentence { MENDED_IN_SENTENCE } else { MENDED_ALONE };
        let mut mended = vec![false; tokens.len()];
        let mut words: Vec<Option<Word>> = Vec::with_capacity(tokens.len());
        for (token, mended) in tokens.iter().zip(&mut mended) {
            words.push(match &token.kind {
                Kind::Word(said) => vocabulary.exact(said).or_else(|| {
                    *mended = true;
                    vocabulary.mended(said, spoken, letters)
                }),
                Kind::Figures(..) | Kind::Mark(_) => None,
            });
        }
        let mut senses = Vec::with_capacity(tokens.len() * 2);
        let mut starts = Vec::with_capacity(tokens.len() + 1);
        for at in 0..tokens.len() {
            starts.push(senses.len() as u16);
            let short = tokens[at].range.len() < BORROWED_BYTES_MIN;
            // "la" said by one who speaks French is no Swahili "no", in whatever language the rest is heard.
            let own = short && words[at].is_some_and(|word| vocabulary.knows(native, word));
            let hearing = if own { native } else { spoken };
            let speaker = |word| speaker(vocabulary, word, hearing, !in_sentence || !short);
            if let Some(tongue) = words[at].and_then(speaker) {
                let from = senses.len();
                add_senses(vocabulary, tongue, &words[at..], &mut senses);
                if in_sentence && mended[at] {
                    // Small words are too near to all others.
                    let kept = senses.split_off(from).into_iter().filter(|sense| !is_small(sense.meaning));
                    senses.extend(kept);
                }
            }
            if let Some(meaning) = with_figure(vocabulary, tokens, at) {
                senses.push(Sense { tokens: 2, meaning });
            }
        }
        starts.push(senses.len() as u16);
        let mut made = Self { ears, tongue: spoken, tokens, heard: senses, starts, in_sentence, part: None };
        made.part = made.only_part();
        made
    }

    /// The code of the language it is heard in.
    pub(super) fn code(&self) -> &'static str {
        WORDS[usize::from(self.tongue)].0
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    fn at(&self, at: usize) -> &[Sense] {
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => &self.heard[usize::from(*from)..usize::from(*to)],
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

    /// The same, if no longer phrase begins there: "ku" is not skipped of "ku wa mbere".
    pub(super) fn leading(&self, at: usize, wanted: Meaning) -> Option<usize> {
        self.meaning(at, wanted).filter(|next| *next == at + self.longest(at))
    }

    /// The place after such a phrase if it is there, else the place itself.
    pub(super) fn skip(&self, at: usize, wanted: Meaning) -> usize {
        self.leading(at, wanted).unwrap_or(at)
    }

    /// The place after all phrases that `fits` takes.
    pub(super) fn skip_all(&self, mut at: usize, fits: impl Fn(Meaning) -> bool) -> usize {
        while let Some(((), next)) =
            self.pick(at, |meaning| fits(meaning).then_some(())).filter(|((), next)| *next == at + self.longest(at))
        {
            at = next;
        }
        at
    }

    /// Tokens of the longest phrase at a place; one where nothing is known.
    pub(super) fn longest(&self, at: usize) -> usize {
        self.at(at).first().map_or(1, |sense| usize::from(sense.tokens))
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

    /// Whether every word is one of the tables, and one of them at least has a meaning.
    pub(super) fn all_known(&self) -> bool {
        let known = |token: &Token| match &token.kind {
            Kind::Word(word) => vocabulary().exact(word).is_some_and(|word| vocabulary().knows(self.tongue, word)),
            Kind::Figures(..) | Kind::Mark(_) => true,
        };
        !self.heard.is_empty() && self.tokens.iter().all(known)
    }

    /// A word that is in no table.
    pub(super) fn unknown(&self, at: usize) -> bool {
        self.word(at).is_some() && self.at(at).is_empty()
    }

    fn only_part(&self) -> Option<Part> {
        let mut found = None;
        let mut at = 0;
        while at < self.len() {
            let longest = self.longest(at);
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

fn is_small(meaning: Meaning) -> bool {
    use Meaning::{Ago, At, In, Last, Of, On, Past, Saa, TheDay, To};
    matches!(meaning, Ago | At | In | Last | Of | On | Past | Saa | TheDay | To)
}

/// "2moro": a figure for its sound.
fn with_figure(vocabulary: &Vocabulary, tokens: &[Token], at: usize) -> Option<Meaning> {
    let (Kind::Figures(figure, 1), Some(Token { kind: Kind::Word(rest), glued: true, .. })) =
        (&tokens[at].kind, tokens.get(at + 1))
    else {
        return None;
    };
    let word = vocabulary.exact(&format!("{figure}{rest}"))?;
    vocabulary.phrases(word).first().map(|phrase| phrase.meaning)
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
