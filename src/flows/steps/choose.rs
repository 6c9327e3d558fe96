//! `choose`: one of several options, stated once; each channel shows them its way.
//!
//! ```yaml
//! - choose: menu
//!   options: {book: book, mine: mine, hours: [say: hours, again]}
//! - choose: part
//!   options: [morning, afternoon]      # each arm is next
//! - choose: slot
//!   from: free_slots                   # rows carry id, label, note
//!   options: {other_day: day}          # fixed options after the rows
//!   empty: day
//!   if_one: take
//! - choose: menu
//!   options: {book: book, human: desk}
//!   keys: {book: 1, human: 9}          # fixed numbers, whatever the order becomes
//! ```
//! The labels of fixed options are attributes of the message: `.book`, `.book-button` (up to 20), `.book-note` (up to 72).

use chrono_tz::Tz;
use smol_str::SmolStr;

use super::{AnswerIn, Answered, Asking, Needs, Step};
use crate::flows::definition::{Arm, Formula, Line, To};
use crate::flows::expression::Kind as Known;
use crate::flows::layout::{self, Opt};
use crate::flows::machine::{Heard, Missed, Run, Then};
use crate::flows::messages::{is_reserved, print};
use crate::flows::mistake::did_you_mean;
use crate::flows::reader::{Keys, Reader, describe, text};
use crate::flows::source::{Kind, Node};
use crate::flows::understand::{self, Picked};
use crate::flows::value::{Row, Value};

/// Buttons a template can have (Meta, message templates, components).
const TEMPLATE_BUTTONS_MAX: usize = 10;

#[derive(Debug)]
struct Choose {
    asking: Asking,
    from: Option<String>,
    options: Vec<(String, Arm)>,
    /// Fixed numbers of options, by their names.
    keys: Vec<(String, u16)>,
    empty: Option<Arm>,
    if_one_take: bool,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let asking = Asking::read("choose", keys, reader)?;
    let from = keys.text("from", reader.mistakes).map(str::to_owned);
    let options = keys.take("options").map_or_else(Vec::new, |node| options(node, reader));
    if from.is_none() && options.is_empty() {
        reader.mistakes.add(
            keys.at,
            format!("choose {} has no options", asking.name),
            "neither from nor options is there",
            "add one of them",
        );
    }
    if asking.template.is_some() && (from.is_some() || options.len() > TEMPLATE_BUTTONS_MAX) {
        let what = format!("choose {} cannot leave as a template", asking.name);
        let cause = "a template's buttons are approved beforehand: at most ten fixed options";
        reader.mistakes.add(keys.at, what, cause, "drop template, or say a template first");
    }
    let fixed = keys.take("keys").map_or_else(Vec::new, |node| fixed_keys(node, &options, reader));
    if asking.in_form {
        for (name, arm) in options.iter().filter(|(_, arm)| arm.to != To::Next) {
            let cause = "its answer is one of several, and the form goes on";
            let mend = "write the options as a list, and branch after the form";
            reader.mistakes.add(arm.at, format!("option {name} of a form leads elsewhere"), cause, mend);
        }
    }
    let empty = keys.take("empty").and_then(|node| reader.arm(node));
    let if_one_take = match keys.text("if_one", reader.mistakes) {
        None => false,
        Some("take") => true,
        Some(other) => {
            reader.mistakes.add(keys.at, format!("if_one is \"{other}\""), "only take is known", "write if_one: take");
            false
        }
    };
    Some(Box::new(Choose { asking, from, options, keys: fixed, empty, if_one_take }))
}

pub(super) fn options(node: &Node, reader: &mut Reader<'_>) -> Vec<(String, Arm)> {
    let mut found = Vec::new();
    match &node.kind {
        Kind::List(items) => {
            for item in items {
                if let Some(name) = text(item, "an option", reader.mistakes) {
                    found.push((name.to_owned(), item.at, Some(Arm { at: item.at, to: To::Next })));
                }
            }
        }
        Kind::Map(pairs) => {
            for (key, arm) in pairs {
                found.push((key.name.clone(), key.at, reader.arm(arm)));
            }
        }
        _ => reader.mistakes.add(
            node.at,
            "options are a list or a map",
            format!("here stands {}", describe(node)),
            "write {name: arm}",
        ),
    }
    for (name, at, _) in &found {
        reader.name(name, *at, "an option");
        if is_reserved(name) {
            reader.mistakes.add(
                *at,
                format!("an option cannot be named \"{name}\""),
                "this attribute has a meaning of its own",
                "give it another name",
            );
        }
    }
    found.into_iter().filter_map(|(name, _, arm)| Some((name, arm?))).collect()
}

/// Reads `keys:`, fixed numbers from 1 to 999.
fn fixed_keys(node: &Node, options: &[(String, Arm)], reader: &mut Reader<'_>) -> Vec<(String, u16)> {
    let mut found: Vec<(String, u16)> = Vec::new();
    for (key, value) in Keys::of(node, "keys", reader.mistakes).iter().flat_map(Keys::pairs) {
        let Kind::Whole(number @ 1..=999) = value.kind else {
            let what = format!("the key of {} is a number from 1 to 999", key.name);
            reader.mistakes.add(value.at, what, format!("here stands {}", describe(value)), "write such a number");
            continue;
        };
        let number = number as u16;
        if !options.iter().any(|(name, _)| *name == key.name) {
            let mend = did_you_mean(&key.name, options.iter().map(|(name, _)| name.as_str()), "remove it");
            reader.mistakes.add(key.at, format!("no option \"{}\"", key.name), "keys gives it a number", mend);
        } else if let Some((other, _)) = found.iter().find(|(_, known)| *known == number) {
            let what = format!("key {number} stands for {other} and {}", key.name);
            reader.mistakes.add(value.at, what, "a number means one option", "write another number");
        } else {
            found.push((key.name.clone(), number));
        }
    }
    found
}

/// A text as it is, any other value as a message prints it.
fn printed(value: &Value, zone: Tz) -> SmolStr {
    match value {
        Value::Text(text) => text.clone(),
        other => print(other, zone).into(),
    }
}

/// The id of a row, as it is tapped.
fn id_of(row: &Row, zone: Tz) -> SmolStr {
    row.get("id").map(|id| printed(id, zone)).unwrap_or_default()
}

impl Choose {
    fn rows<'r>(&self, run: &'r Run<'_>) -> &'r [Row] {
        match self.from.as_ref().and_then(|from| run.value_of(from)) {
            Some(Value::Rows(rows)) => rows,
            _ => &[],
        }
    }

    /// All options: the rows, then the fixed ones.
    fn all(&self, rows: &[Row], run: &Run<'_>) -> Vec<Opt> {
        let zone = run.context.zone;
        let field =
            |row: &Row, name: &str| row.get(name).map(|value| printed(value, zone)).filter(|text| !text.is_empty());
        let rows = rows.iter().map(|row| Opt {
            id: ["=", &id_of(row, zone)].into_iter().collect(),
            label: field(row, "label").unwrap_or_default(),
            button: None,
            key: None,
            note: field(row, "note"),
        });
        let fixed = self
            .options
            .iter()
            .map(|(name, _)| Opt { key: self.fixed_key(name), ..run.option(&self.asking.message, name) });
        rows.chain(fixed).collect()
    }

    /// The place of the option that a tap names, among all of them.
    fn tapped(&self, option: &str, run: &Run<'_>) -> Option<usize> {
        let rows = self.rows(run);
        let row =
            option.strip_prefix('=').and_then(|id| rows.iter().position(|row| id_of(row, run.context.zone) == id));
        row.or_else(|| self.options.iter().position(|(name, _)| name == option).map(|n| rows.len() + n))
    }

    fn pick<'a>(&'a self, n: usize, run: &mut Run<'a>) -> Then<'a> {
        let rows = self.rows(run);
        if let Some(row) = rows.get(n).cloned() {
            run.set(&self.asking.name, Value::Row(row));
            if let Some(from) = &self.from {
                run.forget_rows(from);
            }
            return Then::Next;
        }
        let Some((name, arm)) = self.options.get(n - rows.len()) else { return Then::Next };
        if self.from.is_none() {
            run.set(&self.asking.name, Value::text(name));
        }
        Then::Take(arm)
    }
}

impl Step for Choose {
    fn run<'a>(&'a self, run: &mut Run<'a>, line: &'a Line) -> Then<'a> {
        if let Some(from) = &self.from {
            if run.value_of(from).is_none() {
                return Then::Find(from);
            }
            let rows = self.rows(run);
            if rows.is_empty() && self.empty.is_some() {
                return self.empty.as_ref().map_or(Then::Next, Then::Take);
            }
            if rows.len() == 1 && self.if_one_take {
                return self.pick(0, run);
            }
        }
        run.begin(line, &self.asking);
        self.pose(run, line, None, 0)
    }

    fn pose<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, lead: Option<String>, page: u8) -> Then<'a> {
        if let Some(from) = self.from.as_ref().filter(|from| run.value_of(from).is_none()) {
            return Then::Find(from);
        }
        let options = self.all(self.rows(run), run);
        run.prompt(&self.asking, &options, lead, page)
    }

    fn receive<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, heard: Heard<'_>) -> Then<'a> {
        let Some(shown) = run.shown() else { return Then::Pose };
        match heard {
            Heard::Tap(tap) => {
                let open = tap.prompt == shown.prompt || tap.digest == shown.digest;
                match self.tapped(tap.option, run).filter(|_| open) {
                    Some(n) => self.pick(n, run),
                    None => Then::Missed(Missed::Stale),
                }
            }
            Heard::Text(text) => match run.pick(text, &self.all(self.rows(run), run)) {
                Some(Picked::Option(n)) => self.pick(n, run),
                Some(Picked::More) => Then::Page,
                Some(Picked::Back) => Then::PageBack,
                None => Then::Missed(Missed::Unread),
            },
            Heard::Sent(_) => Then::Missed(Missed::Unread),
        }
    }

    fn answer_in(&self, run: &Run<'_>, text: &str) -> Option<AnswerIn> {
        let named = understand::pick_in(text, &self.all(self.rows(run), run))?;
        Some(AnswerIn { range: named.range, what: Answered::Option(named.option) })
    }

    fn take_answer<'a>(&'a self, run: &mut Run<'a>, _: &'a Line, answered: Answered) -> Then<'a> {
        match answered {
            Answered::Option(n) => self.pick(n, run),
            _ => Then::Missed(Missed::Unread),
        }
    }

    fn asking(&self) -> Option<&Asking> {
        Some(&self.asking)
    }

    fn formulas(&self) -> Vec<&Formula> {
        self.asking.formulas()
    }

    fn wants(&self) -> Vec<(&Formula, &'static [Known])> {
        self.asking.wants()
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        let options = self.options.iter().map(|(name, arm)| (format!("option {name}"), arm));
        let empty = self.empty.iter().map(|arm| ("empty".to_owned(), arm));
        options.chain(empty).chain(self.asking.arms()).collect()
    }

    /// Without rows it is left by its options only.
    fn falls_through(&self) -> bool {
        self.from.is_some() || self.options.is_empty()
    }

    fn unasked(&self) -> (bool, Vec<&Arm>) {
        (self.if_one_take || self.asking.in_form, self.empty.iter().chain(&self.asking.window_shut).collect())
    }

    fn yields(&self) -> Vec<(&str, Known)> {
        vec![(&self.asking.name, if self.from.is_some() { Known::Row } else { Known::Text })]
    }

    /// A fixed option after rows names no row.
    fn gives(&self, way: Option<&str>) -> Vec<&str> {
        let option = way.is_some_and(|way| way.starts_with("option "));
        if way.is_none() || (option && self.from.is_none()) { vec![&self.asking.name] } else { Vec::new() }
    }

    fn needs(&self) -> Vec<Needs> {
        vec![self.asking.needs(self.options.iter().map(|(name, _)| name.clone()).collect())]
    }

    /// After rows a digit depends on how many there are, but for fixed ones.
    fn digits(&self) -> Vec<(u16, &str)> {
        if self.from.is_some() {
            return self.keys.iter().map(|(name, key)| (*key, name.as_str())).collect();
        }
        let numbers = layout::numbered(self.options.iter().map(|(name, _)| self.fixed_key(name)));
        numbers.into_iter().zip(&self.options).map(|(number, (name, _))| (number, name.as_str())).collect()
    }

    fn rows_from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    fn fixed_values(&self) -> Option<Vec<String>> {
        self.from.is_none().then(|| self.options.iter().map(|(name, _)| name.clone()).collect())
    }

    fn fixed_key(&self, option: &str) -> Option<u16> {
        self.keys.iter().find(|(known, _)| known == option).map(|(_, key)| *key)
    }
}
