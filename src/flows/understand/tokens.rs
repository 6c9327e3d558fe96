//! Splits a text into words, figures and the marks between them, folded, each with its place.

use std::ops::Range;

use super::fold::plain;

/// A text longer than this is no short answer.
pub(super) const CHARS_MAX: usize = 400;
/// Words, figures and marks of one text.
const TOKENS_MAX: usize = 96;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A folded word, or a sign that stands for one (`$`, a thumb).
    Word(String),
    /// Figures: their value and how many they are.
    Figures(u64, usize),
    /// A mark that counts: `/ : * # @ % +`; `. , -` only beside figures.
    Mark(char),
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub kind: Kind,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Nothing stands between it and the one before.
    pub glued: bool,
}

/// The tokens of a text; the second is false if the text is longer than is read.
pub(super) fn tokens(text: &str) -> (Vec<Token>, bool) {
    let mut tokens: Vec<Token> = Vec::new();
    let mut glued = false;
    let mut before = ' ';
    let mut chars = text.char_indices().peekable();
    let mut count = 0;
    while let Some((at, c)) = chars.next() {
        count += 1;
        if count > CHARS_MAX || tokens.len() >= TOKENS_MAX {
            return (tokens, false);
        }
        let end = at + c.len_utf8();
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let kind = if c.is_ascii_digit() {
            extend_figures(&mut tokens, glued && before.is_ascii_digit(), c, end)
        } else if c.is_alphabetic() || is_combining(c) {
            extend_word(&mut tokens, glued && (before.is_alphabetic() || is_combining(before)), c, end)
        } else if is_sign(c) {
            Some(Kind::Word(c.to_string()))
        } else {
            let figures = before.is_ascii_digit() && next.is_ascii_digit();
            let counts = match c {
                '.' | ',' | ':' => figures,
                '-' | '\u{2212}' => next.is_ascii_digit() && !before.is_alphabetic(),
                '/' => before.is_ascii_digit() || next.is_ascii_digit(),
                '*' | '#' | '@' | '%' | '+' => true,
                other => other.is_numeric(),
            };
            if !counts {
                glued = is_apostrophe(c) && glued;
                before = c;
                continue;
            }
            Some(Kind::Mark(if c == '\u{2212}' { '-' } else { c }))
        };
        if let Some(kind) = kind {
            tokens.push(Token { kind, range: at..end, glued });
        }
        glued = true;
        before = c;
    }
    (tokens, true)
}

/// Adds a figure to the last token, or begins one.
fn extend_figures(tokens: &mut [Token], goes_on: bool, c: char, end: usize) -> Option<Kind> {
    let digit = u64::from(c.to_digit(10).unwrap_or_default());
    match tokens.last_mut() {
        Some(Token { kind: Kind::Figures(value, count), range, .. }) if goes_on => {
            *value = value.saturating_mul(10).saturating_add(digit);
            *count += 1;
            range.end = end;
            None
        }
        _ => Some(Kind::Figures(digit, 1)),
    }
}

fn extend_word(tokens: &mut [Token], goes_on: bool, c: char, end: usize) -> Option<Kind> {
    match tokens.last_mut() {
        Some(Token { kind: Kind::Word(word), range, .. }) if goes_on => {
            c.to_lowercase().for_each(|c| plain(c, word));
            range.end = end;
            None
        }
        _ => {
            let mut word = String::new();
            c.to_lowercase().for_each(|c| plain(c, &mut word));
            (!word.is_empty()).then_some(Kind::Word(word))
        }
    }
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2bc}' | '`' | '\u{b4}')
}

fn is_sign(c: char) -> bool {
    matches!(
        c,
        '$' | '€' | '£' | '\u{1f44d}' | '\u{1f44c}' | '\u{1f44e}' | '\u{2705}' | '\u{2714}' | '\u{274c}' | '\u{1f64f}'
    )
}
