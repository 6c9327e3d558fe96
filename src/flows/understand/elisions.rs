//! Small words written together with the next one, as people do without an apostrophe: `nigice` for `n'igice`, `zumugoroba`, `unusu`.

use super::tokens::{Kind, Token};
use super::vocabulary::vocabulary;

/// Small words of Kinyarwanda and Swahili, the longer first.
const SMALL: [&str; 9] = ["saa", "na", "za", "sa", "cy", "n", "z", "w", "u"];
/// Letters of the rest: shorter ones are words by chance.
const REST_LETTERS_MIN: usize = 4;

/// Parts such words, if no table has them as they stand.
pub(super) fn part(tokens: Vec<Token>) -> Vec<Token> {
    if tokens.iter().all(|token| parts(token).is_none()) {
        return tokens;
    }
    let mut parted = Vec::with_capacity(tokens.len() + 2);
    for token in tokens {
        let Some((small, rest)) = parts(&token) else {
            parted.push(token);
            continue;
        };
        let middle = token.range.start + small.len();
        parted.push(Token { kind: Kind::Word(small.to_owned()), range: token.range.start..middle, glued: token.glued });
        parted.push(Token { kind: Kind::Word(rest), range: middle..token.range.end, glued: true });
    }
    parted
}

fn parts(token: &Token) -> Option<(&'static str, String)> {
    let Kind::Word(word) = &token.kind else { return None };
    let vocabulary = vocabulary();
    if !word.is_ascii() || word.len() != token.range.len() || vocabulary.exact(word).is_some() {
        return None;
    }
    SMALL.into_iter().find_map(|small| {
        let rest = word.strip_prefix(small).filter(|rest| rest.len() >= REST_LETTERS_MIN)?;
        let known = vocabulary.exact(rest).filter(|word| vocabulary.is_bantu(*word))?;
        (!vocabulary.phrases(known).is_empty()).then(|| (small, rest.to_owned()))
    })
}
