//! How a language writes numbers, amounts, days and lengths of time: by ICU4X with the data of CLDR. Its formatters are built once per
//! language.
//!
//! A no-break space, which ICU puts between the thousands in French, becomes a plain one: on USSD and in an SMS it would turn the whole
//! message into UCS-2.

use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate};
use icu_calendar::{Date, Gregorian};
use icu_datetime::fieldsets::{E, MD, MDE, YMDE};
use icu_datetime::{DateTimeFormatterLoadError, FixedCalendarDateTimeFormatter};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::{Locale, locale};

use crate::domain::Money;
use crate::flows::languages::{self, Language};

type Days<F> = FixedCalendarDateTimeFormatter<Gregorian, F>;

/// How a day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateStyle {
    /// `Sat 21 Nov`.
    Short,
    /// `Saturday, 21 November 2026`.
    Long,
    /// `Saturday`.
    Weekday,
}

/// The formatters of one language.
struct Writing {
    number: DecimalFormatter,
    short: Short,
    long: Days<YMDE>,
    weekday: Days<E>,
    units: Units,
}

enum Short {
    Whole(Days<MDE>),
    /// Weekday in full, then day and month as numbers.
    Numbers(Days<MD>),
}

/// The words for one and for several days, hours, minutes and seconds. ICU4X's formatter of durations is experimental, and CLDR has no units
/// in Kinyarwanda.
struct Units {
    words: [[&'static str; 2]; 4],
    /// Whether the word stands before its number.
    first: bool,
}

const UNITS_S: [u64; 4] = [86_400, 3_600, 60, 1];

impl Writing {
    fn of(language: &str) -> Result<Self, DateTimeFormatterLoadError> {
        let (locale, units) = conventions(language);
        let days = || locale.clone().into();
        // CLDR's short names in Kinyarwanda (Gnd., 21 Ugu.) are not what people write: the weekday in full and numbers are.
        let short = if language == "rw" {
            Short::Numbers(Days::try_new(days(), MD::short())?)
        } else {
            Short::Whole(Days::try_new(days(), MDE::medium())?)
        };
        Ok(Self {
            number: DecimalFormatter::try_new(
                (&locale).into(),
                icu_decimal::options::DecimalFormatterOptions::default(),
            )
            .map_err(DateTimeFormatterLoadError::Data)?,
            short,
            long: Days::try_new(days(), YMDE::long())?,
            weekday: Days::try_new(days(), E::long())?,
            units,
        })
    }
}

/// English as it is written in Britain and in our markets: the day before its month.
fn conventions(language: &str) -> (Locale, Units) {
    let units = |first, words| Units { words, first };
    match language {
        "fr" => (locale!("fr"), units(false, [["jour", "jours"], ["h"; 2], ["min"; 2], ["s"; 2]])),
        "rw" => (
            locale!("rw"),
            units(
                true,
                [["umunsi", "iminsi"], ["isaha", "amasaha"], ["umunota", "iminota"], ["isegonda", "amasegonda"]],
            ),
        ),
        "sw" => (locale!("sw"), units(true, [["siku"; 2], ["saa"; 2], ["dakika"; 2], ["sekunde"; 2]])),
        _ => (locale!("en-GB"), units(false, [["day", "days"], ["h"; 2], ["min"; 2], ["s"; 2]])),
    }
}

#[expect(clippy::expect_used, reason = "the data is compiled in, and a test writes in every language")]
fn writing(language: &Language) -> &'static Writing {
    static BUILT: [OnceLock<Writing>; languages::ALL.len()] = [const { OnceLock::new() }; languages::ALL.len()];
    let number = languages::ALL.iter().position(|known| known.code == language.code).unwrap_or_default();
    BUILT[number].get_or_init(|| Writing::of(language.code).expect("data for every language"))
}

/// A day as the language writes it.
pub(crate) fn write_day(day: NaiveDate, style: DateStyle, language: &Language) -> String {
    let Ok(date) = Date::try_new_gregorian(day.year(), day.month() as u8, day.day() as u8) else {
        // ICU knows the years up to 9999.
        return day.to_string();
    };
    let writing = writing(language);
    plain(match (style, &writing.short) {
        (DateStyle::Short, Short::Whole(short)) => short.format(&date).to_string(),
        (DateStyle::Short, Short::Numbers(short)) => {
            // It stands within a sentence.
            let weekday = writing.weekday.format(&date).to_string().to_lowercase();
            format!("{weekday} {}", short.format(&date))
        }
        (DateStyle::Long, _) => writing.long.format(&date).to_string(),
        (DateStyle::Weekday, _) => writing.weekday.format(&date).to_string(),
    })
}

/// A number with the language's marks between the thousands and before the fraction.
pub(super) fn write_number(number: &Decimal, language: &Language) -> String {
    plain(writing(language).number.format(number).to_string())
}

/// `5,000 RWF`; the fraction only where there is one. ICU4X's formatter of amounts is experimental: this is its number, a space and the code.
pub(crate) fn write_money(money: Money, language: &Language) -> String {
    let unit = money.currency.minor_units();
    let amount = if money.minor % unit == 0 {
        Decimal::from(money.minor / unit)
    } else {
        let mut amount = Decimal::from(money.minor);
        amount.multiply_pow10(-(money.currency.minor_digits() as i16));
        amount
    };
    format!("{} {}", write_number(&amount, language), money.currency.code())
}

/// `1 day 2 h 30 min`.
pub(crate) fn write_duration(seconds: i64, language: &Language) -> String {
    let units = &writing(language).units;
    let mut rest = seconds.unsigned_abs();
    let mut parts = Vec::new();
    for (size, words) in UNITS_S.into_iter().zip(units.words) {
        let count = rest / size;
        rest %= size;
        if count > 0 || (rest == 0 && size == 60 && parts.is_empty()) {
            let word = words[usize::from(count != 1)];
            parts.push(if units.first { format!("{word} {count}") } else { format!("{count} {word}") });
        }
        if rest == 0 && !parts.is_empty() {
            break;
        }
    }
    let sign = if seconds < 0 { "-" } else { "" };
    format!("{sign}{}", parts.join(" "))
}

fn plain(text: String) -> String {
    if text.is_ascii() { text } else { text.replace(['\u{a0}', '\u{202f}'], " ") }
}
