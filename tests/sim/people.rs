//! The people, and the companies that bring in what they say: again until it is acknowledged, now and then twice, late, or out of order.

mod careful;
mod hasty;
mod keypad;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use ganira::domain::{DeliveryState, OutboxId};
use http::Request;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::company::{Company, Receipt};
use crate::log::log;
use crate::node::Door;
use crate::webhook;

/// Meta waits longer; but who waits must not be what is still open at the end.
const PATIENCE: Duration = Duration::from_secs(3);
/// Bodies that may come again long after they were acknowledged.
const OLD_MAX: usize = 40;

/// One line of a diary.
#[derive(Debug, Clone)]
pub struct Said {
    pub id: String,
    pub line: String,
    /// One of these is the line after it.
    pub then: &'static [&'static str],
    /// When it was first sent and when it was acknowledged, in the order of everything that happened to all people.
    pub begun: u64,
    pub acknowledged: Option<u64>,
}

/// One person and what she said by WhatsApp.
#[derive(Debug, Clone)]
pub struct Diary {
    pub phone: String,
    pub said: Vec<Said>,
}

/// One session at a keypad: its hops, each with what was typed and every screen that answered it.
#[derive(Debug, Clone)]
pub struct Session {
    pub phone: String,
    pub hops: Vec<(String, Vec<String>)>,
}

/// All of them. Cheap to clone.
#[derive(Clone)]
pub struct People(Arc<Inner>);

struct Inner {
    doors: [Door; 2],
    company: Company,
    seed: u64,
    ending: AtomicBool,
    order: AtomicU64,
    next: AtomicU32,
    /// Those who still have something to do.
    busy: Mutex<BTreeSet<u32>>,
    diaries: Mutex<BTreeMap<u32, Diary>>,
    sessions: Mutex<BTreeMap<u32, Session>>,
    /// The furthest that was acknowledged of each message's receipts.
    receipts: Mutex<BTreeMap<OutboxId, i16>>,
}

impl People {
    pub fn new(seed: u64, doors: [Door; 2], company: Company) -> Self {
        Self(Arc::new(Inner {
            doors,
            company,
            seed,
            ending: AtomicBool::new(false),
            order: AtomicU64::new(1),
            next: AtomicU32::new(1),
            busy: Mutex::default(),
            diaries: Mutex::default(),
            sessions: Mutex::default(),
            receipts: Mutex::default(),
        }))
    }

    /// So many of each kind at once: who is through is followed by somebody else, until [`People::end`].
    pub async fn live(self, careful: u32, hasty: u32, keypads: u32) {
        for _ in 0..careful {
            self.go_on(careful::live);
        }
        for _ in 0..hasty {
            self.go_on(hasty::live);
        }
        for _ in 0..keypads {
            self.go_on(keypad::live);
        }
        self.bring_receipts().await;
    }

    fn go_on<F: Future<Output = ()> + Send + 'static>(&self, life: fn(People, u32, StdRng) -> F) {
        let people = self.clone();
        spawn(async move {
            while !people.is_ending() {
                let number = people.0.next.fetch_add(1, Ordering::Relaxed);
                let random = people.random(number.into());
                people.0.busy.lock().insert(number);
                life(people.clone(), number, random).await;
                people.0.busy.lock().remove(&number);
            }
        });
    }

    /// Nobody begins anything more.
    pub fn end(&self) {
        self.0.ending.store(true, Ordering::Relaxed);
    }

    fn is_ending(&self) -> bool {
        self.0.ending.load(Ordering::Relaxed)
    }

    /// Who still waits for something.
    pub fn busy(&self) -> BTreeSet<u32> {
        self.0.busy.lock().clone()
    }

    pub fn diaries(&self) -> Vec<Diary> {
        self.0.diaries.lock().values().cloned().collect()
    }

    pub fn sessions(&self) -> Vec<Session> {
        self.0.sessions.lock().values().cloned().collect()
    }

    pub fn receipts(&self) -> BTreeMap<OutboxId, i16> {
        self.0.receipts.lock().clone()
    }

    fn random(&self, number: u64) -> StdRng {
        StdRng::seed_from_u64(self.0.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// The next place in the order of everything.
    fn tick(&self) -> u64 {
        self.0.order.fetch_add(1, Ordering::Relaxed)
    }

    /// What a person begins to say, `#` being its place in her diary, which comes back: no two lines of hers are the same.
    fn say(&self, number: u32, words: &str, then: &'static [&'static str]) -> (usize, Said) {
        let mut diaries = self.0.diaries.lock();
        let diary = diaries.entry(number).or_insert_with(|| Diary { phone: webhook::phone(number), said: Vec::new() });
        let place = diary.said.len();
        let (id, line) = (format!("wamid.p{number}m{place}"), words.replace('#', &place.to_string()));
        let said = Said { id, line, then, begun: self.tick(), acknowledged: None };
        diary.said.push(said.clone());
        (place, said)
    }

    fn acknowledged(&self, number: u32, place: usize) {
        let at = self.tick();
        if let Some(diary) = self.0.diaries.lock().get_mut(&number) {
            diary.said[place].acknowledged.get_or_insert(at);
        }
    }

    /// The same bytes again and again, to whoever answers, as Meta does.
    async fn until_acknowledged(&self, body: &Bytes, random: &mut StdRng) {
        let mut wait = Duration::from_millis(50);
        loop {
            let twice = random.random_bool(0.1);
            let patience =
                if random.random_bool(0.05) { Duration::from_millis(random.random_range(1..60)) } else { PATIENCE };
            let (first, second) = (random.random_range(0..2), random.random_range(0..2));
            let is_acknowledged = if twice {
                let (one, other) =
                    tokio::join!(self.deliver(first, body, patience), self.deliver(second, body, patience));
                one || other
            } else {
                self.deliver(first, body, patience).await
            };
            if is_acknowledged {
                return;
            }
            tokio::time::sleep(wait + Duration::from_millis(random.random_range(0..100))).await;
            wait = (wait * 2).min(Duration::from_millis(800));
        }
    }

    /// One delivery of a webhook: whether it was acknowledged.
    async fn deliver(&self, door: usize, body: &Bytes, patience: Duration) -> bool {
        let answer = self.0.doors[door].call(webhook::request(body), patience).await;
        let status = answer.map_or(0, |(status, _)| status);
        assert!(matches!(status, 0 | 200 | 429 | 503), "a webhook was answered {status}");
        status == 200
    }

    /// A request of any other kind.
    async fn call(&self, door: usize, request: Request<Bytes>, patience: Duration) -> Option<(u16, Bytes)> {
        self.0.doors[door].call(request, patience).await
    }

    async fn bring_receipts(self) {
        let mut number = 1_u64 << 40;
        loop {
            for receipt in self.0.company.due_receipts() {
                number += 1;
                let (people, random) = (self.clone(), self.random(number));
                spawn(async move { people.bring_receipt(&receipt, random).await });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn bring_receipt(&self, receipt: &Receipt, mut random: StdRng) {
        self.until_acknowledged(&webhook::status(receipt), &mut random).await;
        let state = match receipt.word {
            "sent" => DeliveryState::Sent,
            "delivered" => DeliveryState::Delivered,
            _ => DeliveryState::Read,
        };
        log!("{} of {} is acknowledged", receipt.word, receipt.of);
        let mut receipts = self.0.receipts.lock();
        let furthest = receipts.entry(receipt.of).or_default();
        *furthest = state.rank().max(*furthest);
    }
}

#[expect(clippy::disallowed_methods, reason = "the people's own tasks")]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

async fn pause(random: &mut StdRng, ms: std::ops::Range<u64>) {
    tokio::time::sleep(Duration::from_millis(random.random_range(ms))).await;
}
