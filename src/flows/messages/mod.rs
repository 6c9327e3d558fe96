//! What a flow says in one language: Fluent messages, made ready at load so that plain labels cost a look-up.

mod entries;
mod functions;
mod lines;
mod names;
mod plurals;
mod review;
mod writing;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use chrono_tz::Tz;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use fluent_syntax::ast;

pub(crate) use entries::{Entry, Said};
pub(crate) use functions::{FUNCTIONS, Function};
pub(crate) use names::{is_own, is_reserved, option_of, own_attributes};
pub(crate) use plurals::categories;
pub use review::{Review, Reviewed, own_reviews};
pub use writing::DateStyle;
use writing::{write_day, write_duration, write_money, write_number};

use lines::Lines;

use super::by_name::ByName;
use super::languages::{self, Language};
use super::mistake::{At, Mistakes};
use super::value::{Value, media_label};

/// An amount as people of a language write it, the same wherever it is said: `5,000 RWF`.
pub fn money_in(language: &str, money: crate::domain::Money) -> String {
    write_money(money, languages::language(language))
}

/// A value as people of a language read it: `Sat 21 Nov 09:00`, `5,000 RWF`, `1 h 30 min`. What the reader of people's words reads back.
pub fn written_in(language: &str, value: &Value, zone: Tz) -> String {
    written(value, languages::language(language), zone)
}

/// A day as people of a language write it.
pub fn day_in(language: &str, day: chrono::NaiveDate, style: DateStyle) -> String {
    write_day(day, style, languages::language(language))
}

/// No message file is larger than this.
const FILE_BYTES_MAX: usize = 256 * 1024;

/// One language of one flow.
pub(crate) struct Texts {
    pub file: String,
    pub language: &'static Language,
    /// The code as the flow writes it.
    pub code: String,
    pub review: Review,
    /// In the order of the file; of two of the same name the first counts.
    pub entries: Vec<Entry>,
    ready: ByName<Ready>,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Texts({})", self.file)
    }
}

#[derive(Debug)]
enum Ready {
    Plain(String),
    Pattern(Vec<Variable>),
}

/// A variable of a message and the path of the value it prints.
#[derive(Debug)]
struct Variable {
    name: String,
    path: Vec<String>,
}

impl Texts {
    pub(crate) fn read(file: &str, code: &str, text: &str, mistakes: &mut Mistakes) -> Self {
        let language = languages::language(code);
        let small = is_small(text, mistakes);
        let text = if small { text } else { "" };
        let lines = Lines::new(text);
        let (tree, errors) = match fluent_syntax::parser::parse(text) {
            Ok(tree) => (tree, Vec::new()),
            Err((tree, errors)) => (tree, errors),
        };
        for error in errors {
            mistakes.add(lines.at(error.pos.start), "this is not Fluent", error.kind.to_string(), "correct it here");
        }
        let review = if small { Review::of(comments(&tree), mistakes) } else { Review::Unreviewed };
        let entries = entries::entries(&tree, &lines);
        stand_once(&entries, mistakes);
        let counts = can_count(&entries, mistakes);
        let mut bundle = FluentBundle::new_concurrent(vec![plurals::locale(code)]);
        bundle.set_use_isolating(false);
        functions::add(&mut bundle, language);
        let resource = FluentResource::try_new(if counts { text.to_owned() } else { String::new() });
        // What is wrong with the text has been said above.
        let resource = resource.unwrap_or_else(|(resource, _)| resource);
        let _ = bundle.add_resource(resource);
        let ready = ByName::default();
        let mut texts = Self { file: file.to_owned(), language, code: code.to_owned(), review, entries, ready, bundle };
        texts.make_ready();
        texts
    }

    fn make_ready(&mut self) {
        let mut ready = ByName::default();
        for entry in self.entries.iter().filter(|entry| entry.valued && !entry.is_term()) {
            let key = entry.key();
            let mut variables: Vec<Variable> = Vec::new();
            for (name, _) in self.reached(entry).flat_map(|entry| &entry.uses.variables) {
                if variables.iter().all(|known| known.name != *name) {
                    variables.push(Variable { name: name.clone(), path: path(name) });
                }
            }
            let none = FluentArgs::new();
            let Some(text) = self.write(&key, &none) else { continue };
            let made = if variables.is_empty() { Ready::Plain(text.into_owned()) } else { Ready::Pattern(variables) };
            ready.entry(key).or_insert(made);
        }
        self.ready = ready;
    }

    /// The message, attribute or term of a key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.is(key))
    }

    /// An entry and all messages and attributes that it refers to, also by way of others. Terms are left out: they see only what they are
    /// given.
    pub(crate) fn reached<'t>(&'t self, entry: &'t Entry) -> impl Iterator<Item = &'t Entry> {
        let mut seen: HashSet<String> = HashSet::from([entry.key()]);
        let mut open = vec![entry];
        std::iter::from_fn(move || {
            let entry = open.pop()?;
            for (key, _) in &entry.uses.references {
                if !key.starts_with('-') && seen.insert(key.clone()) {
                    open.extend(self.entry(key));
                }
            }
            Some(entry)
        })
    }

    /// Whether there is such a message (`menu`) or attribute (`menu.book`).
    pub(crate) fn has(&self, key: &str) -> bool {
        self.ready.contains_key(key)
    }

    /// The text of a key that has no variables.
    pub(crate) fn plain(&self, key: &str) -> Option<&str> {
        match self.ready.get(key)? {
            Ready::Plain(text) => Some(text),
            Ready::Pattern(_) => None,
        }
    }

    /// The text of a key; `look_up` gives the values of its variables. A variable without a value is printed as its name.
    pub(crate) fn text<'a>(
        &self,
        key: &str,
        zone: Tz,
        look_up: &dyn Fn(&[String]) -> Option<Cow<'a, Value>>,
    ) -> Option<String> {
        match self.ready.get(key)? {
            Ready::Plain(text) => Some(text.clone()),
            Ready::Pattern(variables) => {
                let mut arguments = FluentArgs::with_capacity(variables.len());
                for variable in variables {
                    if let Some(value) = look_up(&variable.path) {
                        arguments.set(variable.name.as_str(), argument(&value, zone));
                    }
                }
                self.write(key, &arguments).map(Cow::into_owned)
            }
        }
    }

    /// The words listed in an attribute such as `start.words`: `code, verify, number`.
    pub(crate) fn words(&self, key: &str) -> Vec<String> {
        self.plain(key)
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn write<'b>(&'b self, key: &str, arguments: &'b FluentArgs<'_>) -> Option<Cow<'b, str>> {
        let (id, attribute) = key.split_once('.').map_or((key, None), |(id, attribute)| (id, Some(attribute)));
        let message = self.bundle.get_message(id)?;
        let pattern = match attribute {
            Some(attribute) => message.get_attribute(attribute)?.value(),
            None => message.value()?,
        };
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, Some(arguments), &mut errors))
    }
}

/// `service-label` is the path `service.label`.
pub(crate) fn path(variable: &str) -> Vec<String> {
    variable.split('-').map(str::to_owned).collect()
}

/// A step's name as the id of its message: Fluent ids have no dots.
pub(crate) fn message_id(name: &str) -> String {
    name.replace('.', "-")
}

/// A value in the form in which messages get it.
fn argument(value: &Value, zone: Tz) -> FluentValue<'static> {
    match value {
        Value::Whole(number) => FluentValue::from(*number),
        // A number, so that it can choose among variants; printed as it stands.
        Value::Decimal(number) => number.to_string().parse::<FluentNumber>().map_or(FluentValue::None, Into::into),
        other => FluentValue::from(print(other, zone)),
    }
}

/// A value as text, as a message prints it without a function.
pub(crate) fn print(value: &Value, zone: Tz) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Whole(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::YesNo(value) => value.to_string(),
        Value::Money(money) => money.to_string(),
        Value::Date(day) => day.to_string(),
        Value::Time(time) => time.format("%H:%M").to_string(),
        Value::DateTime(at) => at.with_timezone(&zone).format(functions::INSTANT).to_string(),
        Value::Duration(seconds) => print_duration(*seconds),
        Value::Place(place) => place.label(),
        Value::Media(media) => media_label(media).to_owned(),
        Value::Row(row) => row.get("label").map(|label| print(label, zone)).unwrap_or_default(),
        Value::Rows(rows) => rows
            .iter()
            .filter_map(|row| row.get("label"))
            .map(|label| print(label, zone))
            .collect::<Vec<_>>()
            .join("\n"),
        Value::Texts(lines) => lines.join("\n"),
    }
}

/// A value as a person reads it, for the engine's own texts: `Sat 21 Nov`, `5,000 RWF`.
pub(crate) fn written(value: &Value, language: &Language, zone: Tz) -> String {
    match value {
        Value::Whole(number) => write_number(&(*number).into(), language),
        Value::Decimal(number) => {
            let number = number.to_string();
            number.parse().map_or(number, |number| write_number(&number, language))
        }
        Value::Money(money) => write_money(*money, language),
        Value::Date(day) => write_day(*day, DateStyle::Short, language),
        Value::DateTime(at) => {
            let at = at.with_timezone(&zone).naive_local();
            format!("{} {}", write_day(at.date(), DateStyle::Short, language), at.format("%H:%M"))
        }
        Value::Duration(seconds) => write_duration(*seconds, language),
        other => print(other, zone),
    }
}

/// A length of time as a flow writes it, in the largest unit that gives a whole number: `90m`, `2h`, `-1d`.
fn print_duration(seconds: i64) -> String {
    let (size, unit) = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')]
        .into_iter()
        .find(|(size, _)| seconds != 0 && seconds % size == 0)
        .unwrap_or((1, 's'));
    format!("{}{unit}", seconds / size)
}

/// Whether a file can be read at all.
fn is_small(text: &str, mistakes: &mut Mistakes) -> bool {
    if text.len() > FILE_BYTES_MAX {
        let cause = format!("{FILE_BYTES_MAX} bytes are allowed");
        mistakes.add(At { line: 1, column: 1 }, "the file is too large", cause, "shorten it");
        return false;
    }
    if let Some(at) = lines::too_deep(text) {
        let cause = "Fluent fills in at most a hundred placeables";
        mistakes.add(at, "a message opens too many brackets", cause, "part it into several messages");
        return false;
    }
    true
}

/// The lines of the comments that speak of the whole file.
fn comments<'t>(tree: &ast::Resource<&'t str>) -> impl Iterator<Item = &'t str> {
    tree.body.iter().flat_map(|entry| match entry {
        ast::Entry::ResourceComment(comment) => comment.content.clone(),
        _ => Vec::new(),
    })
}

fn stand_once(entries: &[Entry], mistakes: &mut Mistakes) {
    let (mut messages, mut attributes) = (HashSet::new(), HashSet::new());
    for entry in entries {
        let (kind, new) = if let Some(attribute) = &entry.attribute {
            ("attribute", attributes.insert(attribute))
        } else {
            attributes.clear();
            // Fluent knows a message and a term of the same name for one thing.
            ("message", messages.insert(entry.id.trim_start_matches('-')))
        };
        if !new {
            let what = format!("{kind} \"{}\" stands here twice", entry.key());
            mistakes.add(entry.at, what, "the first one counts", "remove one");
        }
    }
}

/// Whether all numbers of a file are such that Fluent can choose by them.
fn can_count(entries: &[Entry], mistakes: &mut Mistakes) -> bool {
    let long: Vec<At> = entries.iter().flat_map(|entry| &entry.uses.long_numbers).copied().collect();
    for at in &long {
        mistakes.add(*at, "a number has at most 15 digits", "Fluent counts no further", "write it as a text");
    }
    long.is_empty()
}
