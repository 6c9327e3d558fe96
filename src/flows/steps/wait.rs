//! `wait`: until something happens, or for a while. What the person says meanwhile gets the message's `.meanwhile`; its own text, if there
//! is one, is said at the start.
//!
//! ```yaml
//! - wait: code
//!   for: numbers.code_received       # news of this name; or a length of time: `for: 10m`
//!   match: {order: order.id}         # only if the news says the same
//!   gives: {code: text}              # what the news carries, as fields of `code`
//!   at_most: order.ends_at           # a length of time, or an instant
//!   late: refund
//!   options: {cancel: refund}        # open meanwhile
//! - wait: before
//!   until: visit.start - hours(1)    # an instant; one that has passed is not waited for
//!   purpose: reminder                # in quiet hours nobody is reminded: it ends before they begin
//! ```

use chrono::Duration;

use super::{Asking, Needs, Signal, Step, choose};
use crate::domain::Timestamp;
use crate::flows::definition::{Arm, Formula, Line};
use crate::flows::expression::Kind as Known;
use crate::flows::gives::fit_row;
use crate::flows::layout::Opt;
use crate::flows::machine::{Heard, Missed, Run, Then};
use crate::flows::messages::print;
use crate::flows::operation::Type;
use crate::flows::reader::{Keys, Reader, describe, duration_s, event_name, kinds};
use crate::flows::source::{Kind, Node};
use crate::flows::turn::Purpose;
use crate::flows::understand::Picked;
use crate::flows::value::Value;

/// The longest time that may be written out: ninety days.
const WAIT_S_MAX: u32 = 90 * 24 * 3600;

#[derive(Debug)]
struct Wait {
    asking: Asking,
    what: What,
    at_most: Option<Until>,
    late: Option<Arm>,
    options: Vec<(String, Arm)>,
}

#[derive(Debug)]
enum What {
    News {
        name: String,
        matches: Vec<(String, Formula)>,
        gives: Vec<(String, Type)>,
    },
    Time(Until),
    /// It could not be read; the mistake is noted.
    Nothing,
}

#[derive(Debug)]
enum Until {
    After(u32),
    /// An instant, or a length of time.
    At(Formula),
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let asking = Asking::read("wait", keys, reader)?;
    let what = match (keys.take("for"), keys.take("until")) {
        (Some(node), None) => for_what(node, keys, reader),
        (None, Some(node)) => reader.formula(node).map_or(What::Nothing, |formula| What::Time(Until::At(formula))),
        _ => {
            let cause = "one of for and until says it";
            reader.mistakes.add(
                keys.at,
                format!("wait {} does not say for what", asking.name),
                cause,
                "write for: 10m, say",
            );
            What::Nothing
        }
    };
    let at_most = keys.take("at_most").and_then(|node| match duration(node) {
        Some(after_s) => Some(Until::After(after_s)),
        None => reader.formula(node).map(Until::At),
    });
    let late = keys.take("late").and_then(|node| reader.arm(node));
    let options = keys.take("options").map_or_else(Vec::new, |node| choose::options(node, reader));
    Some(Box::new(Wait { asking, what, at_most, late, options }))
}

fn duration(node: &Node) -> Option<u32> {
    match &node.kind {
        Kind::Text(text) => duration_s(text).filter(|s| (1..=WAIT_S_MAX).contains(s)),
        _ => None,
    }
}

fn for_what(node: &Node, keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> What {
    if let Some(after_s) = duration(node) {
        return What::Time(Until::After(after_s));
    }
    let Kind::Text(name) = &node.kind else {
        let cause = format!("here stands {}", describe(node));
        reader.mistakes.add(node.at, "for names an event or a length of time", cause, "write for: 10m, say");
        return What::Nothing;
    };
    event_name(name, node.at, reader);
    What::News {
        name: name.clone(),
        matches: reader.formulas(keys.take("match"), "match"),
        gives: kinds(keys.take("gives"), "gives", reader),
    }
}

impl Wait {
    fn options(&self, run: &Run<'_>) -> Vec<Opt> {
        self.options.iter().map(|(name, _)| run.option(&self.asking.message, name)).collect()
    }

    fn pick(&self, n: usize) -> Then<'_> {
        self.options.get(n).map_or(Then::Rest, |(_, arm)| Then::Take(arm))
    }
}

impl Until {
    /// The instant. `None` for an expression without a value.
    fn instant(&self, run: &mut Run<'_>) -> Option<Timestamp> {
        let now = run.context.now;
        let after = |seconds: i64| now.checked_add_signed(Duration::try_seconds(seconds)?);
        match self {
            Self::After(seconds) => after(i64::from(*seconds)),
            Self::At(formula) => match run.value(formula)? {
                Value::DateTime(at) => Some(at),
                Value::Duration(seconds) => after(seconds),
                _ => None,
            },
        }
    }

    fn formula(&self) -> Option<&Formula> {
        match self {
            Self::After(_) => None,
            Self::At(formula) => Some(formula),
        }
    }
}

impl Step for Wait {
    fn run<'a>(&'a self, run: &mut Run<'a>, line: &'a Line) -> Then<'a> {
        let limit = match &self.what {
            What::Time(until) => Some(until),
            _ => self.at_most.as_ref(),
        };
        let mut until = limit.map(|limit| limit.instant(run));
        if let (What::Time(_), Some(Purpose::Reminder), Some(Some(at))) = (&self.what, self.asking.purpose, &mut until)
        {
            *at = run.reminder_at(*at);
        }
        match until {
            // An instant that has passed, or that cannot be told, is not waited for.
            Some(at) if at.is_none_or(|at| at <= run.context.now) => return self.over(),
            _ => {}
        }
        run.begin_rest(line, until.flatten());
        if self.options.is_empty() {
            run.say_if_there(&self.asking.message, self.asking.template.as_deref());
            return Then::Rest;
        }
        self.pose(run, line, None, 0)
    }

    fn pose<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, lead: Option<String>, page: u8) -> Then<'a> {
        if self.options.is_empty() {
            return Then::Rest;
        }
        let options = self.options(run);
        match run.prompt(&self.asking, &options, lead, page) {
            // It is waited all the same.
            Then::Shut(None) => Then::Rest,
            then => then,
        }
    }

    fn receive<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, heard: Heard<'_>) -> Then<'a> {
        let Some(shown) = run.shown() else { return Then::Missed(Missed::Unread) };
        let options = self.options(run);
        match heard {
            Heard::Tap(tap) => {
                let open = tap.prompt == shown.prompt || tap.digest == shown.digest;
                match options.iter().position(|option| option.id == tap.option).filter(|_| open) {
                    Some(n) => self.pick(n),
                    None => Then::Missed(Missed::Unread),
                }
            }
            Heard::Text(text) => match run.pick(text, &options) {
                Some(Picked::Option(n)) => self.pick(n),
                _ => Then::Missed(Missed::Unread),
            },
            Heard::Sent(_) => Then::Missed(Missed::Unread),
        }
    }

    fn signal<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, signal: Signal<'_>) -> Option<Then<'a>> {
        match (signal, &self.what) {
            (Signal::TimeUp, _) => Some(self.over()),
            (Signal::News { name, payload }, What::News { name: wanted, matches, gives }) if name == wanted => {
                for (field, formula) in matches {
                    let expected = run.value(formula)?;
                    let zone = run.context.zone;
                    if payload.get(field).is_none_or(|given| print(given, zone) != print(&expected, zone)) {
                        return None;
                    }
                }
                let value = if gives.is_empty() { payload.clone() } else { fit_row(payload, gives)? };
                run.set_found(&self.asking.name, &Value::Row(value));
                Some(Then::Next)
            }
            _ => None,
        }
    }

    fn asking(&self) -> Option<&Asking> {
        (!self.options.is_empty()).then_some(&self.asking)
    }

    fn waits(&self) -> bool {
        true
    }

    fn waits_without_end(&self) -> bool {
        matches!(self.what, What::News { .. }) && (self.at_most.is_none() || self.late.is_none())
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        let options = self.options.iter().map(|(name, arm)| (format!("option {name}"), arm));
        let late = self.late.iter().map(|arm| ("late".to_owned(), arm));
        options.chain(late).chain(self.asking.arms()).collect()
    }

    fn unasked(&self) -> (bool, Vec<&Arm>) {
        (false, Vec::new())
    }

    fn formulas(&self) -> Vec<&Formula> {
        let time = match &self.what {
            What::Time(until) => until.formula(),
            _ => None,
        };
        let matches = match &self.what {
            What::News { matches, .. } => &matches[..],
            _ => &[],
        };
        let at_most = self.at_most.as_ref().and_then(Until::formula);
        time.into_iter().chain(at_most).chain(matches.iter().map(|(_, formula)| formula)).collect()
    }

    fn yields(&self) -> Vec<(&str, Known)> {
        match self.what {
            What::News { .. } => vec![(&self.asking.name, Known::Row)],
            _ => Vec::new(),
        }
    }

    fn gives(&self, way: Option<&str>) -> Vec<&str> {
        // An option and being late end the wait without the news.
        if way.is_some() { Vec::new() } else { self.yields().into_iter().map(|(name, _)| name).collect() }
    }

    fn needs(&self) -> Vec<Needs> {
        let labels: Vec<String> = self.options.iter().map(|(name, _)| name.clone()).collect();
        let optional = labels.is_empty();
        vec![Needs { optional, prompt: !optional, ..self.asking.needs(labels) }]
    }
}

impl Wait {
    /// The time is up: what was waited for has come if it was the time, else it is late.
    fn over(&self) -> Then<'_> {
        match (&self.what, &self.late) {
            (What::News { .. }, Some(late)) => Then::Take(late),
            _ => Then::Next,
        }
    }
}
