//! Evaluates an expression. What cannot be evaluated is `None`: the machine counts it and takes it as false.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::{Days, Duration, NaiveDate};

use super::{Comparison, Expression, Function, LIST_MAX, WHOLE_MAX};
use crate::domain::{Money, Timestamp};
use crate::flows::value::Value;

/// What an expression can see.
pub(crate) trait Scope {
    /// The value of a path such as `service.label`; `None` if it is not there.
    fn look_up(&self, path: &[String]) -> Option<Cow<'_, Value>>;
    fn today(&self) -> NaiveDate;
    fn now(&self) -> Timestamp;
}

impl Expression {
    pub(crate) fn value<'a>(&'a self, scope: &'a dyn Scope) -> Option<Cow<'a, Value>> {
        let own = |value: Value| Some(Cow::Owned(value));
        match self {
            Self::Literal(value) => Some(Cow::Borrowed(value)),
            Self::Path(path) => scope.look_up(path),
            Self::Has(path) => own(Value::YesNo(scope.look_up(path).is_some())),
            Self::Not(inner) => own(Value::YesNo(!inner.holds(scope)?)),
            Self::And(left, right) => own(Value::YesNo(left.holds(scope)? && right.holds(scope)?)),
            Self::Or(left, right) => own(Value::YesNo(left.holds(scope)? || right.holds(scope)?)),
            Self::Compare(comparison, left, right) => {
                own(Value::YesNo(comparison.holds(left.value(scope)?.as_ref(), right.value(scope)?.as_ref())?))
            }
            Self::In(left, list) => {
                let left = left.value(scope)?;
                let mut found = false;
                for item in list {
                    found |= Comparison::Equal.holds(left.as_ref(), item.value(scope)?.as_ref())?;
                }
                own(Value::YesNo(found))
            }
            Self::Plus(left, right) => sum(left.value(scope)?.as_ref(), right.value(scope)?.as_ref()).map(Cow::Owned),
            Self::Minus(left, right) => {
                difference(left.value(scope)?.as_ref(), right.value(scope)?.as_ref()).map(Cow::Owned)
            }
            Self::Times(left, right) => {
                product(left.value(scope)?.as_ref(), right.value(scope)?.as_ref()).map(Cow::Owned)
            }
            Self::Call(function, arguments) => function.value(arguments, scope).map(Cow::Owned),
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
    /// Whether it holds of two values of one kind; `None` for two kinds.
    pub(crate) fn holds(self, left: &Value, right: &Value) -> Option<bool> {
        let order = compare(left, right)?;
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

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    Some(match (left, right) {
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Whole(left), Value::Whole(right)) => left.cmp(right),
        (Value::YesNo(left), Value::YesNo(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::Time(left), Value::Time(right)) => left.cmp(right),
        (Value::DateTime(left), Value::DateTime(right)) => left.cmp(right),
        (Value::Money(left), Value::Money(right)) if left.currency == right.currency => left.minor.cmp(&right.minor),
        _ => return None,
    })
}

fn whole(number: i64) -> Option<Value> {
    (-WHOLE_MAX..=WHOLE_MAX).contains(&number).then_some(Value::Whole(number))
}

fn sum(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Whole(left), Value::Whole(right)) => whole(left.checked_add(*right)?),
        (Value::Money(left), Value::Money(right)) if left.currency == right.currency => {
            Some(Value::Money(Money { minor: left.minor.checked_add(right.minor)?, currency: left.currency }))
        }
        _ => None,
    }
}

fn difference(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Whole(left), Value::Whole(right)) => whole(left.checked_sub(*right)?),
        (Value::Money(left), Value::Money(right)) if left.currency == right.currency => {
            Some(Value::Money(Money { minor: left.minor.checked_sub(right.minor)?, currency: left.currency }))
        }
        _ => None,
    }
}

fn product(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Whole(left), Value::Whole(right)) => whole(left.checked_mul(*right)?),
        (Value::Money(money), Value::Whole(times)) | (Value::Whole(times), Value::Money(money)) => {
            Some(Value::Money(Money { minor: money.minor.checked_mul(*times)?, currency: money.currency }))
        }
        _ => None,
    }
}

impl Function {
    fn value(self, arguments: &[Expression], scope: &dyn Scope) -> Option<Value> {
        let number = |n: usize| arguments.get(n)?.value(scope)?.as_whole();
        match self {
            Self::InDays => {
                let days = number(0)?;
                let today = scope.today();
                let there = Days::new(days.unsigned_abs());
                let day = if days < 0 { today.checked_sub_days(there) } else { today.checked_add_days(there) };
                day.map(Value::Date)
            }
            Self::InMinutes => scope.now().checked_add_signed(Duration::try_minutes(number(0)?)?).map(Value::DateTime),
            Self::Append => {
                let mut list = match arguments.first()?.value(scope).as_deref() {
                    None => Vec::new(),
                    Some(Value::Texts(list)) => list.clone(),
                    Some(_) => return None,
                };
                let text = arguments.get(1)?.value(scope)?;
                let longest = number(2)?.clamp(1, LIST_MAX) as usize;
                let line = one_line(text.as_text()?);
                list.extend((!line.is_empty()).then_some(line));
                let surplus = list.len().saturating_sub(longest);
                list.drain(..surplus);
                Some(Value::Texts(list))
            }
        }
    }
}

/// A list's items stay lines.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
