//! Phone numbers as people type them: `0788 123 456`, `788123456`, `250788…`, `00250…`, `+250…`.

use phonenumber::Mode;

use super::{Country, Phone};
use crate::domain::address::NotAPhone;

/// E.164 has 15 digits at most; two noughts, or one after the country code, may stand before and between.
const DIGITS_MAX: usize = 18;
/// Fewer are short codes.
const DIGITS_MIN: usize = 7;
/// Neighbours whose numbers people write with the country's code and nothing before it.
const NEIGHBOURS: [&str; 8] = ["250", "254", "255", "256", "257", "243", "211", "260"];

impl Phone {
    /// Reads a number as a person in this country types it. It must be one that the country gives to subscribers: codes to dial
    /// (`*182*8*1#`), short codes, and figures that only look like a number are refused. Without a country the number must be international.
    pub fn parse_in(text: &str, country: Option<Country>) -> Result<Self, NotAPhone> {
        let (plus, digits) = figures(text).ok_or(NotAPhone)?;
        if !(DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) {
            return Err(NotAPhone);
        }
        if plus {
            return abroad(&digits);
        }
        if let Some(digits) = digits.strip_prefix("00") {
            return abroad(digits);
        }
        let home = country.and_then(|country| valid(&digits, Some(country)));
        let neighbour =
            || NEIGHBOURS.iter().any(|code| digits.starts_with(code)).then(|| abroad(&digits).ok()).flatten();
        home.or_else(neighbour).ok_or(NotAPhone)
    }
}

/// The figures of a text that holds nothing but them and what people put between them, and whether a plus stands before.
fn figures(text: &str) -> Option<(bool, String)> {
    let text = text.trim();
    let (plus, rest) = text.strip_prefix('+').map_or((false, text), |rest| (true, rest));
    let between = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{202f}' | '\u{2011}');
    let good = rest.chars().all(|c| c.is_ascii_digit() || between(c));
    good.then(|| (plus, rest.chars().filter(char::is_ascii_digit).collect()))
}

fn abroad(digits: &str) -> Result<Phone, NotAPhone> {
    valid(&format!("+{digits}"), None).ok_or(NotAPhone)
}

/// `*182*8*1#` is parsed without complaint by the library: only what it calls valid counts.
fn valid(text: &str, country: Option<Country>) -> Option<Phone> {
    let number = phonenumber::parse(country.map(|country| country.0), text).ok()?;
    if !phonenumber::is_valid(&number) {
        return None;
    }
    Phone::parse(&number.format().mode(Mode::E164).to_string()).ok()
}
