//! What people think of their visits.

use ganira::flows::Value;
use ganira::operations::salon::feedback::WORDS_COLUMN;
use ganira::operations::{Answered, Asker};
use sqlx::Row as _;

use super::house::{House, asker, row, unseal};

const NINE: &str = "2026-11-21T07:00:00Z";

async fn leave(house: &House, person: &Asker<'_>, visit: Option<&str>, stars: i64, words: &str) -> Answered {
    let mut arguments = row([("stars", Value::Whole(stars)), ("words", Value::text(words))]);
    arguments.extend(visit.map(|visit| ("visit".to_owned(), Value::text(visit))));
    house.ask_as(person, 5, "leave_feedback", arguments).await
}

async fn kept(house: &House, person: &Asker<'_>, visit: Option<&str>, stars: i64, words: &str) {
    let answered = leave(house, person, visit, stars, words).await;
    assert_eq!(answered.answer.outcome, "kept");
    let effects = [(*person, answered.effect.unwrap())];
    assert_eq!(house.inspect(&effects).await, []);
    assert_eq!(house.commit(&effects).await, 1);
}

/// Stars and words of all feedback, by time of writing and stars.
async fn all(house: &House) -> Vec<(i16, String)> {
    let rows = sqlx::query("SELECT id::text AS id, stars, words_sealed FROM ganira.feedback ORDER BY at, stars");
    let rows = rows.fetch_all(&house.pool).await.unwrap();
    let open = |row: &sqlx::postgres::PgRow| {
        let id: uuid::Uuid = row.get::<&str, _>("id").parse().unwrap();
        let sealed: Option<Vec<u8>> = row.get("words_sealed");
        let words = sealed.map(|sealed| unseal(WORDS_COLUMN, id.as_bytes(), &sealed)).unwrap_or_default();
        (row.get("stars"), String::from_utf8(words).unwrap())
    };
    rows.iter().map(open).collect()
}

#[tokio::test]
async fn a_later_word_on_a_visit_replaces_the_earlier() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let visit = house.book(&person, staff, service, NINE, "Keza").await;
    kept(&house, &person, Some(&visit), 5, "Byiza cyane").await;
    assert_eq!(all(&house).await, [(5, "Byiza cyane".to_owned())]);
    kept(&house, &person, Some(&visit), 3, "").await;
    assert_eq!(all(&house).await, [(3, String::new())]);
}

#[tokio::test]
async fn two_words_on_one_visit_in_one_batch_are_both_done_and_the_last_counts() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let visit = house.book(&person, staff, service, NINE, "Keza").await;
    let mut effects = Vec::new();
    for stars in [1, 4] {
        effects.push((person, leave(&house, &person, Some(&visit), stars, "").await.effect.unwrap()));
    }
    assert_eq!(house.commit(&effects).await, 2);
    assert_eq!(all(&house).await, [(4, String::new())]);
}

#[tokio::test]
async fn without_a_visit_it_is_of_the_salon_and_a_replayed_event_does_not_double_it() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    kept(&house, &person, None, 4, "Nice").await;
    kept(&house, &person, None, 4, "Nice").await;
    assert_eq!(all(&house).await.len(), 1);
    kept(&house, &asker(house.tenant, 1, 2), None, 2, "").await;
    assert_eq!(all(&house).await, [(2, String::new()), (4, "Nice".to_owned())]);
}

#[tokio::test]
async fn a_visit_that_is_cancelled_or_another_persons_is_gone() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);
    let visit = house.book(&person, staff, service, NINE, "Keza").await;
    let effect = leave(&house, &person, Some(&visit), 5, "").await.effect.unwrap();
    for thief in [asker(house.tenant, 2, 2), asker(house.neighbour, 1, 2)] {
        let answered = leave(&house, &thief, Some(&visit), 1, "").await;
        assert_eq!((answered.answer.outcome.as_str(), answered.effect), ("gone", None));
        assert_eq!(house.commit(&[(thief, effect.clone())]).await, 0);
        assert_eq!(house.inspect(&[(thief, effect.clone())]).await, [(1, "gone".to_owned())]);
    }
    sqlx::query("UPDATE ganira.visit SET state = 'cancelled'").execute(&house.pool).await.unwrap();
    assert_eq!(house.commit(&[(person, effect.clone())]).await, 0);
    assert_eq!(house.inspect(&[(person, effect)]).await, [(1, "gone".to_owned())]);
    assert_eq!(leave(&house, &person, Some(&visit), 5, "").await.answer.outcome, "gone");
    assert!(all(&house).await.is_empty());
}

#[tokio::test]
async fn stars_are_one_to_five_and_long_words_are_cut() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    for stars in [0, 6, -1, i64::MAX] {
        assert_eq!(leave(&house, &person, None, stars, "").await.answer.outcome, "unavailable");
    }
    kept(&house, &person, None, 1, &"é".repeat(900)).await;
    assert_eq!(all(&house).await, [(1, "é".repeat(500))]);
}
