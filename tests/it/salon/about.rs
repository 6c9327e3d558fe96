//! Where the salon is and when it is open.

use ganira::flows::{Row, Value};
use ganira::operations::Asker;

use super::house::{House, asker, field_text, row, utc};

async fn about(house: &House, person: &Asker<'_>) -> Row {
    match house.ask(person, "about_salon", row([])).await.answer.value {
        Some(Value::Row(row)) => row,
        other => panic!("expected a row, found {other:?}"),
    }
}

#[tokio::test]
async fn the_demo_salon_says_where_it_is_and_when_it_is_open() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    let answered = house.ask(&person, "about_salon", row([])).await;
    assert_eq!(field_text(&answered.answer, "name"), "Salon Umutako");
    assert!(field_text(&answered.answer, "address").contains("Kigali"));
    assert!(field_text(&answered.answer, "map").starts_with("https://"));
    let hours = |line: &str| Value::Texts(vec![line.to_owned()]);
    assert_eq!(about(&house, &person).await.get("hours"), Some(&hours("Mon–Sat 08:00–13:00, 14:00–19:00")));
    let french = Asker { language: "fr", ..person };
    assert_eq!(about(&house, &french).await.get("hours"), Some(&hours("lun.–sam. 08:00–13:00, 14:00–19:00")));
}

#[tokio::test]
async fn a_salon_without_an_address_tells_none() {
    let house = House::open().await;
    sqlx::query("UPDATE ganira.salon SET address = NULL, map_url = NULL").execute(&house.pool).await.unwrap();
    let told = about(&house, &asker(house.tenant, 1, 1)).await;
    assert_eq!(told.keys().collect::<Vec<_>>(), ["hours", "name", "open_now"]);
}

#[tokio::test]
async fn it_is_open_while_somebody_works_and_nobody_is_off() {
    let house = House::open().await;
    let open = async |now: &str| {
        let person = Asker { now: utc(now), ..asker(house.tenant, 1, 1) };
        about(&house, &person).await.get("open_now") == Some(&Value::YesNo(true))
    };
    // Friday 08:00 and 07:59 in Kigali, the lunch break, Sunday.
    assert!(open("2026-11-20T06:00:00Z").await);
    assert!(!open("2026-11-20T05:59:59Z").await);
    assert!(!open("2026-11-20T11:00:00Z").await);
    assert!(!open("2026-11-22T08:00:00Z").await);
    sqlx::query(
        "INSERT INTO ganira.time_off SELECT tenant_id, id, '2026-11-20', '2026-11-21' FROM ganira.staff WHERE label <> 'Eric'",
    )
    .execute(&house.pool)
    .await
    .unwrap();
    assert!(open("2026-11-20T08:00:00Z").await);
    sqlx::query("UPDATE ganira.staff SET active = false WHERE label = 'Eric'").execute(&house.pool).await.unwrap();
    assert!(!open("2026-11-20T08:00:00Z").await);
}

#[tokio::test]
async fn a_tenant_without_a_salon_has_nothing_to_tell() {
    let house = House::open().await;
    let strange = asker(ganira::domain::TenantId(999_999), 1, 1);
    assert_eq!(house.ask(&strange, "about_salon", row([])).await.answer.outcome, "unavailable");
}
