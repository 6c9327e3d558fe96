//! Options as lines of text: `1 Haircut: 5,000 RWF`.

use std::collections::HashSet;

use super::{Opt, gsm};

/// How much of its options a prompt shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Detail {
    /// The shorter of label and button label.
    pub short: bool,
    pub noted: bool,
}

/// A label that has nothing a phone can show.
const BLANK: &str = "?";

/// The line of an option, of whatever length.
pub(super) fn line(number: u16, option: &Opt, detail: Detail) -> String {
    let mut label = label(option, detail.short);
    if gsm::plain(&label).trim().is_empty() {
        BLANK.clone_into(&mut label);
    }
    let note = option.note.as_deref().filter(|_| detail.noted).map(one_line).filter(|note| !note.is_empty());
    match note {
        Some(note) => format!("{number} {label}: {note}"),
        None => format!("{number} {label}"),
    }
}

fn label(option: &Opt, short: bool) -> String {
    let label = one_line(&option.label);
    let button = option.button.as_deref().filter(|_| short).map(one_line).filter(|button| !button.is_empty());
    button.filter(|button| button.chars().count() < label.chars().count()).unwrap_or(label)
}

/// Whether there is anything to leave out.
pub(super) fn has_notes(options: &[Opt]) -> bool {
    options.iter().any(|option| option.note.is_some())
}

/// Whether the labels alone tell the options apart.
pub(super) fn labels_differ(options: &[Opt]) -> bool {
    let mut seen = HashSet::new();
    options.iter().all(|option| seen.insert(gsm::plain(&option.label).to_lowercase()))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
