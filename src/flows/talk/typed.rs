//! Values as tests write them, typed as a signature or a flow wants them.

use chrono::{NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use super::read::duration;
use crate::domain::money::Currency;
use crate::domain::{MediaKind, MediaRef, Money, Timestamp};
use crate::flows::messages::print;
use crate::flows::operation::{Field, Type};
use crate::flows::reader::describe;
use crate::flows::source::{Kind, Node};
use crate::flows::value::{Place, Row, Value};

/// The node as text; numbers and truth values count as written.
pub(super) fn word(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Text(text) => Some(text.clone()),
        Kind::Whole(number) => Some(number.to_string()),
        Kind::YesNo(value) => Some(value.to_string()),
        Kind::Empty | Kind::List(_) | Kind::Map(_) => None,
    }
}

/// The field `name` of a map.
pub(super) fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    match &node.kind {
        Kind::Map(pairs) => pairs.iter().find(|(key, _)| key.name == name).map(|(_, value)| value),
        _ => None,
    }
}

/// A value of the kind `kind`. The error says what was expected.
pub(super) fn typed(node: &Node, kind: Type, zone: Tz) -> Result<Value, String> {
    let wrong = |wanted: &str| format!("{} is no {wanted}", describe(node));
    let text = || word(node).ok_or_else(|| wrong("text"));
    Ok(match kind {
        Type::Text { chars_max } => {
            let text = text()?;
            let chars = text.chars().count();
            if chars > usize::from(chars_max) {
                return Err(format!("\"{text}\" has {chars} characters, {chars_max} are declared"));
            }
            Value::text(text)
        }
        Type::Whole => match node.kind {
            Kind::Whole(number) => Value::Whole(number),
            _ => return Err(wrong("whole number")),
        },
        Type::Decimal => Value::Decimal(text()?.parse().map_err(|_| wrong("number, such as 4 or \"4.5\""))?),
        Type::Duration => {
            let time = duration(&text()?).ok_or_else(|| wrong("duration, such as 10m"))?;
            Value::Duration(time.num_seconds())
        }
        Type::Place => Value::Place(Box::new(place(node).ok_or_else(|| wrong("place, such as \"-1.9441, 30.0619\""))?)),
        Type::Media => Value::Media(Box::new(media(&text()?).ok_or_else(|| wrong("media, such as image"))?)),
        Type::YesNo => match node.kind {
            Kind::YesNo(value) => Value::YesNo(value),
            _ => return Err(wrong("true or false")),
        },
        Type::Money => Value::Money(money(node).ok_or_else(|| wrong("money, such as 5000 or \"12.50 KES\""))?),
        Type::Date => Value::Date(text()?.parse().map_err(|_| wrong("date, such as 2026-11-21"))?),
        Type::Time => Value::Time(time(&text()?).ok_or_else(|| wrong("time, such as 09:00"))?),
        Type::DateTime => {
            Value::DateTime(instant(&text()?, zone).ok_or_else(|| wrong("instant, such as 2026-11-21T09:00"))?)
        }
        Type::Texts { .. } => match &node.kind {
            Kind::List(items) => Value::Texts(items.iter().filter_map(word).collect()),
            _ => return Err(wrong("list of texts")),
        },
        Type::Row(fields) => Value::Row(row(node, fields, zone)?),
        Type::Rows { fields, rows_max } => match &node.kind {
            Kind::List(items) if items.len() > usize::from(rows_max) => {
                return Err(format!("{} rows, {rows_max} are declared", items.len()));
            }
            Kind::List(items) => {
                Value::Rows(items.iter().map(|item| row(item, fields, zone)).collect::<Result<_, _>>()?)
            }
            _ => return Err(wrong("list of rows")),
        },
    })
}

/// A row with the fields that are declared; others it has are not seen.
pub(super) fn row(node: &Node, fields: &[Field], zone: Tz) -> Result<Row, String> {
    let Kind::Map(_) = node.kind else { return Err(format!("{} is no row", describe(node))) };
    let mut row = Row::new();
    for declared in fields {
        match field(node, declared.name) {
            Some(given) => {
                let value = typed(given, declared.kind, zone).map_err(|error| format!("{}: {error}", declared.name))?;
                row.insert(declared.name.to_owned(), value);
            }
            None if declared.optional => {}
            None => return Err(format!("the row lacks {}", declared.name)),
        }
    }
    Ok(row)
}

/// A value whose kind nobody declares, by how it is written.
pub(super) fn guessed(node: &Node, zone: Tz) -> Value {
    match &node.kind {
        Kind::Empty => Value::text(""),
        Kind::YesNo(value) => Value::YesNo(*value),
        Kind::Whole(number) => Value::Whole(*number),
        Kind::Text(text) => {
            let date = text.parse().ok().map(Value::Date);
            let time = || time(text).map(Value::Time);
            let instant = || instant(text, zone).map(Value::DateTime);
            date.or_else(time).or_else(instant).unwrap_or_else(|| Value::text(text))
        }
        Kind::List(items) if items.iter().all(|item| matches!(item.kind, Kind::Map(_))) && !items.is_empty() => {
            Value::Rows(items.iter().map(|item| guessed_row(item, zone)).collect())
        }
        Kind::List(items) => Value::Texts(items.iter().filter_map(word).collect()),
        Kind::Map(_) => Value::Row(guessed_row(node, zone)),
    }
}

/// A row of values whose kinds nobody declares.
pub(super) fn guessed_row(node: &Node, zone: Tz) -> Row {
    match &node.kind {
        Kind::Map(pairs) => pairs.iter().map(|(key, value)| (key.name.clone(), guessed(value, zone))).collect(),
        _ => Row::new(),
    }
}

/// Francs as a whole number, or an amount with its currency: `"12.50 KES"`, `"5000 RWF"`.
fn money(node: &Node) -> Option<Money> {
    if let Kind::Whole(francs) = node.kind {
        return Some(Money::rwf(francs));
    }
    let text = word(node)?;
    let (amount, code) = text.split_once(' ')?;
    let minor = amount.parse().ok()?;
    Some(Money { minor, currency: Currency::parse(code)? })
}

/// `"-1.9441, 30.0619"`, with a name after it or none.
pub(super) fn place(node: &Node) -> Option<Place> {
    let text = word(node)?;
    let mut parts = text.splitn(3, ',').map(str::trim);
    let (latitude, longitude) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let place = Place::at(latitude, longitude)?;
    Some(Place { name: parts.next().map(str::to_owned), ..place })
}

/// A medium as a person sends it: `image`, or `document menu.pdf`.
pub(super) fn media(text: &str) -> Option<MediaRef> {
    let (kind, filename) = text.split_once(' ').map_or((text, None), |(kind, name)| (kind, Some(name.to_owned())));
    let (kind, mime) = match kind {
        "image" => (MediaKind::Image, "image/jpeg"),
        "video" => (MediaKind::Video, "video/mp4"),
        "audio" => (MediaKind::Audio, "audio/mpeg"),
        "voice" => (MediaKind::Voice, "audio/ogg"),
        "document" => (MediaKind::Document, "application/pdf"),
        "sticker" => (MediaKind::Sticker, "image/webp"),
        _ => return None,
    };
    let (id, mime) = ("media-1".to_owned(), mime.to_owned());
    Some(MediaRef { kind, id, mime, sha256: None, caption: None, filename })
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S")).ok()
}

/// `2026-11-21T09:00` on the wall clock of the zone, or with its own offset.
pub(super) fn instant(text: &str, zone: Tz) -> Option<Timestamp> {
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok()?;
    Some(local.and_local_timezone(zone).earliest()?.with_timezone(&Utc))
}

/// Whether a value is what a test wrote of it. A row may be named by its fields; those not named do not matter.
pub(super) fn is(value: &Value, wanted: &Node, zone: Tz) -> bool {
    if word(wanted).is_some_and(|text| text == print(value, zone)) {
        return true;
    }
    match (value, &wanted.kind) {
        (Value::Row(row), Kind::Map(pairs)) if pairs.iter().all(|(key, _)| row.contains_key(&key.name)) => {
            pairs.iter().all(|(key, wanted)| row.get(&key.name).is_some_and(|value| is(value, wanted, zone)))
        }
        (Value::Rows(rows), Kind::List(items)) => {
            rows.len() == items.len()
                && rows.iter().zip(items).all(|(row, item)| is(&Value::Row(row.clone()), item, zone))
        }
        (Value::Texts(texts), Kind::List(items)) => *texts == items.iter().filter_map(word).collect::<Vec<_>>(),
        (Value::DateTime(at), Kind::Text(text)) => instant(text, zone).as_ref() == Some(at),
        (Value::Money(money_found), _) if money(wanted).as_ref() == Some(money_found) => true,
        // As a snapshot writes it: `{date: 2026-11-21}`.
        (value, Kind::Map(_)) => serde_json::from_value::<Value>(json(wanted)).is_ok_and(|wanted| wanted == *value),
        _ => false,
    }
}

/// A node as JSON.
pub(super) fn json(node: &Node) -> serde_json::Value {
    match &node.kind {
        Kind::Empty => serde_json::Value::Null,
        Kind::YesNo(value) => (*value).into(),
        Kind::Whole(number) => (*number).into(),
        Kind::Text(text) => text.as_str().into(),
        Kind::List(items) => items.iter().map(json).collect(),
        Kind::Map(pairs) => pairs.iter().map(|(key, value)| (key.name.clone(), json(value))).collect(),
    }
}
