//! The longest data a flow can meet, as far as it is declared: what a text is measured with.

use std::borrow::Cow;

use chrono::{Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::Check;
use crate::domain::{Money, Timestamp};
use crate::flows::definition::Line;
use crate::flows::expression::Kind;
use crate::flows::layout::units;
use crate::flows::messages::Texts;
use crate::flows::operation::{Field, Type};
use crate::flows::value::{Row, Value};

/// What a person typed counts with so many letters: the longest name that is taken. So does what is declared nowhere.
const TYPED_CHARS: u16 = 60;
/// A widely used field of rows, where their fields are not known: WhatsApp's limits for rows.
const LABEL_CHARS: u16 = 24;
const NOTE_CHARS: u16 = 72;
/// Whole numbers and amounts in francs.
const WHOLES: [i64; 4] = [999_999_999, 1, 2, 0];
const FRANCS: i64 = 99_999_999;
/// Almost a day: `23 hours 59 minutes`.
const SECONDS: i64 = 86_340;
/// The widest letter: it never becomes another one.
const LETTER: &str = "W";

/// Ways to fill a text: plural forms and names of days differ in length from language to language.
const WAYS: usize = 8;

impl Check<'_> {
    /// The longest form of a message or attribute.
    pub(super) fn longest(&self, texts: &Texts, key: &str) -> Option<String> {
        if let Some(plain) = texts.plain(key) {
            return Some(plain.to_owned());
        }
        let ways = (0..WAYS).filter_map(|way| {
            texts.text(key, Tz::UTC, &|path: &[String]| {
                let limit = self.limit(key, path).map(|kind| of_kind(kind, "", way));
                Some(Cow::Owned(limit.unwrap_or_else(|| self.longest_value(texts, path, way))))
            })
        });
        ways.max_by_key(|text| units(text))
    }

    /// The kind of `$low` and `$high` in a question's texts of those names.
    fn limit(&self, key: &str, path: &[String]) -> Option<Kind> {
        let (message, attribute) = key.split_once('.')?;
        let [name] = path else { return None };
        if name != attribute || !matches!(attribute, "low" | "high") {
            return None;
        }
        let mut lines = self.lines().map(|(_, line)| line);
        let line = lines.find(|line| line.step.asking().is_some_and(|asking| asking.message == message))?;
        line.step.yields().first().map(|(_, kind)| *kind)
    }

    fn longest_value(&self, texts: &Texts, path: &[String], way: usize) -> Value {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        let [first, rest @ ..] = &words[..] else { return Value::text("") };
        if let Some(label) = self.longest_label(texts, first).filter(|_| rest.is_empty()) {
            return Value::text(label);
        }
        let declared = self.declared(first);
        let field = match (declared, rest) {
            (Some(Type::Row(fields) | Type::Rows { fields, .. }), [name]) => {
                fields.iter().find(|field| field.name == *name).map(|field| field.kind)
            }
            (kind, []) => kind,
            _ => None,
        };
        if let Some(kind) = field {
            return value(kind, way);
        }
        let kind = match rest {
            [] => self.names.known.get(first).map(|named| named.kind),
            _ => None,
        };
        of_kind(kind.unwrap_or(Kind::Text), words.last().copied().unwrap_or_default(), way)
    }

    /// What an operation declares of the value of that name, or of the rows from which it is chosen.
    pub(super) fn declared(&self, name: &str) -> Option<Type> {
        let chosen = self.lines().find_map(|(_, line)| {
            let from = line.step.rows_from()?;
            line.step.asking().is_some_and(|asking| asking.name == name).then_some(from)
        });
        if let Some(from) = chosen.filter(|from| *from != name) {
            return self.declared(from).map(|kind| match kind {
                Type::Rows { fields, .. } => Type::Row(fields),
                other => other,
            });
        }
        let yielded = self.lines().find_map(|(_, line)| {
            let operation = line.step.operation().filter(|operation| operation.yields == name)?;
            let signature = self.set.signatures.get(operation.name)?;
            signature.outcomes.iter().find_map(|outcome| outcome.yields)
        });
        let given = || self.returned(name).or_else(|| self.brought(name));
        // Plain text declares no length of its own.
        yielded.or_else(|| given().filter(|kind| !matches!(kind, Type::Text { .. })))
    }

    /// What a called flow declares of the one value that it gives back.
    fn returned(&self, name: &str) -> Option<Type> {
        self.lines().find_map(|(_, line)| {
            let callee = line.step.callee().filter(|callee| callee.yields == Some(name))?;
            let ends = &self.set.flow(callee.flow)?.ends;
            ends.iter().find_map(|(_, values)| if let [(_, kind)] = &values[..] { Some(*kind) } else { None })
        })
    }

    /// What the flow's own head declares: of a value it takes, or that comes with news.
    fn brought(&self, name: &str) -> Option<Type> {
        let news = self.flow.start.event.iter().flat_map(|occasion| &occasion.gives);
        self.flow.takes.iter().chain(news).find(|(known, _)| known == name).map(|(_, kind)| *kind)
    }

    /// A chosen option prints its own label.
    fn longest_label(&self, texts: &Texts, name: &str) -> Option<String> {
        let of = |line: &Line| {
            let asked = line.step.asking().is_some_and(|asking| asking.name == name) && line.step.rows_from().is_none();
            asked.then(|| line.step.needs()).filter(|needs| needs.iter().any(|needs| needs.prompt))
        };
        let needs = self.lines().find_map(|(_, line)| of(line))?;
        let labels = needs.iter().filter(|needs| needs.prompt).flat_map(|needs| {
            needs.labels.iter().filter_map(|label| texts.plain(&format!("{}.{label}", needs.message)))
        });
        labels.max_by_key(|label| units(label)).map(str::to_owned)
    }

    /// As many rows as a list may have, each as long as it may be. Their labels differ or not, since pages depend on that too.
    pub(super) fn longest_rows(&self, from: &str, differ: bool) -> Vec<Row> {
        let Some(Type::Rows { fields, rows_max }) = self.declared(from) else { return Vec::new() };
        let row = |n: u16| {
            let of = |field: &Field| {
                let longest = value(field.kind, 0);
                let text = match longest {
                    Value::Text(text) if field.name == "label" && differ => Value::text(numbered(&text, n)),
                    other => other,
                };
                (field.name.to_owned(), text)
            };
            fields.iter().map(of).collect()
        };
        (0..rows_max).map(row).collect()
    }
}

/// A text of the same length that ends in its number, if it is long enough.
fn numbered(text: &str, n: u16) -> String {
    let number = n.to_string();
    let kept = text.len().saturating_sub(number.len());
    format!("{}{number}", &text[..kept])
}

fn value(kind: Type, way: usize) -> Value {
    match kind {
        Type::Text { chars_max } => Value::text(LETTER.repeat(usize::from(chars_max))),
        Type::Texts { chars_max, items_max } => {
            Value::Texts(vec![LETTER.repeat(usize::from(chars_max)); usize::from(items_max)])
        }
        Type::Row(fields) => Value::Row(row(fields, way)),
        Type::Rows { fields, rows_max } => Value::Rows(vec![row(fields, way); usize::from(rows_max)].into()),
        other => of_kind(other.into(), "", way),
    }
}

fn row(fields: &[Field], way: usize) -> Row {
    fields.iter().map(|field| (field.name.to_owned(), value(field.kind, way))).collect()
}

fn of_kind(kind: Kind, name: &str, way: usize) -> Value {
    match kind {
        Kind::Whole => Value::Whole(WHOLES[way % WHOLES.len()]),
        Kind::Decimal => "-9999999.99".parse().map_or_else(|_| Value::Whole(WHOLES[0]), Value::Decimal),
        Kind::YesNo => Value::YesNo(way == 0),
        Kind::Money => Value::Money(Money::rwf(FRANCS)),
        Kind::Date => Value::Date(day(way)),
        Kind::Time => Value::Time(NaiveTime::MIN),
        Kind::DateTime => Value::DateTime(Timestamp::from_naive_utc_and_offset(day(way).and_time(NaiveTime::MIN), Utc)),
        Kind::Duration => Value::Duration(SECONDS),
        _ => {
            let chars = match name {
                "label" => LABEL_CHARS,
                "note" => NOTE_CHARS,
                _ => TYPED_CHARS,
            };
            Value::text(LETTER.repeat(usize::from(chars)))
        }
    }
}

/// Days whose names are long: a Wednesday and a Saturday, in September and in November, all with two digits.
fn day(way: usize) -> NaiveDate {
    let after = [0, 66, 3, 63][way / 2 % 4];
    NaiveDate::from_ymd_opt(2026, 9, 23).and_then(|day| day.checked_add_days(Days::new(after))).unwrap_or_default()
}
