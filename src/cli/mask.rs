//! Hides what is personal in JSON that is shown to somebody who need not see it: phone numbers, and the message ids that contain them.

use serde_json::Value as Json;

/// More digits in a row than this may be a phone number.
const DIGITS_MAX: usize = 6;
/// Digits that stay, enough to tell the country.
const DIGITS_SHOWN: usize = 3;
/// Fields whose digits belong to the business or are times.
const OPEN_FIELDS: [&str; 6] =
    ["account", "phone_number_id", "display_phone_number", "timestamp", "occurred_at", "latitude"];

/// The same value with long runs of digits cut and WhatsApp's message ids gone.
pub fn masked(value: &Json) -> Json {
    match value {
        Json::String(text) => Json::String(masked_text(text)),
        Json::Array(all) => Json::Array(all.iter().map(masked).collect()),
        Json::Object(fields) => {
            let mask = |(name, value): (&String, &Json)| {
                let shown = if OPEN_FIELDS.contains(&name.as_str()) { value.clone() } else { masked(value) };
                (masked_text(name), shown)
            };
            Json::Object(fields.iter().map(mask).collect())
        }
        Json::Number(number) if number.to_string().len() > DIGITS_MAX && !number.is_f64() => {
            Json::String(masked_text(&number.to_string()))
        }
        other => other.clone(),
    }
}

/// The same text with long runs of digits cut. A phone inside a message id of WhatsApp is not in clear, so such an id goes whole.
pub fn masked_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (index, part) in text.split("wamid.").enumerate() {
        let rest = if index == 0 {
            part
        } else {
            shown.push_str("wamid.…");
            part.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_'))
        };
        cut_digits(rest, &mut shown);
    }
    shown
}

/// Spaces, dots, dashes and brackets may stand between the digits of a phone.
fn cut_digits(text: &str, shown: &mut String) {
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        shown.push_str(before);
        let end =
            from.find(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')'))).unwrap_or(from.len());
        let run = from[..end].trim_end_matches(|c: char| !c.is_ascii_digit());
        if run.bytes().filter(u8::is_ascii_digit).count() > DIGITS_MAX {
            shown.extend(run.chars().filter(char::is_ascii_digit).take(DIGITS_SHOWN));
            shown.push('…');
        } else {
            shown.push_str(run);
        }
        rest = &from[run.len()..];
    }
    shown.push_str(rest);
}
