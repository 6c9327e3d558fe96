//! The code of a move: good once, for a while, and for whom it was given to.

use chrono::TimeDelta;
use serde_json::json;

use super::*;

const NOT_GOOD: &str = "This code is not, or no longer, good. Please ask for a new one where you began.";
/// Somebody else, with a phone.
const OTHER: &str = "+250780000009";
const TOO_MANY: &str = "Too many wrong codes. Please try again in an hour.";

#[tokio::test]
async fn a_link_brings_her_to_whatsapp_exactly_where_she_was_without_a_phone_number() {
    let world = shop().await;
    let code = invited(&world).await;
    world.say(ALINE_THERE, &format!("Muraho! {}", code.letters().to_lowercase())).await;
    assert_eq!(last_text(&world, ALINE_THERE, 1).await, "Which town?");
    world.say(ALINE_THERE, "Huye").await;
    assert_eq!(last_text(&world, ALINE_THERE, 2).await, "Large to Huye.", "what she chose by SMS is still known");
    let who = by_phone(&world, ALINE).await;
    assert_eq!(by_id(&world, ALINE_THERE).await, who, "both addresses lead to one contact");
    assert_eq!(number(&world, "SELECT count(*) FROM ganira.contact_key").await, 1, "nobody else was born");
    let channels: Vec<_> = thread(&world, who).await.into_iter().map(|line| (line.direction, line.channel)).collect();
    assert_eq!(channels.first().unwrap(), &("in", "sms".to_owned()));
    assert_eq!(channels.last().unwrap(), &("out", "whatsapp".to_owned()));
    world.stop().await;
}

#[tokio::test]
async fn the_same_message_again_and_the_same_code_from_herself_change_nothing() {
    let mut world = shop().await;
    let code = invited(&world).await;
    let copies = json!({"target": "whatsapp", "kind": "duplicate_webhooks", "copies": 3, "times": 1});
    let ordered = world.http.post(world.control("/faults")).json(&copies).send().await.unwrap();
    assert!(ordered.status().is_success(), "{}", ordered.text().await.unwrap());
    world.say(ALINE_THERE, &code.letters()).await;
    assert_eq!(last_text(&world, ALINE_THERE, 1).await, "Which town?");
    assert_eq!(number(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 20").await, 1);
    // A restart forgets what memory knows of it.
    world.stop_engine().await;
    world.start().await;
    world.say(ALINE_THERE, &code.letters()).await;
    assert_eq!(last_text(&world, ALINE_THERE, 2).await, "Which town?", "she is shown where she is");
    assert_eq!(number(&world, "SELECT count(*) FROM ganira.wrong_code").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_guessed_and_a_second_hand_code_fail_politely_and_change_nothing() {
    let world = shop().await;
    let code = invited(&world).await;
    world.say(STRANGER, &guess(1)).await;
    assert_eq!(last_text(&world, STRANGER, 1).await, NOT_GOOD);
    world.say(ALINE_THERE, &code.letters()).await;
    last_text(&world, ALINE_THERE, 1).await;
    world.say(STRANGER, &code.letters()).await;
    assert_eq!(last_text(&world, STRANGER, 2).await, NOT_GOOD);
    let (aline, stranger) = (by_phone(&world, ALINE).await, by_id(&world, STRANGER).await);
    assert_ne!(aline, stranger);
    assert_eq!(number(&world, "SELECT count(*) FROM ganira.wrong_code").await, 2);
    assert_eq!(number(&world, "SELECT count(*) FROM ganira.contact_join").await, 0);
    // Her own conversation begins as any other, and Aline's goes on.
    world.say(STRANGER, "hello").await;
    assert_eq!(last_text(&world, STRANGER, 3).await, "Which size?");
    world.say(ALINE_THERE, "Huye").await;
    assert_eq!(last_text(&world, ALINE_THERE, 2).await, "Large to Huye.");
    world.stop().await;
}

#[tokio::test]
async fn a_code_is_good_where_it_leads_and_nowhere_else() {
    let world = shop().await;
    let code = invited(&world).await;
    sms(&world, OTHER, &code.letters()).await;
    assert_eq!(said(&world, by_phone(&world, OTHER).await, "sms").await, [NOT_GOOD]);
    world.say(ALINE_THERE, &code.letters()).await;
    assert_eq!(last_text(&world, ALINE_THERE, 1).await, "Which town?", "it was not used up");
    world.stop().await;
}

#[tokio::test]
async fn an_old_code_fails_and_she_goes_on_where_she_was() {
    let mut world = shop().await;
    let code = invited(&world).await;
    world.stop_engine().await;
    world.start_at(TimeDelta::minutes(16)).await;
    let who = by_phone(&world, ALINE).await;
    // The time is up: the flow says so and asks on by SMS.
    let said = said_many(&world, who, "sms", 3).await;
    assert_eq!(said.last().unwrap(), "We stay here.\n\nWhich town?");
    world.say(ALINE_THERE, &code.letters()).await;
    assert_eq!(last_text(&world, ALINE_THERE, 1).await, NOT_GOOD);
    assert_ne!(by_id(&world, ALINE_THERE).await, who);
    sms(&world, ALINE, "Huye").await;
    assert_eq!(said_many(&world, who, "sms", 4).await[3], "Large to Huye.");
    world.stop().await;
}

#[tokio::test]
async fn after_five_wrong_codes_not_even_a_right_one_is_looked_at_for_an_hour() {
    let mut world = shop().await;
    let pool = world.database.pool().await;
    tenants::set_code_minutes(&pool, world.tenant, Some(120)).await.unwrap();
    refresh(&world).await;
    let code = invited(&world).await;
    for n in 1..=5 {
        world.say(ALINE_THERE, &guess(n)).await;
        assert_eq!(last_text(&world, ALINE_THERE, usize::try_from(n).unwrap()).await, NOT_GOOD);
    }
    world.say(ALINE_THERE, &code.letters()).await;
    assert_eq!(last_text(&world, ALINE_THERE, 6).await, TOO_MANY);
    assert_ne!(by_id(&world, ALINE_THERE).await, by_phone(&world, ALINE).await);
    world.stop_engine().await;
    world.start_at(TimeDelta::minutes(61)).await;
    world.say(ALINE_THERE, &code.letters()).await;
    assert_eq!(last_text(&world, ALINE_THERE, 7).await, "Which town?", "the tenant's codes are good for two hours");
    world.stop().await;
}

#[tokio::test]
async fn a_refusal_is_in_the_persons_language() {
    let world = shop().await;
    let pool = world.database.pool().await;
    sqlx::query("UPDATE ganira.tenant SET language = 'rw'").execute(&pool).await.unwrap();
    refresh(&world).await;
    world.say(STRANGER, &guess(1)).await;
    assert_eq!(
        last_text(&world, STRANGER, 1).await,
        "Iyi kode ntikora cyangwa yararengeje igihe. Saba indi aho watangiriye."
    );
    world.stop().await;
}
