//! The functions a message may call: `DATE TIME NUMBER MONEY DURATION PHONE`.
//!
//! A value reaches a message as text in a fixed form (a day as `2026-11-21`, an instant in the tenant's zone as `2026-11-21T09:00`, a length
//! of time as `90m`, an amount as `5000 RWF` in minor units) and the function writes it as the language does. Without its function it is
//! printed in that form.
//!
//! | function | takes | options |
//! |---|---|---|
//! | `DATE` | a day or an instant | `style`: `short` (Sat 21 Nov; if none is given), `long` (Saturday, 21 November 2026), `weekday` (Saturday) |
//! | `TIME` | a time or an instant | none: 24 hours, 09:05, which is what CLDR has for our languages |
//! | `DURATION` | a length of time, or whole seconds | none |
//! | `MONEY` | an amount | none |
//! | `NUMBER` | a whole or a decimal number | `minimumFractionDigits`, `maximumFractionDigits`: 0 to 6; `type: "ordinal"` where it chooses among variants |
//! | `PHONE` | a number in international form | none |

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use fluent_bundle::types::{FluentNumber, FluentNumberType};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use icu_decimal::input::Decimal;

use super::writing::{DateStyle, write_day, write_duration, write_money, write_number};
use crate::domain::Money;
use crate::domain::money::Currency;
use crate::flows::expression::Kind;
use crate::flows::languages::Language;

/// How an instant is handed to a message.
pub(super) const INSTANT: &str = "%Y-%m-%dT%H:%M";

/// Writes a value as a language does; `None` if it is not of the kind the function is for.
type Write = fn(&str, &FluentArgs<'_>, &Language) -> Option<String>;

/// A function as `check` knows it.
#[derive(Debug)]
pub(crate) struct Function {
    pub name: &'static str,
    /// What it does, for a mistake's cause.
    pub writes: &'static str,
    pub options: &'static [(&'static str, Allowed)],
    takes: &'static [Kind],
    write: Write,
}

/// What an option may be.
#[derive(Debug)]
pub(crate) enum Allowed {
    One(&'static [&'static str]),
    UpTo(u8),
}

const FRACTION_DIGITS_MAX: u8 = 6;

/// Every function there is.
pub(crate) const FUNCTIONS: [Function; 6] = [
    Function {
        name: "DATE",
        writes: "a day",
        options: &[("style", Allowed::One(&["short", "long", "weekday"]))],
        takes: &[Kind::Date, Kind::DateTime],
        write: date,
    },
    Function { name: "TIME", writes: "a time", options: &[], takes: &[Kind::Time, Kind::DateTime], write: time },
    Function { name: "MONEY", writes: "an amount", options: &[], takes: &[Kind::Money], write: money },
    Function {
        name: "NUMBER",
        writes: "a number",
        options: &[
            ("minimumFractionDigits", Allowed::UpTo(FRACTION_DIGITS_MAX)),
            ("maximumFractionDigits", Allowed::UpTo(FRACTION_DIGITS_MAX)),
            ("type", Allowed::One(&["ordinal"])),
        ],
        takes: &[Kind::Whole, Kind::Decimal],
        write: number,
    },
    Function {
        name: "DURATION",
        writes: "a length of time",
        options: &[],
        takes: &[Kind::Duration, Kind::Whole],
        write: duration,
    },
    Function { name: "PHONE", writes: "a phone number", options: &[], takes: &[], write: phone },
];

impl Function {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|function| function.name == name)
    }

    /// Whether it can write a value of this kind; a text may hold anything.
    pub(crate) fn takes(&self, kind: Kind) -> bool {
        matches!(kind, Kind::Unknown | Kind::Text) || self.takes.contains(&kind)
    }
}

impl Allowed {
    pub(crate) fn allows(&self, value: &str) -> bool {
        match self {
            Self::One(words) => words.contains(&value),
            Self::UpTo(most) => value.parse::<u8>().is_ok_and(|value| value <= *most),
        }
    }

    /// For a mistake's mend.
    pub(crate) fn list(&self) -> String {
        match self {
            Self::One(words) => words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "),
            Self::UpTo(most) => format!("a number from 0 to {most}"),
        }
    }
}

/// Adds the functions of `language` to a bundle.
pub(super) fn add(bundle: &mut FluentBundle<FluentResource>, language: &'static Language) {
    for Function { name, write, .. } in &FUNCTIONS {
        // Fails only if the name is taken, and the bundle is new.
        let _ = bundle.add_function(name, move |positional, named| {
            let text = match positional.first() {
                Some(FluentValue::Number(value)) if ordinal(named) => return ranked(value),
                Some(FluentValue::Number(value)) => value.as_string(),
                Some(FluentValue::String(text)) => text.clone(),
                _ => return FluentValue::Error,
            };
            FluentValue::from(write(&text, named, language).unwrap_or_else(|| text.into_owned()))
        });
    }
}

fn ordinal(named: &FluentArgs<'_>) -> bool {
    matches!(named.get("type"), Some(FluentValue::String(kind)) if kind == "ordinal")
}

/// A number that chooses its variant as first, second, third.
fn ranked(value: &FluentNumber) -> FluentValue<'static> {
    let mut value = value.clone();
    value.options.r#type = FluentNumberType::Ordinal;
    FluentValue::Number(value)
}

fn date(text: &str, named: &FluentArgs<'_>, language: &Language) -> Option<String> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .or_else(|_| NaiveDateTime::parse_from_str(text, INSTANT).map(|at| at.date()))
        .ok()?;
    let style = match named.get("style") {
        Some(FluentValue::String(style)) if style == "long" => DateStyle::Long,
        Some(FluentValue::String(style)) if style == "weekday" => DateStyle::Weekday,
        _ => DateStyle::Short,
    };
    Some(write_day(day, style, language))
}

/// Always 24 hours: `09:00`.
fn time(text: &str, _: &FluentArgs<'_>, _: &Language) -> Option<String> {
    let time = NaiveDateTime::parse_from_str(text, INSTANT)
        .map(|at| at.time())
        .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M"))
        .ok()?;
    Some(time.format("%H:%M").to_string())
}

fn duration(text: &str, _: &FluentArgs<'_>, language: &Language) -> Option<String> {
    let (number, unit_s) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        None => (text, 1),
        Some(number) => (
            number,
            match text.as_bytes().last() {
                Some(b'm') => 60,
                Some(b'h') => 3_600,
                Some(b'd') => 86_400,
                _ => 1,
            },
        ),
    };
    Some(write_duration(number.parse::<i64>().ok()?.checked_mul(unit_s)?, language))
}

fn money(text: &str, _: &FluentArgs<'_>, language: &Language) -> Option<String> {
    let (minor, currency) = text.split_once(' ')?;
    let money = Money { minor: minor.parse().ok()?, currency: Currency::parse(currency)? };
    Some(write_money(money, language))
}

fn number(text: &str, named: &FluentArgs<'_>, language: &Language) -> Option<String> {
    let mut number: Decimal = text.parse().ok()?;
    let digits = |name: &str| match named.get(name) {
        Some(FluentValue::Number(digits)) => Some(i16::from(u8::from(digits).min(FRACTION_DIGITS_MAX))),
        _ => None,
    };
    if let Some(most) = digits("maximumFractionDigits") {
        number.round(-most);
        number.absolute.trim_end();
    }
    if let Some(least) = digits("minimumFractionDigits") {
        number.absolute.pad_end(-least);
    }
    Some(write_number(&number, language))
}

/// `+250 788 123 456`: the country code of our markets, then threes. Others stay as they are.
fn phone(text: &str, _: &FluentArgs<'_>, _: &Language) -> Option<String> {
    let digits = text.strip_prefix('+')?;
    let (country, rest) = ["250", "254", "255", "256", "257"].iter().find_map(|code| {
        digits
            .strip_prefix(code)
            .filter(|rest| rest.len() == 9 && rest.bytes().all(|b| b.is_ascii_digit()))
            .map(|rest| (code, rest))
    })?;
    Some(format!("+{country} {} {} {}", &rest[..3], &rest[3..6], &rest[6..]))
}
