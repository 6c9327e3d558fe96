//! Lays a prompt out for a channel: a choice is stated once and becomes what the channel can show.

mod measure;
mod numbered;
mod whatsapp;

use super::languages::Language;
use super::turn::Channel;
use crate::domain::Content;

/// The option id of the row that turns the page.
pub(crate) const MORE: &str = "+more";
/// What stands for that row among the shown ones.
pub(crate) const MORE_ROW: u8 = u8::MAX;
/// Most options one prompt can have; more rows are not shown.
pub(crate) const OPTIONS_MAX: usize = 200;

pub(crate) use measure::units;
pub(crate) use whatsapp::{BUTTON_UNITS, NOTE_UNITS, TITLE_UNITS};

/// One option of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Opt {
    /// A row's id behind `=`, a fixed option's name as it is.
    pub id: String,
    pub label: String,
    /// A shorter label for a button.
    pub button: Option<String>,
    pub note: Option<String>,
    /// The number it has whatever the order becomes; the others get the free ones.
    pub key: Option<u16>,
}

/// A prompt before it is laid out.
#[derive(Debug)]
pub(crate) struct Prompt<'a> {
    pub text: String,
    pub options: &'a [Opt],
    pub page: u8,
    /// The label of the button that opens a list.
    pub open: &'a str,
    pub language: &'static Language,
    /// Stands before every option id: the prompt's number and digest.
    pub mark: &'a str,
}

/// A prompt as it leaves.
#[derive(Debug)]
pub(crate) struct Laid {
    pub contents: Vec<Content>,
    /// What is shown, in its order, as places in the options.
    pub rows: Vec<u8>,
    pub page: u8,
}

pub(crate) fn prompt(channel: Channel, prompt: Prompt<'_>) -> Laid {
    let options = &prompt.options[..prompt.options.len().min(OPTIONS_MAX)];
    let prompt = Prompt { options, ..prompt };
    match channel {
        Channel::WhatsApp => whatsapp::lay_out(prompt),
        Channel::Ussd | Channel::Sms => numbered::lay_out(prompt, numbered::TEXT_UNITS),
    }
}

/// A plain text as one or more messages.
pub(crate) fn text(text: &str) -> Vec<Content> {
    measure::split(text, numbered::TEXT_UNITS).into_iter().map(|text| Content::Text { text, preview: false }).collect()
}
