//! What all questions share.

use super::Needs;
use crate::flows::definition::{Arm, Silence};
use crate::flows::messages::message_id;
use crate::flows::mistake::did_you_mean;
use crate::flows::reader::{Keys, Reader, text};
use crate::flows::turn::Purpose;

/// The part of a step that asks.
#[derive(Debug)]
pub(crate) struct Asking {
    /// The value it yields: `service`, or `contact.name`.
    pub name: String,
    /// The message that is the prompt.
    pub message: String,
    /// It stands in a form, and is skipped when it has an answer.
    pub in_form: bool,
    /// A place answers it.
    pub place: bool,
    pub tries: Option<u8>,
    pub stuck: Option<Arm>,
    pub silence: Vec<Silence>,
    /// What it is asked for, where it is no answer.
    pub purpose: Option<Purpose>,
    /// The template that asks it while the channel's window is shut.
    pub template: Option<String>,
    /// Where the flow goes when it cannot be asked because the window is shut.
    pub window_shut: Option<Arm>,
}

impl Asking {
    pub(crate) fn read(verb: &'static str, keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let node = keys.take(verb)?;
        let in_form = std::mem::take(&mut reader.in_form);
        let name = text(node, verb, reader.mistakes)?.to_owned();
        reader.name(name.strip_prefix("contact.").unwrap_or(&name), node.at, "a question");
        Some(Self {
            message: message_id(&name),
            name,
            in_form,
            place: false,
            tries: keys.whole("tries", 1, 10, reader.mistakes).map(|tries| tries as u8),
            stuck: keys.take("stuck").and_then(|node| reader.arm(node)),
            silence: reader.silences(keys.take("silence")),
            purpose: purpose(keys, reader),
            template: keys.text("template", reader.mistakes).map(str::to_owned),
            window_shut: keys.take("window_shut").and_then(|node| reader.arm(node)),
        })
    }

    pub(crate) fn arms(&self) -> Vec<(String, &Arm)> {
        let silences = self.silence.iter().map(|silence| ("silence".to_owned(), &silence.arm));
        let named = [("stuck", &self.stuck), ("window_shut", &self.window_shut)];
        let named = named.into_iter().filter_map(|(name, arm)| arm.as_ref().map(|arm| (name.to_owned(), arm)));
        named.chain(silences).collect()
    }

    pub(crate) fn needs(&self, labels: Vec<String>) -> Needs {
        Needs { message: self.message.clone(), labels, valued: true, prompt: true, plain: false, optional: false }
    }
}

/// What a message is for, where its flow says so.
pub(super) fn purpose(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Purpose> {
    let node = keys.take("purpose")?;
    let name = text(node, "purpose", reader.mistakes)?;
    let purpose = Purpose::OF_MESSAGES.into_iter().find(|purpose| purpose.as_str() == name);
    if purpose.is_none() {
        let known = Purpose::OF_MESSAGES.map(Purpose::as_str);
        let mend = did_you_mean(name, known.iter().copied(), "without it, it is an answer or a notice");
        reader.mistakes.add(
            node.at,
            format!("there is no purpose \"{name}\""),
            format!("a message is for one of {}", known.join(", ")),
            mend,
        );
    }
    purpose
}
