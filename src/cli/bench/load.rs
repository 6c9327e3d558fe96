//! The load, in a process of its own: a closed loop that is as fast as the answers come, or an open one that keeps its pace whatever
//! happens and counts a message's time from when it should have left.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures::future::join_all;
use hdrhistogram::Histogram;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::http::Connection;
use super::{bodies, handset};
use crate::actors::spawn;
use crate::domain::Clock;

/// The first part of an open loop does not count.
const WARM_UP: Duration = Duration::from_millis(500);
/// How often the pace is kept: what is due since the last time leaves together.
const BEAT: Duration = Duration::from_micros(200);
/// Answers are waited for at most this long after the last message.
const PATIENCE: Duration = Duration::from_secs(15);

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

#[derive(Debug, Default, Serialize, Deserialize)]
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
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
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
    /// Microseconds.
    times: Histogram<u64>,
}

struct Voices {
    spec: Spec,
    next: AtomicU64,
    tally: Mutex<Tally>,
    clock: Clock,
}

pub(super) async fn run(spec: Spec) -> anyhow::Result<Heard> {
    let times = Histogram::new_with_bounds(1, 60_000_000, 3).context("no histogram")?;
    let tally = Mutex::new(Tally { answers: BTreeMap::new(), unanswered: 0, ended: 0, times });
    let voices = Arc::new(Voices { spec, next: AtomicU64::new(0), tally, clock: Clock::system() });
    let mut connections = Vec::with_capacity(voices.spec.connections);
    for _ in 0..voices.spec.connections {
        connections.push(Connection::open(voices.spec.address).await.context("the server cannot be reached")?);
    }
    let begun = Instant::now();
    match voices.spec.rate {
        None => closed(&voices, connections).await,
        Some(rate) => open(&voices, connections, rate).await,
    }
    let seconds = begun.elapsed().as_secs_f64();
    let tally = voices.tally.lock();
    let ms = |micros: u64| micros as f64 / 1000.0;
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
        p50_ms: ms(tally.times.value_at_quantile(0.5)),
        p99_ms: ms(tally.times.value_at_quantile(0.99)),
        max_ms: ms(tally.times.max()),
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
                    _ => voices.say(&mut connection, number, Instant::now(), true).await,
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
                    let counts = at.duration_since(begun) >= WARM_UP;
                    voices.say(&mut connection, number, at, counts).await;
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
    async fn say(&self, connection: &mut Connection, number: u64, due: Instant, counts: bool) {
        let (person, at) = (number % self.spec.people, self.clock.now().timestamp());
        let id = bodies::id(self.spec.run, number);
        let answer = match &self.spec.speech {
            Speech::Text(said) => connection.post(&bodies::text(person, &id, at, said)).await,
            Speech::Receipt => connection.post(&bodies::receipt(person, &id, at, number)).await,
            Speech::Hops => self.hop(connection, number).await,
        };
        let took = due.elapsed().as_micros() as u64;
        if self.tally.lock().count(answer.as_ref().ok().copied(), took, counts) {
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

impl Tally {
    /// False: the connection is of no use any more.
    fn count(&mut self, status: Option<u16>, took_micros: u64, counts: bool) -> bool {
        let Some(status) = status else {
            self.unanswered += 1;
            return false;
        };
        *self.answers.entry(status).or_default() += 1;
        if status == 200 && counts {
            self.times.saturating_record(took_micros);
        }
        true
    }
}
