//! Tests on what a text says. Case, accents and outer punctuation do not count.

use std::convert::Infallible;

use regex::{Regex, RegexBuilder};
use regex_syntax::ast::{self, ClassSetItem, Span, parse};
use regex_syntax::hir::HirKind;

use crate::flows::understand::fold;

/// Longest pattern.
const PATTERN_CHARS_MAX: usize = 200;
/// How deep a pattern may nest.
const PATTERN_NESTING_MAX: u32 = 20;
/// Letters in the brackets of one pattern, counted as often as they stand in one: the other case of each is looked up one by one. All that
/// there are, and some alphabets.
const PATTERN_LETTERS_MAX: u64 = EVERY_LETTER + 400_000;
const EVERY_LETTER: u64 = 0x11_0000;
/// What a compiled pattern may take.
const PATTERN_BYTES_MAX: usize = 1024 * 1024;
/// How far into a text a pattern looks: its time is proportional to it.
const TEXT_BYTES_MAX: usize = 8 * 1024;

/// A compiled pattern. It runs in linear time: the engine has no backtracking.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Pattern {
    /// Compiles a pattern, or says in a sentence why it cannot be.
    pub(super) fn read(source: &str) -> Result<Self, String> {
        if source.chars().count() > PATTERN_CHARS_MAX {
            return Err(format!("a pattern has at most {PATTERN_CHARS_MAX} characters"));
        }
        if letters(source) > PATTERN_LETTERS_MAX {
            return Err("the pattern names too many letters in brackets: \".\" fits any".to_owned());
        }
        let compiled = RegexBuilder::new(source)
            .case_insensitive(true)
            .size_limit(PATTERN_BYTES_MAX)
            .dfa_size_limit(PATTERN_BYTES_MAX)
            .nest_limit(PATTERN_NESTING_MAX)
            .build();
        compiled.map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            // The last line says what is wrong, the ones before it point at the place.
            other => {
                let said = other.to_string();
                let last = said.lines().last().unwrap_or_default();
                format!("the pattern cannot be read: {}", last.strip_prefix("error: ").unwrap_or(last))
            }
        })
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.is_match(&text[..text.floor_char_boundary(TEXT_BYTES_MAX)])
    }
}

/// How many letters the brackets of a pattern name. None where it is no pattern.
fn letters(pattern: &str) -> u64 {
    let parsed = parse::ParserBuilder::new().nest_limit(PATTERN_NESTING_MAX).build().parse(pattern);
    let counted = parsed.map(|tree| ast::visit(&tree, Letters { pattern, depth: 1, count: 0 }));
    counted.map_or(0, |Ok(count)| count)
}

struct Letters<'p> {
    pattern: &'p str,
    /// Brackets around the present item: each of them looks at its letters again.
    depth: u64,
    count: u64,
}

impl Letters<'_> {
    /// The letters of a class with a name: `\w`, `\p{Greek}`.
    fn named(&self, at: &Span) -> u64 {
        let class = self.pattern.get(at.start.offset..at.end.offset).and_then(|class| regex_syntax::parse(class).ok());
        match class.as_ref().map(regex_syntax::hir::Hir::kind) {
            Some(HirKind::Class(regex_syntax::hir::Class::Unicode(class))) => {
                class.iter().map(|range| u64::from(u32::from(range.end()) - u32::from(range.start())) + 1).sum()
            }
            _ => EVERY_LETTER,
        }
    }
}

impl ast::Visitor for Letters<'_> {
    type Output = u64;
    type Err = Infallible;

    fn finish(self) -> Result<u64, Infallible> {
        Ok(self.count)
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Infallible> {
        let letters = match item {
            ClassSetItem::Literal(_) => 1,
            ClassSetItem::Range(range) => u64::from(u32::from(range.end.c).abs_diff(u32::from(range.start.c))) + 1,
            ClassSetItem::Ascii(class) if class.negated => EVERY_LETTER,
            ClassSetItem::Ascii(_) => 128,
            ClassSetItem::Unicode(class) => self.named(&class.span),
            ClassSetItem::Perl(class) => self.named(&class.span),
            ClassSetItem::Bracketed(class) if class.negated => EVERY_LETTER,
            // What they hold is counted by itself.
            ClassSetItem::Empty(_) | ClassSetItem::Union(_) | ClassSetItem::Bracketed(_) => 0,
        };
        self.count += letters * self.depth;
        self.depth += u64::from(matches!(item, ClassSetItem::Bracketed(_)));
        Ok(())
    }

    fn visit_class_set_item_post(&mut self, item: &ClassSetItem) -> Result<(), Infallible> {
        self.depth -= u64::from(matches!(item, ClassSetItem::Bracketed(_)));
        Ok(())
    }
}

/// The words of a text, folded.
pub(super) fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(super) fn has_any(text: &str, wanted: &str) -> bool {
    let text = words(text);
    words(wanted).iter().any(|word| text.contains(word))
}

pub(super) fn has_all(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (words(text), words(wanted));
    !wanted.is_empty() && wanted.iter().all(|word| text.contains(word))
}

pub(super) fn has_phrase(text: &str, phrase: &str) -> bool {
    let (text, phrase) = (words(text), words(phrase));
    !phrase.is_empty() && text.windows(phrase.len()).any(|window| *window == *phrase)
}

pub(super) fn only_phrase(text: &str, phrase: &str) -> bool {
    words(text) == words(phrase)
}
