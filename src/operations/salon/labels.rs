//! Days, prices and the few words that operations say themselves, in the languages of the salon. Kinyarwanda and Swahili are not yet
//! reviewed by a native speaker.
//!
//! Labels stay within 24 characters: the longest, "Gatandatu 20 Gashyantare", has exactly those.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use crate::domain::Money;

/// The words of one language.
#[derive(Debug)]
pub struct Words {
    language: &'static str,
    /// Monday first.
    weekdays: [&'static str; 7],
    months: [&'static str; 12],
    today: &'static str,
    tomorrow: &'static str,
    /// Whoever is free.
    pub anyone: &'static str,
    pub anyone_note: &'static str,
    minutes: &'static str,
    /// Between a service and who gives it.
    with: &'static str,
    thousands: char,
}

const EN: Words = Words {
    language: "en",
    weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    today: "Today",
    tomorrow: "Tomorrow",
    anyone: "Anyone",
    anyone_note: "Whoever is free",
    minutes: "min",
    with: "with",
    thousands: ',',
};

const FR: Words = Words {
    language: "fr",
    weekdays: ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    months: ["janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    today: "Aujourd'hui",
    tomorrow: "Demain",
    anyone: "Peu importe",
    anyone_note: "Qui est libre",
    minutes: "min",
    with: "avec",
    thousands: ' ',
};

const RW: Words = Words {
    language: "rw",
    weekdays: ["Mbere", "Kabiri", "Gatatu", "Kane", "Gatanu", "Gatandatu", "Cyumweru"],
    months: [
        "Mutarama",
        "Gashyantare",
        "Werurwe",
        "Mata",
        "Gicurasi",
        "Kamena",
        "Nyakanga",
        "Kanama",
        "Nzeri",
        "Ukwakira",
        "Ugushyingo",
        "Ukuboza",
    ],
    today: "Uyu munsi",
    tomorrow: "Ejo",
    anyone: "Uwo ari we wese",
    anyone_note: "Uboneka",
    minutes: "min",
    with: "na",
    thousands: '.',
};

const SW: Words = Words {
    language: "sw",
    weekdays: ["Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi", "Jumapili"],
    months: ["Jan", "Feb", "Mac", "Apr", "Mei", "Jun", "Jul", "Ago", "Sep", "Okt", "Nov", "Des"],
    today: "Leo",
    tomorrow: "Kesho",
    anyone: "Yeyote",
    anyone_note: "Aliye na nafasi",
    minutes: "dk",
    with: "na",
    thousands: ',',
};

/// All languages that labels can be in.
pub const LANGUAGES: &[Words] = &[EN, FR, RW, SW];

impl Words {
    /// The words of `language` (a tag such as `rw` or `fr-RW`), or English.
    pub fn of(language: &str) -> &'static Self {
        let primary = language.split(['-', '_']).next().unwrap_or(language);
        LANGUAGES.iter().find(|words| words.language.eq_ignore_ascii_case(primary)).unwrap_or(&LANGUAGES[0])
    }

    /// "Fri 20 Nov", "Tomorrow 21 Nov".
    pub fn day(&self, date: NaiveDate, today: NaiveDate) -> String {
        let month = self.months[date.month0() as usize];
        format!("{} {} {month}", self.weekday(date, today), date.day())
    }

    /// "Fri 20/11 09:00": a day and a time in one short line.
    pub fn moment(&self, at: NaiveDateTime, today: NaiveDate) -> String {
        let weekday = self.weekday(at.date(), today);
        format!("{weekday} {}", at.format("%d/%m %H:%M"))
    }

    fn weekday(&self, date: NaiveDate, today: NaiveDate) -> &'static str {
        if date == today {
            self.today
        } else if Some(date) == today.succ_opt() {
            self.tomorrow
        } else {
            self.weekdays[date.weekday().num_days_from_monday() as usize]
        }
    }

    /// "RWF 15,000, 90 min".
    pub fn price_and_minutes(&self, price: Money, minutes: u16) -> String {
        format!("{}, {minutes} {}", self.money(price), self.minutes)
    }

    /// "Box braids with Aline".
    pub fn service_with(&self, service: &str, staff: &str) -> String {
        format!("{service} {} {staff}", self.with)
    }

    fn money(&self, money: Money) -> String {
        let decimals = decimals(money.currency.code());
        let unit = 10_i64.pow(decimals);
        let whole = grouped(money.minor / unit, self.thousands);
        let code = money.currency.code();
        match money.minor % unit {
            0 => format!("{code} {whole}"),
            rest => format!("{code} {whole}.{:0width$}", rest.abs(), width = decimals as usize),
        }
    }
}

/// How many decimals a currency has in use (ISO 4217; for the shilling of Uganda and the francs of the region none).
fn decimals(code: &str) -> u32 {
    match code {
        "RWF" | "BIF" | "UGX" | "XAF" | "XOF" | "DJF" | "KMF" | "GNF" => 0,
        _ => 2,
    }
}

fn grouped(number: i64, separator: char) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && !text.ends_with('-') {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}
