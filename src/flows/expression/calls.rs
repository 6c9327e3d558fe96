//! Evaluates the calls of functions. Every result stays within its bounds instead of failing.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::{Datelike, Days, Duration, NaiveDate, NaiveTime, Timelike};

use super::value::{Scope, compare};
use super::{Expression, Function, LIST_MAX, WHOLE_MAX, words};
use crate::domain::Timestamp;
use crate::flows::understand::{self, Reading, fold};
use crate::flows::value::Value;

impl Function {
    pub(super) fn value(self, arguments: &[Expression], scope: &dyn Scope) -> Option<Value> {
        let given = |n: usize| arguments.get(n)?.value(scope);
        let number = |n: usize| given(n)?.as_whole();
        let truth = |test: fn(&str, &str) -> bool| Some(Value::YesNo(test(given(0)?.as_text()?, given(1)?.as_text()?)));
        match self {
            Self::InDays => number(0).map(|days| Value::Date(day_after(scope.today(), days))),
            Self::InMinutes => number(0).map(|minutes| Value::DateTime(moved(scope.now(), minutes * 60))),
            Self::Days => number(0).map(|days| Value::Duration(days * 86_400)),
            Self::Hours => number(0).map(|hours| Value::Duration(hours * 3_600)),
            Self::Minutes => number(0).map(|minutes| Value::Duration(minutes * 60)),
            Self::Weekday => {
                Some(Value::Whole(day_of(given(0)?.as_ref(), scope)?.weekday().number_from_monday().into()))
            }
            Self::Hour => Some(Value::Whole(time_of(given(0)?.as_ref(), scope)?.hour().into())),
            Self::DateOf => day_of(given(0)?.as_ref(), scope).map(Value::Date),
            Self::TimeOf => time_of(given(0)?.as_ref(), scope).map(Value::Time),
            Self::Append => append(given(0).as_deref(), given(1)?.as_text()?, number(2)?),
            Self::Contains => truth(|text, part| fold(text).contains(&fold(part))),
            Self::StartsWith => truth(|text, part| fold(text).starts_with(&fold(part))),
            Self::EndsWith => truth(|text, part| fold(text).ends_with(&fold(part))),
            Self::HasAnyWord => truth(words::has_any),
            Self::HasAllWords => truth(words::has_all),
            Self::HasPhrase => truth(words::has_phrase),
            Self::OnlyPhrase => truth(words::only_phrase),
            Self::Lower => Some(Value::text(given(0)?.as_text()?.to_lowercase())),
            Self::Upper => Some(Value::text(given(0)?.as_text()?.to_uppercase())),
            Self::Size => size(given(0)?.as_ref()),
            Self::Words => Some(Value::Texts(words::words(given(0)?.as_text()?))),
            Self::NumberIn | Self::DateIn | Self::TimeIn | Self::PhoneIn | Self::EmailIn => {
                let found = self.found(given(0)?.as_text()?, scope);
                found.or_else(|| given(1).map(Cow::into_owned))
            }
            Self::Tagged => Some(Value::YesNo(scope.tagged(given(0)?.as_text()?))),
            Self::Min => chosen(given(0)?.as_ref(), given(1)?.as_ref(), Ordering::Less, scope),
            Self::Max => chosen(given(0)?.as_ref(), given(1)?.as_ref(), Ordering::Greater, scope),
        }
    }

    /// The first thing of its kind in a text. What could mean two things is not found.
    fn found(self, text: &str, scope: &dyn Scope) -> Option<Value> {
        let found = understand::find(self.looks_for()?, text, &scope.ears());
        found.into_iter().find_map(|found| match found.reading {
            Reading::One(value) => Some(value),
            Reading::Several(_) | Reading::Nothing => None,
        })
    }
}

fn append(list: Option<&Value>, text: &str, longest: i64) -> Option<Value> {
    let mut list = match list {
        None => Vec::new(),
        Some(Value::Texts(list)) => list.clone(),
        Some(_) => return None,
    };
    let line = one_line(text);
    list.extend((!line.is_empty()).then_some(line));
    let surplus = list.len().saturating_sub(longest.clamp(1, LIST_MAX) as usize);
    list.drain(..surplus);
    Some(Value::Texts(list))
}

/// A list's items stay lines.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn size(value: &Value) -> Option<Value> {
    let size = match value {
        Value::Text(text) => text.chars().count(),
        Value::Rows(rows) => rows.len(),
        Value::Texts(lines) => lines.len(),
        _ => return None,
    };
    Some(Value::Whole((size as i64).min(WHOLE_MAX)))
}

fn chosen(left: &Value, right: &Value, wanted: Ordering, scope: &dyn Scope) -> Option<Value> {
    let order = compare(left, right, scope.zone())?;
    Some(if order == wanted || order.is_eq() { left.clone() } else { right.clone() })
}

fn day_of(value: &Value, scope: &dyn Scope) -> Option<NaiveDate> {
    match value {
        Value::Date(day) => Some(*day),
        Value::DateTime(at) => Some(at.with_timezone(&scope.zone()).date_naive()),
        _ => None,
    }
}

fn time_of(value: &Value, scope: &dyn Scope) -> Option<NaiveTime> {
    match value {
        Value::Time(time) => Some(*time),
        Value::DateTime(at) => {
            let time = at.with_timezone(&scope.zone()).time();
            time.with_nanosecond(0)
        }
        _ => None,
    }
}

/// The years that a calendar of ours has.
const YEARS: (i32, i32) = (1, 9_999);

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(YEARS.0, 1, 1).unwrap_or(NaiveDate::MIN)
}

fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(YEARS.1, 12, 31).unwrap_or(NaiveDate::MAX)
}

/// The day so many days later, within the calendar.
pub(super) fn day_after(day: NaiveDate, days: i64) -> NaiveDate {
    let by = Days::new(days.unsigned_abs());
    if days < 0 {
        day.checked_sub_days(by).unwrap_or(first_day()).max(first_day())
    } else {
        day.checked_add_days(by).unwrap_or(last_day()).min(last_day())
    }
}

/// The instant so many seconds later, within the calendar.
pub(super) fn moved(at: Timestamp, seconds: i64) -> Timestamp {
    let there = Duration::try_seconds(seconds).and_then(|by| at.checked_add_signed(by));
    let edge = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let (first, last) = (edge(first_day()), edge(last_day()));
    there.unwrap_or(if seconds < 0 { first } else { last }).clamp(first, last)
}
