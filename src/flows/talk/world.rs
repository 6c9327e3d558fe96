//! What the operations answer in a talk, typed by their signatures.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;

use super::trouble::{Ending, Trouble, Yields};
use super::typed::{self, field, word};
use crate::domain::Money;
use crate::flows::operation::{Field, OperationKind, Outcome, Signature, Type};
use crate::flows::source::{Kind, Node};
use crate::flows::turn::{Answer, Question};
use crate::flows::value::{Decimal, Place, Row, Value};

/// The world of one talk.
#[derive(Debug, Clone)]
pub(super) struct World {
    answers: HashMap<String, Node>,
    once: HashMap<String, Node>,
    rows: HashMap<String, Node>,
    zone: Tz,
    /// The commands given, in their order.
    pub done: Vec<String>,
}

impl World {
    pub(super) fn new(answers: HashMap<String, Node>, rows: HashMap<String, Node>, zone: Tz) -> Self {
        Self { answers, once: HashMap::new(), rows, zone, done: Vec::new() }
    }

    /// From now on these answers.
    pub(super) fn change(&mut self, answers: &[(String, Node)]) {
        self.answers.extend(answers.iter().cloned());
    }

    /// The next time these answers.
    pub(super) fn once(&mut self, answers: &[(String, Node)]) {
        self.once.extend(answers.iter().cloned());
    }

    /// A row by its name.
    pub(super) fn row(&self, name: &str) -> Option<&Node> {
        self.rows.get(name)
    }

    /// A value of a kind that only its reader knows: a row by its name, or as it is written.
    pub(super) fn guessed(&self, node: &Node, signatures: &HashMap<&'static str, Signature>) -> Value {
        match word(node).as_deref().and_then(|name| self.row(name)) {
            Some(row) => Value::Row(self.best(row, signatures)),
            None => typed::guessed(node, self.zone),
        }
    }

    /// A row of the data typed as the operation that gives most of its fields types it.
    fn best(&self, node: &Node, signatures: &HashMap<&'static str, Signature>) -> Row {
        let yields = signatures.values().flat_map(|signature| signature.outcomes).filter_map(|outcome| outcome.yields);
        let fields = yields.filter_map(|kind| match kind {
            Type::Row(fields) | Type::Rows { fields, .. } => Some(fields),
            _ => None,
        });
        let rows = fields.filter_map(|fields| typed::row(node, fields, self.zone).ok());
        // Signatures come in no order: equally long rows are told apart by what they are.
        let best = rows.max_by_key(|row| (row.len(), format!("{row:?}")));
        best.unwrap_or_else(|| typed::guessed_row(node, self.zone))
    }

    /// Answers a question, if it is one the signature allows and the world has an answer for it.
    pub(super) fn answer(&mut self, question: &Question, signature: &Signature) -> Result<Answer, Trouble> {
        allowed(question, signature)?;
        let name = &question.operation;
        let outcomes: Vec<&str> = signature.outcomes.iter().map(|outcome| outcome.name).collect();
        let given = self.once.remove(name).or_else(|| self.answers.get(name).cloned());
        let given = given.ok_or_else(|| unanswered(signature))?;
        let (outcome, value) = outcome_of(&given).ok_or_else(|| {
            format!("the answer of {name} is not an outcome\nwrite {name}: outcome, or {name}: {{outcome: value}}")
        })?;
        if signature.kind != OperationKind::Question {
            self.done.push(name.clone());
        }
        if outcome == "unavailable" {
            return Ok(Answer { outcome, value: None });
        }
        let Some(known) = signature.outcomes.iter().find(|known| known.name == outcome) else {
            let all = outcomes.join(", ");
            return Err(format!("{name} has no outcome \"{outcome}\"\nits outcomes are {all}").into());
        };
        let value = match (known.yields, value) {
            (None, None) => None,
            (None, Some(_)) => return Err(format!("{name}: {outcome} yields nothing\nwrite {name}: {outcome}").into()),
            (Some(_), None) => {
                return Err(format!("{name}: {outcome} yields a value\nwrite {name}: {{{outcome}: …}}").into());
            }
            (Some(kind), Some(given)) => {
                Some(self.value(given, kind).map_err(|error| format!("the answer of {name}: {error}"))?)
            }
        };
        Ok(Answer { outcome, value })
    }

    /// A value as an answer writes it: rows may stand by their names, or as `{count: 25}`; `any` is made up.
    pub(super) fn value(&self, given: &Node, kind: Type) -> Result<Value, String> {
        match (kind, &given.kind) {
            (_, Kind::Text(word)) if word == "any" && !self.rows.contains_key("any") => Ok(self.counted(1, kind)),
            (Type::Row(fields), Kind::Text(name)) => Ok(Value::Row(self.named(name, fields)?)),
            (Type::Rows { fields, rows_max }, Kind::List(items)) if items.len() <= usize::from(rows_max) => {
                let rows = items.iter().map(|item| match &item.kind {
                    Kind::Text(name) => self.named(name, fields),
                    _ => typed::row(item, fields, self.zone),
                });
                Ok(Value::Rows(rows.collect::<Result<_, _>>()?))
            }
            (Type::Rows { fields, .. }, Kind::Map(_)) => {
                let Some(Kind::Whole(count)) = field(given, "count").map(|node| &node.kind) else {
                    return Err("rows are a list of names, or {count: 25}".to_owned());
                };
                Ok(Value::Rows((1..=*count).map(|n| self.counted_row(n, fields)).collect()))
            }
            _ => typed::typed(given, kind, self.zone),
        }
    }

    fn named(&self, name: &str, fields: &[Field]) -> Result<Row, String> {
        let node = self.row(name).ok_or_else(|| {
            let known = self.rows.keys().map(String::as_str);
            format!(
                "there is no row \"{name}\"\n{}",
                crate::flows::mistake::did_you_mean(name, known, "add it to rows")
            )
        })?;
        typed::row(node, fields, self.zone).map_err(|error| format!("row {name}: {error}"))
    }

    /// The `n`th of many made-up values.
    fn counted(&self, n: i64, kind: Type) -> Value {
        match kind {
            Type::Whole => Value::Whole(n),
            Type::Money => Value::Money(Money::rwf(1000 * n)),
            Type::Decimal => Decimal::from_whole(n).map_or(Value::Whole(n), Value::Decimal),
            Type::YesNo => Value::YesNo(true),
            Type::Date => Value::Date(day()),
            Type::Time => Value::Time(NaiveTime::MIN),
            Type::Duration => Value::Duration(60 * n),
            Type::Place => Place::at(-1.9441, 30.0619).map_or(Value::Whole(n), |place| Value::Place(Box::new(place))),
            Type::Media => typed::media("image").map_or(Value::Whole(n), |media| Value::Media(Box::new(media))),
            Type::Texts { .. } => Value::Texts(vec![format!("n{n}")]),
            Type::Row(fields) => Value::Row(self.counted_row(n, fields)),
            Type::Rows { fields, .. } => Value::Rows((n..n + 3).map(|n| self.counted_row(n, fields)).collect()),
            Type::DateTime => typed::instant("2026-11-21T09:00", self.zone).map_or(Value::Whole(n), Value::DateTime),
            Type::Text { chars_max } => {
                let text = format!("n{n}");
                Value::text(text.chars().take(usize::from(chars_max)).collect::<String>())
            }
        }
    }

    fn counted_row(&self, n: i64, fields: &[Field]) -> Row {
        let needed = fields.iter().filter(|field| !field.optional && field.name != "note");
        needed.map(|field| (field.name.to_owned(), self.counted(n, field.kind))).collect()
    }

    /// The name of the row that has this id.
    pub(super) fn row_named(&self, id: &str) -> Option<String> {
        let mut names: Vec<&String> = self
            .rows
            .iter()
            .filter(|(_, row)| field(row, "id").and_then(word).as_deref() == Some(id))
            .map(|(name, _)| name)
            .collect();
        names.sort();
        names.first().map(|name| (*name).clone())
    }
}

/// A day for made-up values.
fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap_or_default()
}

fn unanswered(signature: &Signature) -> Trouble {
    let ending = |outcome: &Outcome| Ending {
        outcome: outcome.name.to_owned(),
        yields: match outcome.yields {
            None => Yields::Nothing,
            Some(Type::Rows { .. }) => Yields::Rows,
            Some(_) => Yields::Value,
        },
    };
    Trouble::Unanswered {
        operation: signature.name.to_owned(),
        outcomes: signature.outcomes.iter().map(ending).collect(),
        question: signature.kind == OperationKind::Question,
    }
}

/// `taken`, or `{held: h1}`.
pub(super) fn outcome_of(answer: &Node) -> Option<(String, Option<&Node>)> {
    match &answer.kind {
        Kind::Map(pairs) => match &pairs[..] {
            [(outcome, value)] => Some((outcome.name.clone(), Some(value))),
            _ => None,
        },
        _ => word(answer).map(|outcome| (outcome, None)),
    }
}

/// Whether a question is one that the operation declares.
fn allowed(question: &Question, signature: &Signature) -> Result<(), String> {
    let name = &question.operation;
    for input in signature.inputs.iter().filter(|input| !input.optional) {
        if !question.arguments.contains_key(input.name) {
            return Err(format!("{name} was asked without {}", input.name));
        }
    }
    for (given, value) in &question.arguments {
        let Some(input) = signature.inputs.iter().find(|input| input.name == given) else {
            return Err(format!("{name} was asked with {given}, which it does not take"));
        };
        if !is_of(value, input.kind) {
            return Err(format!("{name} was asked with {given}: {value:?}, it takes {:?}", input.kind));
        }
    }
    Ok(())
}

/// Whether a value is of a kind, within its declared size.
fn is_of(value: &Value, kind: Type) -> bool {
    match (value, kind) {
        (Value::Text(text), Type::Text { chars_max }) => text.chars().count() <= usize::from(chars_max),
        (Value::Texts(texts), Type::Texts { items_max, .. }) => texts.len() <= usize::from(items_max),
        (Value::Rows(rows), Type::Rows { rows_max, .. }) => rows.len() <= usize::from(rows_max),
        (Value::Whole(_), Type::Whole)
        | (Value::Decimal(_), Type::Decimal)
        | (Value::Duration(_), Type::Duration)
        | (Value::Place(_), Type::Place)
        | (Value::Media(_), Type::Media)
        | (Value::YesNo(_), Type::YesNo)
        | (Value::Money(_), Type::Money)
        | (Value::Date(_), Type::Date)
        | (Value::Time(_), Type::Time)
        | (Value::DateTime(_), Type::DateTime)
        | (Value::Row(_), Type::Row(_)) => true,
        _ => false,
    }
}
