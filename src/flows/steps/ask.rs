//! `ask`: a typed value in the person's own words.
//!
//! ```yaml
//! - ask: size
//!   type: whole                          # text whole money date time datetime phone email person yesno
//!   between: [1, 12]                     # re-ask texts .low and .high, given $low and $high
//!   rules: {pair: "size in [2, 4, 6]"}   # a rule's name is its re-ask text .pair
//!   tries: 3
//!   stuck: desk
//! - ask: contact.name                    # into a contact field; skipped when known
//!   type: person
//!   once: true
//! ```

use super::{Asking, Needs, Step};
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::expression::{Comparison, Kind as Known};
use crate::flows::layout::Opt;
use crate::flows::machine::{Heard, Missed, Run, Then};
use crate::flows::reader::{Keys, Reader, describe};
use crate::flows::source::Kind;
use crate::flows::understand::{self, Ears, Picked, Reading, Wanted};
use crate::flows::value::Value;

#[derive(Debug)]
struct Ask {
    asking: Asking,
    wanted: Wanted,
    between: Option<(Formula, Formula)>,
    rules: Vec<(String, Formula)>,
    once: bool,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let asking = Asking::read("ask", keys, reader)?;
    let written = keys.text("type", reader.mistakes).unwrap_or("text");
    let wanted = Wanted::named(written).unwrap_or_else(|| {
        let mend = format!("write one of {}", Wanted::NAMES.join(", "));
        reader.mistakes.add(
            keys.at,
            format!("no type \"{written}\""),
            format!("ask {} is to read it", asking.name),
            mend,
        );
        Wanted::Text
    });
    let between = keys.take("between").and_then(|node| match &node.kind {
        Kind::List(sides) if sides.len() == 2 => Some((reader.formula(&sides[0])?, reader.formula(&sides[1])?)),
        _ => {
            reader.mistakes.add(
                node.at,
                "between has two sides",
                format!("here stands {}", describe(node)),
                "write [low, high]",
            );
            None
        }
    });
    let rules = reader.formulas(keys.take("rules"), "rules");
    let once = keys.yes_no("once", reader.mistakes);
    Some(Box::new(Ask { asking, wanted, between, rules, once }))
}

impl Ask {
    fn options(&self, run: &Run<'_>) -> Vec<Opt> {
        match self.wanted {
            Wanted::YesNo => run.yes_no_options(&self.asking.message),
            _ => Vec::new(),
        }
    }

    fn accept<'a>(&'a self, value: Value, run: &mut Run<'a>) -> Then<'a> {
        if let Some((low, high)) = &self.between {
            if let Some(low) = run.value(low).filter(|low| Comparison::Less.holds(&value, low) == Some(true)) {
                return Then::Missed(Missed::Low(low));
            }
            if let Some(high) = run.value(high).filter(|high| Comparison::Greater.holds(&value, high) == Some(true)) {
                return Then::Missed(Missed::High(high));
            }
        }
        let before = run.value_of(&self.asking.name).cloned();
        run.set(&self.asking.name, value);
        let broken = self.rules.iter().find(|(_, rule)| !run.holds(rule)).map(|(name, _)| name.clone());
        match broken {
            None => Then::Next,
            Some(rule) => {
                run.restore(&self.asking.name, before);
                Then::Missed(Missed::Rule(rule))
            }
        }
    }
}

impl Step for Ask {
    fn run<'a>(&'a self, run: &mut Run<'a>, line: &'a Line) -> Then<'a> {
        if self.once && run.known(&self.asking.name) {
            return Then::Next;
        }
        run.begin(line, &self.asking);
        self.pose(run, line, None, 0)
    }

    fn pose<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, lead: Option<String>, page: u8) -> Then<'a> {
        let options = self.options(run);
        run.prompt(&self.asking, &options, lead, page)
    }

    fn receive<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, heard: Heard<'_>) -> Then<'a> {
        let Some(shown) = run.shown() else { return Then::Pose };
        let options = self.options(run);
        match heard {
            Heard::Tap(tap) => {
                let open = tap.prompt == shown.prompt || tap.digest == shown.digest;
                match options.iter().position(|option| option.id == tap.option).filter(|_| open) {
                    Some(n) => self.accept(Value::YesNo(n == 0), run),
                    None => Then::Missed(Missed::Stale),
                }
            }
            Heard::Text(text) => {
                match run.pick(text, &options) {
                    Some(Picked::Option(n)) => return self.accept(Value::YesNo(n == 0), run),
                    Some(Picked::More) => return Then::Page,
                    Some(Picked::Back) => return Then::PageBack,
                    None => {}
                }
                let ears = Ears::new(run.own_texts().code, run.context.now, run.context.zone);
                match understand::read(self.wanted, text, &ears) {
                    Reading::One(value) => self.accept(value, run),
                    Reading::Several(_) | Reading::Nothing => Then::Missed(Missed::Unread),
                }
            }
            Heard::Other => Then::Missed(Missed::Unread),
        }
    }

    fn asking(&self) -> Option<&Asking> {
        Some(&self.asking)
    }

    fn takes_any_text(&self) -> bool {
        matches!(self.wanted, Wanted::Text | Wanted::Person)
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        self.asking.arms()
    }

    fn unasked(&self) -> (bool, Vec<&Arm>) {
        (self.once, self.asking.window_shut.iter().collect())
    }

    fn formulas(&self) -> Vec<&Formula> {
        let sides = self.between.iter().flat_map(|(low, high)| [low, high]);
        sides.chain(self.rules.iter().map(|(_, rule)| rule)).collect()
    }

    fn yields(&self) -> Vec<(&str, Known)> {
        vec![(&self.asking.name, self.wanted.kind())]
    }

    fn needs(&self) -> Vec<Needs> {
        // The rules' texts are sentences, not labels of buttons.
        vec![Needs { prompt: false, ..self.asking.needs(self.rules.iter().map(|(name, _)| name.clone()).collect()) }]
    }
}
