//! What a flow says in one language: Fluent messages, made ready at load so that plain labels cost a look-up.

mod functions;
mod scan;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use chrono_tz::Tz;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

pub(crate) use functions::write_day;

/// An amount as people of a language write it, the same wherever it is said: `5,000 RWF`.
pub fn money_in(language: &str, money: crate::domain::Money) -> String {
    functions::write_money(money, crate::flows::languages::language(language))
}
pub(crate) use scan::Entry;

use super::languages::{self, Language};
use super::mistake::{At, Mistakes};
use super::value::{Value, media_label};

/// No message file is larger than this.
const FILE_BYTES_MAX: usize = 256 * 1024;

/// One language of one flow.
pub(crate) struct Texts {
    pub file: String,
    pub language: &'static Language,
    /// The code as the flow writes it.
    pub code: String,
    pub entries: Vec<Entry>,
    ready: HashMap<String, Ready>,
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
        let text = if text.len() > FILE_BYTES_MAX {
            mistakes.add(
                At { line: 1, column: 1 },
                "the file is too large",
                format!("{FILE_BYTES_MAX} bytes are allowed"),
                "shorten it",
            );
            ""
        } else {
            text
        };
        let locale = code.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        bundle.set_use_isolating(false);
        functions::add(&mut bundle, language);
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, errors)| {
            for error in errors {
                let at = place(text, error.pos.start);
                mistakes.add(at, "this is not Fluent", error.kind.to_string(), "correct it here");
            }
            resource
        });
        let entries = scan::scan(text);
        if let Err(errors) = bundle.add_resource(resource) {
            for error in errors {
                let id = match &error {
                    fluent_bundle::FluentError::Overriding { id, .. } => id.clone(),
                    other => other.to_string(),
                };
                let at =
                    entries.iter().rfind(|entry| entry.id == id).map_or(At { line: 1, column: 1 }, |entry| entry.at);
                mistakes.add(at, format!("message \"{id}\" stands here twice"), "the first one counts", "remove one");
            }
        }
        let mut texts =
            Self { file: file.to_owned(), language, code: code.to_owned(), entries, ready: HashMap::new(), bundle };
        texts.make_ready();
        texts
    }

    fn make_ready(&mut self) {
        let mut ready = HashMap::new();
        for entry in &self.entries {
            let variables = entry.variables.iter().map(|(name, _)| Variable { name: name.clone(), path: path(name) });
            let pattern = Ready::Pattern(variables.collect());
            let key = entry.key();
            let made = match self.write(&key, &FluentArgs::new()) {
                None => continue,
                Some(text) if entry.plain => Ready::Plain(text.into_owned()),
                Some(_) => pattern,
            };
            ready.entry(key).or_insert(made);
        }
        self.ready = ready;
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
        other => FluentValue::from(print(other, zone)),
    }
}

/// A value as text, as a message prints it without a function.
pub(crate) fn print(value: &Value, zone: Tz) -> String {
    match value {
        Value::Text(text) => text.clone(),
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

/// A length of time as a flow writes it, in the largest unit that gives a whole number: `90m`, `2h`, `-1d`.
fn print_duration(seconds: i64) -> String {
    let (size, unit) = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')]
        .into_iter()
        .find(|(size, _)| seconds != 0 && seconds % size == 0)
        .unwrap_or((1, 's'));
    format!("{}{unit}", seconds / size)
}

fn place(text: &str, byte: usize) -> At {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) as u32 + 1;
    At { line, column }
}
