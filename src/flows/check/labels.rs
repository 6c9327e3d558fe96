//! That the labels of options fit WhatsApp's buttons and rows.

use super::Check;
use crate::flows::layout::{BUTTON_UNITS, NOTE_UNITS, TITLE_UNITS, units};
use crate::flows::messages::{Entry, Texts};
use crate::flows::steps::Needs;

/// Options that still become buttons.
const BUTTONS: usize = 3;

impl Check<'_> {
    /// The labels of a prompt against WhatsApp's limits. Only texts without variables can be measured here.
    pub(super) fn labels_fit(&mut self, texts: &Texts, needs: &Needs, own: &[&Entry], rows: bool) {
        if !self.flow.channels.iter().any(|channel| channel == "whatsapp") {
            return;
        }
        let id = &needs.message;
        let noted = needs.labels.iter().any(|label| texts.has(&format!("{id}.{label}-note")));
        let buttons = needs.labels.len() <= BUTTONS && !rows && !noted;
        for entry in own {
            let Some(attribute) = entry.attribute.as_deref() else { continue };
            let label_of = |suffix: &str| {
                attribute.strip_suffix(suffix).is_some_and(|name| needs.labels.iter().any(|label| label == name))
            };
            let shorter = buttons && texts.has(&format!("{id}.{attribute}-button"));
            let (place, most, short) = if attribute == "button" {
                ("button that opens a WhatsApp list", BUTTON_UNITS, "")
            } else if label_of("-button") {
                ("WhatsApp button", BUTTON_UNITS, "")
            } else if label_of("-note") {
                ("row's note on WhatsApp", NOTE_UNITS, "")
            } else if label_of("") && buttons && !shorter {
                ("WhatsApp button", BUTTON_UNITS, "-button")
            } else if label_of("") && !buttons {
                ("WhatsApp row", TITLE_UNITS, "")
            } else {
                continue;
            };
            let Some(text) = texts.plain(&entry.key()) else { continue };
            let found = units(text);
            if found > most {
                let mend = if short.is_empty() {
                    "shorten it".to_owned()
                } else {
                    format!("shorten it, or give .{attribute}-button")
                };
                self.add_to(
                    texts,
                    entry.at,
                    format!("{} has {found} characters, a {place} allows {most}", entry.key()),
                    format!("\"{text}\""),
                    mend,
                );
            }
        }
    }
}
