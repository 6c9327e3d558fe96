//! Holding a slot: one gets it, and it comes back.

use std::sync::Arc;

use ganira::flows::Value;
use ganira::store::salon::GRACE_SECONDS;
use ganira::store::salon::sweep::sweep_expired_holds;

use super::house::{House, asker, field_text, row, slot};

const NINE: &str = "2026-11-21T07:00:00Z";
const TEN: &str = "2026-11-21T08:00:00Z";

fn hold_of(contact: i64) -> (String, i64) {
    ("hold".to_owned(), contact)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixty_four_people_who_want_one_slot_exactly_one_gets_it() {
    let house = Arc::new(House::open().await);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let tries = (0..64_u8).map(|person| {
        let house = house.clone();
        async move { house.hold(&asker(house.tenant, i64::from(person), person), staff, service, NINE).await }
    });
    let held: Vec<_> = futures::future::join_all(tries).await.into_iter().flatten().collect();
    assert_eq!(held.len(), 1);
    assert_eq!(house.taken().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_swap_their_slots_again_and_again_never_wait_for_each_other() {
    let house = House::open().await;
    let (diane, eric, service) =
        (house.staff("Diane").await, house.staff("Eric").await, house.service("Haircut").await);
    for round in 0..20 {
        let (one, two) = (asker(house.tenant, 1, round), asker(house.tenant, 2, round));
        let (first, second) = if round % 2 == 0 { (diane, eric) } else { (eric, diane) };
        // `hold` panics on `unavailable`, which a deadlock would be.
        let (one, two) = tokio::join!(house.hold(&one, first, service, NINE), house.hold(&two, second, service, NINE));
        assert!(round > 0 || one.is_some() && two.is_some());
        assert_eq!(house.taken().await.len(), 2);
    }
}

#[tokio::test]
async fn an_expired_hold_is_free_for_others_after_the_grace_and_not_before() {
    let house = House::open().await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let hold = house.hold(&asker(house.tenant, 1, 1), staff, service, NINE).await.unwrap();
    house.expire(&hold, GRACE_SECONDS - 3).await;
    assert_eq!(house.hold(&asker(house.tenant, 2, 2), staff, service, NINE).await, None);
    house.expire(&hold, GRACE_SECONDS + 3).await;
    assert!(house.hold(&asker(house.tenant, 2, 3), staff, service, NINE).await.is_some());
    assert_eq!(house.taken().await, [hold_of(2)]);
}

#[tokio::test]
async fn a_replayed_event_finds_its_own_hold_whatever_it_asks_for() {
    let house = House::open().await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let person = asker(house.tenant, 1, 1);
    let first = house.hold(&person, staff, service, NINE).await;
    assert!(first.is_some());
    assert_eq!(house.hold(&person, staff, service, NINE).await, first);
    assert_eq!(house.hold(&person, staff, service, TEN).await, first);
    assert_eq!(house.taken().await, [hold_of(1)]);
    // Another contact's event of the same id is another hold.
    let other = house.hold(&asker(house.tenant, 2, 1), staff, service, TEN).await;
    assert!(other.is_some() && other != first);
}

#[tokio::test]
async fn a_replayed_event_takes_its_slot_anew_when_the_first_hold_has_expired() {
    let house = House::open().await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let person = asker(house.tenant, 1, 1);
    let first = house.hold(&person, staff, service, NINE).await.unwrap();
    house.expire(&first, 1).await;
    assert_eq!(house.hold(&person, staff, service, TEN).await, Some(first));
    assert_eq!(house.taken().await, [hold_of(1)]);
}

#[tokio::test]
async fn a_new_hold_replaces_the_persons_earlier_one_but_only_if_it_succeeds() {
    let house = House::open().await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let earlier = house.hold(&asker(house.tenant, 1, 1), staff, service, NINE).await.unwrap();
    house.hold(&asker(house.tenant, 2, 2), staff, service, TEN).await.unwrap();
    assert_eq!(house.hold(&asker(house.tenant, 1, 3), staff, service, TEN).await, None);
    assert_eq!(house.taken().await, [hold_of(1), hold_of(2)]);
    // 09:15 overlaps her own 09:00: it is not in her way.
    let quarter_past = "2026-11-21T07:30:00Z";
    let later = house.hold(&asker(house.tenant, 1, 4), staff, service, quarter_past).await.unwrap();
    assert_ne!(later, earlier);
    assert_eq!(house.taken().await, [hold_of(1), hold_of(2)]);
}

#[tokio::test]
async fn a_slot_that_the_salon_does_not_offer_is_taken_whatever_the_token_says() {
    let house = House::open().await;
    let (aline, eric) = (house.staff("Aline").await, house.staff("Eric").await);
    let (braids, haircut) = (house.service("Box braids").await, house.service("Haircut").await);
    let mut event = 0;
    let mut refused = async |staff: i64, service: i64, start: &str| {
        event += 1;
        assert_eq!(house.hold(&asker(house.tenant, 1, event), staff, service, start).await, None, "{start}");
    };
    // Before hours, in the break, over its edge, on Sunday, off the grid, without notice, in the past, too far ahead.
    refused(eric, haircut, "2026-11-21T05:30:00Z").await;
    refused(eric, haircut, "2026-11-21T11:00:00Z").await;
    refused(aline, braids, "2026-11-21T10:00:00Z").await;
    refused(eric, haircut, "2026-11-22T07:00:00Z").await;
    refused(eric, haircut, "2026-11-21T07:10:00Z").await;
    refused(eric, haircut, "2026-11-20T06:30:00Z").await;
    refused(eric, haircut, "2026-11-19T07:00:00Z").await;
    refused(eric, haircut, "2027-01-25T07:00:00Z").await;
    // Nobody, somebody else's service, a service or a person that is not there.
    refused(0, haircut, NINE).await;
    refused(eric, braids, NINE).await;
    refused(eric, 999_999, NINE).await;
    refused(999_999, haircut, NINE).await;
}

#[tokio::test]
async fn buffers_and_time_off_are_kept_free() {
    let house = House::open().await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    sqlx::query("UPDATE ganira.service SET buffer_before_minutes = 10, buffer_after_minutes = 20 WHERE id = $1")
        .bind(service)
        .execute(&house.pool)
        .await
        .unwrap();
    sqlx::query("INSERT INTO ganira.time_off VALUES ($1, $2, '2026-11-21T12:00:00Z', '2026-11-21T13:00:00Z')")
        .bind(house.tenant.0)
        .bind(staff)
        .execute(&house.pool)
        .await
        .unwrap();
    house.hold(&asker(house.tenant, 1, 1), staff, service, NINE).await.unwrap();
    let half_past = "2026-11-21T07:30:00Z";
    assert_eq!(house.hold(&asker(house.tenant, 2, 2), staff, service, half_past).await, None);
    assert!(house.hold(&asker(house.tenant, 2, 3), staff, service, TEN).await.is_some());
    assert_eq!(house.hold(&asker(house.tenant, 3, 4), staff, service, "2026-11-21T12:30:00Z").await, None);
    assert!(house.hold(&asker(house.tenant, 3, 5), staff, service, "2026-11-21T13:00:00Z").await.is_some());
}

#[tokio::test]
async fn a_hold_says_until_when_it_is_kept() {
    let house = House::open().await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let arguments = row([("slot", slot(staff, NINE)), ("service", Value::Whole(service))]);
    let answered = house.ask(&asker(house.tenant, 1, 1), "hold_slot", arguments).await;
    assert_eq!(field_text(&answered.answer, "staff_name"), "Eric");
    let kept: f64 = sqlx::query_scalar("SELECT extract(epoch FROM $1 - now())::float8")
        .bind(answered.answer.value.unwrap().field("ends_at").unwrap().as_date_time().unwrap())
        .fetch_one(&house.pool)
        .await
        .unwrap();
    assert!((540.0..=600.0).contains(&kept), "{kept}");
}

#[tokio::test]
async fn the_sweeper_takes_expired_holds_of_all_tenants_and_waits_for_nobody() {
    let house = House::open().await;
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let mut holds = Vec::new();
    for (person, start) in [NINE, TEN, "2026-11-21T09:00:00Z"].into_iter().enumerate() {
        holds.push(house.hold(&asker(house.tenant, person as i64, person as u8), staff, service, start).await.unwrap());
    }
    house.expire(&holds[0], 61).await;
    house.expire(&holds[1], 61).await;
    let mut engine = house.database.connection().await;
    sqlx::query("SET ROLE ganira_engine").execute(&mut engine).await.unwrap();
    // Somebody has a hand on one of them.
    let mut busy = house.pool.begin().await.unwrap();
    sqlx::query("SELECT FROM ganira.occupancy WHERE owner = $1::uuid FOR UPDATE")
        .bind(&holds[0])
        .execute(&mut *busy)
        .await
        .unwrap();
    assert_eq!(sweep_expired_holds(&mut engine, 10).await.unwrap(), 1);
    busy.rollback().await.unwrap();
    assert_eq!(sweep_expired_holds(&mut engine, 10).await.unwrap(), 1);
    assert_eq!(sweep_expired_holds(&mut engine, 10).await.unwrap(), 0);
    assert_eq!(house.taken().await, [hold_of(2)]);
}
