//! A customer books by SMS.

use super::{ALINE, all_delivered, answer_to, count, inbox, received, say, smsc, text, world};
use crate::world::monday_morning;

/// The number before the first option whose line has this word; options are lines that begin with their number.
fn number_of(message: &str, word: &str) -> String {
    let line = message
        .lines()
        .find(|line| line.starts_with(|first: char| first.is_ascii_digit()) && line.to_lowercase().contains(word));
    let line = line.unwrap_or_else(|| panic!("no option {word} in {message:?}"));
    line.chars().take_while(char::is_ascii_digit).collect()
}

#[tokio::test]
async fn a_customer_books_a_visit_by_sms_over_smpp() {
    let world = world("salon", smsc(), |_| {}).await;
    let menu = answer_to(&world, ALINE, "hello").await;
    let services = answer_to(&world, ALINE, &number_of(&menu, "book")).await;
    let mut last = answer_to(&world, ALINE, &number_of(&services, "")).await;
    let mut steps = vec![services];
    for _ in 0..6 {
        if count(&world, "SELECT count(*) FROM ganira.visit WHERE state = 'booked'").await > 0 {
            break;
        }
        steps.push(last.clone());
        let has_options = last.lines().any(|line| line.starts_with(|first: char| first.is_ascii_digit()));
        let said = match has_options {
            true => "1".to_owned(),
            false if last.contains("name") => "Aline".to_owned(),
            false => monday_morning(),
        };
        last = answer_to(&world, ALINE, &said).await;
    }
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.visit WHERE state = 'booked'").await, 1, "{steps:#?} {last}");
    all_delivered(&world).await;
    let inbox = inbox(&world, ALINE).await;
    assert!(inbox.iter().all(|message| message["from"] == super::NUMBER), "{inbox:#?}");
    world.stop().await;
}

#[tokio::test]
async fn a_long_answer_arrives_whole_in_its_parts() {
    let world = world("diary", smsc(), |_| {}).await;
    let line = "Kwa Keza haircut at ten, beard trim at eleven, and tea for two after that, [maybe]. ";
    for times in 1..=4_usize {
        say(&world, ALINE, line).await;
        let inbox = received(&world, ALINE, times).await;
        let last = inbox.last().unwrap();
        assert_eq!(text(last).matches("[maybe]").count(), times);
        // Two of these lines are more than one short message holds.
        assert_eq!(last["parts"].as_u64().unwrap() > 1, times > 1, "{last}");
    }
    all_delivered(&world).await;
    world.stop().await;
}
