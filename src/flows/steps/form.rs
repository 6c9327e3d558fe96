//! `form`: questions that are answered in any order, several in one sentence if the person likes. The missing ones are asked in turn.
//!
//! ```yaml
//! - form: wish
//!   questions:
//!     - ask: day
//!       type: date
//!     - choose: part
//!       options: [morning, afternoon]    # an option of a form only gives the value
//! ```
//! "Tomorrow afternoon" answers both. A form reached again asks all its questions again, but for contact fields that are known.

use super::Step;
use crate::flows::definition::{After, Arm, Line, To};
use crate::flows::machine::{Run, Then};
use crate::flows::reader::{Keys, Reader, describe, text};
use crate::flows::source::Kind;

#[derive(Debug)]
struct Form {
    questions: Arm,
    block: usize,
    /// The names of the questions that are always asked.
    always: Vec<String>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let node = keys.take("form")?;
    if let Some(name) = text(node, "form", reader.mistakes) {
        reader.name(name, node.at, "a form");
    }
    let questions = match keys.take("questions") {
        Some(node) if matches!(node.kind, Kind::List(_)) => {
            let outer = std::mem::replace(&mut reader.in_form, true);
            let arm = reader.arm_with(node, After::Round);
            reader.in_form = outer;
            arm
        }
        Some(node) => {
            reader.mistakes.add(
                node.at,
                "questions are a list",
                format!("here stands {}", describe(node)),
                "write a question a line after \"-\"",
            );
            None
        }
        None => {
            reader.mistakes.add(
                keys.at,
                "form has no questions",
                "it has nothing to ask",
                "add questions: with a list of ask and choose",
            );
            None
        }
    }?;
    let To::Block(block) = questions.to else { return None };
    for (verb, at) in reader.verbs(block) {
        if verb != "ask" && verb != "choose" {
            let cause = format!("here stands {verb}");
            reader.mistakes.add(at, "a form has questions only", cause, "write it before or after the form");
        }
    }
    Some(Box::new(Form { questions, block, always: reader.always_asked(block) }))
}

impl Step for Form {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        if !run.comes_round() {
            run.forget_answers(self.block);
        } else if !run.any_missing(self.block) {
            return Then::Next;
        }
        Then::Take(&self.questions)
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        vec![("questions".to_owned(), &self.questions)]
    }

    fn gives(&self, way: Option<&str>) -> Vec<&str> {
        if way.is_none() { self.always.iter().map(String::as_str).collect() } else { Vec::new() }
    }
}
