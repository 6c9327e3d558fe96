//! Typed values that use up the whole text. What could mean two things is not read: it is asked again.

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use super::fold;
use super::reading::{Ears, Found, Reading, Wanted};
use crate::flows::expression::WHOLE_MAX;
use crate::flows::languages::Language;
use crate::flows::value::Value;

/// Longest text an answer keeps.
const TEXT_CHARS_MAX: usize = 1_000;
/// Longest name of a person.
const NAME_CHARS_MAX: usize = 60;

/// Reads `text`, used up whole, as what is wanted.
pub fn read(wanted: Wanted, text: &str, ears: &Ears) -> Reading {
    let language = ears.language;
    let value = match wanted {
        Wanted::Text => plain_text(text).map(Value::Text),
        Wanted::Person => person(text).map(Value::Text),
        Wanted::Whole => whole(text).map(Value::Whole),
        Wanted::Decimal => text.trim().replace(',', ".").parse().ok().map(Value::Decimal),
        Wanted::YesNo => yes_no(text, language).map(Value::YesNo),
        Wanted::Date => date(text, language, ears.today()).map(Value::Date),
        Wanted::Time => time(text).map(Value::Time),
        Wanted::Money | Wanted::DateTime | Wanted::Duration | Wanted::Phone | Wanted::Email => None,
    };
    value.map_or(Reading::Nothing, Reading::One)
}

/// Values of the wanted kind inside a longer text, in the order in which they stand there.
pub fn find(wanted: Wanted, text: &str, ears: &Ears) -> Vec<Found> {
    match read(wanted, text, ears) {
        Reading::Nothing => Vec::new(),
        reading => vec![Found { range: 0..text.len(), reading }],
    }
}

fn plain_text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(TEXT_CHARS_MAX).collect())
}

fn person(text: &str) -> Option<String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let strange = name.chars().any(|c| c.is_ascii_digit() || matches!(c, '/' | '@' | '<' | '>' | '{' | '}'));
    (letters >= 2 && !strange && name.chars().count() <= NAME_CHARS_MAX).then_some(name)
}

fn whole(text: &str) -> Option<i64> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, ' ' | ',' | '\u{a0}' | '\u{202f}')).collect();
    digits.parse().ok().filter(|number| (-WHOLE_MAX..=WHOLE_MAX).contains(number))
}

fn yes_no(text: &str, language: &Language) -> Option<bool> {
    let said = fold(text);
    let is = |words: &[&str]| words.iter().any(|word| fold(word) == said);
    if is(language.yes) {
        return Some(true);
    }
    is(language.no).then_some(false)
}

/// Today, tomorrow, a weekday (the next one; today's own name could mean two days), `2026-11-21`, `21/11`, `21/11/2026`.
fn date(text: &str, language: &Language, today: NaiveDate) -> Option<NaiveDate> {
    let said = fold(text);
    let is = |words: &[&str]| words.iter().any(|word| fold(word) == said);
    if is(language.today) {
        return Some(today);
    }
    if is(language.tomorrow) {
        return today.succ_opt();
    }
    if let Some(weekday) = language.weekday_words.iter().position(|words| is(words)) {
        let ahead = (7 + weekday as u64 - u64::from(today.weekday().num_days_from_monday())) % 7;
        return (ahead > 0).then(|| today.checked_add_days(Days::new(ahead))).flatten();
    }
    NaiveDate::parse_from_str(&said, "%Y-%m-%d").ok().or_else(|| written_day(&said, today))
}

/// Day and month, as East Africa and France write them; without a year it is the next such day.
fn written_day(said: &str, today: NaiveDate) -> Option<NaiveDate> {
    let parts: Vec<u32> = said.split(['/', '.', '-']).map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [day, month, year] => {
            let year = if year < 100 { 2000 + year } else { year };
            NaiveDate::from_ymd_opt(year as i32, month, day)
        }
        [day, month] => {
            let this_year = NaiveDate::from_ymd_opt(today.year(), month, day);
            this_year.filter(|day| *day >= today).or_else(|| NaiveDate::from_ymd_opt(today.year() + 1, month, day))
        }
        _ => None,
    }
}

/// `14:30`, `14h30`, `14h`, `9.30`, `14`, `3pm`, `3:30 pm`. Words such as "saa tatu" count from another hour and are not read.
fn time(text: &str) -> Option<NaiveTime> {
    let said = fold(text).replace(' ', "");
    let (said, half) = match (said.strip_suffix("am"), said.strip_suffix("pm")) {
        (Some(rest), _) => (rest.to_owned(), Some(0)),
        (_, Some(rest)) => (rest.to_owned(), Some(12)),
        _ => (said, None),
    };
    let mut parts = said.split([':', 'h', '.']);
    let hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = match parts.next() {
        None | Some("") => 0,
        Some(minutes) if minutes.len() == 2 => minutes.parse().ok()?,
        Some(_) => return None,
    };
    let hour = match half {
        None => hour,
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
    };
    if parts.next().is_some() { None } else { NaiveTime::from_hms_opt(hour, minute, 0) }
}
