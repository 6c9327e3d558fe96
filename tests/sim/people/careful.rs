//! Says one thing after the other, each only when the one before was acknowledged; waits for what she was promised.

use std::time::Duration;

use bytes::Bytes;
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::{OLD_MAX, PATIENCE, People, pause, spawn};
use crate::log::log;
use crate::webhook;

/// Her whole diary stays within the flow's fifty lines.
const MESSAGES_MAX: usize = 22;
/// Seats that everybody wants.
const SEATS: u32 = 15;

pub async fn live(people: People, number: u32, mut random: StdRng) {
    let mut old: Vec<Bytes> = Vec::new();
    for n in 0..MESSAGES_MAX {
        pause(&mut random, 50..2000).await;
        if people.is_ending() {
            return;
        }
        // The first only begins the flow.
        let (line, then) = if n == 0 { ("line #".to_owned(), &[][..]) } else { words(&mut random) };
        let (place, said) = people.say(number, &line, then);
        let body = webhook::messages(&[(number, &said)]);
        people.until_acknowledged(&body, &mut random).await;
        people.acknowledged(number, place);
        log!("{} is acknowledged: {}", said.id, said.line);
        if random.random_bool(0.2) && !old.is_empty() {
            let most = if random.random_bool(0.5) { old.len() } else { old.len().min(4) };
            let (people, again) = (people.clone(), old[random.random_range(0..most)].clone());
            let door = random.random_range(0..2);
            spawn(async move {
                people.deliver(door, &again, PATIENCE).await;
            });
        }
        old.push(body);
        if old.len() > OLD_MAX {
            old.remove(0);
        }
        let phone = webhook::phone(number);
        while !then.is_empty() && !then.iter().any(|then| people.0.company.has_told(&phone, &[&said.line, then])) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn words(random: &mut StdRng) -> (String, &'static [&'static str]) {
    let drawn = random.random_range(0..100_u32);
    match drawn {
        0..8 => ("nap #".to_owned(), &["awake"]),
        8..16 => ("errand #".to_owned(), &["done", "failed"]),
        16..28 => (format!("seat # s{}", random.random_range(0..SEATS)), &["taken", "gone"]),
        _ => ("line #".to_owned(), &[]),
    }
}
