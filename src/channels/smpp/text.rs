//! The octets of a text and back, by `data_coding`.
//!
//! SMPP carries the phones' alphabet unpacked, a septet to an octet, letters of the extension table behind an escape. What data coding 0 means
//! is the message centre's own choice (section 5.2.19): the alphabet of phones at most, Latin-1 at some.

use serde::{Deserialize, Serialize};

use crate::config::DefaultAlphabet;
use crate::flows::layout::gsm::{self, BASIC, Code, EXTENSION, Encoding};

/// UCS-2, in network order.
pub const UCS2: u8 = 0x08;

const ESCAPE: u8 = 0x1b;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Text(String),
    /// No text: binary, or in an alphabet nobody reads here.
    Binary,
}

/// The alphabets a message may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alphabet {
    Gsm7,
    Ascii,
    Latin1,
    Ucs2,
    Binary,
}

/// The alphabet of a data coding. Source: SMPP 3.4, section 5.2.19; for the values it leaves to GSM, TS 23.038, section 4.
pub fn alphabet(data_coding: u8, default: DefaultAlphabet) -> Alphabet {
    let by_bits = |bits: u8| match bits & 0b11 {
        0 => Alphabet::Gsm7,
        2 => Alphabet::Ucs2,
        _ => Alphabet::Binary,
    };
    match data_coding {
        0x00 => match default {
            DefaultAlphabet::Gsm7 => Alphabet::Gsm7,
            DefaultAlphabet::Latin1 => Alphabet::Latin1,
        },
        0x01 => Alphabet::Ascii,
        0x03 => Alphabet::Latin1,
        // The latter with message waiting.
        0x08 | 0xe0..=0xef => Alphabet::Ucs2,
        0xc0..=0xdf => Alphabet::Gsm7,
        // With a message class.
        0x10..=0x1f => by_bits(data_coding >> 2),
        0xf0..=0xff => by_bits((data_coding >> 2) & 1),
        // Two kinds of binary, JIS, Cyrillic, Hebrew, pictograms and what is reserved.
        _ => Alphabet::Binary,
    }
}

/// How a text has to be written for a message centre.
pub fn needed(text: &str, default: DefaultAlphabet) -> Alphabet {
    match (gsm::encoding_of(text), default) {
        (Encoding::Ucs2, _) => Alphabet::Ucs2,
        (Encoding::Gsm7, DefaultAlphabet::Gsm7) => Alphabet::Gsm7,
        // € and Greek capitals are in the phones' alphabet, not in Latin-1.
        (Encoding::Gsm7, DefaultAlphabet::Latin1) if text.chars().any(|letter| u32::from(letter) > 0xff) => {
            Alphabet::Ucs2
        }
        (Encoding::Gsm7, DefaultAlphabet::Latin1) => Alphabet::Latin1,
    }
}

/// The octets of a text in an alphabet that has all its letters; those it lacks become `?`.
pub fn octets(text: &str, alphabet: Alphabet) -> Vec<u8> {
    match alphabet {
        Alphabet::Gsm7 => {
            let mut octets = Vec::with_capacity(text.len());
            for letter in text.chars() {
                match gsm::code(letter) {
                    Some(Code::Basic(code)) => octets.push(code),
                    Some(Code::Extension(code)) => octets.extend([ESCAPE, code]),
                    None => octets.push(b'?'),
                }
            }
            octets
        }
        Alphabet::Ucs2 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Alphabet::Latin1 => text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect(),
        Alphabet::Ascii | Alphabet::Binary => {
            text.chars().map(|letter| if letter.is_ascii() { letter as u8 } else { b'?' }).collect()
        }
    }
}

/// Reads what a message says. No octets are refused.
pub fn read(octets: &[u8], alphabet: Alphabet) -> Said {
    Said::Text(match alphabet {
        Alphabet::Gsm7 | Alphabet::Ascii if octets.iter().any(|octet| *octet > 0x7f) => eighth_bit(octets),
        Alphabet::Gsm7 => read_gsm(octets),
        // Some call the alphabet of phones IA5 (npm's `smpp` does): no text of IA5 has what stands for @, $, _ or é there.
        Alphabet::Ascii if octets.iter().any(|octet| *octet < b' ' && !b"\t\n\r".contains(octet)) => read_gsm(octets),
        Alphabet::Ascii | Alphabet::Latin1 => octets.iter().copied().map(char::from).collect(),
        Alphabet::Ucs2 => read_ucs2(octets),
        Alphabet::Binary => return Said::Binary,
    })
}

/// A septet has no eighth bit: some centres pass on what their other side wrote, UTF-8 or Latin-1, under the wrong name.
fn eighth_bit(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => octets.iter().copied().map(char::from).collect(),
    }
}

fn read_gsm(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    let mut octets = octets.iter();
    while let Some(octet) = octets.next() {
        if *octet != ESCAPE {
            text.push(BASIC[usize::from(*octet & 0x7f)]);
            continue;
        }
        // An escape at the end is shown as a space, an unknown extension as the letter of the basic table (TS 23.038, section 6.2.1.1).
        let Some(code) = octets.next() else {
            text.push(' ');
            break;
        };
        let known = EXTENSION.iter().find(|(known, _)| known == code).map(|(_, letter)| *letter);
        let basic = BASIC[usize::from(*code & 0x7f)];
        text.push(known.unwrap_or(if *code == ESCAPE { ' ' } else { basic }));
    }
    text
}

fn read_ucs2(octets: &[u8]) -> String {
    // A centre that writes the other way round says so by a mark.
    let (turned, octets) = match octets {
        [0xff, 0xfe, rest @ ..] => (true, rest),
        [0xfe, 0xff, rest @ ..] => (false, rest),
        octets => (false, octets),
    };
    let (pairs, _) = octets.as_chunks::<2>();
    let unit = |pair: &[u8; 2]| if turned { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
    char::decode_utf16(pairs.iter().map(unit)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
