//! Arguments that several commands take, read into values that cannot be wrong.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Clock, Phone, ScopedId, Timestamp};

pub(super) fn phone(text: &str) -> Result<Phone, String> {
    Phone::parse(text).map_err(|error| error.to_string())
}

/// A phone number as people type it: which country's it is, and so whether there is such a number, is known later.
pub(super) fn typed_phone(text: &str) -> Result<String, String> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let others = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')'));
    if others && (7..=17).contains(&digits) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{text:?} is no phone number: expected one such as +250780000001, or 0780000001 in the tenant's country"
    ))
}

pub(super) fn scoped_id(text: &str) -> Result<ScopedId, String> {
    ScopedId::parse(text).map_err(|error| error.to_string())
}

/// `30s`, `15m`, `2h`, `7d`, or seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration: expected a number and s, m, h or d, such as 90s or 7d");
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

/// An instant (`2026-11-20T08:00:00Z`), or how long ago (`2h`).
pub(super) fn since(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc));
    }
    let ago = duration(text).ok().and_then(|ago| TimeDelta::from_std(ago).ok());
    let at = ago.and_then(|ago| Clock::system().now().checked_sub_signed(ago));
    at.ok_or_else(|| {
        format!("{text:?} is no instant: expected 2026-11-20T08:00:00Z, or how long ago, such as 2h or 7d")
    })
}
