//! The salon's pencil-and-paper part: local days, free times, labels, tokens and arguments.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use ganira::domain::booking::LocalDay;
use ganira::domain::{Money, TimeWindow, Timestamp};
use ganira::flows::operation::{HAND_OVER, salon as signatures};
use ganira::flows::{OperationKind, Row, Value};
use ganira::operations::arguments;
use ganira::operations::registry::{self, Run};
use ganira::operations::salon::hours::lines;
use ganira::operations::salon::labels::{LANGUAGES, Words};
use ganira::operations::salon::slot::Slot;
use ganira::operations::salon::slots::thinned;
use ganira::store::salon::hours::WorkingHours;
use proptest::prelude::*;
use rstest::rstest;

const PARIS: Tz = chrono_tz::Europe::Paris;
const CAIRO: Tz = chrono_tz::Africa::Cairo;
const KIGALI: Tz = chrono_tz::Africa::Kigali;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

fn utc(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn window(start: &str, end: &str) -> TimeWindow {
    TimeWindow::new(utc(start), utc(end)).unwrap()
}

/// The wall clock says `date`, and a time from `from` up to `until` (midnight: the end of the day).
fn shows(zone: Tz, at: Timestamp, date: NaiveDate, from: NaiveTime, until: NaiveTime) -> bool {
    let wall = at.with_timezone(&zone).naive_local();
    wall.date() == date && wall.time() >= from && (until == NaiveTime::MIN || wall.time() < until)
}

/// Every minute that could belong to `date` somewhere on earth.
fn minutes_around(date: NaiveDate) -> impl Iterator<Item = Timestamp> {
    let begin = date.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(16);
    (0..56 * 60).map(move |minute| begin + TimeDelta::minutes(minute))
}

#[rstest]
// The clock jumps from 02:00 to 03:00: a day of 23 hours.
#[case(PARIS, "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
// It goes back from 03:00 to 02:00: a day of 25 hours.
#[case(PARIS, "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
// Cairo's summer begins at midnight: the day has no 00:00 and starts at 01:00.
#[case(CAIRO, "2026-04-24", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z")]
// Its last hour comes twice.
#[case(CAIRO, "2026-10-29", "2026-10-28T21:00:00Z", "2026-10-29T22:00:00Z")]
#[case(KIGALI, "2026-11-21", "2026-11-20T22:00:00Z", "2026-11-21T22:00:00Z")]
fn a_local_day_has_its_own_length(#[case] zone: Tz, #[case] day: &str, #[case] start: &str, #[case] end: &str) {
    assert_eq!(LocalDay::new(zone, date(day)).whole(), Some(window(start, end)));
}

#[test]
fn a_day_that_a_zone_skipped_has_no_time() {
    let day = LocalDay::new(chrono_tz::Pacific::Apia, date("2011-12-30"));
    assert_eq!(day.whole(), None);
    assert!(day.ticks(30).is_empty());
}

#[test]
fn hours_keep_to_the_wall_clock_across_a_change() {
    let day = |text| LocalDay::new(PARIS, date(text));
    let open = |text| day(text).between(time("09:00"), time("17:00"));
    assert_eq!(open("2026-03-28"), [window("2026-03-28T08:00:00Z", "2026-03-28T16:00:00Z")]);
    assert_eq!(open("2026-03-29"), [window("2026-03-29T07:00:00Z", "2026-03-29T15:00:00Z")]);
    assert_eq!(open("2026-10-25"), [window("2026-10-25T08:00:00Z", "2026-10-25T16:00:00Z")]);
    // An opening inside the gap is the moment after it; hours wholly inside it do not exist.
    assert_eq!(
        day("2026-03-29").between(time("02:30"), time("04:00")),
        [window("2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z")]
    );
    assert_eq!(day("2026-03-29").between(time("02:10"), time("02:50")), []);
    // Half of the hour that comes twice is open twice.
    assert_eq!(
        day("2026-10-25").between(time("01:00"), time("02:30")),
        [
            window("2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"),
            window("2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z")
        ]
    );
}

fn any_zone() -> impl Strategy<Value = Tz> {
    prop::sample::select(vec![
        PARIS,
        CAIRO,
        KIGALI,
        chrono_tz::Africa::Casablanca,
        chrono_tz::America::Sao_Paulo,
        chrono_tz::Asia::Kathmandu,
        chrono_tz::Asia::Beirut,
        chrono_tz::Australia::Lord_Howe,
        chrono_tz::Pacific::Apia,
        chrono_tz::Pacific::Kiritimati,
    ])
}

/// Mostly days on which some zone changes its clock, else any of the years around.
fn any_date() -> impl Strategy<Value = NaiveDate> {
    let changes = [
        "2026-03-29",
        "2026-10-25",
        "2026-04-24",
        "2026-10-29",
        "2026-10-30",
        "2026-04-05",
        "2026-10-04",
        "2018-11-04",
    ];
    prop_oneof![
        prop::sample::select(changes.map(date).to_vec()),
        (0_i64..6000).prop_map(|days| date("2011-01-01") + TimeDelta::days(days)),
    ]
}

fn any_time() -> impl Strategy<Value = NaiveTime> {
    (0_u32..24 * 12).prop_map(|fives| NaiveTime::from_hms_opt(fives / 12, fives % 12 * 5, 0).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn hours_are_open_exactly_when_the_wall_clock_says_so(zone in any_zone(), date in any_date(), from in any_time(), until in any_time()) {
        let open = LocalDay::new(zone, date).between(from, until);
        for at in minutes_around(date) {
            prop_assert_eq!(open.iter().any(|open| open.contains(at)), shows(zone, at, date, from, until), "{} {}", zone, at);
        }
        for pair in open.windows(2) {
            prop_assert!(pair[0].end() < pair[1].start());
        }
    }

    #[test]
    fn a_slots_token_reads_back(staff in 1_i64.., minutes in 0_u32..) {
        let slot = Slot { staff, start: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(minutes.into()) };
        let token = slot.to_string();
        prop_assert!(token.len() <= 64);
        prop_assert_eq!(token.parse::<Slot>(), Ok(slot));
    }
}

#[test]
fn the_hour_that_comes_twice_is_offered_once() {
    let ticks = LocalDay::new(PARIS, date("2026-10-25")).ticks(30);
    assert_eq!(ticks.len(), 48);
    assert!(ticks.contains(&utc("2026-10-25T00:30:00Z")));
    assert!(!ticks.contains(&utc("2026-10-25T01:30:00Z")));
    assert_eq!(LocalDay::new(PARIS, date("2026-03-29")).ticks(30).len(), 46);
}

#[test]
fn a_long_list_is_thinned_evenly() {
    assert_eq!(thinned((0..30).collect(), 30), (0..30).collect::<Vec<_>>());
    assert_eq!(thinned((0..31).collect(), 30), (0..31).step_by(2).collect::<Vec<_>>());
    assert!(thinned(Vec::<u8>::new(), 30).is_empty());
}

#[rstest]
#[case("")]
#[case("3")]
#[case("3-")]
#[case("-3-29")]
#[case("x-29384220")]
#[case("3-99999999999")]
fn a_strangers_token_is_refused(#[case] token: &str) {
    assert!(token.parse::<Slot>().is_err());
}

#[test]
fn labels_of_days_and_moments_fit_a_list_row_in_every_language() {
    let today = date("2026-01-01");
    for words in LANGUAGES {
        for day in today.iter_days().take(400) {
            let late = day.and_time(time("23:45"));
            for label in [words.day(day, today), words.moment(late, today)] {
                assert!(label.chars().count() <= 24, "{label}");
            }
        }
        assert!(words.anyone.chars().count() <= 24 && words.anyone_note.chars().count() <= 72);
    }
}

#[rstest]
#[case("en", "Fri 27 Nov", "15,000 RWF, 90 min")]
#[case("fr-RW", "ven. 27 nov.", "15 000 RWF, 90 min")]
#[case("rw", "Gatanu 27 Ugushyingo", "15.000 RWF, 90 min")]
#[case("sw", "Ijumaa 27 Nov", "15,000 RWF, 90 dk")]
#[case("xx", "Fri 27 Nov", "15,000 RWF, 90 min")]
fn labels_are_in_the_persons_language_or_english(#[case] language: &str, #[case] day: &str, #[case] price: &str) {
    let words = Words::of(language);
    assert_eq!(words.day(date("2026-11-27"), date("2026-11-20")), day);
    assert_eq!(words.price_and_minutes(Money::rwf(15_000), 90), price);
}

#[test]
fn today_and_tomorrow_are_called_so() {
    let words = Words::of("en");
    assert_eq!(words.day(date("2026-11-20"), date("2026-11-20")), "Today 20 Nov");
    assert_eq!(words.day(date("2026-12-01"), date("2026-11-30")), "Tomorrow 1 Dec");
}

/// Somebody's hours on each of `days`.
fn works(staff: i64, days: &[Weekday], from: &str, until: &str) -> Vec<WorkingHours> {
    let on = |weekday: &Weekday| WorkingHours { staff, weekday: *weekday, from: time(from), until: time(until) };
    days.iter().map(on).collect()
}

#[test]
fn days_that_are_alike_share_a_line_of_opening_hours() {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let told = |hours: &[Vec<WorkingHours>]| lines(&hours.concat(), Words::of("en"));
    assert!(told(&[]).is_empty());
    assert_eq!(told(&[works(1, &[Mon, Tue, Wed, Thu, Fri], "08:00", "18:00")]), ["Mon–Fri 08:00–18:00"]);
    // Days that are alike but do not follow each other, and a day without hours, end a run.
    assert_eq!(
        told(&[works(1, &[Mon, Tue, Thu, Sun], "08:00", "18:00"), works(1, &[Sat], "09:30", "00:00")]),
        ["Mon–Tue 08:00–18:00", "Thu 08:00–18:00", "Sat 09:30–24:00", "Sun 08:00–18:00"]
    );
    // The hours of several people are one where they touch.
    assert_eq!(
        told(&[
            works(1, &[Wed], "08:00", "12:00"),
            works(2, &[Wed], "12:00", "15:00"),
            works(3, &[Wed], "16:00", "17:00")
        ]),
        ["Wed 08:00–15:00, 16:00–17:00"]
    );
}

#[test]
fn opening_hours_fit_their_lines_in_every_language_however_broken_the_days_are() {
    let ganira::flows::Type::Texts { chars_max, items_max } = signatures::HOURS else { panic!("hours are texts") };
    let week: Vec<Weekday> = (0..7).map(|day| Weekday::try_from(day).unwrap()).collect();
    let broken = |days: &[Weekday]| {
        let hour = |hour: u32| works(1, days, &format!("{hour:02}:00"), &format!("{hour:02}:45"));
        (8..16).flat_map(hour).collect::<Vec<_>>()
    };
    for words in LANGUAGES {
        for first in 0..7 {
            for last in first..7 {
                for line in lines(&broken(&week[first..=last]), words) {
                    assert!(line.chars().count() <= chars_max.into(), "{line}");
                    assert!(line.ends_with("–15:45"), "{line}");
                }
            }
        }
        let each =
            week.iter().enumerate().map(|(day, weekday)| works(1, &[*weekday], &format!("{day:02}:00"), "12:00"));
        assert_eq!(lines(&each.collect::<Vec<_>>().concat(), words).len(), usize::from(items_max));
    }
}

#[test]
fn money_with_cents_shows_them_only_where_there_are_some() {
    let kes = |minor| Money { minor, currency: ganira::domain::money::Currency::parse("KES").unwrap() };
    assert_eq!(Words::of("en").price_and_minutes(kes(123_456_705), 5), "1,234,567.05 KES, 5 min");
    assert_eq!(Words::of("en").price_and_minutes(kes(99_900), 5), "999 KES, 5 min");
}

#[test]
fn the_registry_holds_every_declared_operation_once_and_nothing_else() {
    let all: Vec<_> = std::iter::once(&HAND_OVER).chain(signatures::ALL).collect();
    let declared: Vec<_> = all.iter().map(|signature| signature.name).collect();
    let registered: Vec<_> = registry::ENTRIES.iter().map(|entry| entry.signature.name).collect();
    assert_eq!(registered, declared);
    for (entry, declared) in registry::ENTRIES.iter().zip(all) {
        assert_eq!(entry.signature, declared);
        let reserves = matches!(entry.run, Run::Reserve(_));
        assert_eq!(reserves, declared.kind == OperationKind::Reservation, "{}", declared.name);
    }
}

#[test]
fn a_wrong_argument_is_named_with_what_was_expected_but_not_with_its_content() {
    let arguments = Row::from([("service".to_owned(), Value::text("secret")), ("name".to_owned(), Value::text(""))]);
    let message = arguments::whole(&arguments, "service").unwrap_err().to_string();
    assert_eq!(message, "argument \"service\": expected a whole number, found a text");
    let message = arguments::id(&arguments, "hold").unwrap_err().to_string();
    assert_eq!(message, "argument \"hold\": expected an id that an earlier answer gave, found nothing");
    assert_eq!(arguments::optional_text(&arguments, "name"), Ok(None));
}
