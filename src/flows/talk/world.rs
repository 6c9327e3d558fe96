//! What the operations answer in a talk, typed by their signatures.

use std::collections::HashMap;

use chrono_tz::Tz;

use super::typed::{self, field, word};
use crate::domain::Money;
use crate::flows::operation::{OperationKind, Signature, Type};
use crate::flows::source::{Kind, Node};
use crate::flows::turn::{Answer, Question};
use crate::flows::value::{Row, Value};

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
    pub(super) fn answer(&mut self, question: &Question, signature: &Signature) -> Result<Answer, String> {
        allowed(question, signature)?;
        let name = &question.operation;
        let outcomes: Vec<&str> = signature.outcomes.iter().map(|outcome| outcome.name).collect();
        let given = self.once.remove(name).or_else(|| self.answers.get(name).cloned());
        let given = given.ok_or_else(|| {
            let all = outcomes.join(", ");
            format!("the world has no answer for {name}\nits outcomes are {all}: add world: {{{name}: …}}")
        })?;
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
            return Err(format!("{name} has no outcome \"{outcome}\"\nits outcomes are {}", outcomes.join(", ")));
        };
        let value = match (known.yields, value) {
            (None, None) => None,
            (None, Some(_)) => return Err(format!("{name}: {outcome} yields nothing\nwrite {name}: {outcome}")),
            (Some(_), None) => {
                return Err(format!("{name}: {outcome} yields a value\nwrite {name}: {{{outcome}: …}}"));
            }
            (Some(kind), Some(given)) => {
                Some(self.value(given, kind).map_err(|error| format!("the answer of {name}: {error}"))?)
            }
        };
        Ok(Answer { outcome, value })
    }

    /// A value as an answer writes it: rows may stand by their names, or as `{count: 25}`.
    pub(super) fn value(&self, given: &Node, kind: Type) -> Result<Value, String> {
        match (kind, &given.kind) {
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
                let row = |n| {
                    let needed = fields.iter().filter(|field| !field.optional && field.name != "note");
                    needed.map(|field| (field.name.to_owned(), self.counted(n, field.kind))).collect::<Row>()
                };
                Ok(Value::Rows((1..=*count).map(row).collect()))
            }
            _ => typed::typed(given, kind, self.zone),
        }
    }

    fn named(&self, name: &str, fields: &[crate::flows::operation::Field]) -> Result<Row, String> {
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
            Type::DateTime => typed::instant("2026-11-21T09:00", self.zone).map_or(Value::Whole(n), Value::DateTime),
            _ => Value::text(format!("n{n}")),
        }
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
