//! What the operations answer in a talk, written in YAML and typed by their signatures.

use std::collections::HashMap;

use ganira::domain::Money;
use ganira::flows::operation::salon;
use ganira::flows::{Answer, Environment, Field, OperationKind, Outcome, Question, Row, Signature, Type, Value};
use serde_json::Value as Json;

const TEXT: Type = Type::Text { chars_max: 40 };
const PLACE: &[Field] = &[
    Field { name: "id", kind: TEXT, optional: false },
    Field { name: "label", kind: TEXT, optional: false },
    Field { name: "note", kind: TEXT, optional: true },
];

/// Operations for talks that need others than the salon's.
const SPARE: &[Signature] = &[
    Signature {
        name: "places",
        kind: OperationKind::Question,
        inputs: &[Field { name: "near", kind: TEXT, optional: true }],
        outcomes: &[Outcome { name: "found", yields: Some(Type::Rows { fields: PLACE, rows_max: 30 }) }],
    },
    Signature {
        name: "keep_place",
        kind: OperationKind::Guarded,
        inputs: &[Field { name: "place", kind: TEXT, optional: false }],
        outcomes: &[Outcome { name: "kept", yields: Some(Type::Row(PLACE)) }, Outcome { name: "gone", yields: None }],
    },
];

/// All signatures a talk's flows may name.
pub fn signatures() -> Vec<Signature> {
    salon::ALL.iter().chain(SPARE).copied().collect()
}

/// What a talk's flows may name: these signatures, and nothing configured but what the tests of such steps need.
pub fn environment() -> Environment {
    Environment::of(&signatures())
}

/// The world of one talk.
#[derive(Debug, Clone, Default)]
pub struct World {
    answers: HashMap<String, Json>,
    once: HashMap<String, Json>,
    rows: HashMap<String, Json>,
    /// The commands given, in their order.
    pub done: Vec<String>,
}

impl World {
    pub fn of(file: &Json) -> Self {
        let map = |name: &str| {
            let pairs = file.get(name).and_then(Json::as_object).cloned().unwrap_or_default();
            pairs.into_iter().collect::<HashMap<_, _>>()
        };
        Self { answers: map("world"), once: HashMap::new(), rows: map("rows"), done: Vec::new() }
    }

    /// From now on these answers.
    pub fn change(&mut self, answers: &Json) {
        for (operation, answer) in answers.as_object().expect("world: {operation: answer}") {
            self.answers.insert(operation.clone(), answer.clone());
        }
    }

    /// The next time these answers.
    pub fn once(&mut self, answers: &Json) {
        for (operation, answer) in answers.as_object().expect("answer: {operation: answer}") {
            self.once.insert(operation.clone(), answer.clone());
        }
    }

    /// The id of a row by its name, as an option has it.
    pub fn row_id(&self, name: &str) -> Option<String> {
        let id = self.rows.get(name)?.get("id")?;
        Some(id.as_str().map_or_else(|| id.to_string(), str::to_owned))
    }

    pub fn answer(&mut self, question: &Question) -> Answer {
        let signatures = signatures();
        let signature = signatures.iter().find(|known| known.name == question.operation).expect("a known operation");
        for input in signature.inputs {
            assert!(
                input.optional || question.arguments.contains_key(input.name),
                "{} lacks {}",
                question.operation,
                input.name
            );
        }
        for (name, value) in &question.arguments {
            let input = signature.inputs.iter().find(|input| input.name == name).expect("a declared input");
            assert!(is_of(value, input.kind), "{}: {name} is {value:?}", question.operation);
        }
        let answer = self.once.remove(&question.operation).or_else(|| self.answers.get(&question.operation).cloned());
        let answer = answer.unwrap_or_else(|| panic!("the world has no answer for {}", question.operation));
        let (outcome, given) = match &answer {
            Json::String(outcome) => (outcome.clone(), Json::Null),
            Json::Object(pair) => {
                pair.iter().next().map(|(name, given)| (name.clone(), given.clone())).expect("an outcome")
            }
            other => panic!("not an answer: {other}"),
        };
        if signature.kind != OperationKind::Question {
            self.done.push(question.operation.clone());
        }
        let yields = signature.outcomes.iter().find(|known| known.name == outcome).and_then(|known| known.yields);
        Answer { outcome, value: yields.map(|kind| self.value(&given, kind)) }
    }

    fn value(&self, given: &Json, kind: Type) -> Value {
        match (kind, given) {
            (Type::Row(fields), Json::String(name)) => Value::Row(row(self.named(name), fields)),
            (Type::Rows { fields, .. }, Json::Array(names)) => Value::Rows(
                names.iter().map(|name| row(self.named(name.as_str().expect("a row's name")), fields)).collect(),
            ),
            // `{count: 25}`: so many rows, numbered.
            (Type::Rows { fields, .. }, Json::Object(many)) => {
                let count = many["count"].as_u64().expect("count");
                let made = (1..=count).map(|n| {
                    let row = fields.iter().map(|field| (field.name.to_owned(), counted(n, field.kind)));
                    row.filter(|(name, _)| name != "note").collect()
                });
                Value::Rows(made.collect())
            }
            (kind, given) => typed(given, kind),
        }
    }

    fn named(&self, name: &str) -> &Json {
        self.rows.get(name).unwrap_or_else(|| panic!("there is no row {name}"))
    }
}

fn counted(n: u64, kind: Type) -> Value {
    match kind {
        Type::Whole => Value::Whole(n as i64),
        Type::Money => Value::Money(Money::rwf(1000 * n as i64)),
        Type::DateTime => Value::DateTime("2026-11-21T07:00:00Z".parse().unwrap()),
        _ => Value::text(format!("n{n}")),
    }
}

fn row(given: &Json, fields: &[Field]) -> Row {
    let given = given.as_object().expect("a row is a map");
    fields.iter().filter_map(|field| Some((field.name.to_owned(), typed(given.get(field.name)?, field.kind)))).collect()
}

fn typed(given: &Json, kind: Type) -> Value {
    let text = || given.as_str().map_or_else(|| given.to_string(), str::to_owned);
    match kind {
        Type::Whole => Value::Whole(given.as_i64().expect("a whole number")),
        Type::Money => Value::Money(Money::rwf(given.as_i64().expect("francs"))),
        Type::Date => Value::Date(text().parse().expect("a date")),
        Type::DateTime => Value::DateTime(text().parse().expect("an instant")),
        _ => Value::text(text()),
    }
}

fn is_of(value: &Value, kind: Type) -> bool {
    match (value, kind) {
        (Value::Text(text), Type::Text { chars_max }) => text.chars().count() <= usize::from(chars_max),
        (Value::Whole(_), Type::Whole) | (Value::Date(_), Type::Date) | (Value::DateTime(_), Type::DateTime) => true,
        _ => false,
    }
}
