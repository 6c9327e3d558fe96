//! `if`: a condition and its two arms. Without `else` the flow goes on.
//!
//! ```yaml
//! - if: size > 4
//!   then: large_group
//!   else: [say: fine]
//! ```

use super::Step;
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader};

#[derive(Debug)]
struct If {
    condition: Formula,
    then: Arm,
    otherwise: Option<Arm>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let condition = keys.take("if").and_then(|node| reader.formula(node));
    let then = keys.take("then").map(|node| reader.arm(node));
    if then.is_none() {
        reader.mistakes.add(
            keys.at,
            "if has no then",
            "nothing is said of what follows",
            "add then: with a scene or steps",
        );
    }
    let otherwise = keys.take("else").and_then(|node| reader.arm(node));
    Some(Box::new(If { condition: condition?, then: then??, otherwise }))
}

impl Step for If {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        if run.holds(&self.condition) {
            Then::Take(&self.then)
        } else {
            self.otherwise.as_ref().map_or(Then::Next, Then::Take)
        }
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        std::iter::once(("then".to_owned(), &self.then))
            .chain(self.otherwise.iter().map(|arm| ("else".to_owned(), arm)))
            .collect()
    }

    fn falls_through(&self) -> bool {
        self.otherwise.is_none()
    }

    fn condition(&self) -> Option<&Formula> {
        Some(&self.condition)
    }

    fn formulas(&self) -> Vec<&Formula> {
        vec![&self.condition]
    }
}
