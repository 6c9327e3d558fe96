//! Booking, cancelling, giving back: what the operation assumes and what the commit makes of it.

use std::collections::BTreeMap;

use ganira::flows::Value;
use ganira::operations::salon::book::NAME_COLUMN;
use ganira::operations::{Answered, Asker};
use ganira::store::GuardedEffect;

use super::house::{House, asker, column, field_text, row, unseal, utc};

const NINE: &str = "2026-11-21T07:00:00Z";

async fn book(house: &House, person: &Asker<'_>, hold: &str, service: i64) -> Answered {
    let arguments = [("hold", Value::text(hold)), ("service", Value::Whole(service)), ("name", Value::text("Keza"))];
    house.ask_as(person, 1, "book_visit", row(arguments)).await
}

async fn cancel(house: &House, person: &Asker<'_>, visit: &str) -> Answered {
    house.ask_as(person, 2, "cancel_visit", row([("visit", Value::text(visit))])).await
}

fn outcome(answered: &Answered) -> &str {
    &answered.answer.outcome
}

fn effect(answered: Answered) -> GuardedEffect {
    answered.effect.expect("an effect")
}

/// Person 1 with a haircut booked for nine: the visit's id.
async fn booked(house: &House) -> (Asker<'static>, String) {
    let person = asker(house.tenant, 1, 1);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let hold = house.hold(&person, staff, service, NINE).await.unwrap();
    let answered = book(house, &person, &hold, service).await;
    assert_eq!(outcome(&answered), "booked");
    let visit = field_text(&answered.answer, "id");
    assert_eq!(house.commit(&[(person, effect(answered))]).await, 1);
    (person, visit)
}

#[tokio::test]
async fn a_hold_becomes_a_visit_once() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let hold = house.hold(&person, staff, service, NINE).await.unwrap();
    let answered = book(&house, &person, &hold, service).await;
    assert_eq!(outcome(&answered), "booked");
    assert_eq!(field_text(&answered.answer, "service_label"), "Haircut");
    // The operation itself has written nothing.
    assert_eq!(house.taken().await, [("hold".to_owned(), 1)]);

    let effects = [(person, effect(answered))];
    assert_eq!(house.inspect(&effects).await, []);
    assert_eq!(house.commit(&effects).await, 1);
    assert_eq!(house.taken().await, [("booking".to_owned(), 1)]);
    let visits = house.ask(&asker(house.tenant, 1, 2), "my_visits", row([])).await;
    assert_eq!(column(&visits, "label"), ["Tomorrow 21/11 09:00"]);
    assert_eq!(column(&visits, "note"), ["Haircut with Eric"]);

    assert_eq!(house.commit(&effects).await, 0);
    assert_eq!(house.inspect(&effects).await, [(1, "lapsed".to_owned())]);
    assert_eq!(outcome(&book(&house, &person, &hold, service).await), "lapsed");
}

#[tokio::test]
async fn the_name_is_sealed_for_the_visits_row() {
    let house = House::open().await;
    let (_, visit) = booked(&house).await;
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT name_sealed FROM ganira.visit WHERE id = $1::uuid")
        .bind(&visit)
        .fetch_one(&house.pool)
        .await
        .unwrap();
    let id = uuid::Uuid::parse_str(&visit).unwrap();
    assert_eq!(unseal(NAME_COLUMN, id.as_bytes(), &sealed), b"Keza");
}

#[tokio::test]
async fn a_visit_can_be_booked_without_a_name() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let hold = house.hold(&person, staff, service, NINE).await.unwrap();
    let arguments = row([("hold", Value::text(hold)), ("service", Value::Whole(service))]);
    let answered = house.ask(&person, "book_visit", arguments).await;
    assert_eq!(house.commit(&[(person, effect(answered))]).await, 1);
    let nameless: bool =
        sqlx::query_scalar("SELECT name_sealed IS NULL FROM ganira.visit").fetch_one(&house.pool).await.unwrap();
    assert!(nameless);
}

#[tokio::test]
async fn a_hold_that_lapses_before_the_commit_is_refused_there_and_the_rest_of_the_batch_is_named_innocent() {
    let house = House::open().await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let mut effects = Vec::new();
    let mut holds = Vec::new();
    for (contact, start) in [(1, NINE), (2, "2026-11-21T08:00:00Z"), (3, "2026-11-21T09:00:00Z")] {
        let person = asker(house.tenant, contact, contact as u8);
        let hold = house.hold(&person, staff, service, start).await.unwrap();
        effects.push((person, effect(book(&house, &person, &hold, service).await)));
        holds.push(hold);
    }
    house.expire(&holds[1], 0).await;
    assert_eq!(house.inspect(&effects).await, [(2, "lapsed".to_owned())]);
    assert_eq!(outcome(&book(&house, &effects[1].0, &holds[1], service).await), "lapsed");
    assert_eq!(house.commit(&effects).await, 2);
}

#[tokio::test]
async fn nobody_books_cancels_or_releases_what_is_another_persons_or_tenants() {
    let house = House::open().await;
    let (owner, visit) = booked(&house).await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let friend = asker(house.tenant, 2, 2);
    let hold = house.hold(&friend, staff, service, "2026-11-21T08:00:00Z").await.unwrap();
    let taken = house.taken().await;
    let bookings = effect(book(&house, &friend, &hold, service).await);
    let release = effect(house.ask(&friend, "release_hold", row([("hold", Value::text(&hold))])).await);
    let cancelling = effect(cancel(&house, &owner, &visit).await);

    for thief in [asker(house.tenant, 3, 3), asker(house.neighbour, 1, 3), asker(house.neighbour, 2, 3)] {
        assert_eq!(outcome(&book(&house, &thief, &hold, service).await), "lapsed");
        assert_eq!(outcome(&cancel(&house, &thief, &visit).await), "gone");
        assert_eq!(house.commit(&[(thief, bookings.clone())]).await, 0);
        assert_eq!(house.commit(&[(thief, cancelling.clone())]).await, 0);
        assert_eq!(house.inspect(&[(thief, cancelling.clone())]).await, [(1, "gone".to_owned())]);
        assert_eq!(house.commit(&[(thief, release.clone())]).await, 1);
    }
    assert_eq!(house.taken().await, taken);
}

#[tokio::test]
async fn one_batch_confirms_for_several_tenants() {
    let house = House::open().await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let mine = asker(house.tenant, 1, 1);
    let hold = house.hold(&mine, staff, service, NINE).await.unwrap();
    let theirs = asker(house.neighbour, 1, 1);
    let next_door = "SELECT s.id, t.id FROM ganira.service s, ganira.staff t
                     WHERE s.tenant_id = $1 AND t.tenant_id = $1 AND s.label = 'Haircut' AND t.label = 'Eric'";
    let (their_service, their_staff): (i64, i64) =
        sqlx::query_as(next_door).bind(house.neighbour.0).fetch_one(&house.pool).await.unwrap();
    let their_hold = house.hold(&theirs, their_staff, their_service, NINE).await.unwrap();
    let effects = [
        (mine, effect(book(&house, &mine, &hold, service).await)),
        (theirs, effect(book(&house, &theirs, &their_hold, their_service).await)),
    ];
    assert_eq!(house.commit(&effects).await, 2);
}

#[tokio::test]
async fn a_cancelled_visit_is_gone_and_its_time_is_free_again() {
    let house = House::open().await;
    let (person, visit) = booked(&house).await;
    let answered = cancel(&house, &person, &visit).await;
    assert_eq!(outcome(&answered), "cancelled");
    let effects = [(person, effect(answered))];
    assert_eq!(house.commit(&effects).await, 1);
    assert_eq!(house.taken().await, []);
    assert!(column(&house.ask(&person, "my_visits", row([])).await, "id").is_empty());
    assert_eq!(house.commit(&effects).await, 0);
    assert_eq!(house.inspect(&effects).await, [(1, "gone".to_owned())]);
    let again = cancel(&house, &person, &visit).await;
    assert_eq!((outcome(&again), again.effect.clone()), ("gone", None));
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    assert!(house.hold(&asker(house.tenant, 2, 9), staff, service, NINE).await.is_some());
}

#[tokio::test]
async fn cancelling_is_too_late_two_hours_before_the_visit() {
    let house = House::open().await;
    let (person, visit) = booked(&house).await;
    let in_time = Asker { now: utc("2026-11-21T05:00:00Z"), ..person };
    let late = Asker { now: utc("2026-11-21T05:00:01Z"), ..person };
    assert_eq!(outcome(&cancel(&house, &in_time, &visit).await), "cancelled");
    let refused = cancel(&house, &late, &visit).await;
    assert_eq!((outcome(&refused), refused.effect.clone()), ("too_late", None));

    // A salon that moves the cut-off while the turn is on its way: the commit knows.
    let effects = [(in_time, effect(cancel(&house, &in_time, &visit).await))];
    sqlx::query("UPDATE ganira.visit SET cancel_until = '2026-11-21T04:00:00Z'").execute(&house.pool).await.unwrap();
    assert_eq!(house.inspect(&effects).await, [(1, "too_late".to_owned())]);
    assert_eq!(house.commit(&effects).await, 0);
    assert_eq!(house.taken().await, [("booking".to_owned(), 1)]);
}

#[tokio::test]
async fn a_hold_is_given_back_and_giving_back_is_never_refused() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let hold = house.hold(&person, staff, service, NINE).await.unwrap();
    let answered = house.ask(&person, "release_hold", row([("hold", Value::text(&hold))])).await;
    assert_eq!(outcome(&answered), "released");
    let effects = [(person, effect(answered))];
    assert_eq!(house.commit(&effects).await, 1);
    assert_eq!(house.taken().await, []);
    assert_eq!(house.commit(&effects).await, 1);
    assert_eq!(house.inspect(&effects).await, []);
}

#[tokio::test]
async fn a_visit_is_not_given_back_as_if_it_were_a_hold() {
    let house = House::open().await;
    let (person, visit) = booked(&house).await;
    let answered = house.ask(&person, "release_hold", row([("hold", Value::text(&visit))])).await;
    assert_eq!(house.commit(&[(person, effect(answered))]).await, 1);
    assert_eq!(house.taken().await, [("booking".to_owned(), 1)]);
}

#[tokio::test]
async fn a_commit_does_not_wait_for_a_hold_that_somebody_is_taking_away() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let hold = house.hold(&person, staff, service, NINE).await.unwrap();
    let release = effect(house.ask(&person, "release_hold", row([("hold", Value::text(&hold))])).await);
    let booking = effect(book(&house, &person, &hold, service).await);
    house.expire(&hold, 30).await;
    let mut other = house.pool.begin().await.unwrap();
    sqlx::query("DELETE FROM ganira.occupancy").execute(&mut *other).await.unwrap();
    let quick = std::time::Duration::from_secs(1);
    assert_eq!(tokio::time::timeout(quick, house.commit(&[(person, release)])).await, Ok(1));
    assert_eq!(tokio::time::timeout(quick, house.commit(&[(person, booking)])).await, Ok(0));
    other.rollback().await.unwrap();
}

#[tokio::test]
async fn what_a_refused_commit_said_is_the_answer_of_the_next_run() {
    let house = House::open().await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let said = BTreeMap::from([(1, "lapsed".to_owned())]);
    let person = Asker { true_outcomes: &said, ..asker(house.tenant, 1, 1) };
    let hold = house.hold(&person, staff, service, NINE).await.unwrap();
    let answered = book(&house, &person, &hold, service).await;
    assert_eq!((outcome(&answered), answered.effect.clone()), ("lapsed", None));
}
