//! The reader of people's words: what it takes, what it leaves, that it reads back what we write, and that no text upsets it.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use ganira::domain::Money;
use ganira::domain::money::Currency;
use ganira::flows::understand::{Ears, Reading, Wanted, find, option, ordinal, read};
use ganira::flows::value::Decimal;
use ganira::flows::{DateStyle, Value, day_in, written_in};
use proptest::prelude::*;
use rstest::rstest;

const LANGUAGES: [&str; 4] = ["en", "fr", "rw", "sw"];
const ZONE: Tz = Tz::Africa__Kigali;

/// Friday 20 November 2026, ten in the morning in Kigali.
fn now() -> DateTime<Utc> {
    ZONE.with_ymd_and_hms(2026, 11, 20, 10, 0, 0).unwrap().to_utc()
}

fn ears(language: &str) -> Ears {
    Ears::new(language, now(), ZONE)
}

fn day(days: u64) -> NaiveDate {
    now().with_timezone(&ZONE).date_naive().checked_add_days(Days::new(days)).unwrap()
}

fn time(written: &str) -> Value {
    Value::Time(NaiveTime::parse_from_str(written, "%H:%M").unwrap())
}

fn one_time(language: &str, said: &str) -> Reading {
    read(Wanted::Time, said, &ears(language))
}

#[rstest]
#[case("sw", "saa mbili", "08:00")]
#[case("rw", "saa mbiri", "08:00")]
#[case("sw", "saa mbili usiku", "20:00")]
#[case("rw", "saa mbiri z'ijoro", "20:00")]
#[case("sw", "saa sita mchana", "12:00")]
#[case("sw", "saa sita usiku", "00:00")]
#[case("sw", "saa tatu kasoro robo asubuhi", "08:45")]
#[case("rw", "saa munani n'igice", "14:30")]
#[case("rw", "saa munani n'iminota icumi", "14:10")]
#[case("en", "saa 9 mchana", "15:00")]
#[case("en", "quarter to twelve at night", "23:45")]
#[case("fr", "midi et demi", "12:30")]
#[case("fr", "9h", "09:00")]
#[case("fr", "quinze heures moins le quart", "14:45")]
fn an_hour_is_counted_as_its_language_counts(#[case] language: &str, #[case] said: &str, #[case] means: &str) {
    assert_eq!(one_time(language, said), Reading::One(time(means)), "{said}");
}

#[rstest]
#[case("en", "at 3", &["03:00", "15:00"])]
#[case("en", "saa 9", &["03:00", "09:00", "15:00"])]
#[case("sw", "saa moja", &["07:00", "19:00"])]
#[case("rw", "saa kumi n'ebyiri", &["06:00", "18:00"])]
fn an_hour_that_could_be_two_is_both(#[case] language: &str, #[case] said: &str, #[case] means: &[&str]) {
    let times = means.iter().map(|written| time(written)).collect();
    assert_eq!(one_time(language, said), Reading::Several(times), "{said}");
}

#[rstest]
#[case("en", "friday", &[0, 7])]
#[case("fr", "vendredi", &[0, 7])]
#[case("sw", "ijumaa", &[0, 7])]
#[case("rw", "ku wa gatanu", &[0, 7])]
#[case("en", "next saturday", &[1, 8])]
#[case("en", "next monday", &[3])]
#[case("rw", "ejo hazaza", &[1])]
#[case("rw", "nzaza ejo", &[1])]
#[case("en", "31/11", &[])]
#[case("en", "the 31st of november", &[])]
#[case("en", "not tomorrow", &[])]
#[case("en", "24/7", &[])]
fn a_day_is_read_or_asked_about(#[case] language: &str, #[case] said: &str, #[case] ahead: &[u64]) {
    let days: Vec<Value> = ahead.iter().map(|days| Value::Date(day(*days))).collect();
    let found = find(Wanted::Date, said, &ears(language)).into_iter().map(|found| found.reading).next();
    let reading = match read(Wanted::Date, said, &ears(language)) {
        Reading::Nothing if said != "24/7" => found.unwrap_or(Reading::Nothing),
        _ if said == "24/7" => found.unwrap_or(Reading::Nothing),
        reading => reading,
    };
    match &days[..] {
        [] => assert_eq!(reading, Reading::Nothing, "{said}"),
        [day] => assert_eq!(reading, Reading::One(day.clone()), "{said}"),
        _ => assert_eq!(reading, Reading::Several(days), "{said}"),
    }
}

#[test]
fn what_is_to_come_is_offered_before_what_has_been() {
    let yesterday = day(0).pred_opt().unwrap();
    let both = vec![Value::Date(day(1)), Value::Date(yesterday)];
    assert_eq!(read(Wanted::Date, "ejo", &ears("rw")), Reading::Several(both));
}

#[test]
fn one_sentence_fills_several_questions() {
    let said = "I would like to come tomorrow at 3pm, we are 4 people, call me on 0788 123 456";
    let only = |wanted| {
        let found = find(wanted, said, &ears("en"));
        assert_eq!(found.len(), 1, "{wanted:?}: {found:?}");
        (said[found[0].range.clone()].to_owned(), found[0].reading.clone())
    };
    assert_eq!(only(Wanted::Date), ("tomorrow".to_owned(), Reading::One(Value::Date(day(1)))));
    assert_eq!(only(Wanted::Time), ("at 3pm".to_owned(), Reading::One(time("15:00"))));
    assert_eq!(only(Wanted::Whole), ("4".to_owned(), Reading::One(Value::Whole(4))));
    assert_eq!(only(Wanted::Phone), ("0788 123 456".to_owned(), Reading::One(Value::text("+250788123456"))));
}

#[rstest]
#[case("mond", Some(false))]
#[case("gatamu", None)]
#[case("jumatano", Some(true))]
fn a_slip_never_takes_one_of_two_words_that_are_as_near(#[case] said: &str, #[case] weekday: Option<bool>) {
    let read = ["rw", "sw"].iter().any(|language| read(Wanted::Date, said, &ears(language)) != Reading::Nothing);
    assert_eq!(read, weekday == Some(true), "{said}");
}

#[rstest]
#[case("*182*8*1#")]
#[case("*182*1*1*0788123456#")]
#[case("078812345")]
#[case("21/11/2026 10:00")]
fn a_code_to_dial_is_no_phone_number(#[case] said: &str) {
    assert_eq!(read(Wanted::Phone, said, &ears("rw")), Reading::Nothing);
    assert!(find(Wanted::Phone, said, &ears("rw")).is_empty());
}

#[rstest]
#[case("rw", "ibihumbi makumyabiri na bitanu", 25_000)]
#[case("rw", "ibihumbi bitanu na magana atanu", 5_500)]
#[case("sw", "elfu tano mia tano", 5_500)]
#[case("sw", "elfu tano na nusu", 5_500)]
#[case("fr", "quatre-vingt-dix-neuf mille", 99_000)]
#[case("en", "one million two hundred thousand and fifty", 1_200_050)]
#[case("en", "5k", 5_000)]
#[case("fr", "5.000 frw", 5_000)]
fn an_amount_in_words_is_read(#[case] language: &str, #[case] said: &str, #[case] francs: i64) {
    assert_eq!(read(Wanted::Money, said, &ears(language)), Reading::One(Value::Money(Money::rwf(francs))), "{said}");
}

#[test]
fn the_spoken_language_wins_over_another_that_has_the_same_word() {
    assert_eq!(read(Wanted::YesNo, "la", &ears("sw")), Reading::One(Value::YesNo(false)));
    assert_eq!(read(Wanted::YesNo, "la", &ears("fr")), Reading::Nothing);
    assert_eq!(read(Wanted::Date, "none", &ears("rw")), Reading::One(Value::Date(day(0))));
    assert_eq!(read(Wanted::Date, "kesho", &ears("en")), Reading::One(Value::Date(day(1))));
}

#[rstest]
#[case("I don't know yet")]
#[case("tomorrow morning")]
#[case("yes please")]
#[case("0788123456")]
fn an_answer_to_something_else_is_no_name(#[case] said: &str) {
    assert_eq!(read(Wanted::Person, said, &ears("en")), Reading::Nothing);
}

#[test]
fn a_name_is_read_without_the_words_before_it() {
    assert_eq!(read(Wanted::Person, "My name is Aline Uwase.", &ears("en")), Reading::One(Value::text("Aline Uwase")));
    assert_eq!(read(Wanted::Person, "nitwa Jean-Paul", &ears("rw")), Reading::One(Value::text("Jean-Paul")));
    assert_eq!(read(Wanted::Person, "I am late", &ears("en")), Reading::Nothing);
}

/// Whatever looks at each letter for each other one does not come to its end here.
#[test]
fn a_long_text_is_left_alone_and_read_once() {
    for long in ["saa kumi na mbili na nusu elfu 21/11 ".repeat(30_000), "+ ".repeat(500_000), "@.".repeat(500_000)] {
        for wanted in Wanted::ALL {
            let reading = read(wanted, &long, &ears("sw"));
            assert!(wanted == Wanted::Text || reading == Reading::Nothing, "{wanted:?}");
            assert!(find(wanted, &long, &ears("sw")).iter().all(|found| found.range.end < 4_000), "{wanted:?}");
        }
    }
}

fn language() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&LANGUAGES[..])
}

fn reads_back(wanted: Wanted, language: &str, value: &Value) {
    let written = written_in(language, value, ZONE);
    assert_eq!(read(wanted, &written, &ears(language)), Reading::One(value.clone()), "{language} {written:?}");
}

/// Words that the grammar joins, in all languages, and what stands between them.
fn chatter() -> impl Strategy<Value = String> {
    let words = [
        "saa",
        "mbili",
        "na",
        "nusu",
        "kasoro",
        "robo",
        "elfu",
        "mia",
        "tano",
        "kumi",
        "kesho",
        "usiku",
        "ijayo",
        "half",
        "past",
        "two",
        "a",
        "hundred",
        "thousand",
        "million",
        "and",
        "or",
        "next",
        "friday",
        "21",
        "21st",
        "november",
        "in",
        "3",
        "days",
        "pm",
        "5k",
        "1,000",
        "2.5",
        "12:30",
        "9h30",
        "-5",
        "demain",
        "et",
        "demie",
        "moins",
        "le",
        "quart",
        "quatre-vingt",
        "dix",
        "mille",
        "ibihumbi",
        "bitanu",
        "ku wa",
        "gatanu",
        "ejo",
        "z'ijoro",
        "n'igice",
        "not",
        "frw",
        "$",
        "0788123456",
        "+250",
        "a@b.co",
        "my name is",
        "999999999999",
        "*",
        "#",
        "/",
        "2026-11-21",
        "\u{301}",
        "👍",
        "ﬁ",
        "½",
    ];
    let word = prop::sample::select(words.to_vec());
    let mark = prop::sample::select(vec![" ", " ", " ", "", "-", "/", ".", ",", ":", "'"]);
    prop::collection::vec((word, mark), 0..14)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, mark)| [word, mark]).collect())
}

fn no_text_upsets_it(said: &str, language: &str) {
    for wanted in Wanted::ALL {
        if let Reading::Several(values) = read(wanted, said, &ears(language)) {
            assert!((2..=4).contains(&values.len()), "{values:?}");
        }
        let mut end = 0;
        for found in find(wanted, said, &ears(language)) {
            assert!(found.range.start >= end && said.get(found.range.clone()).is_some(), "{:?}", found.range);
            assert_ne!(found.reading, Reading::Nothing);
            end = found.range.end;
        }
    }
    ordinal(said, language);
    option(said, &["Cut", "Colour"], &ears(language));
}

proptest! {
    #[test]
    fn a_day_that_is_written_is_read_back(days in 0_u64..365, language in language()) {
        reads_back(Wanted::Date, language, &Value::Date(day(days)));
    }

    #[test]
    fn a_day_that_is_written_in_full_is_read_back(days in 0_u64..40_000, language in language()) {
        let day = NaiveDate::from_ymd_opt(1950, 1, 1).unwrap().checked_add_days(Days::new(days)).unwrap();
        let written = day_in(language, day, DateStyle::Long);
        prop_assert_eq!(read(Wanted::Date, &written, &ears(language)), Reading::One(Value::Date(day)), "{}", written);
    }

    #[test]
    fn a_time_that_is_written_is_read_back(minute in 0_u32..24 * 60, language in language()) {
        let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
        reads_back(Wanted::Time, language, &Value::Time(time));
    }

    #[test]
    fn an_instant_that_is_written_is_read_back(minutes in 0_i64..364 * 24 * 60, language in language()) {
        reads_back(Wanted::DateTime, language, &Value::DateTime(now() + chrono::Duration::minutes(minutes)));
    }

    #[test]
    fn an_amount_that_is_written_is_read_back(
        minor in -1_000_000_000_i64..1_000_000_000,
        currency in prop::sample::select(vec!["RWF", "USD", "EUR", "KES", "UGX"]),
        language in language(),
    ) {
        let currency = Currency::parse(currency).unwrap();
        reads_back(Wanted::Money, language, &Value::Money(Money { minor, currency }));
    }

    #[test]
    fn a_number_that_is_written_is_read_back(number in -1_000_000_000_i64..=1_000_000_000, language in language()) {
        reads_back(Wanted::Whole, language, &Value::Whole(number));
    }

    #[test]
    fn a_decimal_that_is_written_is_read_back(millionths in -5_000_000_000_i64..5_000_000_000, language in language()) {
        reads_back(Wanted::Decimal, language, &Value::Decimal(Decimal::from_millionths(millionths).unwrap()));
        let rounded = millionths / 1_000 * 1_000;
        reads_back(Wanted::Decimal, language, &Value::Decimal(Decimal::from_millionths(rounded).unwrap()));
    }

    #[test]
    fn a_length_of_time_that_is_written_is_read_back(seconds in 1_i64..400 * 86_400, language in language()) {
        reads_back(Wanted::Duration, language, &Value::Duration(seconds));
    }

    #[test]
    fn a_number_to_call_is_read_as_people_write_it(rest in 0_u32..10_000_000, language in language()) {
        let digits = format!("78{rest:07}");
        let expected = Reading::One(Value::text(format!("+250{digits}")));
        let (a, b, c) = (&digits[..3], &digits[3..6], &digits[6..]);
        for written in [format!("+250 {a} {b} {c}"), format!("0{digits}"), format!("0{a}-{b}-{c}"), format!("00250{digits}"), digits.clone()] {
            prop_assert_eq!(read(Wanted::Phone, &written, &ears(language)), expected.clone(), "{}", written);
        }
    }

    #[test]
    fn any_text_is_heard_calmly(said in any::<String>(), language in language()) {
        no_text_upsets_it(&said, language);
    }

    #[test]
    fn any_jumble_of_known_words_is_heard_calmly(said in chatter(), language in language()) {
        no_text_upsets_it(&said, language);
    }
}
