//! Lays a prompt out for a channel: a choice is stated once and becomes what the channel can show.

pub mod gsm;
mod lines;
mod measure;
mod numbered;
mod numbers;
mod sms;
mod ussd;
mod whatsapp;

use smol_str::SmolStr;

use super::languages::Language;
use super::turn::{Channel, Screen};
use crate::domain::Content;

/// The option id of the row that turns the page.
pub(crate) const MORE: &str = "+more";
/// What stands for that row among the shown ones.
pub(crate) const MORE_ROW: u8 = u8::MAX;
/// The most that stands before an option id: a prompt's number and digest.
pub(crate) const MARK_UNITS: usize = "p4294967295.ffffffff:".len();
/// Most options one prompt can have; more rows are not shown.
pub(crate) const OPTIONS_MAX: usize = 200;

pub(crate) use measure::units;
pub(crate) use numbered::TEXT_UNITS;
pub(crate) use numbers::{numbered, numbers};
pub use sms::plain_sms;
pub(crate) use sms::{Plain, SmsStyle, segments};
pub(crate) use ussd::{first_page, longest_line, pages_of, screen};
pub(crate) use whatsapp::{BUTTON_UNITS, BUTTONS_TEXT_UNITS, ID_UNITS, NOTE_UNITS, TITLE_UNITS, are_buttons};

/// One option of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Opt {
    /// A row's id behind `=`, a fixed option's name as it is.
    pub id: SmolStr,
    pub label: SmolStr,
    /// A shorter label for a button.
    pub button: Option<SmolStr>,
    pub note: Option<SmolStr>,
    /// The number it has whatever the order becomes; the others get the free ones.
    pub key: Option<u16>,
}

/// A prompt before it is laid out.
#[derive(Debug)]
pub(crate) struct Prompt<'a> {
    /// What is said before the question in the same breath.
    pub lead: &'a str,
    pub text: String,
    pub options: &'a [Opt],
    pub page: u8,
    /// Whether there is a question before this one to go back to.
    pub previous: bool,
    /// The label of the button that opens a list.
    pub open: &'a str,
    pub language: &'static Language,
    /// Stands before every option id: the prompt's number and digest.
    pub mark: &'a str,
    pub screen: &'a Screen,
    pub sms: SmsStyle,
}

/// A prompt as it leaves.
#[derive(Debug, Default)]
pub(crate) struct Laid {
    pub contents: Vec<Content>,
    /// What is shown, in its order, as places in the options.
    pub rows: Vec<u8>,
    pub page: u8,
    /// How many pages there are.
    pub pages: usize,
    /// Whether the options carry numbers.
    pub numbered: bool,
    /// SMS this page takes.
    pub segments: usize,
    /// The keys shown that turn the page.
    pub more: Option<String>,
    pub back: Option<String>,
    /// What was said before the question, if its pages have to be laid out again.
    pub lead: Option<String>,
}

pub(crate) fn prompt(channel: Channel, mut prompt: Prompt<'_>) -> Laid {
    prompt.options = &prompt.options[..prompt.options.len().min(OPTIONS_MAX)];
    match channel {
        Channel::WhatsApp => {
            if !prompt.lead.is_empty() {
                prompt.text = format!("{}\n\n{}", prompt.lead, prompt.text);
            }
            whatsapp::lay_out(prompt)
        }
        Channel::Ussd => ussd::lay_out(&prompt),
        Channel::Sms => sms::lay_out(&prompt),
    }
}

/// A text on a chat channel as one or more messages; on USSD see [`screen`].
pub(crate) fn text(channel: Channel, text: &str, style: SmsStyle) -> Vec<Content> {
    if channel == Channel::Sms {
        return sms::texts(text, style);
    }
    let pieces = measure::split(text, numbered::TEXT_UNITS);
    pieces.into_iter().map(|text| Content::Text { text, preview: false }).collect()
}
