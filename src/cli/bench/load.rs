//! The load, in a process of its own: a closed loop that is as fast as the answers come, or an open one that keeps its pace whatever
//! happens and counts a message's time from when it should have left.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures::future::join_all;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::http::Connection;
use super::times::{Gathered, Times};
use super::{bodies, handset};
use crate::actors::spawn;
use crate::domain::Clock;

/// The first part of an open loop does not count.
const WARM_UP: Duration = Duration::from_millis(500);
/// How often the pace is kept: what is due since the last time leaves together.
const BEAT: Duration = Duration::from_micros(200);
/// Answers are waited for at most this long after the last message.
const PATIENCE: Duration = Duration::from_secs(15);
/// An open loop tells how it went in pieces of this length.
const WINDOW: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Spec {
    pub address: SocketAddr,
    pub connections: usize,
    pub people: u64,
    /// Part of every message's id: no two loads share one.
    pub run: u64,
    pub speech: Speech,
    pub until: Until,
    /// Messages a second; without it as fast as the answers come.
    pub rate: Option<f64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Speech {
    Text(String),
    /// Not a message but news of one of ours.
    Receipt,
    /// Hops of as many handsets as there are connections.
    Hops,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Until {
    Seconds(f64),
    Messages(u64),
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Heard {
    pub offered: u64,
    /// By status.
    pub answers: BTreeMap<u16, u64>,
    /// The connection broke, the answer did not come in time, or a hop was answered by no screen.
    pub unanswered: u64,
    /// Screens that end their session.
    pub ended: u64,
    pub seconds: f64,
    /// Of the 200s.
    pub times: Times,
    /// Of the 429s and 503s.
    pub refusals: Times,
    /// Of an open loop, piece by piece of when its messages should have left.
    pub windows: Vec<Window>,
    /// When the loop began, in milliseconds since 1970.
    pub began_at_ms: i64,
}

/// A quarter of a second of an open loop.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Window {
    pub accepted: u64,
    /// Refused or never answered.
    pub others: u64,
    /// The longest that an accepted message took.
    pub max_ms: f64,
}

impl Window {
    /// Seconds into its loop at which the window of this place ends.
    pub(super) fn ends_at(place: usize) -> f64 {
        (place + 1) as f64 * WINDOW.as_secs_f64()
    }
}

impl Heard {
    pub(super) fn accepted(&self) -> u64 {
        self.answers.get(&200).copied().unwrap_or_default()
    }

    pub(super) fn refused(&self) -> u64 {
        [429, 503].iter().filter_map(|status| self.answers.get(status)).sum()
    }

    pub(super) fn per_second(&self) -> f64 {
        self.accepted() as f64 / self.seconds
    }
}

struct Tally {
    answers: BTreeMap<u16, u64>,
    unanswered: u64,
    ended: u64,
    times: Gathered,
    refusals: Gathered,
    windows: Vec<Window>,
}

struct Voices {
    spec: Spec,
    next: AtomicU64,
    tally: Mutex<Tally>,
    clock: Clock,
}

pub(super) async fn run(spec: Spec) -> anyhow::Result<Heard> {
    let (times, refusals) = (Gathered::new()?, Gathered::new()?);
    let tally = Tally { answers: BTreeMap::new(), unanswered: 0, ended: 0, times, refusals, windows: Vec::new() };
    let tally = Mutex::new(tally);
    let voices = Arc::new(Voices { spec, next: AtomicU64::new(0), tally, clock: Clock::system() });
    let mut connections = Vec::with_capacity(voices.spec.connections);
    for _ in 0..voices.spec.connections {
        connections.push(Connection::open(voices.spec.address).await.context("the server cannot be reached")?);
    }
    let (begun, began_at_ms) = (Instant::now(), voices.clock.now().timestamp_millis());
    match voices.spec.rate {
        None => closed(&voices, connections).await,
        Some(rate) => open(&voices, connections, rate).await,
    }
    let seconds = begun.elapsed().as_secs_f64();
    let tally = voices.tally.lock();
    let offered = match voices.spec.until {
        Until::Messages(messages) => messages.min(voices.next.load(Ordering::Relaxed)),
        Until::Seconds(_) => voices.next.load(Ordering::Relaxed),
    };
    Ok(Heard {
        offered,
        answers: tally.answers.clone(),
        unanswered: tally.unanswered,
        ended: tally.ended,
        seconds,
        times: tally.times.times(),
        refusals: tally.refusals.times(),
        windows: tally.windows.clone(),
        began_at_ms,
    })
}

async fn closed(voices: &Arc<Voices>, connections: Vec<Connection>) {
    let begun = Instant::now();
    let all = connections.into_iter().map(|mut connection| {
        let voices = voices.clone();
        spawn(async move {
            loop {
                let number = voices.next.fetch_add(1, Ordering::Relaxed);
                match voices.spec.until {
                    Until::Messages(messages) if number >= messages => return,
                    Until::Seconds(seconds) if begun.elapsed().as_secs_f64() >= seconds => {
                        // It was counted and never left.
                        voices.next.fetch_sub(1, Ordering::Relaxed);
                        return;
                    }
                    _ => {
                        voices
                            .say(&mut connection, number, Due { at: Instant::now(), window: None, counts: true })
                            .await;
                    }
                }
            }
        })
    });
    join_all(all).await;
}

async fn open(voices: &Arc<Voices>, connections: Vec<Connection>, rate: f64) {
    let begun = Instant::now();
    let (queues, all): (Vec<_>, Vec<_>) = connections
        .into_iter()
        .map(|mut connection| {
            let (queue, mut due) = mpsc::unbounded_channel::<(u64, Instant)>();
            let voices = voices.clone();
            let voice = spawn(async move {
                while let Some((number, at)) = due.recv().await {
                    let since = at.duration_since(begun);
                    let window = Some((since.as_micros() / WINDOW.as_micros()) as usize);
                    voices.say(&mut connection, number, Due { at, window, counts: since >= WARM_UP }).await;
                }
            });
            (queue, voice)
        })
        .unzip();
    let offered = voices.clone();
    // A thread of its own: the runtime's clock has a grain of a millisecond.
    let pace = std::thread::spawn(move || keep_pace(&offered, &queues, rate, begun));
    let _ = tokio::task::spawn_blocking(move || pace.join()).await;
    let _ = tokio::time::timeout(PATIENCE, join_all(all)).await;
    let answered = {
        let tally = voices.tally.lock();
        tally.answers.values().sum::<u64>() + tally.unanswered
    };
    voices.tally.lock().unanswered += voices.next.load(Ordering::Relaxed) - answered;
}

fn keep_pace(voices: &Voices, queues: &[mpsc::UnboundedSender<(u64, Instant)>], rate: f64, begun: Instant) {
    let total = match voices.spec.until {
        Until::Messages(messages) => messages,
        Until::Seconds(seconds) => (seconds * rate) as u64,
    };
    let mut number = 0;
    while number < total {
        let due = ((begun.elapsed().as_secs_f64() * rate) as u64).min(total);
        while number < due {
            let at = begun + Duration::from_secs_f64(number as f64 / rate);
            let queue = &queues[number as usize % queues.len()];
            let _ = queue.send((number, at));
            number += 1;
        }
        voices.next.store(number, Ordering::Relaxed);
        std::thread::sleep(BEAT);
    }
}

impl Voices {
    async fn say(&self, connection: &mut Connection, number: u64, due: Due) {
        let (person, at) = (number % self.spec.people, self.clock.now().timestamp());
        let id = bodies::id(self.spec.run, number);
        let answer = match &self.spec.speech {
            Speech::Text(said) => connection.post(&bodies::text(person, &id, at, said)).await,
            Speech::Receipt => connection.post(&bodies::receipt(person, &id, at, number)).await,
            Speech::Hops => self.hop(connection, number).await,
        };
        if self.tally.lock().count(answer.as_ref().ok().copied(), due) {
            return;
        }
        if let Ok(again) = Connection::open(self.spec.address).await {
            *connection = again;
        }
    }

    /// One hop of the handset that this connection belongs to. An answer that is no screen is none.
    async fn hop(&self, connection: &mut Connection, number: u64) -> std::io::Result<u16> {
        let form = handset::form(self.spec.run, number, self.spec.connections as u64);
        let status = connection.post_form(handset::PATH, &form).await?;
        if status != 200 {
            return Ok(status);
        }
        match handset::goes_on(connection.body()) {
            Some(goes_on) => self.tally.lock().ended += u64::from(!goes_on),
            None => return Err(std::io::ErrorKind::InvalidData.into()),
        }
        Ok(status)
    }
}

/// When a message should have left.
#[derive(Clone, Copy)]
struct Due {
    at: Instant,
    /// The piece of an open loop that it belongs to.
    window: Option<usize>,
    /// It is not part of the warm-up.
    counts: bool,
}

impl Tally {
    /// False: the connection is of no use any more.
    fn count(&mut self, status: Option<u16>, due: Due) -> bool {
        let took_micros = due.at.elapsed().as_micros() as u64;
        if let Some(place) = due.window {
            self.window(place).count(status, took_micros);
        }
        let Some(status) = status else {
            self.unanswered += 1;
            return false;
        };
        *self.answers.entry(status).or_default() += 1;
        match status {
            200 if due.counts => self.times.record(took_micros),
            429 | 503 if due.counts => self.refusals.record(took_micros),
            _ => {}
        }
        true
    }

    fn window(&mut self, place: usize) -> &mut Window {
        if self.windows.len() <= place {
            self.windows.resize(place + 1, Window::default());
        }
        &mut self.windows[place]
    }
}

impl Window {
    fn count(&mut self, status: Option<u16>, took_micros: u64) {
        if status == Some(200) {
            self.accepted += 1;
            self.max_ms = self.max_ms.max(took_micros as f64 / 1000.0);
        } else {
            self.others += 1;
        }
    }
}
