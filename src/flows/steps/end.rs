//! `end`: the flow is over; a called flow names which of its ends this is.
//!
//! ```yaml
//! - end: held
//! - end            # plain
//! ```

use super::Step;
use crate::flows::definition::Line;
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader, text};

#[derive(Debug)]
struct End {
    name: String,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let node = keys.take("end")?;
    Some(Box::new(End { name: text(node, "end", reader.mistakes)?.to_owned() }))
}

impl Step for End {
    fn run<'a>(&'a self, _: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        Then::Leave(Some(&self.name))
    }

    fn falls_through(&self) -> bool {
        false
    }

    fn end(&self) -> Option<&str> {
        Some(&self.name)
    }
}
