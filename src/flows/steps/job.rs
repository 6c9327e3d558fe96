//! `read`, `pay`, `request`: work that somebody outside does while the flow rests. What the person says meanwhile gets the message's
//! `.meanwhile`; its own text, if there is one, is said at the start. Whatever goes wrong is an outcome.
//!
//! ```yaml
//! - read: licence                      # a picture or document
//!   from: photo
//!   by: cards                          # the configured provider; without it the one named default
//!   gives: {number: text, valid_until: date}
//!   outcomes: {read: next, unclear: [say: retake, go: photo], failed: desk}
//! - pay: deposit
//!   amount: service.deposit
//!   with: {order: order.id}
//!   at_most: 10m
//!   outcomes: {paid: next, declined: retry, expired: retry, unknown: checking}
//! - request: stock                     # the tenant's own server
//!   to: shop
//!   with: {item: item.id}
//!   gives: {found: {left: whole, price: money}}      # what its own outcomes carry
//!   outcomes: {found: next, gone: menu, failed: desk}
//! ```

use super::{Helper, Needs, Outcomes, Signal, Step};
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::expression::Kind as Known;
use crate::flows::gives::fit_row;
use crate::flows::machine::{Heard, Missed, Run, Then};
use crate::flows::messages::message_id;
use crate::flows::operation::Type;
use crate::flows::reader::{Keys, Reader, describe, duration_s, kinds, text};
use crate::flows::source::Kind;
use crate::flows::turn::{AMOUNT, Fault, JobKind, REFERENCE};
use crate::flows::value::{Row, Value};

/// The provider or server of a step that names none.
const DEFAULT: &str = "default";

/// What a payment comes to. After `unknown` nobody can say whether it was made.
pub(crate) const PAYMENTS: [&str; 4] = ["paid", "declined", "expired", "unknown"];

/// The longest reference of a payment that a message need have room for.
const REFERENCE_CHARS_MAX: u16 = 64;

#[derive(Debug)]
struct Job {
    kind: JobKind,
    name: String,
    message: String,
    by: String,
    with: Vec<(String, Formula)>,
    at_most_s: u32,
    /// What each outcome carries.
    gives: Vec<(String, Vec<(String, Type)>)>,
    outcomes: Vec<(String, Arm)>,
}

pub(super) fn read_document(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let mut job = common("read", JobKind::Read, keys, reader)?;
    job.one_formula("from", keys, reader);
    job.gives = vec![("read".to_owned(), kinds(keys.take("gives"), "gives", reader))];
    Some(Box::new(job))
}

pub(super) fn pay(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let mut job = common("pay", JobKind::Pay, keys, reader)?;
    job.one_formula(AMOUNT, keys, reader);
    let reference = (REFERENCE.to_owned(), Type::Text { chars_max: REFERENCE_CHARS_MAX });
    job.gives = vec![("paid".to_owned(), vec![reference])];
    Some(Box::new(job))
}

pub(super) fn request(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let mut job = common("request", JobKind::Request, keys, reader)?;
    if let Some(node) = keys.take("gives")
        && let Some(carried) = Keys::of(node, "gives", reader.mistakes)
    {
        for (key, node) in carried.pairs() {
            if !job.outcomes.iter().any(|(name, _)| *name == key.name) {
                let cause = "gives says what each outcome carries";
                let what = format!("request {} has no outcome \"{}\"", job.name, key.name);
                reader.mistakes.add(key.at, what, cause, "add it to outcomes");
            }
            job.gives.push((key.name.clone(), kinds(Some(node), "gives", reader)));
        }
    }
    Some(Box::new(job))
}

fn common(verb: &'static str, kind: JobKind, keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Job> {
    let node = keys.take(verb)?;
    let name = text(node, verb, reader.mistakes)?.to_owned();
    reader.name(&name, node.at, "a step");
    let by = keys.text(if kind == JobKind::Request { "to" } else { "by" }, reader.mistakes).unwrap_or(DEFAULT);
    // How long a person will wait; for a payment, how long she may take to confirm it on her phone.
    let (usual, most) = match kind {
        JobKind::Read => (120, 3600),
        JobKind::Pay => (900, 24 * 3600),
        JobKind::Request => (30, 3600),
    };
    let at_most_s = keys.take("at_most").map_or(usual, |node| {
        let read = match &node.kind {
            Kind::Text(text) => duration_s(text).filter(|s| (5..=most).contains(s)),
            _ => None,
        };
        read.unwrap_or_else(|| {
            let cause = format!("here stands {}", describe(node));
            let what = format!("at_most of {verb} is a length of time from 5s to {}m", most / 60);
            reader.mistakes.add(node.at, what, cause, "write at_most: 1m, say");
            usual
        })
    });
    Some(Job {
        kind,
        message: message_id(&name),
        name,
        by: by.to_owned(),
        with: reader.formulas(keys.take("with"), "with"),
        at_most_s,
        gives: Vec::new(),
        outcomes: reader.arms(keys.take("outcomes"), "outcomes"),
    })
}

impl Job {
    /// Reads the argument that this kind cannot do without.
    fn one_formula(&mut self, key: &'static str, keys: &mut Keys<'_>, reader: &mut Reader<'_>) {
        if let Some(node) = keys.take(key) {
            self.with.extend(reader.formula(node).map(|formula| (key.to_owned(), formula)));
            return;
        }
        let what = format!("{} {} needs \"{key}\"", self.kind.as_str(), self.name);
        reader.mistakes.add(keys.at, what, format!("there is no key \"{key}\""), format!("add {key}:"));
    }

    /// The outcome of whatever goes wrong. With money, nobody can say then whether it was paid.
    fn wrong(&self) -> &'static str {
        if self.kind == JobKind::Pay { "unknown" } else { "failed" }
    }

    /// The value of an outcome as the flow declares it; `None` where it is not.
    fn carried(&self, outcome: &str, value: Option<&Value>) -> Option<Row> {
        let none = Row::new();
        let row = match value {
            Some(Value::Row(row)) => row,
            _ => &none,
        };
        match self.gives.iter().find(|(name, _)| name == outcome) {
            // A payment's reference is welcome, not needed.
            Some((_, gives)) if self.kind == JobKind::Pay => Some(fit_row(row, gives).unwrap_or_default()),
            Some((_, gives)) => fit_row(row, gives),
            None => Some(Row::new()),
        }
    }

    fn known(&self) -> Vec<&str> {
        match self.kind {
            JobKind::Read => vec!["read", "unclear", "failed"],
            JobKind::Pay => PAYMENTS.to_vec(),
            JobKind::Request => {
                let own = self.outcomes.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "failed");
                own.chain(["failed"]).collect()
            }
        }
    }

    fn arm(&self, outcome: &str) -> Then<'_> {
        self.outcomes.iter().find(|(name, _)| name == outcome).map_or(Then::Next, |(_, arm)| Then::Take(arm))
    }
}

impl Step for Job {
    fn run<'a>(&'a self, run: &mut Run<'a>, line: &'a Line) -> Then<'a> {
        let arguments = run.row(&self.with);
        run.begin_rest(line, None);
        run.no_way_back();
        run.order(self.kind, &self.name, &self.by, arguments, self.at_most_s);
        run.say_if_there(&self.message, None);
        Then::Rest
    }

    fn pose<'a>(&'a self, _: &mut Run<'a>, _: &'a Line, _: Option<String>, _: u8) -> Then<'a> {
        Then::Rest
    }

    fn receive<'a>(&'a self, _: &mut Run<'a>, _: &'a Line, _: Heard<'_>) -> Then<'a> {
        Then::Missed(Missed::Unread)
    }

    fn signal<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, signal: Signal<'_>) -> Option<Then<'a>> {
        let Signal::Job { outcome, value } = signal else { return None };
        let carried = self.carried(outcome, value).filter(|_| self.known().contains(&outcome));
        let Some(row) = carried else {
            run.fault(Fault::Job);
            return Some(self.arm(self.wrong()));
        };
        if !row.is_empty() {
            run.set_found(&self.name, &Value::Row(row));
        }
        Some(self.arm(outcome))
    }

    fn waits(&self) -> bool {
        true
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        self.outcomes.iter().map(|(name, arm)| (format!("outcome {name}"), arm)).collect()
    }

    fn unasked(&self) -> (bool, Vec<&Arm>) {
        (false, Vec::new())
    }

    fn falls_through(&self) -> bool {
        false
    }

    fn formulas(&self) -> Vec<&Formula> {
        self.with.iter().map(|(_, formula)| formula).collect()
    }

    fn yields(&self) -> Vec<(&str, Known)> {
        let gives = self.gives.iter().any(|(_, gives)| !gives.is_empty());
        gives.then_some((self.name.as_str(), Known::Row)).into_iter().collect()
    }

    fn gives(&self, way: Option<&str>) -> Vec<&str> {
        let outcome = way.and_then(|way| way.strip_prefix("outcome ")).unwrap_or_default();
        let carries = |(name, gives): &&(String, Vec<(String, Type)>)| name == outcome && !gives.is_empty();
        self.gives.iter().find(carries).map(|_| self.name.as_str()).into_iter().collect()
    }

    fn outcomes(&self) -> Option<Outcomes<'_>> {
        Some(Outcomes { known: self.known(), handled: &self.outcomes })
    }

    fn helper(&self) -> Option<Helper<'_>> {
        let arguments = self.with.iter().map(|(name, _)| name.as_str()).collect();
        Some(Helper { kind: self.kind, step: &self.name, name: &self.by, arguments })
    }

    fn needs(&self) -> Vec<Needs> {
        vec![Needs::if_there(self.message.clone())]
    }
}
