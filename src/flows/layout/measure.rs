//! Lengths. Meta does not say what its "characters" are: UTF-16 units are the larger count of the two in use, so they are safe for both.

use unicode_segmentation::UnicodeSegmentation;

/// The length in UTF-16 units.
pub(crate) fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// At most `most` units, cut between graphemes; a cut text ends in an ellipsis.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if units(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for grapheme in text.graphemes(true) {
        used += units(grapheme);
        if used > most {
            break;
        }
        out.push_str(grapheme);
    }
    let mut out = out.trim_end().to_owned();
    out.push('…');
    out
}

/// Pieces of at most `most` units, parted at a line's end if possible, else at a space, else between graphemes. No piece is empty, so an empty
/// text has none: WhatsApp refuses a message without text.
pub(crate) fn split(text: &str, most: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while units(rest) > most {
        let at = break_at(rest, most);
        pieces.extend(Some(rest[..at].trim_end().to_owned()).filter(|piece| !piece.is_empty()));
        rest = rest[at..].trim_start();
    }
    if !rest.is_empty() {
        pieces.push(rest.to_owned());
    }
    pieces
}

/// The byte at which to part a text that is longer than `most` units.
fn break_at(text: &str, most: usize) -> usize {
    let mut used = 0;
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += units(grapheme);
        if used > most {
            break;
        }
        end = at + grapheme.len();
    }
    if end == 0 {
        // A single grapheme longer than a message: part it between characters.
        return text.char_indices().nth(most / 2).map_or(text.len(), |(at, _)| at);
    }
    let head = &text[..end];
    // A part of less than half the room would make more messages than needed.
    let good = |at: &usize| *at >= end / 2;
    head.rfind('\n').filter(good).or_else(|| head.rfind(' ').filter(good)).unwrap_or(end)
}
