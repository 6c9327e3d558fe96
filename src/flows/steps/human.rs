//! `human`: a person of the staff takes over. The flow is silent until the conversation is given back, or nobody is there. The message
//! of its name is said first, if there is one.
//!
//! On a keypad nobody can write to her: there it is a request to be called back, whoever is there just now, and the session is over. The
//! message's `.call_back` says so, or the engine's own words.
//!
//! ```yaml
//! - human: front_desk        # the queue in which staff find it
//!   outcomes: {returned: menu, nobody: [say: we_call_you, end]}
//! ```

use super::{Needs, Outcomes, Signal, Step};
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::expression::Expression;
use crate::flows::machine::{Heard, Run, Then};
use crate::flows::messages::message_id;
use crate::flows::operation::HAND_OVER;
use crate::flows::reader::{Keys, Reader, text};
use crate::flows::value::Value;

#[derive(Debug)]
struct Human {
    message: String,
    with: Vec<(String, Formula)>,
    /// The same, to be called back.
    with_call: Vec<(String, Formula)>,
    outcomes: Vec<(String, Arm)>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let node = keys.take("human")?;
    let queue = text(node, "human", reader.mistakes)?.to_owned();
    reader.name(&queue, node.at, "a queue");
    let literal = |value| Formula { at: node.at, source: queue.clone(), expression: Expression::Literal(value) };
    let with = || vec![("queue".to_owned(), literal(Value::text(&queue)))];
    Some(Box::new(Human {
        message: message_id(&queue),
        with: with(),
        with_call: with().into_iter().chain([("call_back".to_owned(), literal(Value::YesNo(true)))]).collect(),
        outcomes: reader.arms(keys.take("outcomes"), "outcomes"),
    }))
}

impl Human {
    fn outcome(&self, name: &str) -> Then<'_> {
        self.outcomes.iter().find(|(known, _)| known == name).map_or(Then::Next, |(_, arm)| Then::Take(arm))
    }
}

impl Step for Human {
    fn run<'a>(&'a self, run: &mut Run<'a>, line: &'a Line) -> Then<'a> {
        let keypad = run.is_on_keypad();
        let with = if keypad { &self.with_call } else { &self.with };
        let answer = match run.operation(HAND_OVER.name, with) {
            Ok(answer) => answer,
            Err(then) => return then,
        };
        run.no_way_back();
        if answer.outcome != "taken" {
            // Whether nobody is there or nobody can be told: nobody comes.
            return self.outcome("nobody");
        }
        if keypad {
            run.call_back(&self.message);
            return Then::Rest;
        }
        run.begin_rest(line, None);
        run.say_if_there(&self.message, None);
        Then::Rest
    }

    fn pose<'a>(&'a self, _: &mut Run<'a>, _: &'a Line, _: Option<String>, _: u8) -> Then<'a> {
        Then::Rest
    }

    fn receive<'a>(&'a self, _: &mut Run<'a>, _: &'a Line, _: Heard<'_>) -> Then<'a> {
        Then::Rest
    }

    fn signal<'a>(&'a self, _: &mut Run<'a>, _: &'a Line, signal: Signal<'_>) -> Option<Then<'a>> {
        match signal {
            Signal::GivenBack => Some(self.outcome("returned")),
            Signal::NobodyThere => Some(self.outcome("nobody")),
            _ => None,
        }
    }

    fn waits(&self) -> bool {
        true
    }

    fn is_with_staff(&self) -> bool {
        true
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        self.outcomes.iter().map(|(name, arm)| (format!("outcome {name}"), arm)).collect()
    }

    fn unasked(&self) -> (bool, Vec<&Arm>) {
        (false, self.outcomes.iter().filter(|(name, _)| name == "nobody").map(|(_, arm)| arm).collect())
    }

    fn falls_through(&self) -> bool {
        false
    }

    fn outcomes(&self) -> Option<Outcomes<'_>> {
        Some(Outcomes { known: vec!["returned", "nobody"], handled: &self.outcomes })
    }

    fn needs(&self) -> Vec<Needs> {
        vec![Needs::if_there(self.message.clone())]
    }
}
