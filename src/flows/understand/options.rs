//! An option by its label, for whoever has labels and no prompt: tests and tools.

use super::pick::{Hearing, Picked, Seen, pick};
use super::reading::Ears;
use crate::flows::layout::Opt;

/// Which of the labels, shown in this order with numbers, a text means; or the one that a longer sentence names.
pub fn option(text: &str, labels: &[&str], ears: &Ears) -> Option<usize> {
    let options: Vec<Opt> = labels
        .iter()
        .map(|label| Opt { id: (*label).into(), label: (*label).into(), button: None, note: None, key: None })
        .collect();
    let rows: Vec<u8> = (0..labels.len() as u8).collect();
    let seen = Seen { rows: &rows, numbered: true, more: false, back: false };
    match pick(text, &options, seen, ears.language, |_| Hearing::Kind) {
        Some(Picked::Option(n)) => Some(n),
        Some(Picked::More | Picked::Back) | None => None,
    }
}
