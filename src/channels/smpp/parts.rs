//! A text as the short messages in which it leaves.

use std::borrow::Cow;

use super::text::{self, Alphabet};
use super::udh;
use crate::config::{DefaultAlphabet, Joining, LookAlikes};
use crate::flows::layout::gsm::{self, Encoding};

/// How a message centre wants texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writing {
    pub default_alphabet: DefaultAlphabet,
    /// The data coding of texts in that alphabet.
    pub data_coding: u8,
    pub joining: Joining,
    pub look_alikes: LookAlikes,
}

/// The `sar_` parameters of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub reference: u16,
    pub total: u8,
    pub number: u8,
}

/// One short message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The header, if it has one, and the text: at most 160 octets.
    pub octets: Vec<u8>,
    pub has_header: bool,
    pub sar: Option<Piece>,
}

/// A text ready to be submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub data_coding: u8,
    /// At least one.
    pub parts: Vec<Part>,
}

/// The text would take more parts than can be numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text takes {parts} short messages: expected at most 255")]
pub struct TooLong {
    pub parts: usize,
}

/// Splits and encodes. `reference` tells this text's parts from those of the last ones to the same phone; of a header it fills the low bits.
pub fn write(text: &str, writing: Writing, reference: u16) -> Result<Written, TooLong> {
    let text = replaced(text, writing.look_alikes);
    let alphabet = text::needed(&text, writing.default_alphabet);
    let data_coding = if alphabet == Alphabet::Ucs2 { text::UCS2 } else { writing.data_coding };
    let pieces = split(&text, alphabet);
    let total = u8::try_from(pieces.len()).map_err(|_| TooLong { parts: pieces.len() })?;
    let joining = (total > 1).then_some(writing.joining);
    let parts = pieces.into_iter().zip(1..=total).map(|(piece, number)| {
        let octets = text::octets(piece, alphabet);
        match joining {
            None => Part { octets, has_header: false, sar: None },
            Some(Joining::Header) => {
                let header = udh::write(reference as u8, total, number);
                Part { octets: [&header[..], &octets].concat(), has_header: true, sar: None }
            }
            Some(Joining::Sar) => Part { octets, has_header: false, sar: Some(Piece { reference, total, number }) },
        }
    });
    Ok(Written { data_coding, parts: parts.collect() })
}

/// The text as it is written for a message centre.
pub fn replaced(text: &str, look_alikes: LookAlikes) -> Cow<'_, str> {
    let plain = match look_alikes {
        LookAlikes::Never => return Cow::Borrowed(text),
        LookAlikes::Saving | LookAlikes::Always => gsm::plain(text),
    };
    if look_alikes == LookAlikes::Always || gsm::segments(&plain) < gsm::segments(text) {
        plain
    } else {
        Cow::Borrowed(text)
    }
}

/// In a text that is written as UCS-2 although phones have all its letters, UTF-16 units count.
fn split(text: &str, alphabet: Alphabet) -> Vec<&str> {
    if alphabet == Alphabet::Ucs2 { gsm::split_as(text, Encoding::Ucs2) } else { gsm::split(text) }
}
