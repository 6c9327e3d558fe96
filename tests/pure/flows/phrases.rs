//! What people type in four languages, and how the reader takes it: values read, questions asked, wrong guesses made.
//!
//! The phrases (`phrases/*.yaml`, their form stands in each file's head) were written apart from the reader's tables. A wrong guess is worse
//! than a question: not one is allowed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use ganira::flows::Value;
use ganira::flows::understand::{Ears, Found, Reading, Wanted, find, option, ordinal, read};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// Phrases a language has at least.
const PHRASES_MIN: usize = 300;
/// Of a hundred phrases that have a value, so many are read without a question.
const HITS_PERCENT_MIN: usize = 90;

#[derive(Deserialize)]
struct Phrases {
    now: String,
    phrases: Vec<Phrase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrase {
    said: String,
    wanted: String,
    #[serde(default)]
    within: bool,
    #[serde(default)]
    options: Vec<String>,
    gives: Json,
}

/// What came of a phrase.
#[derive(Debug, PartialEq)]
enum Outcome {
    Nothing,
    One(Json),
    Several(Vec<Json>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Hit,
    /// Something was there, and it is asked for again, or between readings of which the right one is there.
    Question,
    Wrong,
}

#[derive(Default)]
struct Tally {
    values: usize,
    hits: usize,
    questions: usize,
}

#[test]
fn what_people_type_in_english_is_read() {
    judge("en", include_str!("phrases/en.yaml"));
}

#[test]
fn what_people_type_in_french_is_read() {
    judge("fr", include_str!("phrases/fr.yaml"));
}

#[test]
fn what_people_type_in_kinyarwanda_is_read() {
    judge("rw", include_str!("phrases/rw.yaml"));
}

#[test]
fn what_people_type_in_swahili_is_read() {
    judge("sw", include_str!("phrases/sw.yaml"));
}

#[expect(clippy::print_stdout, reason = "the tally is what one runs it for")]
fn judge(language: &str, file: &str) {
    let phrases: Phrases = serde_saphyr::from_str(file).unwrap();
    let (now, zone) = phrases.now.split_once(' ').unwrap();
    let zone: Tz = zone.parse().unwrap();
    let now = zone.from_local_datetime(&NaiveDateTime::parse_from_str(now, "%Y-%m-%dT%H:%M").unwrap()).unwrap();
    let ears = Ears::new(language, now.to_utc(), zone);
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let (mut wrong, mut asked) = (String::new(), String::new());
    let mut wrong_guesses = 0;
    for phrase in &phrases.phrases {
        let outcome = hear(phrase, language, &ears, zone);
        let verdict = verdict(&phrase.gives, &outcome);
        let tally = tallies.entry(&phrase.wanted).or_default();
        tally.values += 1;
        match verdict {
            Verdict::Hit => tally.hits += 1,
            Verdict::Question => {
                tally.questions += 1;
                writeln!(asked, "  asked  {} {:?}: {outcome:?} for {}", phrase.wanted, phrase.said, phrase.gives)
                    .unwrap();
            }
            Verdict::Wrong => {
                wrong_guesses += 1;
                writeln!(wrong, "  WRONG  {} {:?}: {outcome:?} for {}", phrase.wanted, phrase.said, phrase.gives)
                    .unwrap();
            }
        }
    }
    for (wanted, tally) in &tallies {
        println!(
            "{language} {wanted:<9} {:>3} phrases {:>3} hits {:>2} questions",
            tally.values, tally.hits, tally.questions
        );
    }
    let all = phrases.phrases.len();
    let hits: usize = tallies.values().map(|tally| tally.hits).sum();
    let questions: usize = tallies.values().map(|tally| tally.questions).sum();
    println!("{language}: {all} phrases, {hits} hits, {questions} questions, {wrong_guesses} wrong guesses");
    println!("{asked}");
    assert!(wrong.is_empty(), "{language}: {wrong_guesses} wrong guesses\n{wrong}");
    assert!(all >= PHRASES_MIN, "{language}: {all} phrases");
    assert!(hits * 100 >= all * HITS_PERCENT_MIN, "{language}: {hits} of {all} are read\n{asked}");
}

/// As a question hears it: a value that uses the text up whole, else one inside it.
fn hear(phrase: &Phrase, language: &str, ears: &Ears, zone: Tz) -> Outcome {
    let json = |value: &Value| written(value, zone);
    match phrase.wanted.as_str() {
        "ordinal" => {
            return ordinal(&phrase.said, language).map_or(Outcome::Nothing, |place| Outcome::One(json!(place)));
        }
        "option" => {
            let labels: Vec<&str> = phrase.options.iter().map(String::as_str).collect();
            let named = option(&phrase.said, &labels, ears);
            return named.map_or(Outcome::Nothing, |n| Outcome::One(json!(labels[n])));
        }
        _ => {}
    }
    let wanted = Wanted::named(&phrase.wanted).unwrap();
    let whole = if phrase.within { Reading::Nothing } else { read(wanted, &phrase.said, ears) };
    let values = match whole {
        Reading::One(value) => vec![json(&value)],
        Reading::Several(values) => values.iter().map(json).collect(),
        Reading::Nothing => {
            let mut values = Vec::new();
            for Found { range, reading } in find(wanted, &phrase.said, ears) {
                assert!(phrase.said.get(range).is_some());
                match reading {
                    Reading::One(value) => values.push(json(&value)),
                    Reading::Several(several) => values.extend(several.iter().map(json)),
                    Reading::Nothing => panic!("{:?} was found and is nothing", phrase.said),
                }
            }
            values.dedup();
            values
        }
    };
    match values.len() {
        0 => Outcome::Nothing,
        1 => Outcome::One(values[0].clone()),
        _ => Outcome::Several(values),
    }
}

fn verdict(gives: &Json, outcome: &Outcome) -> Verdict {
    let one_of = gives.get("one_of").and_then(Json::as_array);
    let same = |value: &Json, other: &Json| match (value.as_f64(), other.as_f64()) {
        (Some(value), Some(other)) => (value - other).abs() < 1e-9,
        _ => value == other,
    };
    let among = |values: &[Json], value: &Json| values.iter().any(|other| same(other, value));
    match (one_of, outcome) {
        (None, Outcome::Nothing) if gives == "nothing" => Verdict::Hit,
        (_, Outcome::Nothing) => Verdict::Question,
        (None, Outcome::One(value)) if same(gives, value) => Verdict::Hit,
        (None, Outcome::Several(values)) if among(values, gives) => Verdict::Question,
        (Some(allowed), Outcome::Several(values)) if values.iter().all(|value| among(allowed, value)) => Verdict::Hit,
        _ => Verdict::Wrong,
    }
}

/// A value in the form of the phrase files.
fn written(value: &Value, zone: Tz) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Whole(number) => json!(number),
        Value::Decimal(number) => json!(number.millionths() as f64 / 1e6),
        Value::YesNo(answer) => json!(answer),
        Value::Money(money) => {
            let currency = money.currency.code();
            let unit = if ["RWF", "UGX", "BIF", "XAF"].contains(&currency) { 1 } else { 100 };
            let amount =
                if money.minor % unit == 0 { json!(money.minor / unit) } else { json!(money.minor as f64 / 100.0) };
            json!({"amount": amount, "currency": currency})
        }
        Value::Date(day) => json!(day.to_string()),
        Value::Time(time) => json!(time.format("%H:%M").to_string()),
        Value::DateTime(at) => json!(at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()),
        Value::Duration(seconds) => json!(length(*seconds)),
        other => panic!("the reader does not read {other:?}"),
    }
}

fn length(seconds: i64) -> String {
    let mut out = String::new();
    for (size, unit) in [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")] {
        let count =
            if unit == "d" { seconds / size } else { seconds % (size * if unit == "h" { 24 } else { 60 }) / size };
        if count > 0 {
            write!(out, "{count}{unit}").unwrap();
        }
    }
    out
}
