//! `ask`: a typed value in the person's own words, or a place, a picture, a document that she sends.
//!
//! ```yaml
//! - ask: size
//!   type: whole                          # text whole decimal money date time datetime duration phone email person yesno
//!   between: [1, 12]                     # re-ask texts .low and .high, given $low and $high
//!   rules: {pair: "size in [2, 4, 6]"}   # a rule's name is its re-ask text .pair
//!   tries: 3
//!   stuck: desk
//! - ask: contact.name                    # into a contact field; skipped when known
//!   type: person
//!   once: true
//! - ask: pickup
//!   type: [location, text]               # or image, document; of several the first that reads the answer counts
//! ```
//! An answer with two meanings ("9", "friday") becomes a choice between them. What `between` and `rules` refuse is no meaning.

use super::{AnswerIn, Answered, Asking, Needs, Step, readings};
use crate::domain::money::Currency;
use crate::domain::{Country, MediaKind, MessageBody, Money, Phone};
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::expression::{Comparison, Kind as Known};
use crate::flows::languages::anytime::anywhere;
use crate::flows::layout::Opt;
use crate::flows::machine::{Heard, Missed, Run, Then};
use crate::flows::mistake::did_you_mean;
use crate::flows::reader::{Keys, Reader, describe};
use crate::flows::source::{Kind, Node};
use crate::flows::understand::{self, Picked, Reading, Wanted};
use crate::flows::value::{Decimal, Place, Value};

/// Types an answer may have besides those that are said: they are sent.
const SENT: [(&str, Sent); 3] = [("location", Sent::Location), ("image", Sent::Image), ("document", Sent::Document)];

#[derive(Debug)]
struct Ask {
    asking: Asking,
    said: Vec<Wanted>,
    sent: Vec<Sent>,
    between: Option<(Formula, Formula)>,
    rules: Vec<(String, Formula)>,
    once: bool,
}

/// What is sent rather than said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Location,
    Image,
    Document,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let asking = Asking::read("ask", keys, reader)?;
    let (mut said, mut sent) = (Vec::new(), Vec::new());
    let types = keys.take("type");
    match types.map(|node| (node, &node.kind)) {
        None => said.push(Wanted::Text),
        Some((_, Kind::List(list))) if !list.is_empty() => {
            for node in list {
                read_type(node, &asking.name, &mut said, &mut sent, reader);
            }
        }
        Some((node, _)) => read_type(node, &asking.name, &mut said, &mut sent, reader),
    }
    let free = said.iter().position(|wanted| *wanted == Wanted::Text);
    if let (Some(n), Some(node)) = (free.filter(|n| n + 1 < said.len()), types) {
        let what = format!("ask {} never reads its type {}", asking.name, Wanted::NAMES[said[n + 1] as usize]);
        reader.mistakes.add(node.at, what, "any answer is a text, and text stands before it", "write text last");
    }
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
    let asking = Asking { place: sent.contains(&Sent::Location), ..asking };
    Some(Box::new(Ask { asking, said, sent, between, rules, once }))
}

fn read_type(node: &Node, name: &str, said: &mut Vec<Wanted>, sent: &mut Vec<Sent>, reader: &mut Reader<'_>) {
    let Kind::Text(written) = &node.kind else {
        let cause = format!("here stands {}", describe(node));
        reader.mistakes.add(node.at, "a type is a word, or a list of words", cause, "write one, such as whole");
        return;
    };
    if let Some(wanted) = Wanted::named(written) {
        said.push(wanted);
    } else if let Some((_, kind)) = SENT.iter().find(|(known, _)| known == written) {
        sent.push(*kind);
    } else {
        let known = || Wanted::NAMES.into_iter().chain(SENT.iter().map(|(known, _)| *known));
        let otherwise = format!("write one of {}", known().collect::<Vec<_>>().join(", "));
        let mend = did_you_mean(written, known(), &otherwise);
        reader.mistakes.add(node.at, format!("no type \"{written}\""), format!("ask {name} is to read it"), mend);
    }
}

impl Ask {
    /// What can be tapped: the readings of an ambiguous answer, or yes and no.
    fn options(&self, run: &Run<'_>) -> Vec<Opt> {
        if !run.readings().is_empty() {
            return readings::options(run.readings(), run.own_texts(), run.context.zone);
        }
        if self.said.contains(&Wanted::YesNo) { run.yes_no_options(&self.asking.message) } else { Vec::new() }
    }

    fn picked<'a>(&'a self, option: &Opt, run: &mut Run<'a>) -> Then<'a> {
        let value = match readings::named(&option.id) {
            Some(n) => run.readings().get(n).cloned(),
            None => Some(Value::YesNo(option.id == "yes")),
        };
        value.map_or(Then::Missed(Missed::Unread), |value| self.accept(value, run))
    }

    fn accept<'a>(&'a self, value: Value, run: &mut Run<'a>) -> Then<'a> {
        if let Some(missed) = self.fault(&value, run) {
            return Then::Missed(missed);
        }
        run.set(&self.asking.name, value);
        Then::Next
    }

    /// Why a value is no answer.
    fn fault(&self, value: &Value, run: &mut Run<'_>) -> Option<Missed> {
        let zone = run.context.zone;
        if let Some((low, high)) = &self.between {
            let outside = |side: &Formula, comparison: Comparison, run: &mut Run<'_>| {
                run.value(side).filter(|side| comparison.holds(value, side, zone) == Some(true))
            };
            if let Some(low) = outside(low, Comparison::Less, run) {
                return Some(Missed::Low(like(low, value)));
            }
            if let Some(high) = outside(high, Comparison::Greater, run) {
                return Some(Missed::High(like(high, value)));
            }
        }
        if self.rules.is_empty() {
            return None;
        }
        let before = run.value_of(&self.asking.name).cloned();
        run.set(&self.asking.name, value.clone());
        let broken = self.rules.iter().find(|(_, rule)| !run.holds(rule)).map(|(name, _)| name.clone());
        run.restore(&self.asking.name, before);
        broken.map(Missed::Rule)
    }

    /// What can be meant is asked, if more than one reading is left.
    fn doubt<'a>(&'a self, values: Vec<Value>, run: &mut Run<'a>) -> Then<'a> {
        let mut fitting = Vec::new();
        let mut fault = None;
        for value in values {
            match self.fault(&value, run) {
                None => fitting.push(value),
                Some(missed) => fault = fault.or(Some(missed)),
            }
        }
        match fitting.len() {
            0 => Then::Missed(fault.unwrap_or(Missed::Unread)),
            1 => fitting.pop().map_or(Then::Missed(Missed::Unread), |value| self.accept(value, run)),
            _ => {
                run.doubt(fitting);
                let which = run.text_of(&self.asking.message, "which");
                let lead = which.unwrap_or_else(|| anywhere(run.own_texts().code).which.to_owned());
                let options = self.options(run);
                run.prompt(&self.asking, &options, Some(lead), 0)
            }
        }
    }

    fn read<'a>(&'a self, text: &str, run: &mut Run<'a>) -> Then<'a> {
        let ears = run.ears();
        for wanted in &self.said {
            match understand::read(*wanted, text, &ears) {
                Reading::Nothing => {}
                Reading::One(value) => return self.accept(value, run),
                Reading::Several(values) => return self.doubt(values, run),
            }
        }
        Then::Missed(Missed::Unread)
    }

    /// Something sent, if it is what is wanted.
    fn sent(&self, body: &MessageBody, country: Option<Country>) -> Option<Value> {
        match body {
            MessageBody::Location { latitude, longitude, name, address } if self.sent.contains(&Sent::Location) => {
                let place = Place::at(*latitude, *longitude)?;
                Some(Value::Place(Box::new(Place { name: name.clone(), address: address.clone(), ..place })))
            }
            MessageBody::Media(media) => {
                let picture = media.kind == MediaKind::Image
                    || (media.kind == MediaKind::Document && media.mime.starts_with("image/"));
                let wanted = (picture && self.sent.contains(&Sent::Image))
                    || (media.kind == MediaKind::Document && self.sent.contains(&Sent::Document));
                wanted.then(|| Value::Media(Box::new(media.clone())))
            }
            MessageBody::Contacts { cards, .. } if self.said.contains(&Wanted::Phone) => {
                let phone = cards.first()?.phones.first()?;
                Phone::parse_in(phone, country).ok().map(|phone| Value::text(phone.as_str()))
            }
            _ => None,
        }
    }
}

/// A bound in the kind of the value it bounds, so that its text can print it the same way.
fn like(bound: Value, value: &Value) -> Value {
    let currency: Option<Currency> = if let Value::Money(money) = value { Some(money.currency) } else { None };
    match (&bound, value, currency) {
        (Value::Whole(units), _, Some(currency)) => Value::Money(Money::of(*units, currency)),
        (Value::Whole(number), Value::Decimal(_), _) => Decimal::from_whole(*number).map_or(bound, Value::Decimal),
        _ => bound,
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
        match heard {
            Heard::Tap(tap) => {
                let options = self.options(run);
                // Readings have no names of their own: only the buttons shown last mean them.
                let same = tap.digest == shown.digest && run.readings().is_empty();
                let open = tap.prompt == shown.prompt || same;
                match options.iter().find(|option| option.id == tap.option).filter(|_| open) {
                    Some(option) => self.picked(option, run),
                    None => Then::Missed(Missed::Stale),
                }
            }
            Heard::Text(text) => {
                let options = self.options(run);
                match run.pick(text, &options) {
                    Some(Picked::Option(n)) => self.picked(&options[n], run),
                    Some(Picked::More) => Then::Page,
                    Some(Picked::Back) => Then::PageBack,
                    None => self.read(text, run),
                }
            }
            Heard::Sent(body) => match self.sent(body, run.ears().country) {
                Some(value) => self.accept(value, run),
                None => Then::Missed(Missed::Unread),
            },
        }
    }

    /// What is said twice in one sentence must be the same both times.
    fn answer_in(&self, run: &Run<'_>, text: &str) -> Option<AnswerIn> {
        let ears = run.ears();
        let found =
            self.said.iter().map(|wanted| understand::find(*wanted, text, &ears)).find(|found| !found.is_empty());
        let mut found = found?.into_iter();
        let first = found.next()?;
        if found.any(|other| other.reading != first.reading) {
            return None;
        }
        let what = match first.reading {
            Reading::One(value) => Answered::Value(value),
            Reading::Several(values) => Answered::Several(values),
            Reading::Nothing => return None,
        };
        Some(AnswerIn { range: first.range, what })
    }

    fn take_answer<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, answered: Answered) -> Then<'a> {
        match answered {
            Answered::Value(value) => self.accept(value, run),
            Answered::Several(values) => self.doubt(values, run),
            Answered::Option(_) => Then::Missed(Missed::Unread),
        }
    }

    fn asking(&self) -> Option<&Asking> {
        Some(&self.asking)
    }

    fn only_sent(&self) -> Option<&'static str> {
        let first = self.sent.first().filter(|_| self.said.is_empty())?;
        SENT.iter().find(|(_, kind)| kind == first).map(|(name, _)| *name)
    }

    fn takes_any_text(&self) -> bool {
        self.said.iter().any(|wanted| matches!(wanted, Wanted::Text | Wanted::Person))
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        self.asking.arms()
    }

    fn unasked(&self) -> (bool, Vec<&Arm>) {
        (self.once || self.asking.in_form, self.asking.window_shut.iter().collect())
    }

    fn formulas(&self) -> Vec<&Formula> {
        let sides = self.between.iter().flat_map(|(low, high)| [low, high]);
        sides.chain(self.rules.iter().map(|(_, rule)| rule)).chain(self.asking.formulas()).collect()
    }

    fn wants(&self) -> Vec<(&Formula, &'static [Known])> {
        self.asking.wants()
    }

    fn rules(&self) -> Vec<&Formula> {
        self.rules.iter().map(|(_, rule)| rule).collect()
    }

    fn compared(&self) -> Vec<(Known, &Formula)> {
        let kinds = self.said.iter().map(|wanted| wanted.kind());
        let sides = || self.between.iter().flat_map(|(low, high)| [low, high]);
        kinds.flat_map(|kind| sides().map(move |side| (kind, side))).collect()
    }

    fn yields(&self) -> Vec<(&str, Known)> {
        let sent = |sent: &Sent| if *sent == Sent::Location { Known::Place } else { Known::Media };
        let mut kinds = self.said.iter().map(|wanted| wanted.kind()).chain(self.sent.iter().map(sent));
        let first = kinds.next().unwrap_or(Known::Unknown);
        let kind = if kinds.all(|kind| kind == first) { first } else { Known::Unknown };
        vec![(&self.asking.name, kind)]
    }

    fn needs(&self) -> Vec<Needs> {
        // The rules' texts are sentences, not labels of buttons.
        vec![Needs { prompt: false, ..self.asking.needs(self.rules.iter().map(|(name, _)| name.clone()).collect()) }]
    }
}
