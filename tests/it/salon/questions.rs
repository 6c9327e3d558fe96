//! What is answered: every row has the declared fields, and what is told free is free.

use ganira::flows::operation::salon::ALL;
use ganira::flows::{Answer, Field, Question, Row, Signature, Type, Value};
use ganira::operations::Asker;
use ganira::operations::salon::demo::demo;

use super::house::{House, asker, column, row, rows, slot, utc};

const NINE: &str = "2026-11-21T07:00:00Z";

fn signature(name: &str) -> &'static Signature {
    ALL.iter().find(|signature| signature.name == name).unwrap()
}

/// The answer is one of its signature's, with exactly the fields, types and sizes that flows were promised.
fn assert_as_declared(operation: &str, answer: &Answer) {
    let outcome = signature(operation).outcomes.iter().find(|outcome| outcome.name == answer.outcome);
    let outcome = outcome.unwrap_or_else(|| panic!("{operation} has no outcome {}", answer.outcome));
    match (outcome.yields, &answer.value) {
        (None, None) => {}
        (Some(kind), Some(value)) => assert!(is_of(value, kind), "{operation}: {value:?} is not {kind:?}"),
        (declared, given) => panic!("{operation}: declared {declared:?}, given {given:?}"),
    }
}

fn is_of(value: &Value, kind: Type) -> bool {
    let row_is_of = |row: &Row, fields: &[Field]| {
        row.keys().all(|name| fields.iter().any(|field| field.name == name))
            && fields.iter().all(|field| row.get(field.name).map_or(field.optional, |value| is_of(value, field.kind)))
    };
    match (value, kind) {
        (Value::Text(text), Type::Text { chars_max }) => text.chars().count() <= chars_max.into(),
        (Value::Whole(_), Type::Whole)
        | (Value::YesNo(_), Type::YesNo)
        | (Value::Money(_), Type::Money)
        | (Value::Date(_), Type::Date)
        | (Value::Time(_), Type::Time)
        | (Value::DateTime(_), Type::DateTime) => true,
        (Value::Texts(texts), Type::Texts { chars_max, items_max }) => {
            texts.len() <= items_max.into() && texts.iter().all(|text| text.chars().count() <= chars_max.into())
        }
        (Value::Row(row), Type::Row(fields)) => row_is_of(row, fields),
        (Value::Rows(rows), Type::Rows { fields, rows_max }) => {
            rows.len() <= rows_max.into() && rows.iter().all(|row| row_is_of(row, fields))
        }
        _ => false,
    }
}

fn whole(number: i64) -> Value {
    Value::Whole(number)
}

#[tokio::test]
async fn a_whole_booking_answers_as_declared_in_every_language() {
    let house = House::open().await;
    let service = house.service("Box braids").await;
    for (event, language) in ["en", "fr", "rw", "sw"].into_iter().enumerate() {
        let person = Asker { language, ..asker(house.tenant, 1, event as u8) };
        let ask = async |ordinal: u8, operation: &str, arguments: Row| {
            let answered = house.ask_as(&person, ordinal, operation, arguments).await;
            assert_as_declared(operation, &answered.answer);
            answered
        };
        ask(0, "services", row([])).await;
        ask(1, "staff_for", row([("service", whole(service))])).await;
        let days = ask(2, "free_days", row([("service", whole(service)), ("staff", whole(0))])).await;
        let day = Value::text(column(&days, "id").remove(0));
        let slots = ask(3, "free_slots", row([("service", whole(service)), ("staff", whole(0)), ("day", day)])).await;
        let slot = Value::text(column(&slots, "id").remove(0));
        let held = ask(4, "hold_slot", row([("slot", slot), ("service", whole(service))])).await;
        let hold = held.answer.value.unwrap().field("id").unwrap().clone();
        let booked = ask(5, "book_visit", row([("hold", hold.clone()), ("service", whole(service))])).await;
        assert_eq!(house.commit(&[(person, booked.effect.unwrap())]).await, 1);
        ask(6, "my_visits", row([])).await;
        ask(7, "cancel_visit", row([("visit", hold.clone())])).await;
        ask(8, "release_hold", row([("hold", hold)])).await;
        ask(9, "about_salon", row([])).await;
        ask(10, "leave_feedback", row([("stars", whole(4)), ("words", Value::text("Murakoze"))])).await;
        ask(11, "record_consent", row([("purpose", Value::text("news")), ("given", Value::YesNo(true))])).await;
        ask(12, "has_consent", row([("purpose", Value::text("news"))])).await;
    }
}

#[tokio::test]
async fn services_and_staff_are_those_that_can_be_booked() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    let services = house.ask(&person, "services", row([])).await;
    assert_eq!(column(&services, "label"), ["Box braids", "Wash and style", "Haircut"]);
    assert_eq!(column(&services, "note")[0], "15,000 RWF, 120 min");
    let haircut = house.service("Haircut").await;
    let staff = house.ask(&person, "staff_for", row([("service", whole(haircut))])).await;
    assert_eq!(column(&staff, "label"), ["Anyone", "Diane", "Eric"]);
    assert_eq!(rows(&staff)[0].get("id"), Some(&whole(0)));

    sqlx::query("UPDATE ganira.staff SET active = false WHERE label IN ('Diane', 'Eric')")
        .execute(&house.pool)
        .await
        .unwrap();
    sqlx::query("UPDATE ganira.service SET active = false WHERE label = 'Wash and style'")
        .execute(&house.pool)
        .await
        .unwrap();
    assert_eq!(column(&house.ask(&person, "services", row([])).await, "label"), ["Box braids"]);
    assert!(rows(&house.ask(&person, "staff_for", row([("service", whole(haircut))])).await).is_empty());
    let nobody = row([("service", whole(haircut)), ("staff", whole(0))]);
    assert!(rows(&house.ask(&person, "free_days", nobody).await).is_empty());
}

#[tokio::test]
async fn free_days_are_the_next_ten_working_days_beginning_today_if_there_is_time() {
    let house = House::open().await;
    let haircut = house.service("Haircut").await;
    let arguments = || row([("service", whole(haircut)), ("staff", whole(0))]);
    let days = house.ask(&asker(house.tenant, 1, 1), "free_days", arguments()).await;
    assert_eq!(
        column(&days, "label"),
        [
            "Today 20 Nov",
            "Tomorrow 21 Nov",
            "Mon 23 Nov",
            "Tue 24 Nov",
            "Wed 25 Nov",
            "Thu 26 Nov",
            "Fri 27 Nov",
            "Sat 28 Nov",
            "Mon 30 Nov",
            "Tue 1 Dec",
        ]
    );
    assert_eq!(column(&days, "id")[1], "2026-11-21");
    // At 17:31 the last start of 18:30 is less than an hour away.
    let evening = Asker { now: utc("2026-11-20T15:31:00Z"), ..asker(house.tenant, 1, 1) };
    assert_eq!(column(&house.ask(&evening, "free_days", arguments()).await, "label")[0], "Tomorrow 21 Nov");
}

#[tokio::test]
async fn free_days_look_past_a_long_absence_up_to_the_horizon() {
    let house = House::open().await;
    let haircut = house.service("Haircut").await;
    sqlx::query("INSERT INTO ganira.time_off SELECT tenant_id, id, '2026-11-01', '2027-01-17' FROM ganira.staff")
        .execute(&house.pool)
        .await
        .unwrap();
    let arguments = row([("service", whole(haircut)), ("staff", whole(0))]);
    let days = house.ask(&asker(house.tenant, 1, 1), "free_days", arguments).await;
    assert_eq!(column(&days, "id"), ["2027-01-18", "2027-01-19"]);
}

#[tokio::test]
async fn free_slots_lie_in_hours_and_leave_out_what_others_took_but_not_what_the_asker_holds() {
    let house = House::open().await;
    let (eric, haircut) = (house.staff("Eric").await, house.service("Haircut").await);
    let arguments = || row([("service", whole(haircut)), ("staff", whole(eric)), ("day", Value::text("2026-11-21"))]);
    let free = async |contact: i64| {
        column(&house.ask(&asker(house.tenant, contact, 99), "free_slots", arguments()).await, "label")
    };
    let all = free(1).await;
    assert_eq!(all.len(), 20);
    assert_eq!(
        (all[0].as_str(), all[9].as_str(), all[10].as_str(), all[19].as_str()),
        ("08:00", "12:30", "14:00", "18:30")
    );
    let hold = house.hold(&asker(house.tenant, 1, 1), eric, haircut, NINE).await.unwrap();
    assert_eq!(free(1).await, all);
    let others = free(2).await;
    assert_eq!(others.len(), 19);
    assert!(!others.contains(&"09:00".to_owned()));
    house.expire(&hold, 30).await;
    assert_eq!(free(2).await, all);
}

#[tokio::test]
async fn a_part_of_the_day_has_the_times_that_start_in_it() {
    let house = House::open().await;
    let (eric, haircut) = (house.staff("Eric").await, house.service("Haircut").await);
    let ends = async |part: &str| {
        let day = ("day", Value::text("2026-11-21"));
        let arguments = row([("service", whole(haircut)), ("staff", whole(eric)), day, ("part", Value::text(part))]);
        let labels = column(&house.ask(&asker(house.tenant, 1, 1), "free_slots", arguments).await, "label");
        (labels.len(), labels[0].clone(), labels[labels.len() - 1].clone())
    };
    let told = |count, first: &str, last: &str| (count, first.to_owned(), last.to_owned());
    assert_eq!(ends("morning").await, told(8, "08:00", "11:30"));
    assert_eq!(ends("afternoon").await, told(8, "12:00", "16:30"));
    assert_eq!(ends("evening").await, told(4, "17:00", "18:30"));
    assert_eq!(ends("any").await, told(20, "08:00", "18:30"));
    assert_eq!(ends("").await, told(20, "08:00", "18:30"));
}

#[tokio::test]
async fn the_day_is_given_as_a_text_or_as_a_date_and_not_as_both() {
    let house = House::open().await;
    let haircut = house.service("Haircut").await;
    let ask = async |more: &[(&str, Value)]| {
        let mut arguments = row([("service", whole(haircut)), ("staff", whole(0))]);
        arguments.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        house.ask(&asker(house.tenant, 1, 1), "free_slots", arguments).await.answer
    };
    let (text, date) = (("day", Value::text("2026-11-21")), ("date", Value::Date("2026-11-21".parse().unwrap())));
    let by_text = ask(std::slice::from_ref(&text)).await;
    assert_eq!(by_text.outcome, "found");
    assert_eq!(ask(std::slice::from_ref(&date)).await, by_text);
    for wrong in [
        vec![],
        vec![text.clone(), date],
        vec![("date", Value::text("2026-11-21"))],
        vec![text, ("part", Value::text("night"))],
    ] {
        assert_eq!(ask(&wrong).await.outcome, "unavailable", "{wrong:?}");
    }
}

#[tokio::test]
async fn free_days_begin_where_they_are_told_to() {
    let house = House::open().await;
    let haircut = house.service("Haircut").await;
    let days = async |from: &str| {
        let from = ("from", Value::Date(from.parse().unwrap()));
        let arguments = row([("service", whole(haircut)), ("staff", whole(0)), from]);
        column(&house.ask(&asker(house.tenant, 1, 1), "free_days", arguments).await, "id")
    };
    assert_eq!(days("2026-12-06").await[..2], ["2026-12-07", "2026-12-08"]);
    assert_eq!(days("2026-01-01").await[0], "2026-11-20");
    assert!(days("2027-06-01").await.is_empty());
}

#[tokio::test]
async fn a_fine_grid_is_told_in_no_more_rows_than_a_list_may_have() {
    let house = House::open().await;
    sqlx::query("UPDATE ganira.salon SET slot_minutes = 15").execute(&house.pool).await.unwrap();
    let haircut = house.service("Haircut").await;
    let arguments = row([("service", whole(haircut)), ("staff", whole(0)), ("day", Value::text("2026-11-21"))]);
    let slots = house.ask(&asker(house.tenant, 1, 1), "free_slots", arguments).await;
    assert_as_declared("free_slots", &slots.answer);
    assert!((15..=30).contains(&rows(&slots).len()));
}

#[tokio::test]
async fn anyone_is_the_one_with_the_fewest_visits_that_day() {
    let house = House::open().await;
    let (diane, haircut) = (house.staff("Diane").await, house.service("Haircut").await);
    let arguments = || row([("service", whole(haircut)), ("staff", whole(0)), ("day", Value::text("2026-11-21"))]);
    let names = async || column(&house.ask(&asker(house.tenant, 9, 99), "free_slots", arguments()).await, "staff_name");
    assert!(names().await.iter().all(|name| name == "Diane"));
    let person = asker(house.tenant, 1, 1);
    let hold = house.hold(&person, diane, haircut, NINE).await.unwrap();
    // A hold is no visit yet: only its own time goes to the other.
    let with_hold = names().await;
    assert_eq!(with_hold.iter().filter(|name| *name == "Eric").count(), 1);
    let booked =
        house.ask(&person, "book_visit", row([("hold", Value::text(hold)), ("service", whole(haircut))])).await;
    assert_eq!(house.commit(&[(person, booked.effect.unwrap())]).await, 1);
    assert!(names().await.iter().all(|name| name == "Eric"));
}

#[tokio::test]
async fn the_demo_salon_is_seeded_once() {
    let house = House::open().await;
    assert!(!demo(&house.app, house.tenant).await.unwrap());
    let counted: (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM ganira.service WHERE tenant_id = $1), (SELECT count(*) FROM ganira.staff WHERE tenant_id = $1)",
    )
    .bind(house.tenant.0)
    .fetch_one(&house.pool)
    .await
    .unwrap();
    assert_eq!(counted, (3, 3));
}

#[tokio::test]
async fn a_round_is_answered_in_order_and_a_wrong_argument_spoils_only_its_own_answer() {
    let house = House::open().await;
    let (eric, haircut) = (house.staff("Eric").await, house.service("Haircut").await);
    let question =
        |ordinal, operation: &str, arguments| Question { ordinal, operation: operation.to_owned(), arguments };
    let questions = [
        question(0, "services", row([])),
        question(1, "staff_for", row([("service", Value::text("one"))])),
        question(2, "hold_slot", row([("slot", slot(eric, NINE)), ("service", whole(haircut))])),
        question(3, "make_coffee", row([])),
        question(
            4,
            "free_slots",
            row([("service", whole(haircut)), ("staff", whole(0)), ("day", Value::text("tomorrow"))]),
        ),
        question(5, "my_visits", row([])),
    ];
    let answers = house.operations.answer(&asker(house.tenant, 1, 1), &questions).await;
    let outcomes: Vec<_> = answers.iter().map(|answered| answered.answer.outcome.as_str()).collect();
    assert_eq!(outcomes, ["found", "unavailable", "held", "unavailable", "unavailable", "found"]);
}

#[tokio::test]
async fn without_a_database_every_operation_is_unavailable() {
    let house = House::open().await;
    house.app.close().await;
    for operation in ["services", "my_visits"] {
        let answered = house.ask(&asker(house.tenant, 1, 1), operation, row([])).await;
        assert_eq!((answered.answer.outcome.as_str(), answered.effect), ("unavailable", None));
    }
}

#[tokio::test]
async fn a_tenant_without_a_salon_has_nothing_to_book() {
    let house = House::open().await;
    let strange = ganira::domain::TenantId(999_999);
    let services = house.ask(&asker(strange, 1, 1), "services", row([])).await;
    assert!(rows(&services).is_empty());
}
