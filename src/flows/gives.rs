//! Values that come from outside (news, a provider's answer, a tenant's server), made to fit what a flow says they are.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::expression::{Kind, WHOLE_MAX};
use super::operation::{Field, Type};
use super::value::{Decimal, Row, Value};
use crate::domain::Money;
use crate::domain::money::Currency;

/// The row as far as it is declared. `None` when a declared value is missing or of another kind.
pub(crate) fn fit_row(row: &Row, gives: &[(String, Type)]) -> Option<Row> {
    gives.iter().map(|(name, kind)| Some((name.clone(), fit(row.get(name)?, *kind)?))).collect()
}

/// The value as one of this type, if it can be read as one.
pub(crate) fn fit(value: &Value, wanted: Type) -> Option<Value> {
    let kind = Kind::from(wanted);
    Some(match (wanted, value) {
        (_, Value::Whole(number)) if !(-WHOLE_MAX..=WHOLE_MAX).contains(number) => return None,
        (Type::Text { chars_max }, Value::Text(text)) => {
            Value::text(text.chars().take(usize::from(chars_max)).collect::<String>())
        }
        (Type::Row(fields), Value::Row(row)) => Value::Row(with_fields(row, fields)?),
        (Type::Rows { fields, rows_max }, Value::Rows(rows)) => {
            let rows = rows.iter().take(usize::from(rows_max));
            Value::Rows(rows.map(|row| with_fields(row, fields)).collect::<Option<_>>()?)
        }
        // An empty list has no form of its own.
        (Type::Rows { .. }, Value::Texts(lines)) if lines.is_empty() => Value::Rows([].into()),
        (_, value) if Kind::of(value) == kind => value.clone(),
        (Type::Decimal, Value::Whole(number)) => Value::Decimal(Decimal::from_whole(*number)?),
        (Type::Money, Value::Whole(francs)) => Value::Money(Money::rwf(*francs)),
        (Type::Money, Value::Row(row)) => money(row)?,
        (Type::Duration, Value::Whole(seconds)) => Value::Duration(*seconds),
        (wanted, Value::Text(text)) => read(wanted, text.trim())?,
        _ => return None,
    })
}

fn read(wanted: Type, text: &str) -> Option<Value> {
    Some(match wanted {
        Type::Decimal => Value::Decimal(text.parse::<Decimal>().ok()?),
        Type::Date => Value::Date(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?),
        Type::Time => {
            let time = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())?;
            Value::Time(time)
        }
        Type::DateTime => Value::DateTime(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc)),
        _ => return None,
    })
}

/// `{minor: 500, currency: RWF}`: an amount in the currency's smallest unit.
fn money(row: &Row) -> Option<Value> {
    let currency = row.get("currency").and_then(Value::as_text).map_or(Some(Currency::RWF), Currency::parse)?;
    Some(Value::Money(Money { minor: row.get("minor")?.as_whole()?, currency }))
}

fn with_fields(row: &Row, fields: &[Field]) -> Option<Row> {
    let mut fitted = Row::new();
    for field in fields {
        match row.get(field.name) {
            Some(value) => {
                fitted.insert(field.name.to_owned(), fit(value, field.kind)?);
            }
            None if field.optional => {}
            None => return None,
        }
    }
    Some(fitted)
}
