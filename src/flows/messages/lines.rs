//! Places in a text, and how deep it may nest.

use crate::flows::mistake::At;

/// A text whose lines have been counted.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    /// Where each line begins, in bytes.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// The place of a byte.
    pub(crate) fn at(&self, byte: usize) -> At {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.starts[line - 1];
        let column = self.text.get(start..byte).map_or(0, |before| before.chars().count());
        At { line: line as u32, column: column as u32 + 1 }
    }

    /// The place of a slice of this text, `before` bytes to the left of it (its sigil).
    pub(crate) fn of(&self, slice: &str, before: usize) -> At {
        let byte = slice.as_ptr().addr().wrapping_sub(self.text.as_ptr().addr());
        self.at(byte.min(self.text.len()).saturating_sub(before))
    }
}

/// Brackets that one entry of a file may open: the parser goes one call deeper for each, and Fluent itself fills in a hundred placeables.
const BRACKETS_MAX: usize = 100;

/// The first entry that opens more brackets than may be.
///
/// Counted from one line that begins an entry to the next, closed ones too: which of them are text only the parser knows.
pub(crate) fn too_deep(text: &str) -> Option<At> {
    let (mut opened, mut from) = (0, 1);
    for (line, number) in text.lines().zip(1_u32..) {
        if begins_entry(line) {
            (opened, from) = (0, number);
        }
        opened += line.bytes().filter(|byte| matches!(byte, b'{' | b'(')).count();
        if opened > BRACKETS_MAX {
            return Some(At { line: from, column: 1 });
        }
    }
    None
}

/// `name =` at the start of a line ends whatever was open before it.
fn begins_entry(line: &str) -> bool {
    let Some((head, _)) = line.split_once('=') else { return false };
    let name = head.strip_prefix('-').unwrap_or(head).trim_end_matches(' ');
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
