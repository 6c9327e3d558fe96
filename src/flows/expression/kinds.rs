//! The kinds of expressions, as far as `check` can know them.

use std::fmt;

use super::{Comparison, Expression, Function, LIST_MAX};
use crate::flows::operation::Type;
use crate::flows::value::Value;

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
            Self::Plus(left, right) | Self::Minus(left, right) => {
                let (left, right) = (left.kind(known)?, right.kind(known)?);
                let number = |kind| matches!(kind, Kind::Whole | Kind::Money | Kind::Unknown);
                if number(left) && number(right) && left.fits(right) {
                    Ok(if left == Kind::Unknown { right } else { left })
                } else {
                    Err(format!("cannot add or subtract {left} and {right}"))
                }
            }
            Self::Times(left, right) => times(left, right, known),
            Self::Call(function, arguments) => function.kind(arguments, known),
        }
    }
}

fn condition(inner: &Expression, known: &dyn Known) -> Result<Kind, String> {
    match inner.kind(known)? {
        Kind::YesNo | Kind::Unknown => Ok(Kind::YesNo),
        other => Err(format!("a condition is yes or no, not {other}")),
    }
}

fn comparable(comparison: Comparison, left: Kind, right: Kind) -> Result<Kind, String> {
    let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    let never =
        matches!(left, Kind::Row | Kind::Rows | Kind::Texts) || matches!(right, Kind::Row | Kind::Rows | Kind::Texts);
    if never || !left.fits(right) || (ordered && left == Kind::YesNo) {
        return Err(format!("cannot compare {left} with {right}"));
    }
    Ok(Kind::YesNo)
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
        (left, right) => Err(format!("cannot multiply {left} and {right}")),
    }
}

impl Function {
    fn kind(self, arguments: &[Expression], known: &dyn Known) -> Result<Kind, String> {
        let want = |n: usize, kind: Kind, what: &str| match arguments.get(n).map(|argument| argument.kind(known)) {
            Some(Ok(found)) if found.fits(kind) => Ok(()),
            Some(Err(cause)) => Err(cause),
            _ => Err(format!("{what} is a {kind}")),
        };
        match self {
            Self::InDays => want(0, Kind::Whole, "the number of days").map(|()| Kind::Date),
            Self::InMinutes => want(0, Kind::Whole, "the number of minutes").map(|()| Kind::DateTime),
            Self::Append => {
                want(0, Kind::Texts, "what append adds to")?;
                want(1, Kind::Text, "what append adds")?;
                match arguments.get(2) {
                    Some(Expression::Literal(Value::Whole(longest))) if (1..=LIST_MAX).contains(longest) => {
                        Ok(Kind::Texts)
                    }
                    _ => Err(format!("append's last value is a literal between 1 and {LIST_MAX}")),
                }
            }
        }
    }
}
