//! What all questions share.

use super::Needs;
use crate::flows::definition::{Arm, Formula, Silence};
use crate::flows::expression::Kind;
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
    /// The instant at which the last of `silence` is due, the others as long before it as they stand apart.
    pub until: Option<Formula>,
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
        let silence = reader.silences(keys.take("silence"));
        // To `wait` it means something else.
        let until = if verb == "wait" { None } else { until(keys, &silence, reader) };
        Some(Self {
            message: message_id(&name),
            name,
            in_form,
            place: false,
            tries: keys.whole("tries", 1, 10, reader.mistakes).map(|tries| tries as u8),
            stuck: keys.take("stuck").and_then(|node| reader.arm(node)),
            silence,
            until,
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

    pub(crate) fn formulas(&self) -> Vec<&Formula> {
        self.until.iter().collect()
    }

    /// The kinds its formulas must have.
    pub(crate) fn wants(&self) -> Vec<(&Formula, &'static [Kind])> {
        self.until.iter().map(|until| (until, &[Kind::DateTime][..])).collect()
    }

    pub(crate) fn needs(&self, labels: Vec<String>) -> Needs {
        Needs { message: self.message.clone(), labels, valued: true, prompt: true, plain: false, optional: false }
    }
}

/// Reads `until:`.
fn until(keys: &mut Keys<'_>, silence: &[Silence], reader: &mut Reader<'_>) -> Option<Formula> {
    let node = keys.take("until")?;
    if silence.is_empty() {
        let cause = "it is the instant at which the last of its own silence is due";
        reader.mistakes.add(node.at, "until has no silence to end", cause, "add silence: {10m: scene}, say");
    }
    reader.formula(node)
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
