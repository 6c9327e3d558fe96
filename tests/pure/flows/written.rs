//! How values and sessions are written: short, read back equal, and what earlier releases wrote is still read.

use chrono::{NaiveDate, NaiveTime, TimeZone as _, Utc};
use ganira::domain::Money;
use ganira::flows::State;
use ganira::flows::value::{Place, Row, Value};
use proptest::prelude::*;

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, d).unwrap()
}

fn json(value: &Value) -> String {
    serde_json::to_string(value).unwrap()
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn the_kinds_that_json_knows_stand_as_they_are_and_the_others_name_themselves() {
    let written = [
        (Value::text("Muraho \"neza\""), r#""Muraho \"neza\"""#),
        (Value::Whole(-7), "-7"),
        (Value::YesNo(true), "true"),
        (Value::Decimal("1.5".parse().unwrap()), r#"{"decimal":"1.5"}"#),
        (Value::Money(Money::rwf(5_000)), r#"{"money":{"minor":5000,"currency":"RWF"}}"#),
        (Value::Date(day(21)), r#"{"date":"2026-11-21"}"#),
        (Value::Time(NaiveTime::from_hms_opt(8, 30, 0).unwrap()), r#"{"time":"08:30:00"}"#),
        (
            Value::DateTime(Utc.with_ymd_and_hms(2026, 11, 21, 8, 30, 0).unwrap()),
            r#"{"date_time":"2026-11-21T08:30:00Z"}"#,
        ),
        (Value::Duration(5_400), r#"{"duration":5400}"#),
        (Value::Place(Box::new(Place::at(-1.5, 30.25).unwrap())), r#"{"place":{"lat":-1500000,"lon":30250000}}"#),
        (Value::Row(Row::from([("b", Value::Whole(2)), ("a", Value::Whole(1))])), r#"{"row":{"a":1,"b":2}}"#),
        (Value::Rows([].into()), r#"{"rows":[]}"#),
        (Value::Texts(vec!["a".to_owned(), "b".to_owned()]), r#"{"texts":["a","b"]}"#),
    ];
    for (value, text) in written {
        assert_eq!(json(&value), text);
        assert_eq!(read(text), value, "{text}");
    }
}

#[test]
fn rows_of_the_same_fields_are_a_table() {
    let row = |n: u32| {
        let at = Utc.with_ymd_and_hms(2026, 11, n, 6, 0, 0).unwrap();
        let date = Value::Date(day(n));
        Row::from([
            ("id", Value::Whole(n.into())),
            ("date", date),
            ("start", Value::DateTime(at)),
            ("label", Value::text("x")),
        ])
    };
    let rows = Value::Rows((20..22).map(row).collect());
    let table = r#"{"table":[["date","id","label","start"],"d--t",["2026-11-20",20,"x","2026-11-20T06:00:00Z"],["2026-11-21",21,"x","2026-11-21T06:00:00Z"]]}"#;
    assert_eq!(json(&rows), table);
    assert_eq!(read(table), rows);
}

#[test]
fn rows_of_different_fields_or_kinds_keep_both() {
    let named = Value::Rows([Row::from([("id", Value::Whole(1))]), Row::from([("label", Value::text("x"))])].into());
    assert_eq!(json(&named), r#"{"rows":[{"id":1},{"label":"x"}]}"#);
    let mixed = Value::Rows(
        [Row::from([("when", Value::Date(day(20)))]), Row::from([("when", Value::text("2026-11-20"))])].into(),
    );
    assert_eq!(json(&mixed), r#"{"table":[["when"],"-",[{"date":"2026-11-20"}],["2026-11-20"]]}"#);
    for value in [named, mixed] {
        assert_eq!(read(&json(&value)), value);
    }
}

#[test]
fn what_is_no_value_is_refused() {
    let refused = [
        "null",
        "1.5",
        "18446744073709551615",
        "[]",
        "{}",
        r#"{"colour":"red"}"#,
        r#"{"text":"a","whole":1}"#,
        r#"{"date":"2026-02-30"}"#,
        r#"{"date_time":"2026-11-21T24:00:00Z"}"#,
        r#"{"table":[["b","a"],"--",[1,2]]}"#,
        r#"{"table":[["a","a"],"--",[1,2]]}"#,
        r#"{"table":[["a"],"--",[1]]}"#,
        r#"{"table":[["a"],"-",[1,2]]}"#,
        r#"{"table":[["a"],"-",[]]}"#,
        r#"{"table":[["a"],"d",[1]]}"#,
    ];
    for text in refused {
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
    }
}

#[test]
fn what_the_first_release_wrote_is_read_and_written_anew() {
    let first = include_str!("../data/session.v1.json").trim();
    let state = State::read(first.as_bytes()).unwrap();
    assert_eq!(state.place(), Some(("pick_slot", "days.free_day")));
    let Some(Value::Rows(days)) = state.value("free_days") else { panic!("{:?}", state.value("free_days")) };
    assert_eq!(days.len(), 10);
    assert_eq!(days[1].get("date"), Some(&Value::Date(day(20))));
    assert_eq!(days[1].get("label"), Some(&Value::text("Saturday 2 Nov")));
    let Some(Value::Row(who)) = state.value("who") else { panic!("{:?}", state.value("who")) };
    assert_eq!(who.get("id"), Some(&Value::Whole(1)));
    let written = serde_json::to_string(&state).unwrap();
    let trail = r#""trail":[["who.who",["who","staff"]],["when.day",["free_days"]],["days.free_day"]]"#;
    let wake = r#""wake":[["2026-11-20T08:30:00Z",1800],["2026-11-21T08:00:00Z",86400]]"#;
    assert!(written.contains(trail) && written.contains(wake), "{written}");
    assert!(
        written.starts_with(r#"{"v":2,"#) && written.len() * 4 < first.len() * 3,
        "{} bytes: {written}",
        written.len()
    );
    assert_eq!(State::read(written.as_bytes()).unwrap(), state);
}

fn any_value() -> impl Strategy<Value = Value> {
    let moment = (-99_999_999_999_i64..99_999_999_999, prop_oneof![3 => Just(0_u32), 1 => 0..999_999_999_u32]);
    let simple = prop_oneof![
        ".{0,40}".prop_map(Value::text),
        any::<i64>().prop_map(Value::Whole),
        any::<bool>().prop_map(Value::YesNo),
        (-800_000..800_000_i32).prop_filter_map("a day", NaiveDate::from_num_days_from_ce_opt).prop_map(Value::Date),
        moment.prop_filter_map("an instant", |(s, n)| Utc.timestamp_opt(s, n).single()).prop_map(Value::DateTime),
        any::<i64>().prop_map(Value::Duration),
        proptest::collection::vec(".{0,8}", 0..4).prop_map(Value::Texts),
    ];
    simple.prop_recursive(3, 40, 6, |inner| {
        let row = || {
            proptest::collection::vec(("[a-d]|.{0,30}", inner.clone()), 0..5)
                .prop_map(|row| row.into_iter().collect::<Row>())
        };
        prop_oneof![
            row().prop_map(Value::Row),
            proptest::collection::vec(row(), 0..4).prop_map(|rows| Value::Rows(rows.into())),
            (row(), 0_usize..5).prop_map(|(row, n)| Value::Rows(vec![row; n].into())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_is_read_back_as_it_was_written(value in any_value()) {
        prop_assert_eq!(read(&json(&value)), value);
    }

    #[test]
    fn a_row_is_a_map_in_the_order_of_its_names(pairs in proptest::collection::vec(("[a-f]{1,2}", any::<i64>()), 0..12), gone in "[a-f]") {
        let mut map: std::collections::BTreeMap<String, i64> = pairs.iter().cloned().collect();
        let mut row: Row = pairs.iter().map(|(name, n)| (name, Value::Whole(*n))).collect();
        prop_assert_eq!(row.remove(&gone).is_some(), map.remove(&gone).is_some());
        prop_assert_eq!(row.len(), map.len());
        prop_assert!(row.keys().eq(map.keys()));
        for (name, n) in &map {
            prop_assert_eq!(row.get(name), Some(&Value::Whole(*n)));
        }
    }
}
