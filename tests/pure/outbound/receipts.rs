//! Receipts by names, in any order and any number of times, before and after their messages have names: a message ends as its parts did, and
//! whoever waits for it is told.

use std::collections::{BTreeMap, HashMap};

use ganira::domain::OutboxId;
use ganira::store::messages::Carried;
use ganira::store::{
    AttemptState, Fact, FactBatch, NamedReceipt, Names, News, SealedSender, SenderHashes, Standing, Store as _,
    WriterId,
};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::dispatcher::clock;
use super::model::{ACCOUNT, at, id};
use super::table::TENANT;
use crate::sim_store::SimStore;

const WORLDS: u64 = 1_500;
const ACCEPTED: i16 = 30;
const SENT: i16 = 40;
const DELIVERED: i16 = 50;
const FAILED: i16 = 100;

/// A message of some parts, and what comes of each: nothing, on its way, there, or failed.
#[derive(Debug)]
struct Message {
    id: OutboxId,
    wake: bool,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    name: [u8; 16],
    /// The form in which its receipts come, where it is another.
    other: Option<[u8; 16]>,
    ranks: Vec<i16>,
}

impl Message {
    fn draw(random: &mut StdRng, number: u8) -> Self {
        let parts: Vec<Part> = (0..random.random_range(1..4_u8))
            .map(|part| Part {
                name: [number * 16 + part; 16],
                other: random.random_bool(0.3).then_some([0x80 + number * 16 + part; 16]),
                ranks: {
                    let last =
                        [None, Some(SENT), Some(DELIVERED), Some(DELIVERED), Some(FAILED)][random.random_range(0..5)];
                    let on_its_way = random.random_bool(0.5).then_some(SENT);
                    on_its_way.into_iter().chain(last).collect()
                },
            })
            .collect();
        Self { id: id(i64::from(number), 1), wake: random.random_bool(0.5), parts }
    }

    /// As its parts have it.
    fn rank(&self) -> i16 {
        let furthest = self.parts.iter().map(|part| part.ranks.iter().copied().max().unwrap_or(0));
        match (furthest.clone().max().unwrap_or(0), furthest.min().unwrap_or(0)) {
            (FAILED, _) => FAILED,
            (_, DELIVERED..) => DELIVERED,
            (most, _) => most.min(SENT),
        }
    }

    /// What the company said when it took it.
    fn named(&self) -> Fact {
        let parts = self.parts.iter().map(|part| part.name).collect();
        Fact {
            id: self.id,
            account: ACCOUNT,
            attempt: 1,
            attempt_state: AttemptState::Begun,
            rank: ACCEPTED,
            message: None,
            names: Some(Names { parts, wake: self.wake }),
            error_code: None,
            price_category: None,
            at: at(1),
        }
    }

    fn receipts(&self, random: &mut StdRng) -> Vec<NamedReceipt> {
        let parts = self.parts.len() as i16;
        let carried = Carried { account: ACCOUNT, outbox: self.id, parts, wake: self.wake };
        let mut receipts = Vec::new();
        for part in &self.parts {
            for rank in &part.ranks {
                for _ in 0..random.random_range(1..3) {
                    let forms = part.other.into_iter().chain([part.name]).collect();
                    // Only where the receipt has the name as it was given: a carried field under another form would be another part.
                    let carried = (part.other.is_none() && random.random_bool(0.2)).then_some(carried);
                    receipts.push(NamedReceipt { forms, carried, rank: *rank, error_code: None, at: at(2) });
                }
            }
        }
        receipts
    }
}

struct World {
    store: SimStore,
    facts: WriterId,
    number: i64,
    /// What conversations were told, at the most.
    told: HashMap<OutboxId, i16>,
}

impl World {
    async fn open(people: usize) -> Self {
        let store = SimStore::new(clock());
        let facts = store.register("one", 1, 0).await.unwrap().unwrap().facts;
        for number in 0..people {
            let hashes = SenderHashes { tenant: TENANT, scoped: None, phone: Some([number as u8; 16]) };
            let sealed = Some(vec![1]);
            let sender = SealedSender { hashes, scoped_sealed: None, phone_sealed: sealed, wrapped_key: vec![1] };
            store.resolve(&[sender]).await.unwrap();
        }
        Self { store, facts, number: 0, told: HashMap::new() }
    }

    /// As the facts lane and those who wait for it.
    async fn record(&mut self, facts: Vec<Fact>, receipts: Vec<NamedReceipt>) {
        self.number += 1;
        let batch = FactBatch::new(self.number, News { facts, notices: Vec::new(), receipts: receipts.clone() });
        let outcome = self.store.record(self.facts, &batch).await;
        assert!(matches!(outcome, ganira::store::CommitOutcome::Applied), "{outcome:?}");
        for standing in self.store.standing(&receipts).await.unwrap().into_iter().flatten() {
            self.tell(standing);
        }
    }

    async fn ripen(&mut self) {
        let ripe = self.store.ripe_receipts(1_000).await.unwrap();
        for ripe in &ripe {
            self.tell(ripe.standing);
        }
        self.store.forget_receipts(&ripe).await.unwrap();
    }

    fn tell(&mut self, standing: Standing) {
        if standing.wake || standing.rank == FAILED {
            let told = self.told.entry(standing.outbox).or_default();
            *told = standing.rank.max(*told);
        }
    }
}

/// One of the news of a world.
enum Item {
    Fact(Fact),
    Receipt(NamedReceipt),
}

async fn try_one(seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let messages: Vec<Message> = (1..=random.random_range(1..4)).map(|n| Message::draw(&mut random, n)).collect();
    let mut world = World::open(messages.len()).await;
    let mut news: Vec<Item> = messages.iter().map(|message| Item::Fact(message.named())).collect();
    for message in &messages {
        news.extend(message.receipts(&mut random).into_iter().map(Item::Receipt));
    }
    news.shuffle(&mut random);
    while !news.is_empty() {
        let (mut facts, mut receipts) = (Vec::new(), Vec::new());
        let count = random.random_range(1..=news.len().min(4));
        for item in news.drain(..count) {
            match item {
                Item::Fact(fact) => facts.push(fact),
                Item::Receipt(receipt) => receipts.push(receipt),
            }
        }
        world.record(facts, receipts).await;
        if random.random_bool(0.3) {
            world.ripen().await;
        }
    }
    world.ripen().await;
    let ranks: BTreeMap<OutboxId, i16> =
        world.store.read(|tables| tables.deliveries.iter().map(|(id, row)| (*id, row.rank)).collect());
    for message in &messages {
        let wanted = message.rank();
        assert_eq!(ranks[&message.id], wanted.max(ACCEPTED), "seed {seed}: {message:?}");
        if wanted == FAILED || message.wake && wanted > 0 {
            let told = world.told.get(&message.id).copied();
            assert_eq!(told, Some(wanted), "seed {seed}: nobody was told of {message:?}");
        }
    }
}

#[tokio::test]
async fn receipts_in_any_order_leave_a_message_as_its_parts_are_and_whoever_waits_is_told() {
    for seed in 0..WORLDS {
        try_one(seed).await;
    }
}
