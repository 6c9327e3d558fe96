//! What is read from a text's characters, not from its words: phone numbers, e-mail addresses, names.

use std::ops::Range;

use super::reading::Ears;
use super::senses::Senses;
use crate::domain::Phone;
use crate::flows::languages::words::Meaning;

/// Longest name of a person, and its words.
const NAME_CHARS_MAX: usize = 60;
const NAME_WORDS_MAX: usize = 6;
/// Words of a name inside a sentence.
const NAME_WORDS_IN_SENTENCE_MAX: usize = 3;
/// RFC 5321, 4.5.3.1.
const EMAIL_BYTES_MAX: usize = 254;

/// Phone numbers in a text, as E.164, with their bytes. What is beside a star or a hash is a code to dial, not a number.
pub(super) fn phones(text: &str, ears: &Ears) -> Vec<(Range<usize>, Phone)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(|c: char| c.is_ascii_digit() || c == '+').map(|at| from + at) {
        let run = text[start..].find(|c: char| !belongs(c)).map_or(&text[start..], |end| &text[start..start + end]);
        let written = run.trim_end_matches(|c: char| !c.is_ascii_digit());
        let end = start + written.len();
        let lonely = |c: Option<char>| {
            !c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '*' | '#' | '/' | ':' | '@' | '_' | '+'))
        };
        let before = text[..start].chars().next_back();
        if lonely(before) && lonely(text[end..].chars().next()) {
            found.extend(Phone::parse_in(written, ears.country).map(|phone| (start..end, phone)));
        }
        // Signs without a figure are passed at once: a text may be nothing but them.
        from = if written.is_empty() { start + run.len() } else { end };
    }
    found
}

fn belongs(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')' | '\u{a0}' | '\u{202f}')
}

/// E-mail addresses in a text, in small letters, with their bytes.
pub(super) fn emails(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in
        text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '"'))
    {
        let start = at;
        at += word.len();
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let bare = bare.strip_prefix("mailto:").unwrap_or(bare);
        if is_email(bare) {
            let offset = word.find(bare).unwrap_or_default();
            found.push((start + offset..start + offset + bare.len(), bare.to_lowercase()));
        }
    }
    found
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let mut labels = domain.split('.');
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    text.len() <= EMAIL_BYTES_MAX
        && (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b))
        && !local.contains("..")
        && domain.contains('.')
        && labels.all(label)
        && last.len() >= 2
        && last.bytes().all(|b| b.is_ascii_alphabetic())
}

/// A whole text that is a name, without the words before it ("my name is").
pub(super) fn person(text: &str, senses: &Senses<'_>) -> Option<String> {
    let cued = after_cue(senses);
    let start = match cued {
        Some((at, certain)) => {
            let start = senses.token(at)?.range.start;
            // "I am late" is no name.
            if !certain && !begins_with_capital(&text[start..]) {
                return None;
            }
            start
        }
        None => 0,
    };
    let name = text[start..].trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | '!' | ';' | ':'));
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let strange = name
        .chars()
        .any(|c| !(c.is_alphabetic() || matches!(c, ' ' | '\'' | '\u{2019}' | '-' | '.' | '\u{300}'..='\u{36f}')));
    let answer = cued.is_none() && answers(senses);
    let fits = letters >= 2
        && !strange
        && !answer
        && name.chars().count() <= NAME_CHARS_MAX
        && name.split(' ').count() <= NAME_WORDS_MAX;
    fits.then_some(name)
}

/// "yes", "tomorrow morning", "I don't know": an answer to something else. Months and feasts are names, too.
fn answers(senses: &Senses<'_>) -> bool {
    let names = senses.skip_all(0, |meaning| matches!(meaning, Meaning::Month(_) | Meaning::Feast(..)));
    let juma = senses.len() == 1 && senses.word(0) == Some("juma");
    (senses.all_known() && names < senses.len() && !juma) || senses.says(Meaning::Not)
}

/// The place after "my name is", and whether it can be nothing but a name that follows.
fn after_cue(senses: &Senses<'_>) -> Option<(usize, bool)> {
    let cue = |wanted| (0..senses.len()).find_map(|at| senses.meaning(at, wanted));
    cue(Meaning::NameIs).map(|at| (at, true)).or_else(|| Some((cue(Meaning::IAm)?, false)))
}

fn begins_with_capital(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
}

/// The name after "my name is" inside a sentence: words with a capital, or the first one.
pub(super) fn named_person(text: &str, senses: &Senses<'_>) -> Option<(Range<usize>, String)> {
    let (at, certain) = after_cue(senses)?;
    let first = senses.token(at)?.range.clone();
    if !certain && !begins_with_capital(&text[first.start..]) {
        return None;
    }
    let mut end = first.end;
    let mut next = at + 1;
    while next < at + NAME_WORDS_IN_SENTENCE_MAX {
        let Some(token) = senses.token(next) else { break };
        let capital = begins_with_capital(&text[token.range.clone()]);
        let joined = text[end..token.range.start].chars().all(|c| matches!(c, ' ' | '-' | '\'' | '\u{2019}'));
        if !capital || !joined || senses.word(next).is_none() {
            break;
        }
        end = token.range.end;
        next += 1;
    }
    let range = first.start..end;
    let name = text[range.clone()].to_owned();
    (senses.word(at).is_some() && name.chars().filter(|c| c.is_alphabetic()).count() >= 2).then_some((range, name))
}
