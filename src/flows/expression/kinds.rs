//! The kinds of expressions, as far as `check` can know them.

use std::fmt;

use super::{Comparison, Expression, Function};
use crate::flows::mistake::did_you_mean;
use crate::flows::operation::Type;
use crate::flows::value::{MEDIA_FIELDS, PLACE_FIELDS, Value};

/// A kind of value without its sizes. `Unknown` is compatible with all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Unknown,
    Text,
    Whole,
    Decimal,
    YesNo,
    Money,
    Date,
    Time,
    DateTime,
    Duration,
    Place,
    Media,
    Texts,
    Row,
    Rows,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "anything",
            Self::Text => "text",
            Self::Whole => "whole number",
            Self::Decimal => "decimal number",
            Self::YesNo => "yes or no",
            Self::Money => "money",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "instant",
            Self::Duration => "duration",
            Self::Place => "place",
            Self::Media => "picture or file",
            Self::Texts => "list of texts",
            Self::Row => "row",
            Self::Rows => "list of rows",
        })
    }
}

impl From<Type> for Kind {
    fn from(kind: Type) -> Self {
        match kind {
            Type::Text { .. } => Self::Text,
            Type::Whole => Self::Whole,
            Type::Decimal => Self::Decimal,
            Type::YesNo => Self::YesNo,
            Type::Money => Self::Money,
            Type::Date => Self::Date,
            Type::Time => Self::Time,
            Type::DateTime => Self::DateTime,
            Type::Duration => Self::Duration,
            Type::Place => Self::Place,
            Type::Media => Self::Media,
            Type::Texts { .. } => Self::Texts,
            Type::Row(_) => Self::Row,
            Type::Rows { .. } => Self::Rows,
        }
    }
}

impl Kind {
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Text(_) => Self::Text,
            Value::Whole(_) => Self::Whole,
            Value::Decimal(_) => Self::Decimal,
            Value::YesNo(_) => Self::YesNo,
            Value::Money(_) => Self::Money,
            Value::Date(_) => Self::Date,
            Value::Time(_) => Self::Time,
            Value::DateTime(_) => Self::DateTime,
            Value::Duration(_) => Self::Duration,
            Value::Place(_) => Self::Place,
            Value::Media(_) => Self::Media,
            Value::Texts(_) => Self::Texts,
            Value::Row(_) => Self::Row,
            Value::Rows(_) => Self::Rows,
        }
    }

    /// The fields of a kind that has the same ones always.
    pub(crate) fn fields(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Place => Some(&PLACE_FIELDS),
            Self::Media => Some(&MEDIA_FIELDS),
            _ => None,
        }
    }

    /// The kind of such a field, or what is wrong with it.
    pub(crate) fn field(self, name: &str) -> Result<Self, String> {
        let fields = self.fields().unwrap_or_default();
        if !fields.contains(&name) {
            let mend = did_you_mean(name, fields.iter().copied(), "name one it has");
            return Err(format!("is a {self} and has no field \"{name}\", {mend}"));
        }
        Ok(if matches!(name, "latitude" | "longitude") { Self::Decimal } else { Self::Text })
    }

    pub(crate) fn fits(self, other: Self) -> bool {
        self == other || self == Self::Unknown || other == Self::Unknown
    }
}

/// What is known of the names an expression may use.
pub(crate) trait Known {
    /// The kind of a path, or a sentence saying that there is no such thing.
    fn kind(&self, path: &[String]) -> Result<Kind, String>;
}

impl Expression {
    /// The kind it evaluates to, or why it cannot be evaluated.
    pub(crate) fn kind(&self, known: &dyn Known) -> Result<Kind, String> {
        match self {
            Self::Literal(value) => Ok(Kind::of(value)),
            Self::Path(path) => known.kind(path),
            Self::Has(path) => known.kind(path).map(|_| Kind::YesNo),
            Self::Given(inner) => inner.kind(known).map(|_| Kind::YesNo),
            Self::Not(inner) => condition(inner, known),
            Self::And(left, right) | Self::Or(left, right) => {
                condition(left, known)?;
                condition(right, known)
            }
            Self::Compare(comparison, left, right) => {
                let (left, right) = (left.kind(known)?, right.kind(known)?);
                comparable(*comparison, left, right)
            }
            Self::In(left, list) => {
                let left = left.kind(known)?;
                for item in list {
                    comparable(Comparison::Equal, left, item.kind(known)?)?;
                }
                Ok(Kind::YesNo)
            }
            Self::Within(left, list) => match (left.kind(known)?, list.kind(known)?) {
                (Kind::Text | Kind::Unknown, Kind::Texts)
                | (Kind::Text | Kind::Whole | Kind::Unknown, Kind::Rows | Kind::Unknown) => Ok(Kind::YesNo),
                (left, list @ (Kind::Texts | Kind::Rows | Kind::Unknown)) => {
                    Err(format!("cannot look for {left} in a {list}: rows are found by their id"))
                }
                (_, list) => Err(format!("after \"in\" stands a list, not a {list}")),
            },
            Self::Matches(text, _) => match text.kind(known)? {
                Kind::Text | Kind::Unknown => Ok(Kind::YesNo),
                other => Err(format!("a pattern is looked for in a text, not in a {other}")),
            },
            Self::Plus(left, right) => added(false, left, right, known),
            Self::Minus(left, right) => added(true, left, right, known),
            Self::Times(left, right) => times(left, right, known),
            Self::Call(function, arguments) | Self::Found(function, arguments, _) => function.kind(arguments, known),
        }
    }
}

fn condition(inner: &Expression, known: &dyn Known) -> Result<Kind, String> {
    match inner.kind(known)? {
        Kind::YesNo | Kind::Unknown => Ok(Kind::YesNo),
        other => Err(format!("a condition is yes or no, not {other}")),
    }
}

/// Whether two kinds can be compared: an instant with a day by its day, an amount with a whole number of its currency.
pub(crate) fn comparable(comparison: Comparison, left: Kind, right: Kind) -> Result<Kind, String> {
    let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    let never = |kind| matches!(kind, Kind::Row | Kind::Rows | Kind::Texts | Kind::Place | Kind::Media);
    let pairs = [(Kind::Whole, Kind::Decimal), (Kind::Whole, Kind::Money), (Kind::Date, Kind::DateTime)];
    let fits = left.fits(right) || pairs.contains(&(left, right)) || pairs.contains(&(right, left));
    if never(left) || never(right) || !fits || (ordered && left == Kind::YesNo) {
        return Err(format!("cannot compare {left} with {right}"));
    }
    Ok(Kind::YesNo)
}

/// What adding or subtracting gives.
fn added(minus: bool, left: &Expression, right: &Expression, known: &dyn Known) -> Result<Kind, String> {
    let (first, second) = (left.kind(known)?, right.kind(known)?);
    let days = |expression: &Expression| matches!(expression, Expression::Call(Function::Days, _));
    match (first, second) {
        (Kind::Unknown, Kind::Unknown | Kind::Duration) => Ok(Kind::Unknown),
        (Kind::Unknown, Kind::Whole | Kind::Money | Kind::Decimal) => Ok(second),
        (Kind::Whole | Kind::Money | Kind::Decimal, Kind::Unknown)
        | (Kind::Whole, Kind::Whole)
        | (Kind::Money, Kind::Money)
        | (Kind::Duration, Kind::Duration) => Ok(first),
        (Kind::Decimal, Kind::Whole | Kind::Decimal) | (Kind::Whole, Kind::Decimal) => Ok(Kind::Decimal),
        (Kind::DateTime, Kind::Duration) => Ok(Kind::DateTime),
        (Kind::Duration, Kind::DateTime) | (Kind::DateTime, Kind::Unknown) if !minus => Ok(Kind::DateTime),
        (Kind::Date, Kind::Duration) if days(right) => Ok(Kind::Date),
        (Kind::Duration, Kind::Date) if !minus && days(left) => Ok(Kind::Date),
        (Kind::Date, Kind::Duration) | (Kind::Duration, Kind::Date) => {
            Err("to a date only days() are added".to_owned())
        }
        (Kind::DateTime, Kind::DateTime) | (Kind::Date, Kind::Date) if minus => Ok(Kind::Duration),
        _ => Err(format!("cannot add or subtract {first} and {second}")),
    }
}

fn times(left: &Expression, right: &Expression, known: &dyn Known) -> Result<Kind, String> {
    let literal = matches!(left, Expression::Literal(_)) || matches!(right, Expression::Literal(_));
    let nested = [left, right].iter().any(|side| matches!(side, Expression::Times(..)));
    if !literal || nested {
        return Err("a number is multiplied once, by a literal".to_owned());
    }
    match (left.kind(known)?, right.kind(known)?) {
        (Kind::Whole | Kind::Unknown, Kind::Whole | Kind::Unknown) => Ok(Kind::Whole),
        (Kind::Money, Kind::Whole) | (Kind::Whole, Kind::Money) => Ok(Kind::Money),
        (Kind::Decimal, Kind::Whole | Kind::Decimal) | (Kind::Whole, Kind::Decimal) => Ok(Kind::Decimal),
        (Kind::Duration, Kind::Whole) | (Kind::Whole, Kind::Duration) => Ok(Kind::Duration),
        (left, right) => Err(format!("cannot multiply {left} and {right}")),
    }
}
