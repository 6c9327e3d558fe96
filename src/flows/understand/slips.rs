//! How far two words are from each other, as slips of the keyboard go.

/// Letters of the longest word that is mended.
const LETTERS_MAX: usize = 24;

/// How many slips a word of so many letters may have.
pub(super) fn allowed(letters: usize) -> usize {
    match letters {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// Which letters a word has, as bits. Every slip changes two of them at most, so that most words need not be compared letter by letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letters(u32);

impl Letters {
    pub(super) fn of(word: &str) -> Self {
        Self(word.bytes().fold(0, |letters, byte| letters | 1 << (byte & 31)))
    }

    /// Whether so many slips could make one word of the other.
    pub(super) fn may_be_near(self, other: Self, most: usize) -> bool {
        (self.0 ^ other.0).count_ones() as usize <= 2 * most
    }
}

/// Letters left out, put in, changed, or swapped with their neighbour, between two words; `None` if more than `most`.
pub(super) fn distance(said: &str, word: &str, most: usize) -> Option<usize> {
    let (said, word) = (said.as_bytes(), word.as_bytes());
    if said.len().abs_diff(word.len()) > most || said.len() > LETTERS_MAX || word.len() > LETTERS_MAX {
        return None;
    }
    // What both begin and end with costs nothing.
    let alike = said.iter().zip(word).take_while(|(one, other)| one == other).count();
    let (said, word) = (&said[alike..], &word[alike..]);
    let alike = said.iter().rev().zip(word.iter().rev()).take_while(|(one, other)| one == other).count();
    let (said, word) = (&said[..said.len() - alike], &word[..word.len() - alike]);
    // A row each: the one before the last, the last, and the one that is made.
    let mut rows = [[0_u8; LETTERS_MAX + 1]; 3];
    for (n, cell) in rows[1].iter_mut().enumerate().take(word.len() + 1) {
        *cell = n as u8;
    }
    for i in 1..=said.len() {
        let [before, above, row] = &mut rows;
        row[0] = i as u8;
        let mut least = row[0];
        for j in 1..=word.len() {
            let changed = u8::from(said[i - 1] != word[j - 1]);
            let mut cost = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + changed);
            if i > 1 && j > 1 && said[i - 1] == word[j - 2] && said[i - 2] == word[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row[j] = cost;
            least = least.min(cost);
        }
        if usize::from(least) > most {
            return None;
        }
        rows.rotate_left(1);
    }
    Some(usize::from(rows[1][word.len()])).filter(|slips| *slips <= most)
}
