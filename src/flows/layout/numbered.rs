//! A prompt as text with numbered options: for channels without buttons, and for what does not fit any.

use super::measure::split;
use super::{Laid, Opt, Prompt};
use crate::domain::Content;

/// Longest text of one message (WhatsApp: text messages, body).
pub(super) const TEXT_UNITS: usize = 4_096;

pub(super) fn lay_out(prompt: Prompt<'_>, most: usize) -> Laid {
    let mut text = prompt.text;
    if !prompt.options.is_empty() {
        text.push('\n');
    }
    for (n, option) in prompt.options.iter().enumerate() {
        text.push('\n');
        text.push_str(&line(n + 1, option));
    }
    let contents = split(&text, most).into_iter().map(|text| Content::Text { text, preview: false }).collect();
    Laid { contents, rows: (0..prompt.options.len() as u8).collect(), page: 0 }
}

fn line(number: usize, option: &Opt) -> String {
    match &option.note {
        Some(note) => format!("{number}. {} ({note})", option.label),
        None => format!("{number}. {}", option.label),
    }
}
