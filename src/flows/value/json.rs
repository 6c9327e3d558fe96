//! Values as those outside write them: plain JSON without our kinds.

use serde_json::{Value as Json, json};

use super::{Decimal, Row, Value};

/// Nesting of what comes from outside.
const DEPTH_MAX: u8 = 4;
/// Fields of one row, and items of one list.
const ITEMS_MAX: usize = 200;

impl Value {
    /// The value as somebody outside reads it: days and times as ISO 8601, money in its smallest unit with its currency, a length of time
    /// in seconds.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => json!(text),
            Self::Whole(number) | Self::Duration(number) => json!(number),
            Self::Decimal(number) => json!(number.to_string()),
            Self::YesNo(value) => json!(value),
            Self::Money(money) => json!({ "minor": money.minor, "currency": money.currency.code() }),
            Self::Date(day) => json!(day.to_string()),
            Self::Time(time) => json!(time.format("%H:%M").to_string()),
            Self::DateTime(at) => json!(at.to_rfc3339()),
            Self::Place(place) => {
                let degrees = |e6: i32| f64::from(e6) / 1e6;
                json!({
                    "latitude": degrees(place.latitude_e6), "longitude": degrees(place.longitude_e6),
                    "name": place.name, "address": place.address,
                })
            }
            Self::Media(media) => {
                json!({ "kind": super::media_kind(media.kind), "mime": media.mime, "filename": media.filename })
            }
            Self::Row(row) => row_to_json(row),
            Self::Rows(rows) => rows.iter().map(row_to_json).collect(),
            Self::Texts(lines) => json!(lines),
        }
    }

    /// Reads what somebody outside wrote, by its form alone: a text stays a text until something declares it a day, say. What has no form
    /// among our values (`null`, a list of lists) is left out.
    pub fn from_json(json: &Json) -> Option<Self> {
        from_json(json, DEPTH_MAX)
    }
}

/// A row as somebody outside reads it.
pub fn row_to_json(row: &Row) -> Json {
    row.iter().map(|(name, value)| (name.clone(), value.to_json())).collect()
}

fn from_json(json: &Json, depth: u8) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    Some(match json {
        Json::Null => return None,
        Json::Bool(value) => Value::YesNo(*value),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Whole(whole),
            None => Value::Decimal(number.to_string().parse::<Decimal>().ok()?),
        },
        Json::String(text) => Value::text(text),
        Json::Array(items) if items.iter().all(Json::is_string) => {
            Value::Texts(items.iter().take(ITEMS_MAX).filter_map(Json::as_str).map(str::to_owned).collect())
        }
        Json::Array(items) => {
            let rows = items.iter().take(ITEMS_MAX).map(|item| match from_json(item, depth) {
                Some(Value::Row(row)) => Some(row),
                _ => None,
            });
            Value::Rows(rows.collect::<Option<_>>()?)
        }
        Json::Object(fields) => {
            let fields = fields.iter().take(ITEMS_MAX);
            Value::Row(fields.filter_map(|(name, value)| Some((name.clone(), from_json(value, depth)?))).collect())
        }
    })
}
