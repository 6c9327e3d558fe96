//! What people type, heard with every wish in every language.

use chrono::Duration;
use ganira::flows::Value;
use ganira::flows::understand::{Ears, Reading, Wanted, find, option, ordinal, read};

use super::Target;
use super::talk::now;
use crate::bytes::Bytes;
use crate::harness::Seen;
use crate::repository::phrases;

pub const TARGET: Target = Target { name: "words", seeds, words: WORDS, bytes_max: 2048, run };

const LANGUAGES: [&str; 4] = ["en", "fr", "rw", "sw"];
/// The wishes of [`Wanted::ALL`], then an ordinal and an option.
const WISHES: usize = Wanted::ALL.len() + 2;
const WORDS: &[&str] = &[
    " and ",
    " or ",
    " not ",
    " to ",
    " ou ",
    " et ",
    " na ",
    " cyangwa ",
    " au ",
    "saa ",
    "tomorrow ",
    "ejo ",
    "kesho ",
    "demain ",
    "friday ",
    "twenty ",
    "hundred ",
    "thousand ",
    "million ",
    "mille ",
    "quatre-vingt",
    "ijana ",
    "elfu ",
    "half past ",
    "quarter ",
    "next ",
    "last ",
    "in ",
    "days ",
    "weeks ",
    "hours ",
    "31/12/9999",
    "29/02",
    "2026-02-30",
    "12:60",
    "24:00",
    "00:00",
    "9am",
    "12pm",
    "+250788123456",
    "07",
    "@",
    ".com",
    "rwf ",
    "frw",
    "$",
    "€",
    "1,000.50",
    "1.000,50",
    "1 000",
    "'",
    "-",
    "1st",
    "yes ",
    "oui ",
    "yego ",
    "ndiyo ",
    "oya",
    "I am ",
    "je m'appelle ",
    "nitwa ",
    "naitwa ",
    "0000000000000000000000",
    "99999999999999999999",
];
const LABELS: [&[&str]; 3] = [
    &["Haircut", "Braids", "Knotless braids", "1. Wash"],
    &["Sat 21 Nov", "Sun 22 Nov", "Mon 23 Nov"],
    &["09:00", "9:30", "Uwase", "Ejo"],
];

fn seeds() -> Vec<Vec<u8>> {
    let seed = |(language, wanted, said): (String, String, String)| {
        let language = LANGUAGES.iter().position(|known| *known == language).unwrap_or(0) as u8;
        let wish = Wanted::NAMES.iter().position(|known| *known == wanted);
        let wish = wish.unwrap_or(WISHES - if wanted == "option" { 1 } else { 2 }) as u8;
        [&[language, wish, 0][..], said.as_bytes()].concat()
    };
    phrases().into_iter().map(seed).collect()
}

fn run(input: &[u8], seen: &mut Seen) {
    let mut bytes = Bytes(input);
    let language = *bytes.one_of(&LANGUAGES);
    let wish = usize::from(bytes.byte()) % WISHES;
    let hours = i64::from(bytes.byte()) * 149;
    let text = String::from_utf8_lossy(bytes.0);
    let ears = Ears::new(language, now() + Duration::hours(hours), chrono_tz::Africa::Kigali);
    match Wanted::ALL.get(wish) {
        Some(wanted) => hear(*wanted, &text, &ears, seen),
        None if wish + 1 == WISHES => {
            for labels in LABELS {
                let taken = option(&text, labels, &ears);
                assert!(taken.is_none_or(|taken| taken < labels.len()));
                seen.see(("option", taken));
            }
        }
        None => seen.see(("ordinal", ordinal(&text, language))),
    }
}

fn hear(wanted: Wanted, text: &str, ears: &Ears, seen: &mut Seen) {
    let whole = read(wanted, text, ears);
    assert_eq!(whole, read(wanted, text, ears), "a reading is a function");
    mark("whole", wanted, &whole, seen);
    let mut until = 0;
    for found in find(wanted, text, ears) {
        assert!(text.get(found.range.clone()).is_some(), "{:?} is no part of {text:?}", found.range);
        assert!(found.range.start >= until, "{wanted:?} are found in their order: {text:?}");
        assert_ne!(found.reading, Reading::Nothing);
        until = found.range.end;
        mark("inside", wanted, &found.reading, seen);
    }
}

fn mark(how: &str, wanted: Wanted, reading: &Reading, seen: &mut Seen) {
    let size = |value: &Value| match value {
        Value::Whole(number) | Value::Duration(number) => number.unsigned_abs().checked_ilog10().unwrap_or(0),
        Value::Text(text) => text.len().ilog2(),
        _ => 0,
    };
    match reading {
        Reading::Nothing => {}
        Reading::One(value) => seen.see((how, wanted as u8, 1, size(value))),
        Reading::Several(values) => {
            assert!((2..=4).contains(&values.len()), "{values:?}");
            seen.see((how, wanted as u8, values.len(), 0_u32));
        }
    }
}
