//! Values that come from outside (news, a provider's answer, a tenant's server), made to fit what a flow says they are.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::expression::{Kind, WHOLE_MAX};
use super::operation::Field;
use super::value::{Decimal, Row, Value};
use crate::domain::Money;
use crate::domain::money::Currency;

/// A named value that something outside gives.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub name: String,
    pub kind: Kind,
    /// The fields of a row, where they are known.
    pub fields: Option<&'static [Field]>,
}

/// The row as far as it is declared. `None` when a declared value is missing or of another kind.
pub(crate) fn fit_row(row: &Row, gives: &[Given]) -> Option<Row> {
    gives
        .iter()
        .map(|given| Some((given.name.clone(), fit(row.get(&given.name)?, given.kind, given.fields)?)))
        .collect()
}

/// The value as one of this kind, if it can be read as one.
pub(crate) fn fit(value: &Value, kind: Kind, fields: Option<&[Field]>) -> Option<Value> {
    Some(match (kind, value) {
        (Kind::Row, Value::Row(row)) => Value::Row(with_fields(row, fields)?),
        (Kind::Rows, Value::Rows(rows)) => {
            Value::Rows(rows.iter().map(|row| with_fields(row, fields)).collect::<Option<_>>()?)
        }
        (Kind::Rows, Value::Texts(lines)) if lines.is_empty() => Value::Rows(Vec::new()),
        (_, Value::Whole(number)) if number.abs() > WHOLE_MAX => return None,
        (kind, value) if kind == Kind::Unknown || Kind::of(value) == kind => value.clone(),
        (Kind::Decimal, Value::Whole(number)) => Value::Decimal(Decimal::from_whole(*number)?),
        (Kind::Money, Value::Whole(francs)) => Value::Money(Money::rwf(*francs)),
        (Kind::Money, Value::Row(row)) => money(row)?,
        (Kind::Duration, Value::Whole(seconds)) => Value::Duration(*seconds),
        (kind, Value::Text(text)) => read(kind, text.trim())?,
        _ => return None,
    })
}

fn read(kind: Kind, text: &str) -> Option<Value> {
    Some(match kind {
        Kind::Decimal => Value::Decimal(text.parse::<Decimal>().ok()?),
        Kind::Date => Value::Date(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?),
        Kind::Time => {
            let time = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())?;
            Value::Time(time)
        }
        Kind::DateTime => Value::DateTime(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc)),
        _ => return None,
    })
}

/// `{minor: 500, currency: RWF}`: an amount in the currency's smallest unit.
fn money(row: &Row) -> Option<Value> {
    let currency = row.get("currency").and_then(Value::as_text).map_or(Some(Currency::RWF), Currency::parse)?;
    Some(Value::Money(Money { minor: row.get("minor")?.as_whole()?, currency }))
}

fn with_fields(row: &Row, fields: Option<&[Field]>) -> Option<Row> {
    let Some(fields) = fields else { return Some(row.clone()) };
    let mut fitted = Row::new();
    for field in fields {
        match row.get(field.name) {
            Some(value) => {
                let inner = match field.kind {
                    super::operation::Type::Row(fields) | super::operation::Type::Rows { fields, .. } => Some(fields),
                    _ => None,
                };
                fitted.insert(field.name.to_owned(), fit(value, field.kind.into(), inner)?);
            }
            None if field.optional => {}
            None => return None,
        }
    }
    Some(fitted)
}
