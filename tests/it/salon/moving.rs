//! Moving a visit: the new time becomes the visit and the old one is free, or nothing happens at all.

use std::pin::pin;
use std::time::Duration;

use ganira::domain::Money;
use ganira::flows::Value;
use ganira::operations::salon::book::NAME_COLUMN;
use ganira::operations::{Answered, Asker};
use ganira::store::GuardedEffect;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::house::{House, asker, column, field_text, row, rows, unseal, utc};

const NINE: &str = "2026-11-21T07:00:00Z";
const TEN: &str = "2026-11-21T08:00:00Z";
const ELEVEN: &str = "2026-11-21T09:00:00Z";

/// Person 1 with a visit at nine (the first id) and a hold for ten (the second).
async fn about_to_move(house: &House) -> (Asker<'static>, String, String) {
    let person = asker(house.tenant, 1, 1);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let visit = house.book(&person, staff, service, NINE, "Keza").await;
    let hold = house.hold(&asker(house.tenant, 1, 2), staff, service, TEN).await.unwrap();
    (person, visit, hold)
}

async fn move_visit(house: &House, person: &Asker<'_>, visit: &str, hold: &str) -> Answered {
    house.ask_as(person, 3, "move_visit", row([("visit", Value::text(visit)), ("hold", Value::text(hold))])).await
}

async fn moving(house: &House, person: &Asker<'_>, visit: &str, hold: &str) -> GuardedEffect {
    let answered = move_visit(house, person, visit, hold).await;
    assert_eq!(answered.answer.outcome, "moved");
    answered.effect.unwrap()
}

async fn cancelling(house: &House, person: &Asker<'_>, visit: &str) -> GuardedEffect {
    house.ask_as(person, 4, "cancel_visit", row([("visit", Value::text(visit))])).await.effect.unwrap()
}

/// Every visit's state, by its start.
async fn states(house: &House) -> Vec<String> {
    let states = sqlx::query_scalar("SELECT state FROM ganira.visit WHERE tenant_id = $1 ORDER BY starts_at");
    states.bind(house.tenant.0).fetch_all(&house.pool).await.unwrap()
}

/// The owners of what is taken, by their start.
async fn owners(house: &House) -> Vec<(String, String)> {
    sqlx::query_as("SELECT owner::text, kind FROM ganira.occupancy WHERE tenant_id = $1 ORDER BY during")
        .bind(house.tenant.0)
        .fetch_all(&house.pool)
        .await
        .unwrap()
}

fn booking(id: &str) -> (String, String) {
    (id.to_owned(), "booking".to_owned())
}

fn hold_of(id: &str) -> (String, String) {
    (id.to_owned(), "hold".to_owned())
}

#[tokio::test]
async fn a_moved_visit_is_at_its_new_time_and_its_old_time_is_free() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    let answered = move_visit(&house, &person, &visit, &hold).await;
    assert_eq!(field_text(&answered.answer, "id"), hold);
    assert_eq!(field_text(&answered.answer, "staff_name"), "Eric");
    assert_eq!(answered.answer.value.as_ref().unwrap().field("start"), Some(&Value::DateTime(utc(TEN))));
    // The operation itself has written nothing.
    assert_eq!(owners(&house).await, [booking(&visit), hold_of(&hold)]);

    let effects = [(person, answered.effect.unwrap())];
    assert_eq!(house.inspect(&effects).await, []);
    assert_eq!(house.commit(&effects).await, 1);
    assert_eq!(owners(&house).await, [booking(&hold)]);
    assert_eq!(states(&house).await, ["moved", "booked"]);
    let mine = house.ask(&person, "my_visits", row([])).await;
    assert_eq!(column(&mine, "id"), std::slice::from_ref(&hold));
    assert_eq!(column(&mine, "label"), ["Tomorrow 21/11 10:00"]);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    assert_eq!(
        [rows(&mine)[0].get("service"), rows(&mine)[0].get("staff")],
        [Some(&Value::Whole(service)), Some(&Value::Whole(staff))]
    );
    let replaces: Option<String> = sqlx::query_scalar("SELECT replaces::text FROM ganira.visit WHERE id = $1::uuid")
        .bind(&hold)
        .fetch_one(&house.pool)
        .await
        .unwrap();
    assert_eq!(replaces, Some(visit.clone()));
    assert!(house.hold(&asker(house.tenant, 2, 9), staff, service, NINE).await.is_some());

    // The same again finds nothing left to move.
    assert_eq!(house.commit(&effects).await, 0);
    assert_eq!(house.inspect(&effects).await, [(1, "gone".to_owned())]);
    assert_eq!(move_visit(&house, &person, &visit, &hold).await.answer.outcome, "gone");
}

#[tokio::test]
async fn price_and_cut_off_are_those_of_a_new_booking() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    sqlx::query("UPDATE ganira.service SET price_minor = 350000").execute(&house.pool).await.unwrap();
    sqlx::query("UPDATE ganira.salon SET cancel_minutes = 60").execute(&house.pool).await.unwrap();
    let answered = move_visit(&house, &person, &visit, &hold).await;
    let price = Money { minor: 350_000, ..Money::rwf(0) };
    assert_eq!(answered.answer.value.as_ref().unwrap().field("price"), Some(&Value::Money(price)));
    assert_eq!(house.commit(&[(person, answered.effect.unwrap())]).await, 1);
    let written: (i64, bool) = sqlx::query_as(
        "SELECT price_minor, cancel_until = starts_at - interval '1 hour' FROM ganira.visit WHERE id = $1::uuid",
    )
    .bind(&hold)
    .fetch_one(&house.pool)
    .await
    .unwrap();
    assert_eq!(written, (350_000, true));
}

/// The name of a visit, opened for the row it says it is sealed for.
async fn name(house: &House, visit: &str) -> String {
    let sealed =
        sqlx::query("SELECT name_sealed, coalesce(name_row, id)::text AS row FROM ganira.visit WHERE id = $1::uuid")
            .bind(visit)
            .fetch_one(&house.pool)
            .await
            .unwrap();
    let row: uuid::Uuid = sealed.get::<&str, _>("row").parse().unwrap();
    String::from_utf8(unseal(NAME_COLUMN, row.as_bytes(), sealed.get("name_sealed"))).unwrap()
}

#[tokio::test]
async fn the_name_comes_along_through_any_number_of_moves_unless_a_new_one_is_given() {
    let house = House::open().await;
    let (person, first, second) = about_to_move(&house).await;
    let effect = moving(&house, &person, &first, &second).await;
    assert_eq!(house.commit(&[(person, effect)]).await, 1);
    assert_eq!(name(&house, &second).await, "Keza");
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let third = house.hold(&asker(house.tenant, 1, 3), staff, service, ELEVEN).await.unwrap();
    let effect = moving(&house, &person, &second, &third).await;
    assert_eq!(house.commit(&[(person, effect)]).await, 1);
    assert_eq!(name(&house, &third).await, "Keza");

    let fourth = house.hold(&asker(house.tenant, 1, 4), staff, service, NINE).await.unwrap();
    let arguments = [("visit", Value::text(&third)), ("hold", Value::text(&fourth)), ("name", Value::text("Uwase"))];
    let effect = house.ask_as(&person, 3, "move_visit", row(arguments)).await.effect.unwrap();
    assert_eq!(house.commit(&[(person, effect)]).await, 1);
    assert_eq!(name(&house, &fourth).await, "Uwase");
}

#[tokio::test]
async fn a_refused_move_changes_nothing_and_names_what_comes_first() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    let effects = [(person, moving(&house, &person, &visit, &hold).await)];
    let before = owners(&house).await;
    let refused = async |outcome: &str| {
        assert_eq!(house.inspect(&effects).await, [(1, outcome.to_owned())]);
        assert_eq!(house.commit(&effects).await, 0);
        let answered = move_visit(&house, &person, &visit, &hold).await;
        assert_eq!((answered.answer.outcome.as_str(), answered.effect), (outcome, None));
        assert_eq!(owners(&house).await, before);
    };
    house.expire(&hold, 0).await;
    refused("lapsed").await;
    sqlx::query("UPDATE ganira.visit SET cancel_until = '2026-11-20T05:59:59Z'").execute(&house.pool).await.unwrap();
    refused("too_late").await;
    sqlx::query("UPDATE ganira.visit SET state = 'cancelled'").execute(&house.pool).await.unwrap();
    refused("gone").await;
}

#[tokio::test]
async fn moving_is_too_late_when_cancelling_is() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    let in_time = Asker { now: utc("2026-11-21T05:00:00Z"), ..person };
    let late = Asker { now: utc("2026-11-21T05:00:01Z"), ..person };
    assert_eq!(move_visit(&house, &in_time, &visit, &hold).await.answer.outcome, "moved");
    assert_eq!(move_visit(&house, &late, &visit, &hold).await.answer.outcome, "too_late");
}

#[tokio::test]
async fn nobody_moves_what_is_another_persons_or_tenants() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let theirs = moving(&house, &person, &visit, &hold).await;
    let before = owners(&house).await;
    for thief in [asker(house.tenant, 3, 3), asker(house.neighbour, 1, 3)] {
        assert_eq!(move_visit(&house, &thief, &visit, &hold).await.answer.outcome, "gone");
        assert_eq!(house.commit(&[(thief, theirs.clone())]).await, 0);
        assert_eq!(house.inspect(&[(thief, theirs.clone())]).await, [(1, "gone".to_owned())]);
    }
    assert_eq!(owners(&house).await, before);
    // Her own visit, but another's hold.
    let friend = house.hold(&asker(house.tenant, 2, 2), staff, service, ELEVEN).await.unwrap();
    assert_eq!(move_visit(&house, &person, &visit, &friend).await.answer.outcome, "lapsed");
    // A visit is no hold.
    assert_eq!(move_visit(&house, &person, &visit, &visit).await.answer.outcome, "lapsed");
}

#[tokio::test]
async fn of_two_moves_of_one_visit_in_one_batch_the_second_is_named() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    let effect = moving(&house, &person, &visit, &hold).await;
    let effects = [(person, effect.clone()), (person, effect)];
    assert_eq!(house.inspect(&effects).await, [(2, "gone".to_owned())]);
    assert!(house.commit(&effects).await < 2);
}

/// One effect in a session of the commit's role, left open or not as the caller likes.
async fn run(session: &mut PgConnection, person: &Asker<'_>, effect: &GuardedEffect) -> i32 {
    sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT ganira.effect_{}(ARRAY[1], ARRAY[$1], ARRAY[$2], ARRAY[$3])",
        effect.kind
    )))
    .bind(person.tenant.0)
    .bind(person.contact.0)
    .bind(&effect.args)
    .fetch_one(session)
    .await
    .unwrap()
}

/// The second session has to wait for the first to make up its mind, and then does nothing.
async fn second_waits_and_finds_nothing(
    house: &House,
    person: &Asker<'_>,
    first: &GuardedEffect,
    second: &GuardedEffect,
) {
    let (mut one, mut two) = (house.as_commit().await, house.as_commit().await);
    let mut open = one.begin().await.unwrap();
    assert_eq!(run(&mut open, person, first).await, 1);
    let mut waiting = pin!(run(&mut two, person, second));
    let early = tokio::time::timeout(Duration::from_millis(200), waiting.as_mut()).await;
    assert!(early.is_err(), "the second was not made to wait");
    open.commit().await.unwrap();
    assert_eq!(waiting.await, 0);
}

/// A second hold for person 1, as another device would have it: her own earlier one stays.
async fn other_hold(house: &House) -> String {
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let lent = house.hold(&asker(house.tenant, 7, 7), staff, service, ELEVEN).await.unwrap();
    sqlx::query("UPDATE ganira.occupancy SET contact_id = 1 WHERE owner = $1::uuid")
        .bind(&lent)
        .execute(&house.pool)
        .await
        .unwrap();
    lent
}

#[tokio::test]
async fn of_two_devices_that_move_one_visit_exactly_one_does() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    let other = other_hold(&house).await;
    let (first, second) = (moving(&house, &person, &visit, &hold).await, moving(&house, &person, &visit, &other).await);
    second_waits_and_finds_nothing(&house, &person, &first, &second).await;
    assert_eq!(owners(&house).await, [booking(&hold), hold_of(&other)]);
    assert_eq!(house.inspect(&[(person, second)]).await, [(1, "gone".to_owned())]);
}

#[tokio::test]
async fn a_move_that_is_given_up_leaves_the_visit_to_the_other_device() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    let other = other_hold(&house).await;
    let (first, second) = (moving(&house, &person, &visit, &hold).await, moving(&house, &person, &visit, &other).await);
    let (mut one, mut two) = (house.as_commit().await, house.as_commit().await);
    let mut open = one.begin().await.unwrap();
    assert_eq!(run(&mut open, &person, &first).await, 1);
    let ((), moved) = tokio::join!(
        async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            open.rollback().await.unwrap();
        },
        run(&mut two, &person, &second)
    );
    assert_eq!(moved, 1);
    assert_eq!(owners(&house).await, [hold_of(&hold), booking(&other)]);
}

#[tokio::test]
async fn a_cancel_that_races_a_move_finds_the_visit_gone() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    let (mover, canceller) = (moving(&house, &person, &visit, &hold).await, cancelling(&house, &person, &visit).await);
    second_waits_and_finds_nothing(&house, &person, &mover, &canceller).await;
    assert_eq!(owners(&house).await, [booking(&hold)]);
    assert_eq!(states(&house).await, ["moved", "booked"]);
}

#[tokio::test]
async fn a_move_that_races_a_cancel_finds_the_visit_gone_and_keeps_the_hold() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    let (mover, canceller) = (moving(&house, &person, &visit, &hold).await, cancelling(&house, &person, &visit).await);
    second_waits_and_finds_nothing(&house, &person, &canceller, &mover).await;
    assert_eq!(owners(&house).await, [hold_of(&hold)]);
    assert_eq!(states(&house).await, ["cancelled"]);
}

#[tokio::test]
async fn a_move_does_not_wait_for_a_hold_that_somebody_is_taking_away() {
    let house = House::open().await;
    let (person, visit, hold) = about_to_move(&house).await;
    let effect = moving(&house, &person, &visit, &hold).await;
    house.expire(&hold, 30).await;
    let mut other = house.pool.begin().await.unwrap();
    sqlx::query("DELETE FROM ganira.occupancy WHERE kind = 'hold'").execute(&mut *other).await.unwrap();
    let quick = Duration::from_secs(1);
    assert_eq!(tokio::time::timeout(quick, house.commit(&[(person, effect)])).await, Ok(0));
    other.rollback().await.unwrap();
    assert_eq!(states(&house).await, ["booked"]);
}
