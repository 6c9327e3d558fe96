//! Evaluates an expression. What cannot be evaluated is `None`: the machine counts it and takes it as false.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::calls::{day_after, moved};
use super::{Comparison, Expression, WHOLE_MAX};
use crate::domain::{Money, Timestamp};
use crate::flows::understand::Ears;
use crate::flows::value::{Decimal, Value};

/// What an expression can see.
pub(crate) trait Scope {
    /// The value of a path such as `service.label`; `None` if it is not there.
    fn look_up(&self, path: &[String]) -> Option<Cow<'_, Value>>;
    fn today(&self) -> NaiveDate;
    fn now(&self) -> Timestamp;
    fn zone(&self) -> Tz;
    /// How texts are heard.
    fn ears(&self) -> Ears;
    fn tagged(&self, tag: &str) -> bool;
}

impl Expression {
    pub(crate) fn value<'a>(&'a self, scope: &'a dyn Scope) -> Option<Cow<'a, Value>> {
        let own = |value: Value| Some(Cow::Owned(value));
        match self {
            Self::Literal(value) => Some(Cow::Borrowed(value)),
            Self::Path(path) => scope.look_up(path),
            Self::Has(path) => own(Value::YesNo(scope.look_up(path).is_some())),
            Self::Given(inner) => own(Value::YesNo(inner.value(scope).is_some())),
            Self::Not(inner) => own(Value::YesNo(!inner.holds(scope)?)),
            Self::And(left, right) => own(Value::YesNo(left.holds(scope)? && right.holds(scope)?)),
            Self::Or(left, right) => own(Value::YesNo(left.holds(scope)? || right.holds(scope)?)),
            Self::Compare(comparison, left, right) => own(Value::YesNo(comparison.holds(
                left.value(scope)?.as_ref(),
                right.value(scope)?.as_ref(),
                scope.zone(),
            )?)),
            Self::In(left, list) => {
                let left = left.value(scope)?;
                let mut found = false;
                for item in list {
                    found |= Comparison::Equal.holds(left.as_ref(), item.value(scope)?.as_ref(), scope.zone())?;
                }
                own(Value::YesNo(found))
            }
            Self::Within(left, list) => {
                own(Value::YesNo(within(left.value(scope)?.as_ref(), list.value(scope)?.as_ref())?))
            }
            Self::Matches(text, pattern) => own(Value::YesNo(pattern.is_in(text.value(scope)?.as_text()?))),
            Self::Plus(left, right) => sum(left.value(scope)?.as_ref(), right.value(scope)?.as_ref()).map(Cow::Owned),
            Self::Minus(left, right) => {
                difference(left.value(scope)?.as_ref(), right.value(scope)?.as_ref()).map(Cow::Owned)
            }
            Self::Times(left, right) => {
                product(left.value(scope)?.as_ref(), right.value(scope)?.as_ref()).map(Cow::Owned)
            }
            Self::Call(function, arguments) | Self::Found(function, arguments, _) => {
                function.value(arguments, scope).map(Cow::Owned)
            }
        }
    }

    /// The truth of a condition.
    pub(crate) fn holds(&self, scope: &dyn Scope) -> Option<bool> {
        match self.value(scope)?.as_ref() {
            Value::YesNo(value) => Some(*value),
            _ => None,
        }
    }
}

impl Comparison {
    /// Whether it holds of two values; `None` for two that cannot be compared. An instant and a day are compared by the day in `zone`.
    pub(crate) fn holds(self, left: &Value, right: &Value, zone: Tz) -> Option<bool> {
        let order = compare(left, right, zone)?;
        Some(match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        })
    }
}

pub(super) fn compare(left: &Value, right: &Value, zone: Tz) -> Option<Ordering> {
    let day = |at: &Timestamp| at.with_timezone(&zone).date_naive();
    let decimal = |number: &i64| Decimal::from_whole(*number);
    Some(match (left, right) {
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Whole(left), Value::Whole(right)) | (Value::Duration(left), Value::Duration(right)) => left.cmp(right),
        (Value::Decimal(left), Value::Decimal(right)) => left.cmp(right),
        (Value::Decimal(left), Value::Whole(right)) => left.cmp(&decimal(right)?),
        (Value::Whole(left), Value::Decimal(right)) => decimal(left)?.cmp(right),
        (Value::YesNo(left), Value::YesNo(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::Time(left), Value::Time(right)) => left.cmp(right),
        (Value::DateTime(left), Value::DateTime(right)) => left.cmp(right),
        (Value::DateTime(left), Value::Date(right)) => day(left).cmp(right),
        (Value::Date(left), Value::DateTime(right)) => left.cmp(&day(right)),
        (Value::Money(left), Value::Money(right)) if left.currency == right.currency => left.minor.cmp(&right.minor),
        (Value::Money(left), Value::Whole(right)) => left.minor.cmp(&Money::of(*right, left.currency).minor),
        (Value::Whole(left), Value::Money(right)) => Money::of(*left, right.currency).minor.cmp(&right.minor),
        _ => return None,
    })
}

/// Whether a list has it: rows by their id.
fn within(wanted: &Value, list: &Value) -> Option<bool> {
    match list {
        Value::Rows(rows) => Some(rows.iter().any(|row| row.get("id") == Some(wanted))),
        Value::Texts(lines) => wanted.as_text().map(|wanted| lines.iter().any(|line| line == wanted)),
        _ => None,
    }
}

/// Whole numbers stay within their bounds.
fn whole(number: i64) -> Value {
    Value::Whole(number.clamp(-WHOLE_MAX, WHOLE_MAX))
}

fn decimal(millionths: i64) -> Option<Value> {
    let most = WHOLE_MAX * 1_000_000;
    Decimal::from_millionths(millionths.clamp(-most, most)).map(Value::Decimal)
}

/// Both numbers in millionths, if one of them is a decimal.
fn decimals(left: &Value, right: &Value) -> Option<(i64, i64)> {
    let millionths = |value: &Value| match value {
        Value::Decimal(number) => Some(number.millionths()),
        Value::Whole(number) => number.checked_mul(1_000_000),
        _ => None,
    };
    Some((millionths(left)?, millionths(right)?))
}

fn sum(left: &Value, right: &Value) -> Option<Value> {
    Some(match (left, right) {
        (Value::Whole(left), Value::Whole(right)) => whole(left.saturating_add(*right)),
        (Value::Money(left), Value::Money(right)) if left.currency == right.currency => {
            Value::Money(Money { minor: left.minor.saturating_add(right.minor), currency: left.currency })
        }
        (Value::Duration(left), Value::Duration(right)) => Value::Duration(left.saturating_add(*right)),
        (Value::DateTime(at), Value::Duration(by)) | (Value::Duration(by), Value::DateTime(at)) => {
            Value::DateTime(moved(*at, *by))
        }
        (Value::Date(day), Value::Duration(by)) | (Value::Duration(by), Value::Date(day)) => {
            Value::Date(day_after(*day, by.div_euclid(86_400)))
        }
        _ => {
            let (left, right) = decimals(left, right)?;
            decimal(left.saturating_add(right))?
        }
    })
}

fn difference(left: &Value, right: &Value) -> Option<Value> {
    Some(match (left, right) {
        (Value::Whole(left), Value::Whole(right)) => whole(left.saturating_sub(*right)),
        (Value::Money(left), Value::Money(right)) if left.currency == right.currency => {
            Value::Money(Money { minor: left.minor.saturating_sub(right.minor), currency: left.currency })
        }
        (Value::Duration(left), Value::Duration(right)) => Value::Duration(left.saturating_sub(*right)),
        (Value::DateTime(at), Value::Duration(by)) => Value::DateTime(moved(*at, by.saturating_neg())),
        (Value::Date(day), Value::Duration(by)) => Value::Date(day_after(*day, by.div_euclid(86_400).saturating_neg())),
        (Value::DateTime(left), Value::DateTime(right)) => Value::Duration((*left - *right).num_seconds()),
        (Value::Date(left), Value::Date(right)) => Value::Duration((*left - *right).num_seconds()),
        _ => {
            let (left, right) = decimals(left, right)?;
            decimal(left.saturating_sub(right))?
        }
    })
}

fn product(left: &Value, right: &Value) -> Option<Value> {
    Some(match (left, right) {
        (Value::Whole(left), Value::Whole(right)) => whole(left.saturating_mul(*right)),
        (Value::Money(money), Value::Whole(times)) | (Value::Whole(times), Value::Money(money)) => {
            Value::Money(Money { minor: money.minor.saturating_mul(*times), currency: money.currency })
        }
        (Value::Duration(length), Value::Whole(times)) | (Value::Whole(times), Value::Duration(length)) => {
            Value::Duration(length.saturating_mul(*times))
        }
        _ => {
            let (left, right) = decimals(left, right)?;
            let exact = i128::from(left) * i128::from(right) / 1_000_000;
            decimal(exact.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)?
        }
    })
}
