//! The code by which a person who goes on by another channel is known again there: drawn by the engine, written in letters for a message
//! and in digits for a dialled code. Both forms carry a checksum, so that ordinary text is never taken for one.

use std::fmt;

/// Codes are whole numbers below this: 33 bits, of which a few are open at a time.
const CODES: u64 = 10_000_000_000;
/// Stands before the letters.
const MARK: [char; 2] = ['G', 'N'];
/// Crockford's alphabet: nothing that is mistaken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of the number, and of its checksum.
const NUMBER_LETTERS: usize = 7;
const CHECK_LETTERS: usize = 2;
const LETTERS: usize = NUMBER_LETTERS + CHECK_LETTERS;
/// The largest prime below 1024, so that the check letters tell slips of one letter and of two neighbours apart.
const CHECK_LETTERS_BY: u64 = 1_021;
/// The same for two digits.
const CHECK_DIGITS_BY: u64 = 97;
const NUMBER_DIGITS: usize = 10;
const DIGITS: usize = NUMBER_DIGITS + 2;
/// The part that stands before the digits in a dialled code. No walk begins with it: 0 leads back, and there is nothing before the first
/// screen.
const DIALLED_MARK: &str = "0";

/// One code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MoveCode(u64);

impl MoveCode {
    /// The code that a drawn number stands for.
    pub fn drawn(number: u64) -> Self {
        Self(number % CODES)
    }

    /// The bytes that are hashed to look it up.
    pub fn bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// As it stands in a message: `GN-7K3-MQ9-XP4`.
    pub fn letters(self) -> String {
        let number = self.0 << (5 * CHECK_LETTERS) | check_letters(self.0);
        let letter = |n: usize| char::from(ALPHABET[(number >> (5 * (LETTERS - 1 - n)) & 31) as usize]);
        let mut text: String = MARK.iter().collect();
        for n in 0..LETTERS {
            if n % 3 == 0 {
                text.push('-');
            }
            text.push(letter(n));
        }
        text
    }

    /// As it follows a dialled code: `*384*77` becomes `*384*77*0*012345678942#`.
    pub fn dialled_after(self, code: &str) -> String {
        let code = code.trim_end_matches('#');
        format!("{code}*{DIALLED_MARK}*{:010}{:02}#", self.0, check_digits(self.0))
    }

    /// The code in a text, wherever it stands: capitals or not, with or without blanks and hyphens. What only looks alike is none.
    pub fn in_text(text: &str) -> Option<Self> {
        let begins = |at: &usize| !text[..*at].chars().next_back().is_some_and(char::is_alphanumeric);
        let mut starts = text.char_indices().filter(|(_, c)| c.eq_ignore_ascii_case(&MARK[0])).map(|(at, _)| at);
        starts.by_ref().filter(begins).find_map(|at| Self::at_start(&text[at..]))
    }

    /// The code at the end of a dialled code.
    pub fn in_dialled(dialled: &str) -> Option<Self> {
        let (before, digits) = dialled.trim().trim_end_matches('#').rsplit_once('*')?;
        let (_, mark) = before.rsplit_once('*')?;
        let good = mark == DIALLED_MARK && digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
        let (number, check) = digits.split_at_checked(NUMBER_DIGITS).filter(|_| good)?;
        let (number, check) = (number.parse::<u64>().ok()?, check.parse::<u64>().ok()?);
        (check_digits(number) == check).then_some(Self(number))
    }

    fn at_start(text: &str) -> Option<Self> {
        let mut rest = text.chars().peekable();
        let mut number = 0;
        for n in 0..MARK.len() + LETTERS {
            while n > 0 && rest.next_if(|c| matches!(c, ' ' | '-' | '\u{a0}' | '–')).is_some() {}
            let letter = rest.next()?;
            match MARK.get(n) {
                Some(mark) if letter.eq_ignore_ascii_case(mark) => {}
                Some(_) => return None,
                None => number = number << 5 | value(letter)?,
            }
        }
        if rest.peek().is_some_and(|c| c.is_alphanumeric()) {
            return None;
        }
        let (number, check) = (number >> (5 * CHECK_LETTERS), number & ((1 << (5 * CHECK_LETTERS)) - 1));
        (number < CODES && check_letters(number) == check).then_some(Self(number))
    }
}

/// What a letter stands for; those that look like a digit are taken for it.
fn value(letter: char) -> Option<u64> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u64::try_from(place).ok()
}

fn check_letters(number: u64) -> u64 {
    number % CHECK_LETTERS_BY
}

fn check_digits(number: u64) -> u64 {
    98 - number * 100 % CHECK_DIGITS_BY
}

/// Logs must not carry one.
impl fmt::Debug for MoveCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MoveCode(***)")
    }
}
