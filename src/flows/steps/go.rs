//! `go`: on to a scene of the same flow. Alone in a list stand `next`, `again` (ask this question again), `back` (the previous question)
//! and `end`.
//!
//! ```yaml
//! - go: menu
//! ```

use super::Step;
use crate::flows::definition::{Arm, Line, To};
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader, text};

/// A step that is nothing but an arm.
#[derive(Debug)]
pub(crate) struct Jump {
    pub arm: Arm,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let node = keys.take("go")?;
    let scene = text(node, "go", reader.mistakes)?.to_owned();
    Some(Box::new(Jump { arm: Arm { at: node.at, to: To::Scene(scene) } }))
}

impl Step for Jump {
    fn run<'a>(&'a self, _: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        Then::Take(&self.arm)
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        vec![("go".to_owned(), &self.arm)]
    }

    fn falls_through(&self) -> bool {
        false
    }
}
