//! `say`: a message. Consecutive ones of a turn leave as one.
//!
//! ```yaml
//! - say: welcome
//! - say: qr
//!   image: code.picture           # or document, or location: an expression that gives a secure link, an id, a place
//! - say: reminder
//!   template: visit_reminder      # what leaves instead while WhatsApp's window is shut
//!   window_shut: later            # or where the flow goes then
//!   purpose: reminder             # or notice, marketing, code: what it is for, where it is no answer
//! ```
//! A text has `.plain` where USSD and SMS are to say something else; with a picture or a document it must.

use super::asking::purpose;
use super::{Needs, Step};
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::expression::Kind;
use crate::flows::machine::{Attachment, Run, Then};
use crate::flows::messages::message_id;
use crate::flows::reader::{Keys, Reader, text};
use crate::flows::turn::Purpose;

#[derive(Debug)]
struct Say {
    message: String,
    attached: Option<(Attachment, Formula)>,
    template: Option<String>,
    purpose: Option<Purpose>,
    window_shut: Option<Arm>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let node = keys.take("say")?;
    let name = text(node, "say", reader.mistakes)?;
    reader.name(name, node.at, "a message");
    let mut attached = None;
    for kind in Attachment::ALL {
        let Some(what) = keys.take(kind.key()) else { continue };
        if attached.is_some() {
            reader.mistakes.add(
                what.at,
                "a message carries one thing",
                "here stands a second",
                "say another message for it",
            );
        }
        attached = reader.formula(what).map(|formula| (kind, formula));
    }
    Some(Box::new(Say {
        message: message_id(name),
        attached,
        template: keys.text("template", reader.mistakes).map(str::to_owned),
        purpose: purpose(keys, reader),
        window_shut: keys.take("window_shut").and_then(|node| reader.arm(node)),
    }))
}

impl Step for Say {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        run.say_for(self.purpose);
        if self.template.is_none() && self.window_shut.is_none() {
            run.fall_back_if_shut();
        }
        let shut = !run.is_heard();
        let attached = self.attached.as_ref().filter(|_| !shut);
        let said = match attached.and_then(|(kind, formula)| Some((*kind, run.value(formula)?))) {
            Some((kind, value)) => run.say_with(&self.message, kind, &value),
            None => run.say(&self.message, self.template.as_deref()),
        };
        if said { Then::Next } else { Then::Shut(self.window_shut.as_ref()) }
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        self.window_shut.iter().map(|arm| ("window_shut".to_owned(), arm)).collect()
    }

    fn formulas(&self) -> Vec<&Formula> {
        self.attached.iter().map(|(_, formula)| formula).collect()
    }

    fn wants(&self) -> Vec<(&Formula, &'static [Kind])> {
        let wanted = |kind: Attachment| match kind {
            Attachment::Location => &[Kind::Place][..],
            Attachment::Image | Attachment::Document => &[Kind::Text, Kind::Media][..],
        };
        self.attached.iter().map(|(kind, formula)| (formula, wanted(*kind))).collect()
    }

    fn needs(&self) -> Vec<Needs> {
        let plain = matches!(self.attached, Some((Attachment::Image | Attachment::Document, _)));
        let message = self.message.clone();
        vec![Needs { message, labels: Vec::new(), valued: true, prompt: false, plain, optional: false }]
    }
}
