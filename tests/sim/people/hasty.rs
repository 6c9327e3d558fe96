//! Says much at once: several requests under way at the same time, each with several messages, in no order.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::{People, pause};
use crate::webhook;

const REQUESTS_MAX: usize = 10;

pub async fn live(people: People, number: u32, mut random: StdRng) {
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..REQUESTS_MAX {
        pause(&mut random, 10..1500).await;
        if people.is_ending() {
            break;
        }
        if requests.len() >= 3 {
            requests.join_next().await;
        }
        let count = random.random_range(1..=4);
        let said: Vec<_> = (0..count).map(|_| people.say(number, "line #", &[])).collect();
        let mut own = StdRng::seed_from_u64(random.random());
        let people = people.clone();
        requests.spawn(async move {
            let messages: Vec<_> = said.iter().map(|(_, said)| (number, said)).collect();
            people.until_acknowledged(&webhook::messages(&messages), &mut own).await;
            for (place, _) in said {
                people.acknowledged(number, place);
            }
        });
    }
    while requests.join_next().await.is_some() {}
}
