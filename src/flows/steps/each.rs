//! `each`: the same steps for every item of a list, one after the other. The name is the item: a row, or a line of a list of texts.
//!
//! ```yaml
//! - each: visit
//!   from: my_visits
//!   steps: [say: visit_line]
//! ```
//! The steps may ask; `back` does not pass from one item to the one before. `go` leaves the loop.

use super::Step;
use crate::flows::definition::{After, Arm, Line};
use crate::flows::expression::Kind as Known;
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader, describe, text};
use crate::flows::source::Kind;
use crate::flows::value::Value;

#[derive(Debug)]
struct Each {
    name: String,
    from: String,
    steps: Arm,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let node = keys.take("each")?;
    let name = text(node, "each", reader.mistakes).map(str::to_owned);
    if let Some(name) = &name {
        reader.name(name, node.at, "an item");
    }
    let from = keys.text("from", reader.mistakes).map(str::to_owned);
    if from.is_none() {
        reader.mistakes.add(keys.at, "each has no list", "from does not name one", "add from: with the name of a list");
    }
    let steps = match keys.take("steps") {
        Some(node) if matches!(node.kind, Kind::List(_)) => reader.arm_with(node, After::Round),
        Some(node) => {
            reader.mistakes.add(
                node.at,
                "steps are a list",
                format!("here stands {}", describe(node)),
                "write [step, step]",
            );
            None
        }
        None => {
            reader.mistakes.add(
                keys.at,
                "each has no steps",
                "nothing is done with an item",
                "add steps: with a list of steps",
            );
            None
        }
    };
    Some(Box::new(Each { name: name?, from: from?, steps: steps? }))
}

impl Step for Each {
    fn run<'a>(&'a self, run: &mut Run<'a>, line: &'a Line) -> Then<'a> {
        let n = run.next_item(line);
        let item = match run.value_of(&self.from) {
            None if n == 0 => return Then::Find(&self.from),
            Some(Value::Rows(rows)) => rows.get(n).cloned().map(Value::Row),
            Some(Value::Texts(lines)) => lines.get(n).map(Value::text),
            _ => None,
        };
        let Some(item) = item else {
            run.items_over(line);
            return Then::Next;
        };
        if n > 0 {
            run.no_way_back();
        }
        run.set(&self.name, item);
        Then::Take(&self.steps)
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        vec![("steps".to_owned(), &self.steps)]
    }

    fn gives(&self, way: Option<&str>) -> Vec<&str> {
        if way == Some("steps") { vec![&self.name] } else { Vec::new() }
    }

    fn yields(&self) -> Vec<(&str, Known)> {
        vec![(&self.name, Known::Row)]
    }

    fn rows_from(&self) -> Option<&str> {
        Some(&self.from)
    }

    fn rows_into(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn takes_texts(&self) -> bool {
        true
    }
}
