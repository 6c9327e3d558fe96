//! The load: many people in small groups, each group with one POST outstanding, repeated byte for byte until it is acknowledged.
//!
//! One outstanding POST a group makes the order of a person's messages a fact, also within a POST that carries several of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::webhook::{Person, Post, post};

/// People in each group.
const GROUP_PEOPLE: u32 = 3;
/// Messages of one person before the group's place is taken by fresh people: her whole list stays in one text, and in the flow's fifty.
const MESSAGES_MAX: u32 = 36;
/// Acknowledged bodies a group may repeat: more than a conversation's ring remembers.
const OLD_MAX: usize = 40;
/// Meta delivers for seven days.
const WEEK_S: i64 = 7 * 24 * 3600 - 3600;
/// As long as Meta waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was sent and acknowledged of one person: messages 0 to `acknowledged - 1`.
#[derive(Debug, Clone)]
pub struct Diary {
    pub person: Person,
    /// The id the sandbox gave her first message.
    pub first_id: String,
    pub acknowledged: u32,
}

impl Diary {
    /// The ids of her messages, in their order.
    pub fn ids(&self) -> impl Iterator<Item = String> {
        let rest = (1..self.acknowledged).map(|n| self.person.message_id(n));
        std::iter::once(self.first_id.clone()).chain(rest)
    }

    /// The list as it must be in the end.
    pub fn lines(&self) -> Vec<String> {
        (0..self.acknowledged).map(|n| self.person.line(n)).collect()
    }
}

/// How the load is.
#[derive(Debug, Clone, Copy)]
pub struct LoadWish {
    /// Groups at work at once.
    pub groups: u32,
    /// How often each POST is delivered, all at once and in any order.
    pub copies: usize,
    /// How many of a hundred POSTs meet an old one that is delivered again.
    pub old_percent: u32,
    /// How many of a hundred groups send messages of last week: their first delivery took that long.
    pub week_old_percent: u32,
}

impl Default for LoadWish {
    fn default() -> Self {
        Self { groups: 60, copies: 1, old_percent: 15, week_old_percent: 0 }
    }
}

#[derive(Debug, Default)]
pub struct Counts {
    pub posts: AtomicUsize,
    pub repeated: AtomicUsize,
    pub given_up: AtomicUsize,
    pub old_repeated: AtomicUsize,
    /// Those of a week ago among them.
    pub week_old_repeated: AtomicUsize,
    /// Copies of a POST beside the one that counts.
    pub copied: AtomicUsize,
    /// Answers that said "later", and connections that ended without any.
    pub refused: AtomicUsize,
    pub broken: AtomicUsize,
}

/// The load. Cheap to clone.
#[derive(Clone)]
pub struct Load(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    webhook_url: String,
    control_url: String,
    in_flight: AtomicUsize,
    /// Groups whose first people are known to the sandbox.
    begun: AtomicUsize,
    next_person: AtomicU32,
    ending: AtomicBool,
    diaries: Mutex<Vec<Diary>>,
    counts: Counts,
    /// When something was acknowledged.
    acknowledged: Mutex<Vec<Instant>>,
    wish: LoadWish,
    seed: u64,
}

impl Load {
    pub fn new(webhook_url: String, control_url: String, wish: LoadWish, seed: u64) -> Self {
        let http = reqwest::Client::builder().timeout(PATIENCE).pool_max_idle_per_host(1000).build().unwrap();
        Self(Arc::new(Inner {
            http,
            webhook_url,
            control_url,
            in_flight: AtomicUsize::new(0),
            begun: AtomicUsize::new(0),
            next_person: AtomicU32::new(1),
            ending: AtomicBool::new(false),
            diaries: Mutex::default(),
            counts: Counts::default(),
            acknowledged: Mutex::default(),
            wish,
            seed,
        }))
    }

    /// Requests that were posted and not answered.
    pub fn in_flight(&self) -> usize {
        self.0.in_flight.load(Ordering::SeqCst)
    }

    /// Whether every group has begun to post.
    pub fn is_whole(&self) -> bool {
        self.0.begun.load(Ordering::SeqCst) >= self.0.wish.groups as usize
    }

    pub fn counts(&self) -> &Counts {
        &self.0.counts
    }

    /// Starts all groups; they end after [`Load::end`], when everything they sent is acknowledged.
    pub fn start(&self) -> JoinSet<()> {
        (0..self.0.wish.groups).map(|group| self.clone().group(group)).collect()
    }

    pub fn end(&self) {
        self.0.ending.store(true, Ordering::SeqCst);
    }

    fn is_ending(&self) -> bool {
        self.0.ending.load(Ordering::SeqCst)
    }

    /// Everybody, and what she sent. Only complete once the groups have ended.
    pub fn diaries(&self) -> Vec<Diary> {
        self.0.diaries.lock().clone()
    }

    /// One more message of everybody: the answer is a read of her final state.
    pub async fn last_words(&self) {
        let mut diaries = self.diaries();
        for chunk in diaries.chunks_mut(20) {
            let messages: Vec<_> = chunk.iter().map(|diary| (diary.person, diary.acknowledged)).collect();
            self.until_acknowledged(&post(&messages, now(), false), &mut StdRng::seed_from_u64(0)).await;
            for diary in chunk {
                diary.acknowledged += 1;
            }
        }
        *self.0.diaries.lock() = diaries;
    }

    async fn group(self, group: u32) {
        let mut random = StdRng::seed_from_u64(self.0.seed ^ u64::from(group).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        while !self.is_ending() {
            let first = self.0.next_person.fetch_add(GROUP_PEOPLE, Ordering::SeqCst);
            let mut diaries = Vec::new();
            for person in (first..first + GROUP_PEOPLE).map(Person) {
                diaries.push(Diary { person, first_id: self.introduce(person).await, acknowledged: 1 });
            }
            self.0.begun.fetch_add(1, Ordering::SeqCst);
            self.generation(&mut diaries, &mut random).await;
            self.0.diaries.lock().extend(diaries);
        }
    }

    /// Her first message goes through the sandbox, so that it knows that she may be written to. Returns its id.
    pub async fn introduce(&self, person: Person) -> String {
        let said = json!({ "from": person.phone(), "text": person.line(0) });
        let url = format!("{}/whatsapp/say?wait=1", self.0.control_url);
        // The sandbox itself repeats until the engine acknowledges, however long that takes.
        let request = self.0.http.post(url).timeout(Duration::from_mins(5)).json(&said);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["webhook"]["status"], 200, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    async fn generation(&self, diaries: &mut [Diary], random: &mut StdRng) {
        let mut old: Vec<Post> = Vec::new();
        let is_late = random.random_bool(f64::from(self.0.wish.week_old_percent) / 100.0);
        let ago_s = if is_late { WEEK_S } else { 0 };
        while !self.is_ending() && diaries.iter().any(|diary| diary.acknowledged < MESSAGES_MAX) {
            let messages = choose(diaries, random);
            let new = post(&messages, now() - ago_s, random.random_bool(0.5));
            let old_often = f64::from(self.0.wish.old_percent) / 100.0;
            let again =
                random.random_bool(old_often).then(|| old.get(random.random_range(0..old.len().max(1))).cloned());
            if let Some(again) = again.flatten() {
                self.0.counts.old_repeated.fetch_add(1, Ordering::Relaxed);
                self.0.counts.week_old_repeated.fetch_add(usize::from(ago_s > 0), Ordering::Relaxed);
                let mut random = StdRng::seed_from_u64(random.random());
                tokio::join!(self.until_acknowledged(&new, &mut random), self.deliver(&again, PATIENCE));
            } else {
                self.until_acknowledged(&new, random).await;
            }
            for (person, n) in messages {
                let diary = diaries.iter_mut().find(|diary| diary.person == person).unwrap();
                diary.acknowledged = diary.acknowledged.max(n + 1);
            }
            if old.len() == OLD_MAX {
                old.remove(0);
            }
            old.push(new);
        }
    }

    /// The same bytes again and again, as Meta does.
    pub async fn until_acknowledged(&self, post: &Post, random: &mut StdRng) {
        self.0.counts.posts.fetch_add(1, Ordering::Relaxed);
        let mut wait = Duration::from_millis(10);
        loop {
            // Now and then the other side gives up early, and comes again while its first request is still worked on.
            let impatient = random.random_bool(0.02);
            let patience = if impatient { Duration::from_millis(random.random_range(1..40)) } else { PATIENCE };
            if self.deliver_copies(post, patience, random).await {
                self.0.acknowledged.lock().push(Instant::now());
                return;
            }
            let counts = &self.0.counts;
            if impatient { &counts.given_up } else { &counts.repeated }.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(Duration::from_millis(250));
        }
    }

    /// All copies of one delivery, each after a little while of its own. Whether one of them was acknowledged.
    async fn deliver_copies(&self, post: &Post, patience: Duration, random: &mut StdRng) -> bool {
        if self.0.wish.copies < 2 {
            return self.deliver(post, patience).await;
        }
        self.0.counts.copied.fetch_add(self.0.wish.copies - 1, Ordering::Relaxed);
        let waits: Vec<u64> = (0..self.0.wish.copies).map(|_| random.random_range(0..20)).collect();
        let copies = waits.into_iter().map(async |wait_ms| {
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            self.deliver(post, patience).await
        });
        futures::future::join_all(copies).await.contains(&true)
    }

    /// The longest time without an acknowledgement from one moment to another.
    pub fn gap(&self, from: Instant, until: Instant) -> Duration {
        let acknowledged = self.0.acknowledged.lock();
        let begin = acknowledged.partition_point(|at| *at < from).saturating_sub(1);
        let end = acknowledged.partition_point(|at| *at < until);
        let inside = acknowledged.get(begin..end).unwrap_or(&[]);
        inside.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
    }

    /// How long after a moment the first POST was acknowledged.
    pub fn first_after(&self, moment: Instant) -> Duration {
        let acknowledged = self.0.acknowledged.lock();
        let first = acknowledged.get(acknowledged.partition_point(|at| *at < moment));
        first.map_or(Duration::MAX, |first| *first - moment)
    }

    /// POSTs acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.0.acknowledged.lock().len()
    }

    /// One delivery: whether it was acknowledged.
    async fn deliver(&self, post: &Post, patience: Duration) -> bool {
        let request = self.0.http.post(&self.0.webhook_url).timeout(patience).body(post.body.clone());
        let request = request.header("content-type", "application/json").header("x-hub-signature-256", &post.signature);
        let _in_flight = InFlight::new(&self.0.in_flight);
        match request.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                assert!(matches!(status, 200 | 429 | 503), "a webhook was answered {status}");
                if status != 200 {
                    self.0.counts.refused.fetch_add(1, Ordering::Relaxed);
                }
                status == 200
            }
            Err(error) => {
                let broken = usize::from(!error.is_timeout());
                self.0.counts.broken.fetch_add(broken, Ordering::Relaxed);
                false
            }
        }
    }
}

/// Which messages the next POST carries: mostly one; sometimes several of one person, or of all.
fn choose(diaries: &[Diary], random: &mut StdRng) -> Vec<(Person, u32)> {
    let open: Vec<&Diary> = diaries.iter().filter(|diary| diary.acknowledged < MESSAGES_MAX).collect();
    let count = if random.random_bool(0.7) { 1 } else { random.random_range(2..=8) };
    let mut next: Vec<(Person, u32)> = open.iter().map(|diary| (diary.person, diary.acknowledged)).collect();
    let mut messages = Vec::with_capacity(count);
    for _ in 0..count {
        let who = random.random_range(0..next.len());
        let (person, n) = &mut next[who];
        if *n < MESSAGES_MAX {
            messages.push((*person, *n));
            *n += 1;
        }
    }
    messages
}

struct InFlight<'a>(&'a AtomicUsize);

impl<'a> InFlight<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

pub fn now() -> i64 {
    ganira::domain::Clock::system().now().timestamp()
}
