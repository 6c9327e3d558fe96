//! What people allow, purpose by purpose.

use ganira::flows::Value;
use ganira::operations::Asker;
use ganira::store::GuardedEffect;

use super::house::{House, asker, row, utc};

async fn record(house: &House, person: &Asker<'_>, purpose: &str, given: bool) -> Option<GuardedEffect> {
    let channel = ("channel", Value::text("ussd"));
    let arguments = row([("purpose", Value::text(purpose)), ("given", Value::YesNo(given)), channel]);
    house.ask(person, "record_consent", arguments).await.effect
}

async fn recorded(house: &House, person: &Asker<'_>, purpose: &str, given: bool) {
    let effects = [(*person, record(house, person, purpose, given).await.unwrap())];
    assert_eq!(house.inspect(&effects).await, []);
    assert_eq!(house.commit(&effects).await, 1);
}

/// Whether she was asked, and whether she allowed it.
async fn known(house: &House, person: &Asker<'_>, purpose: &str) -> (bool, bool) {
    let answer = house.ask(person, "has_consent", row([("purpose", Value::text(purpose))])).await.answer;
    let row = answer.value.unwrap();
    let yes = |name| *row.field(name).unwrap() == Value::YesNo(true);
    (yes("asked"), yes("given"))
}

#[tokio::test]
async fn the_last_word_on_a_purpose_counts_and_the_earlier_are_kept() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    let later = Asker { now: utc("2026-11-20T09:00:00Z"), ..asker(house.tenant, 1, 2) };
    assert_eq!(known(&house, &person, "reminders").await, (false, false));
    recorded(&house, &person, "reminders", true).await;
    assert_eq!(known(&house, &person, "reminders").await, (true, true));
    recorded(&house, &later, "reminders", false).await;
    assert_eq!(known(&house, &person, "reminders").await, (true, false));
    assert_eq!(known(&house, &person, "news").await, (false, false));
    for stranger in [asker(house.tenant, 2, 2), asker(house.neighbour, 1, 2)] {
        assert_eq!(known(&house, &stranger, "reminders").await, (false, false));
    }
    let kept: Vec<(bool, Option<String>)> =
        sqlx::query_as("SELECT given, channel FROM ganira.consent ORDER BY at").fetch_all(&house.pool).await.unwrap();
    assert_eq!(kept, [(true, Some("ussd".to_owned())), (false, Some("ussd".to_owned()))]);
}

#[tokio::test]
async fn a_replayed_turn_and_two_words_in_one_turn_are_one_record() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    recorded(&house, &person, "news", true).await;
    recorded(&house, &person, "news", true).await;
    let yes = record(&house, &person, "news", true).await.unwrap();
    let no = record(&house, &person, "news", false).await.unwrap();
    assert_eq!(house.commit(&[(person, yes), (person, no)]).await, 2);
    assert_eq!(known(&house, &person, "news").await, (true, false));
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM ganira.consent").fetch_one(&house.pool).await.unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn what_a_person_typed_cannot_become_a_purpose() {
    let house = House::open().await;
    let person = asker(house.tenant, 1, 1);
    for wrong in ["", "My name is Keza", "News", "9lives", "é", &"a".repeat(41)] {
        assert_eq!(record(&house, &person, wrong, true).await, None, "{wrong}");
    }
    recorded(&house, &person, &"a".repeat(40), true).await;
    recorded(&house, &person, "api.promo_2", true).await;
}
