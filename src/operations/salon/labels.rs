//! Days, prices and the few words that operations say themselves, in the languages of the salon. Kinyarwanda and Swahili are not yet
//! reviewed by a native speaker.
//!
//! Labels stay within 24 characters: the longest, "Gatandatu 20 Gashyantare", has exactly those. That is why they have words of their own,
//! shorter than those by which the flows' messages write a day: "kuwa gatandatu 21/11 09:00" has 26, and "tomorrow" takes the weekday's place.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Weekday};

use crate::domain::Money;
use crate::flows::money_in;

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

    /// "Mon–Fri", or "Sat" for one day.
    pub fn weekdays(&self, first: Weekday, last: Weekday) -> String {
        let name = |day: Weekday| self.weekdays[day.num_days_from_monday() as usize];
        if first == last { name(first).to_owned() } else { format!("{}–{}", name(first), name(last)) }
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

    /// "15,000 RWF, 90 min".
    pub fn price_and_minutes(&self, price: Money, minutes: u16) -> String {
        format!("{}, {minutes} {}", money_in(self.language, price), self.minutes)
    }

    /// "Box braids with Aline".
    pub fn service_with(&self, service: &str, staff: &str) -> String {
        format!("{service} {} {staff}", self.with)
    }
}
