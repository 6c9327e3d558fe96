//! The functions a message may call: `DATE TIME MONEY NUMBER PHONE`.
//!
//! A value reaches a message as text in a fixed form (a day as `2026-11-21`, an instant in the tenant's zone as `2026-11-21T09:00`, an
//! amount as `5000 RWF` in minor units) and the function writes it as the language does. Without its function it is printed in that form.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use fluent_bundle::{FluentResource, FluentValue, concurrent::FluentBundle};

use crate::domain::Money;
use crate::domain::money::Currency;
use crate::flows::languages::Language;

/// How an instant is handed to a message.
pub(super) const INSTANT: &str = "%Y-%m-%dT%H:%M";

/// Currencies whose minor unit is the unit itself.
const WITHOUT_MINOR: [&str; 8] = ["RWF", "UGX", "BIF", "XAF", "XOF", "DJF", "GNF", "KMF"];

/// Writes a value as a language does; `None` if it is not of the kind the function is for.
type Write = fn(&str, &Language) -> Option<String>;

/// Adds the functions of `language` to a bundle.
pub(super) fn add(bundle: &mut FluentBundle<FluentResource>, language: &'static Language) {
    let functions: [(&str, Write); 5] =
        [("DATE", date), ("TIME", time), ("MONEY", money), ("NUMBER", number), ("PHONE", phone)];
    for (name, write) in functions {
        // Fails only if the name is taken, and the bundle is new.
        let _ = bundle.add_function(name, move |positional, _| match positional.first() {
            Some(FluentValue::String(text)) => {
                FluentValue::from(write(text, language).unwrap_or_else(|| text.clone().into_owned()))
            }
            Some(FluentValue::Number(value)) => {
                let text = value.as_string();
                FluentValue::from(write(&text, language).unwrap_or_else(|| text.into_owned()))
            }
            _ => FluentValue::Error,
        });
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .or_else(|_| NaiveDateTime::parse_from_str(text, INSTANT).map(|at| at.date()))
        .ok()
}

/// `Sat 21 Nov`, or `kuwa gatandatu 21/11` where months are written as numbers.
fn date(text: &str, language: &Language) -> Option<String> {
    Some(write_day(day(text)?, language))
}

/// A day as the language writes it.
pub(crate) fn write_day(day: NaiveDate, language: &Language) -> String {
    let weekday = language.weekdays[day.weekday().num_days_from_monday() as usize];
    match language.months {
        Some(months) => format!("{weekday} {} {}", day.day(), months[day.month0() as usize]),
        None => format!("{weekday} {:02}/{:02}", day.day(), day.month()),
    }
}

/// Always 24 hours: `09:00`.
fn time(text: &str, _: &Language) -> Option<String> {
    let time = NaiveDateTime::parse_from_str(text, INSTANT)
        .map(|at| at.time())
        .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M"))
        .ok()?;
    Some(time.format("%H:%M").to_string())
}

fn money(text: &str, language: &Language) -> Option<String> {
    let (minor, currency) = text.split_once(' ')?;
    let money = Money { minor: minor.parse().ok()?, currency: Currency::parse(currency)? };
    Some(write_money(money, language))
}

/// `5,000 RWF`; cents only where there are some.
pub(crate) fn write_money(money: Money, language: &Language) -> String {
    let currency = money.currency.code();
    let sign = if money.minor < 0 { "-" } else { "" };
    let minor = money.minor.unsigned_abs();
    if WITHOUT_MINOR.contains(&currency) {
        format!("{sign}{} {currency}", grouped(minor, language))
    } else if minor.is_multiple_of(100) {
        format!("{sign}{} {currency}", grouped(minor / 100, language))
    } else {
        let decimal = if language.thousands == ',' { '.' } else { ',' };
        format!("{sign}{}{decimal}{:02} {currency}", grouped(minor / 100, language), minor % 100)
    }
}

fn number(text: &str, language: &Language) -> Option<String> {
    let value: i64 = text.parse().ok()?;
    let sign = if value < 0 { "-" } else { "" };
    Some(format!("{sign}{}", grouped(value.unsigned_abs(), language)))
}

fn grouped(number: u64, language: &Language) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(language.thousands);
        }
        out.push(digit);
    }
    out
}

/// `+250 788 123 456`: the country code of our markets, then threes. Others stay as they are.
fn phone(text: &str, _: &Language) -> Option<String> {
    let digits = text.strip_prefix('+')?;
    let (country, rest) = ["250", "254", "255", "256", "257"].iter().find_map(|code| {
        digits
            .strip_prefix(code)
            .filter(|rest| rest.len() == 9 && rest.bytes().all(|b| b.is_ascii_digit()))
            .map(|rest| (code, rest))
    })?;
    Some(format!("+{country} {} {} {}", &rest[..3], &rest[3..6], &rest[6..]))
}
