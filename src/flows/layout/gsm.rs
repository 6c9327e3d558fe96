//! The alphabet of phones: GSM 03.38 (3GPP TS 23.038, section 6.2.1), how long a text is in it, and how many SMS it fills.
//!
//! A text that uses one letter outside the alphabet is sent as UCS-2, which halves what fits. [`plain`] puts look-alikes in the place of
//! such letters.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The basic table by code. Code 27 announces a code of the extension table and stands for no letter.
#[rustfmt::skip]
pub const BASIC: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{1b}', 'Æ', 'æ', 'ß', 'É',
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// The extension table: each letter takes the escape and its code, two septets.
pub const EXTENSION: [(u8, char); 10] = [
    (0x0a, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2f, '\\'),
    (0x3c, '['),
    (0x3d, '~'),
    (0x3e, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

const ESCAPE: char = '\u{1b}';
/// Code 255: the letter is not in the basic table.
const NONE: u8 = u8::MAX;

/// The codes of the letters below U+0100, turned round from [`BASIC`] when compiled.
const LATIN: [u8; 256] = {
    let mut codes = [NONE; 256];
    let mut code = 0;
    while code < BASIC.len() {
        let letter = BASIC[code] as usize;
        if letter < codes.len() && letter != ESCAPE as usize {
            codes[letter] = code as u8;
        }
        code += 1;
    }
    codes
};

/// The capacity of one SMS alone, and of each part of a longer one, which carries a header.
const SEPTETS_ALONE: usize = 160;
const SEPTETS_IN_PART: usize = 153;
const UCS2_ALONE: usize = 70;
const UCS2_IN_PART: usize = 67;

/// How a text is written on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Septets of the tables above.
    Gsm7,
    /// UTF-16 units: UCS-2 with surrogate pairs, as phones understand it.
    Ucs2,
}

/// A letter's place in the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Basic(u8),
    /// Sent behind the escape code 27.
    Extension(u8),
}

/// The code of a letter; `None` for one that is in neither table.
pub fn code(letter: char) -> Option<Code> {
    let place = letter as usize;
    if let Some(code) = LATIN.get(place).filter(|code| **code != NONE) {
        return Some(Code::Basic(*code));
    }
    if let Some((code, _)) = EXTENSION.iter().find(|(_, known)| *known == letter) {
        return Some(Code::Extension(*code));
    }
    // Of the letters above U+00FF the basic table has Greek capitals only, all between codes 16 and 26.
    let greek = (0x10..0x1b).find(|code| place > 0xff && BASIC[*code] == letter);
    greek.map(|code| Code::Basic(code as u8))
}

/// The septets a letter takes: one, or two from the extension table.
pub fn septets_of(letter: char) -> Option<usize> {
    code(letter).map(|code| match code {
        Code::Basic(_) => 1,
        Code::Extension(_) => 2,
    })
}

/// The length of a text in septets; `None` if a letter is not in the alphabet.
pub fn septets(text: &str) -> Option<usize> {
    text.chars().map(septets_of).sum()
}

/// The encoding a text needs.
pub fn encoding_of(text: &str) -> Encoding {
    if text.chars().all(|letter| code(letter).is_some()) { Encoding::Gsm7 } else { Encoding::Ucs2 }
}

/// The length of a text in septets or, where it needs UCS-2, in UTF-16 units.
pub fn length(text: &str) -> (Encoding, usize) {
    match septets(text) {
        Some(septets) => (Encoding::Gsm7, septets),
        None => (Encoding::Ucs2, text.encode_utf16().count()),
    }
}

/// How many SMS a text fills; an empty one fills one.
pub fn segments(text: &str) -> usize {
    let (encoding, length) = length(text);
    if length <= alone(encoding) { 1 } else { parts(text, encoding).count() }
}

/// A text as the parts in which it leaves. An escaped letter, a surrogate pair and what is seen as one letter are never parted.
pub fn split(text: &str) -> Vec<&str> {
    split_as(text, encoding_of(text))
}

/// The same where the encoding is chosen already. GSM-7 only for a text that is in the alphabet.
pub fn split_as(text: &str, encoding: Encoding) -> Vec<&str> {
    let length = match encoding {
        Encoding::Gsm7 => septets(text).unwrap_or(usize::MAX),
        Encoding::Ucs2 => text.encode_utf16().count(),
    };
    if length <= alone(encoding) { vec![text] } else { parts(text, encoding).collect() }
}

fn alone(encoding: Encoding) -> usize {
    match encoding {
        Encoding::Gsm7 => SEPTETS_ALONE,
        Encoding::Ucs2 => UCS2_ALONE,
    }
}

fn parts(text: &str, encoding: Encoding) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (part, after) = rest.split_at(match encoding {
            Encoding::Gsm7 => fitting(rest, SEPTETS_IN_PART),
            Encoding::Ucs2 => fitting_ucs2(rest),
        });
        rest = after;
        Some(part)
    })
}

/// The bytes of `text` that fit into so many septets. Letters outside the alphabet count as one.
pub(crate) fn fitting(text: &str, most: usize) -> usize {
    let mut used = 0;
    for (at, letter) in text.char_indices() {
        used += septets_of(letter).unwrap_or(1);
        if used > most {
            return at;
        }
    }
    text.len()
}

fn fitting_ucs2(text: &str) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.encode_utf16().count();
        if used > UCS2_IN_PART {
            // What is seen as one letter but fills more than a part is parted between characters.
            return if at > 0 { at } else { fitting_units(text) };
        }
    }
    text.len()
}

fn fitting_units(text: &str) -> usize {
    let mut used = 0;
    let over = text.char_indices().find(|(_, letter)| {
        used += letter.len_utf16();
        used > UCS2_IN_PART
    });
    over.map_or(text.len(), |(at, _)| at)
}

/// A text in the alphabet: look-alikes for what phones lack, letters without the marks they lack, no pictures; `?` for a letter of another
/// script. A text that is in the alphabet comes back as it is.
pub fn plain(text: &str) -> Cow<'_, str> {
    if encoding_of(text) == Encoding::Gsm7 {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    // Composed first, so that a mark typed as a character of its own meets its letter.
    for letter in text.nfc() {
        put_plain(letter, &mut out);
    }
    Cow::Owned(out)
}

fn put_plain(letter: char, out: &mut String) {
    if code(letter).is_some() {
        out.push(letter);
        return;
    }
    if let Some(like) = look_alike(letter) {
        out.push_str(like);
        return;
    }
    if is_left_out(letter) {
        return;
    }
    // The letter without its marks (â as a), or the letters of which it is a ligature (ﬁ as fi).
    let before = out.len();
    out.extend(std::iter::once(letter).nfkd().filter(|part| code(*part).is_some()));
    if out.len() == before {
        out.push('?');
    }
}

fn look_alike(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '`' | '\u{b4}' | '\u{2bc}' | '\u{2032}' | '\u{2039}'
        | '\u{203a}' => "'",
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2033}' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2022}' | '\u{b7}' | '\u{2043}' => "-",
        '\u{2026}' => "...",
        '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{85}' | '\u{2028}' | '\u{2029}' => "\n",
        '\u{d7}' => "x",
        '\u{f7}' => "/",
        '\u{b0}' | '\u{ba}' => "o",
        '\u{aa}' => "a",
        '\u{a9}' => "(c)",
        '\u{ae}' => "(r)",
        '\u{2122}' => "TM",
        '\u{2190}' => "<-",
        '\u{2192}' => "->",
        '\u{2713}' | '\u{2714}' | '\u{2705}' => "+",
        'Œ' => "OE",
        'œ' => "oe",
        'Ł' => "L",
        'ł' => "l",
        'Đ' | 'Ð' => "D",
        'đ' | 'ð' => "d",
        'Þ' => "Th",
        'þ' => "th",
        'ı' => "i",
        'ŋ' => "ng",
        'Ŋ' => "NG",
        'ẞ' => "SS",
        '¢' => "c",
        '\u{bc}' => "1/4",
        '\u{bd}' => "1/2",
        '\u{be}' => "3/4",
        _ => return None,
    })
}

/// Pictures, marks that stand alone, and what is not seen at all.
fn is_left_out(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{20d0}'..='\u{20ff}' | '\u{2190}'..='\u{2bff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{1f000}'..='\u{1faff}' | '\u{e0000}'..='\u{e0fff}')
}
