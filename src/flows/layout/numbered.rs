//! A prompt as text with numbered options: for what fits none of a channel's own ways.

use super::measure::split;
use super::numbers::numbers;
use super::{Laid, Opt, Prompt};
use crate::domain::Content;

/// Longest text of one message (WhatsApp: text messages, body).
pub(crate) const TEXT_UNITS: usize = 4_096;

pub(super) fn lay_out(prompt: Prompt<'_>, most: usize) -> Laid {
    let mut text = prompt.text;
    if !prompt.options.is_empty() {
        text.push('\n');
    }
    for (number, option) in numbers(prompt.options).into_iter().zip(prompt.options) {
        text.push('\n');
        text.push_str(&line(number, option));
    }
    let contents = split(&text, most).into_iter().map(|text| Content::Text { text, preview: false }).collect();
    let rows = (0..prompt.options.len() as u8).collect();
    Laid { contents, rows, pages: 1, numbered: true, ..Laid::default() }
}

fn line(number: u16, option: &Opt) -> String {
    match &option.note {
        Some(note) => format!("{number}. {} ({note})", option.label),
        None => format!("{number}. {}", option.label),
    }
}
