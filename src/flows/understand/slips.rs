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

/// Letters left out, put in, changed, or swapped with their neighbour, between two words; `None` if more than `most`.
pub(super) fn distance(said: &str, word: &str, most: usize) -> Option<usize> {
    let (said, word) = (said.as_bytes(), word.as_bytes());
    if said.len().abs_diff(word.len()) > most || said.len() > LETTERS_MAX || word.len() > LETTERS_MAX {
        return None;
    }
    let mut before = [0_usize; LETTERS_MAX + 1];
    let mut above = [0_usize; LETTERS_MAX + 1];
    for (n, cell) in above.iter_mut().enumerate() {
        *cell = n;
    }
    for i in 1..=said.len() {
        let mut row = [0_usize; LETTERS_MAX + 1];
        row[0] = i;
        let mut least = i;
        for j in 1..=word.len() {
            let changed = usize::from(said[i - 1] != word[j - 1]);
            let mut cost = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + changed);
            if i > 1 && j > 1 && said[i - 1] == word[j - 2] && said[i - 2] == word[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row[j] = cost;
            least = least.min(cost);
        }
        if least > most {
            return None;
        }
        before = above;
        above = row;
    }
    Some(above[word.len()]).filter(|slips| *slips <= most)
}
