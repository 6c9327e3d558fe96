//! People at a keypad, on the same engine and flow: each has a session of a few hops whose screens show her whole diary.
//!
//! A hop is posted again, byte for byte, until a screen goes on. Half of the people wait between two hops until an engine has been killed;
//! then they repeat their last hop, which must be answered with the very bytes it had, and go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

pub const GATEWAY: &str = "keypads";
pub const KEY: &str = "k3y4behind7slashes";
pub const CODE: &str = "*384*77#";
/// Hops of a session: what they say fits one screen.
const HOPS: usize = 8;
/// Longer than the engine's own time for a screen.
const PATIENCE: Duration = Duration::from_secs(18);
/// Who gets no screen for so long hangs up.
const GIVE_UP: Duration = Duration::from_secs(25);
/// How long somebody waits for a kill.
const KILL_WITHIN: Duration = Duration::from_secs(20);

/// One person's only session.
#[derive(Debug, Clone, Default)]
pub struct Session {
    pub number: u32,
    /// What she was shown, by hop.
    pub screens: Vec<String>,
    /// She hung up before her next hop was answered; whether it counts nobody knows.
    pub hung_up: bool,
}

impl Session {
    pub fn phone(&self) -> String {
        format!("+25072{:07}", self.number)
    }

    pub fn name(&self) -> String {
        format!("torture-{}", self.number)
    }

    /// What she has typed by her `n`th hop, which is what its screen must show. At the first one she only dials.
    pub fn lines(&self, n: usize) -> Vec<String> {
        (0..n).map(|line| format!("u{}-{line}", self.number)).collect()
    }

    /// The history with her `n`th hop.
    pub fn history(&self, n: usize) -> String {
        self.lines(n).join("*")
    }
}

#[derive(Debug, Default)]
pub struct Counts {
    /// Hops repeated after their screen.
    pub repeated: AtomicUsize,
    /// Hops whose screen came from an engine that was killed before they were repeated, and that went on afterwards.
    pub repeated_across_a_kill: AtomicUsize,
    /// Requests without an answer, or answered with "later".
    pub unanswered: AtomicUsize,
    /// Repeated hops that were answered with other bytes.
    pub differing: Mutex<Vec<String>>,
    /// People who wait for a kill now.
    pub waiting: AtomicUsize,
    /// What somebody saw who hung up.
    pub last_seen: Mutex<Option<String>>,
}

/// The people at keypads. Cheap to clone.
#[derive(Clone)]
pub struct Handsets(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    url: String,
    next: AtomicU32,
    ending: AtomicBool,
    /// How many engines have been killed and are back.
    kills: watch::Sender<u64>,
    sessions: Mutex<Vec<Session>>,
    counts: Counts,
}

impl Handsets {
    pub fn new(server: &str) -> Self {
        Self(Arc::new(Inner {
            http: reqwest::Client::builder().timeout(PATIENCE).pool_max_idle_per_host(100).build().unwrap(),
            url: format!("{server}/webhooks/ussd/{GATEWAY}/{KEY}"),
            next: AtomicU32::new(1),
            ending: AtomicBool::new(false),
            kills: watch::Sender::new(0),
            sessions: Mutex::default(),
            counts: Counts::default(),
        }))
    }

    /// Starts so many people at once; each is followed by another. They end after [`Handsets::end`]. Half of them wait for kills, where
    /// there will be any.
    pub fn start(&self, people: u32, kills: bool, seed: u64) -> JoinSet<()> {
        (0..people).map(|n| self.clone().one_after_the_other(kills && n % 2 == 0, seed ^ u64::from(n))).collect()
    }

    pub fn end(&self) {
        self.0.ending.store(true, Ordering::SeqCst);
        self.killed();
    }

    /// Says that an engine was killed, and the next is there.
    pub fn killed(&self) {
        self.0.kills.send_modify(|kills| *kills += 1);
    }

    pub fn counts(&self) -> &Counts {
        &self.0.counts
    }

    pub fn sessions(&self) -> Vec<Session> {
        self.0.sessions.lock().clone()
    }

    fn is_ending(&self) -> bool {
        self.0.ending.load(Ordering::SeqCst)
    }

    async fn one_after_the_other(self, waits_for_kills: bool, seed: u64) {
        let mut random = StdRng::seed_from_u64(seed);
        while !self.is_ending() {
            let number = self.0.next.fetch_add(1, Ordering::SeqCst);
            let mut session = Session { number, ..Session::default() };
            while session.screens.len() < HOPS && !self.is_ending() {
                let n = session.screens.len();
                let Some(screen) = self.hop(&session, n).await else {
                    session.hung_up = true;
                    break;
                };
                session.screens.push(screen);
                if waits_for_kills && !self.is_ending() && random.random_bool(0.5) {
                    self.outlive_a_kill(&session, n).await;
                } else if random.random_bool(0.3) {
                    self.repeat(&session, n).await;
                } else {
                    tokio::time::sleep(Duration::from_millis(random.random_range(5..60))).await;
                }
            }
            self.0.sessions.lock().push(session);
        }
    }

    /// Between two hops: waits for a kill, repeats the last hop. The caller goes on with the next one.
    async fn outlive_a_kill(&self, session: &Session, n: usize) {
        let mut kills = self.0.kills.subscribe();
        if self.is_ending() {
            return;
        }
        self.0.counts.waiting.fetch_add(1, Ordering::SeqCst);
        let killed = timeout(KILL_WITHIN, kills.changed()).await;
        self.0.counts.waiting.fetch_sub(1, Ordering::SeqCst);
        if killed.is_ok_and(|changed| changed.is_ok()) && !self.is_ending() && self.repeat(session, n).await {
            self.0.counts.repeated_across_a_kill.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether a screen came; it must be the one that came before.
    async fn repeat(&self, session: &Session, n: usize) -> bool {
        let Some(screen) = self.hop(session, n).await else { return false };
        self.0.counts.repeated.fetch_add(1, Ordering::Relaxed);
        if screen != session.screens[n] {
            let differs = format!("{} hop {n}: {:?}, before {:?}", session.name(), screen, session.screens[n]);
            self.0.counts.differing.lock().push(differs);
        }
        true
    }

    /// One hop, the same request until a screen goes on. `None`: she gave up.
    async fn hop(&self, session: &Session, n: usize) -> Option<String> {
        let begun = Instant::now();
        let mut seen = None;
        while begun.elapsed() < GIVE_UP && !(self.is_ending() && n == 0) {
            seen = self.post(session, n).await;
            if seen.as_ref().is_some_and(|screen| screen.starts_with("CON ")) {
                return seen;
            }
            self.0.counts.unanswered.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        *self.0.counts.last_seen.lock() = seen;
        None
    }

    async fn post(&self, session: &Session, n: usize) -> Option<String> {
        let request = self.0.http.post(&self.0.url).header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(form(session, n)).send().await.ok()?;
        assert_eq!(answer.status().as_u16(), 200, "a hop is always answered with a screen");
        answer.text().await.ok()
    }
}

/// A hop as Africa's Talking posts it.
fn form(session: &Session, n: usize) -> String {
    let (name, phone, history) = (session.name(), session.phone(), session.history(n));
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([("sessionId", name.as_str()), ("serviceCode", CODE), ("phoneNumber", &phone)]);
    form.extend_pairs([("networkCode", "63510"), ("text", &history)]);
    form.finish()
}
