//! `switch`: one of several arms, by a value: a text, a whole number, yes or no, or a row by its id.
//!
//! ```yaml
//! - switch: channel
//!   cases: {ussd: short, sms: short, whatsapp: [say: long]}
//! - switch: size
//!   cases: {1: alone, 2: pair}
//!   else: group            # without it the flow goes on
//! ```

use std::borrow::Cow;

use super::{Cases, Step};
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::machine::{Run, Then};
use crate::flows::mistake::At;
use crate::flows::reader::{Keys, Reader};
use crate::flows::value::Value;

#[derive(Debug)]
struct Switch {
    value: Formula,
    cases: Vec<(String, At, Arm)>,
    otherwise: Option<Arm>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let value = keys.take("switch").and_then(|node| reader.formula(node));
    let mut cases = Vec::new();
    match keys.take("cases").map(|node| Keys::of(node, "cases", reader.mistakes)) {
        Some(found) => {
            for (key, node) in found.iter().flat_map(Keys::pairs) {
                cases.extend(reader.arm(node).map(|arm| (key.name.clone(), key.at, arm)));
            }
        }
        None => reader.mistakes.add(
            keys.at,
            "switch has no cases",
            "nothing is said of what follows",
            "add cases: with a scene or steps for each value",
        ),
    }
    let otherwise = keys.take("else").and_then(|node| reader.arm(node));
    Some(Box::new(Switch { value: value?, cases, otherwise }))
}

/// The case a value is.
fn case(value: &Value) -> Option<Cow<'_, str>> {
    Some(match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Whole(number) => Cow::Owned(number.to_string()),
        Value::YesNo(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        Value::Row(row) => return case(row.get("id")?),
        _ => return None,
    })
}

impl Step for Switch {
    fn run<'a>(&'a self, run: &mut Run<'a>, _: &'a Line) -> Then<'a> {
        let value = run.value(&self.value);
        let case = value.as_ref().and_then(case);
        let found = self.cases.iter().find(|(name, ..)| Some(name.as_str()) == case.as_deref());
        found.map(|(.., arm)| arm).or(self.otherwise.as_ref()).map_or(Then::Next, Then::Take)
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        let cases = self.cases.iter().map(|(name, _, arm)| (format!("case {name}"), arm));
        cases.chain(self.otherwise.iter().map(|arm| ("else".to_owned(), arm))).collect()
    }

    fn falls_through(&self) -> bool {
        self.otherwise.is_none()
    }

    fn formulas(&self) -> Vec<&Formula> {
        vec![&self.value]
    }

    fn cases(&self) -> Option<Cases<'_>> {
        let names = self.cases.iter().map(|(name, at, _)| (name.as_str(), *at)).collect();
        Some(Cases { value: &self.value, names })
    }
}
