//! Days and instants as a session writes them: ISO 8601, as chrono does, but read and written without its formats. A list of days has one in
//! each row, and a question two timers.

use std::fmt;

use chrono::{Datelike as _, NaiveDate, Timelike as _, Utc};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::Timestamp;

/// `2026-11-21`
pub(super) struct Day(pub NaiveDate);

/// `2026-11-21T08:30:00Z`
pub(crate) struct Instant(pub Timestamp);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = *b"0000-00-00";
        match put_day(&mut bytes, self.0).and_then(|()| str::from_utf8(&bytes).ok()) {
            Some(text) => serializer.serialize_str(text),
            None => self.0.serialize(serializer),
        }
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = *b"0000-00-00T00:00:00Z";
        match put_instant(&mut bytes, self.0).and_then(|()| str::from_utf8(&bytes).ok()) {
            Some(text) => serializer.serialize_str(text),
            None => self.0.serialize(serializer),
        }
    }
}

/// `None` for a day of another length.
fn put_day(bytes: &mut [u8], day: NaiveDate) -> Option<()> {
    let year = u32::try_from(day.year()).ok().filter(|year| *year <= 9_999)?;
    put(bytes, 0, year / 100);
    put(bytes, 2, year % 100);
    put(bytes, 5, day.month());
    put(bytes, 8, day.day());
    Some(())
}

/// `None` for an instant between two seconds, or of another length.
fn put_instant(bytes: &mut [u8], at: Timestamp) -> Option<()> {
    let at = at.naive_utc();
    if at.nanosecond() != 0 {
        return None;
    }
    put_day(bytes, at.date())?;
    put(bytes, 11, at.hour());
    put(bytes, 14, at.minute());
    put(bytes, 17, at.second());
    Some(())
}

/// Two digits.
fn put(bytes: &mut [u8], at: usize, number: u32) {
    if let Some([tens, ones]) = bytes.get_mut(at..at + 2) {
        *tens = b'0' + (number / 10) as u8;
        *ones = b'0' + (number % 10) as u8;
    }
}

/// A day as [`put_day`] writes it.
fn day(text: &[u8]) -> Option<NaiveDate> {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text else { return None };
    let year = two(text, 0)? * 100 + two(text, 2)?;
    NaiveDate::from_ymd_opt(year as i32, two(text, 5)?, two(text, 8)?)
}

/// An instant as [`put_instant`] writes it.
fn instant(text: &[u8]) -> Option<Timestamp> {
    let (date, time) = text.split_at_checked(10)?;
    let [b'T', _, _, b':', _, _, b':', _, _, b'Z'] = time else { return None };
    let time = day(date)?.and_hms_opt(two(time, 1)?, two(time, 4)?, two(time, 7)?)?;
    time.and_local_timezone(Utc).earliest()
}

/// The number of two digits at this place.
fn two(text: &[u8], at: usize) -> Option<u32> {
    let digit = |at: usize| text.get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0'));
    Some(digit(at)? * 10 + digit(at + 1)?)
}

struct ReadDay;

impl Visitor<'_> for ReadDay {
    type Value = Day;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day such as 2026-11-21")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Day, E> {
        day(text.as_bytes()).map_or_else(|| text.parse().map_err(E::custom), Ok).map(Day)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(ReadDay)
    }
}

struct ReadInstant;

impl Visitor<'_> for ReadInstant {
    type Value = Instant;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an instant such as 2026-11-21T08:30:00Z")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Instant, E> {
        instant(text.as_bytes()).map_or_else(|| text.parse().map_err(E::custom), Ok).map(Instant)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(ReadInstant)
    }
}

/// For a field that is an instant: `#[serde(deserialize_with = "…")]`.
pub(crate) fn read_instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    Instant::deserialize(deserializer).map(|instant| instant.0)
}
