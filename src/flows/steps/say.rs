//! `say`: a message. Consecutive ones of a turn leave as one.
//!
//! ```yaml
//! - say: welcome
//! - say: reminder
//!   template: visit_reminder      # what leaves instead while WhatsApp's window is shut
//!   window_shut: later            # or where the flow goes then
//! ```

use super::{Needs, Step};
use crate::flows::definition::{Arm, Line};
use crate::flows::machine::{Run, Then};
use crate::flows::messages::message_id;
use crate::flows::reader::{Keys, Reader, text};

#[derive(Debug)]
struct Say {
    message: String,
    template: Option<String>,
    window_shut: Option<Arm>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let node = keys.take("say")?;
    let name = text(node, "say", reader.mistakes)?;
    reader.name(name, node.at, "a message");
    Some(Box::new(Say {
        message: message_id(name),
        template: keys.text("template", reader.mistakes).map(str::to_owned),
        window_shut: keys.take("window_shut").and_then(|node| reader.arm(node)),
    }))
}

impl Step for Say {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        if run.say(&self.message, self.template.as_deref()) {
            Then::Next
        } else {
            Then::Shut(self.window_shut.as_ref())
        }
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        self.window_shut.iter().map(|arm| ("window_shut".to_owned(), arm)).collect()
    }

    fn needs(&self) -> Vec<Needs> {
        vec![Needs { message: self.message.clone(), labels: Vec::new(), valued: true, prompt: false, optional: false }]
    }
}
