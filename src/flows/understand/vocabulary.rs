//! The tables of all languages as one index, built once.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::slips::{self, Letters};
use super::tokens::{Kind, tokens};
use crate::flows::languages::words::{Meaning, WORDS};

/// A word of some table, by its number.
pub(super) type Word = u16;

/// A language by its place in [`WORDS`].
pub(super) type Tongue = u8;

/// A meaning and the words after the first that have to follow for it.
#[derive(Debug)]
pub(super) struct Phrase {
    pub tongue: Tongue,
    pub rest: Box<[Word]>,
    pub meaning: Meaning,
}

#[derive(Debug)]
struct Entry {
    spelt: Box<str>,
    letters: Letters,
    /// The languages that know the word, as bits.
    tongues: u8,
    phrases: Vec<Phrase>,
}

#[derive(Debug)]
pub(super) struct Vocabulary {
    numbers: HashMap<Box<str>, Word>,
    entries: Vec<Entry>,
    /// Words by first letter: a slip leaves it as it is.
    initials: HashMap<u8, Vec<Word>>,
}

/// The place of a language's tables.
pub(super) fn tongue(code: &str) -> Tongue {
    WORDS.iter().position(|(known, _)| *known == code).unwrap_or_default() as Tongue
}

pub(super) fn vocabulary() -> &'static Vocabulary {
    static BUILT: OnceLock<Vocabulary> = OnceLock::new();
    BUILT.get_or_init(Vocabulary::build)
}

impl Vocabulary {
    fn build() -> Self {
        let mut built = Self { numbers: HashMap::new(), entries: Vec::new(), initials: HashMap::new() };
        for (tongue, (_, words)) in WORDS.iter().enumerate() {
            let tongue = tongue as Tongue;
            for (phrase, meaning) in words.phrases {
                if phrase.starts_with(|c: char| c.is_ascii_digit()) {
                    let word = built.enter(phrase, tongue);
                    built.entries[usize::from(word)].phrases.push(Phrase {
                        tongue,
                        rest: [].into(),
                        meaning: *meaning,
                    });
                    continue;
                }
                let mut parts = tokens(phrase).0.into_iter().filter_map(|token| match token.kind {
                    Kind::Word(word) => Some(word),
                    Kind::Figures(..) | Kind::Mark(_) => None,
                });
                let Some(first) = parts.next() else { continue };
                let first = built.enter(&first, tongue);
                let rest: Vec<Word> = parts.map(|word| built.enter(&word, tongue)).collect();
                built.entries[usize::from(first)].phrases.push(Phrase { tongue, rest: rest.into(), meaning: *meaning });
            }
            for word in words.ordinary {
                built.enter(word, tongue);
            }
        }
        for entry in &mut built.entries {
            // Longest first: "in the morning" before "in".
            entry.phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
        }
        built
    }

    fn enter(&mut self, spelt: &str, tongue: Tongue) -> Word {
        let next = self.entries.len() as Word;
        let word = *self.numbers.entry(spelt.into()).or_insert(next);
        if word == next {
            let letters = Letters::of(spelt);
            self.entries.push(Entry { spelt: spelt.into(), letters, tongues: 0, phrases: Vec::new() });
            if let Some(initial) = spelt.bytes().next() {
                self.initials.entry(initial).or_default().push(word);
            }
        }
        self.entries[usize::from(word)].tongues |= 1 << tongue;
        word
    }

    pub(super) fn phrases(&self, word: Word) -> &[Phrase] {
        &self.entries[usize::from(word)].phrases
    }

    pub(super) fn knows(&self, tongue: Tongue, word: Word) -> bool {
        self.entries[usize::from(word)].tongues & (1 << tongue) != 0
    }

    /// A word of Kinyarwanda or Swahili.
    pub(super) fn is_bantu(&self, word: Word) -> bool {
        self.knows(tongue("rw"), word) || self.knows(tongue("sw"), word)
    }

    /// The word as it is written, or with letters drawn out (`yesss`).
    pub(super) fn exact(&self, said: &str) -> Option<Word> {
        self.numbers.get(said).copied().or_else(|| {
            let short = drawn_in(said)?;
            self.numbers.get(short.as_str()).copied()
        })
    }

    /// The one word that is nearest to what was said, the spoken language's before those of others. `None` if two are equally near.
    pub(super) fn mended(&self, said: &str, spoken: Tongue, least_letters: usize) -> Option<Word> {
        if said.len() < least_letters || !said.is_ascii() {
            return None;
        }
        let most = slips::allowed(said.len());
        let candidates = self.initials.get(said.as_bytes().first()?)?;
        match self.nearest(said, most, candidates, |entry| entry.tongues & (1 << spoken) != 0) {
            Near::None => match self.nearest(said, most, candidates, |_| true) {
                Near::One(word) => Some(word),
                Near::None | Near::Several => None,
            },
            Near::One(word) => Some(word),
            Near::Several => None,
        }
    }

    /// The nearest of the words that fit.
    fn nearest(&self, said: &str, most: usize, candidates: &[Word], fits: impl Fn(&Entry) -> bool) -> Near {
        let mut best = (usize::MAX, Near::None);
        let letters = Letters::of(said);
        for word in candidates {
            let entry = &self.entries[usize::from(*word)];
            // A short word is never what a slip was meant to be.
            let most = most.min(slips::allowed(entry.spelt.len()));
            if most == 0 || !fits(entry) || !letters.may_be_near(entry.letters, most) {
                continue;
            }
            let Some(slips) = slips::distance(said, &entry.spelt, most) else { continue };
            if slips < best.0 {
                best = (slips, Near::One(*word));
            } else if slips == best.0 {
                best.1 = Near::Several;
            }
        }
        best.1
    }
}

/// What is nearest to a slip.
enum Near {
    None,
    One(Word),
    /// Two or more, equally near.
    Several,
}

/// Letters written three times or more, once.
fn drawn_in(said: &str) -> Option<String> {
    let mut short = String::with_capacity(said.len());
    let mut letters = said.chars().peekable();
    let mut drawn = false;
    while let Some(letter) = letters.next() {
        let mut times = 1;
        while letters.peek() == Some(&letter) {
            letters.next();
            times += 1;
        }
        short.push(letter);
        if times == 2 {
            short.push(letter);
        }
        drawn |= times > 2;
    }
    drawn.then_some(short)
}
