//! The words in which the reader of values is asked and answers.

use std::ops::Range;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use crate::domain::money::Currency;
use crate::domain::{Country, Timestamp};
use crate::flows::expression::Kind;
use crate::flows::languages::{Language, language};
use crate::flows::value::Value;

/// What a question wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Text,
    Whole,
    Decimal,
    Money,
    Date,
    Time,
    /// A day and a time: an instant.
    DateTime,
    /// A length of time.
    Duration,
    /// A phone number, as text in E.164.
    Phone,
    Email,
    /// A person's name.
    Person,
    YesNo,
}

impl Wanted {
    /// The names a flow writes after `type:`, in the order of [`Wanted::ALL`].
    pub const NAMES: [&'static str; 12] = [
        "text", "whole", "decimal", "money", "date", "time", "datetime", "duration", "phone", "email", "person",
        "yesno",
    ];

    pub const ALL: [Self; 12] = [
        Self::Text,
        Self::Whole,
        Self::Decimal,
        Self::Money,
        Self::Date,
        Self::Time,
        Self::DateTime,
        Self::Duration,
        Self::Phone,
        Self::Email,
        Self::Person,
        Self::YesNo,
    ];

    /// What `type: <name>` wants.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|n| Self::ALL[n])
    }

    /// The kind of the value that is read.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Text | Self::Person | Self::Phone | Self::Email => Kind::Text,
            Self::Whole => Kind::Whole,
            Self::Decimal => Kind::Decimal,
            Self::Money => Kind::Money,
            Self::Date => Kind::Date,
            Self::Time => Kind::Time,
            Self::DateTime => Kind::DateTime,
            Self::Duration => Kind::Duration,
            Self::YesNo => Kind::YesNo,
        }
    }
}

/// With which ears a text is heard: the language spoken, the clock on the wall, and what is usual in the tenant's country.
#[derive(Debug, Clone)]
pub struct Ears {
    pub(crate) language: &'static Language,
    /// The wall clock of the tenant's zone.
    pub(crate) now: DateTime<Tz>,
    /// The currency of an amount that names none.
    pub(crate) currency: Currency,
    /// In whose form phone numbers are written.
    pub(crate) country: Option<Country>,
}

impl Ears {
    /// Ears for a language code such as `rw`; English for one we do not know. Amounts are in Rwandan francs, phone numbers are those of the
    /// zone's country.
    pub fn new(code: &str, now: Timestamp, zone: Tz) -> Self {
        Self {
            language: language(code),
            now: now.with_timezone(&zone),
            currency: Currency::RWF,
            country: Country::of_zone(zone),
        }
    }

    /// The same, where phone numbers are written as in this country.
    #[must_use]
    pub fn in_country(self, country: Option<Country>) -> Self {
        Self { country: country.or(self.country), ..self }
    }

    pub(crate) fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }
}

/// What a text means.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Nothing of what is wanted.
    Nothing,
    One(Value),
    /// Two to four values it could mean: what lies ahead first, the soonest before the later; then what is past.
    /// Whoever knows more (a question's `between`) may drop some; what is left is asked.
    Several(Vec<Value>),
}

/// A value inside a longer text.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The bytes of the text it was read from.
    pub range: Range<usize>,
    /// Never [`Reading::Nothing`].
    pub reading: Reading,
}
