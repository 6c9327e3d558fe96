//! What phones send: long messages in parts, repetitions, what cannot be read.

use rstest::rstest;
use serde_json::json;

use super::{ALINE, NUMBER, answer_to, count, received, say, smsc, tell, text, world};

/// More than two parts of letters, each part different.
fn long() -> String {
    (0..60).map(|n| format!("line {n:02}")).collect::<Vec<_>>().join(", ")
}

#[rstest]
#[case("udh8", json!([3, 1, 4, 2]))]
#[case("udh16", json!([4, 3, 2, 1]))]
#[case("sar", json!([2, 4, 1, 3]))]
#[case("udh8", json!([1, 1, 2, 3, 2, 4]))]
#[tokio::test]
async fn a_long_message_is_put_together_whatever_the_order_of_its_parts(
    #[case] joining: &str,
    #[case] order: serde_json::Value,
) {
    let world = world("diary", smsc(), |_| {}).await;
    let told =
        tell(&world, "/say", json!({"from": ALINE, "to": NUMBER, "text": long(), "joining": joining, "order": order}))
            .await;
    assert_eq!(told["parts"], 4);
    let answer = received(&world, ALINE, 1).await;
    assert_eq!(text(&answer[0]).trim(), long().trim());
    // Its parts once more: the centre did not hear our answers.
    tell(&world, "/say", json!({"from": ALINE, "to": NUMBER, "text": long(), "joining": joining})).await;
    let next = answer_to(&world, ALINE, "next").await;
    assert_eq!((next.matches("line 00").count(), next.matches("next").count()), (1, 1));
    world.stop().await;
}

#[tokio::test]
async fn a_part_that_never_comes_is_given_up_and_the_others_delivered() {
    let world = world("diary", smsc(), |gateway| gateway.parts_wait_ms = 800).await;
    tell(&world, "/say", json!({"from": ALINE, "to": NUMBER, "text": long(), "order": [1, 2, 4]})).await;
    let answer = received(&world, ALINE, 1).await;
    let text = text(&answer[0]);
    assert!(text.contains("line 00") && text.contains("line 59"), "{text}");
    assert!(!text.contains("line 35"), "{text}");
    assert!(text.contains("line 33...0, line 51"), "and where it is missing is marked: {text}");
    world.stop().await;
}

#[tokio::test]
async fn parts_that_were_answered_outlive_the_engine() {
    let mut world = world("diary", smsc(), |_| {}).await;
    tell(&world, "/say", json!({"from": ALINE, "to": NUMBER, "text": long(), "order": [4, 2]})).await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.sms_part WHERE NOT delivered").await, 2);
    world.stop_engine().await;
    world.start().await;
    tell(&world, "/say", json!({"from": ALINE, "to": NUMBER, "text": long(), "order": [1, 3]})).await;
    let answer = received(&world, ALINE, 1).await;
    assert_eq!(text(&answer[0]).trim(), long().trim());
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.sms_part WHERE NOT delivered").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn the_same_words_twice_are_two_messages() {
    let world = world("diary", smsc(), |_| {}).await;
    answer_to(&world, ALINE, "1").await;
    assert_eq!(answer_to(&world, ALINE, "1").await.matches('1').count(), 2);
    world.stop().await;
}

#[tokio::test]
async fn words_in_any_alphabet_are_read_and_answered() {
    let world = world("diary", smsc(), |_| {}).await;
    let mut said = Vec::new();
    for words in ["Muraho {é}", "Ça va ? ’", "سلام", "😀 murakoze"] {
        said.push(words);
        let answer = answer_to(&world, ALINE, words).await;
        assert!(said.iter().all(|words| answer.contains(words)), "{answer}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_number_as_it_is_written_at_home_is_the_same_person() {
    let world = world("diary", smsc(), |gateway| gateway.country = Some("RW".into())).await;
    say(&world, "+250788000001", "abroad").await;
    received(&world, "+250788000001", 1).await;
    tell(&world, "/say", json!({"from": "0788000001", "to": NUMBER, "text": "home"})).await;
    let answer = received(&world, "+250788000001", 2).await;
    assert!(text(&answer[1]).contains("abroad") && text(&answer[1]).contains("home"), "{answer:?}");
    world.stop().await;
}

#[tokio::test]
async fn what_is_for_nobody_is_kept_and_not_sent_again() {
    let world = world("diary", smsc(), |_| {}).await;
    tell(&world, "/say", json!({"from": ALINE, "to": "7799", "text": "Muraho"})).await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.dead_letter WHERE reason = 'unknown_account'").await, 1);
    say(&world, ALINE, "Muraho").await;
    received(&world, ALINE, 1).await;
    world.stop().await;
}
