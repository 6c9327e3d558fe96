//! Turns injected at the engine's entrance: no HTTP, everything behind it.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use futures::StreamExt as _;
use futures::future::join_all;
use sqlx::postgres::PgConnectOptions;

use super::bodies::{self, APP, INTO_BOOKING, MID_BOOKING};
use super::times::{Gathered, Times};
use crate::actors::ingress::Taken;
use crate::actors::{Engine, Phase, spawn};
use crate::cli::assemble;
use crate::config::Config;
use crate::domain::{Clock, Inbound, Trace};
use crate::flows::Channel;
use crate::operations::Operations;
use crate::store::postgres::Durability;
use crate::store::{AppPool, PgStore};

/// Conversations that set out at once.
const SETTING_OUT: usize = 256;
const OWNING_WITHIN: Duration = Duration::from_secs(30);

/// An engine and the people who talk to it.
pub(super) struct Injector {
    engine: Engine,
    people: Arc<[Inbound]>,
    clock: Clock,
    /// Part of every message's id: no two injectors on one database share it.
    run: u64,
    /// Numbers the messages of all runs.
    next: Arc<AtomicU64>,
    /// Turns acknowledged so far.
    acknowledged: Arc<AtomicU64>,
}

impl Injector {
    /// Starts an engine on `database` and leads everybody into the middle of a booking.
    pub(super) async fn start(config: Config, database: PgConnectOptions, people: u64) -> anyhow::Result<Self> {
        let store = PgStore::connect(database.clone(), Durability::Required).await?;
        let operations = Operations::new(AppPool::new(database, config.database.app_connections));
        let engine = assemble::engine(config, Arc::new(store), Arc::new(operations), Clock::system()).await?;
        let injector = Self::new(engine, people).await?;
        injector.lead(0..people).await?;
        Ok(injector)
    }

    /// Waits until the engine owns its conversations.
    pub(super) async fn new(engine: Engine, people: u64) -> anyhow::Result<Self> {
        let begun = Instant::now();
        while engine.phase() != Phase::Owning {
            if begun.elapsed() > OWNING_WITHIN {
                bail!("the engine did not come to own its conversations");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let clock = Clock::system();
        let now = clock.now();
        let people =
            (0..people).map(|person| bodies::inbound(person, now, MID_BOOKING)).collect::<anyhow::Result<_>>()?;
        Ok(Self { engine, people, clock, run: 0, next: Arc::default(), acknowledged: Arc::default() })
    }

    /// From now on under ids that no other injector of this database has.
    pub(super) fn in_run(self, run: u64) -> Self {
        Self { run, ..self }
    }

    /// Leads these people into the middle of a booking.
    pub(super) async fn lead(&self, people: Range<u64>) -> anyhow::Result<()> {
        let now = self.clock.now();
        let people: Vec<u64> = people.collect();
        for group in people.chunks(SETTING_OUT) {
            for said in INTO_BOOKING {
                let messages = group
                    .iter()
                    .map(|person| bodies::inbound(*person, now, said))
                    .collect::<anyhow::Result<Vec<_>>>()?;
                let taken =
                    join_all(messages.iter().map(|message| say(&self.engine, &self.clock, self.id(), message))).await;
                if taken.iter().any(|safe| !safe) {
                    bail!("a conversation could not be led into a booking");
                }
                self.acknowledged.fetch_add(group.len() as u64, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    pub(super) async fn stop(&self) {
        self.engine.stop().await;
    }

    /// `in_flight` voices, each the next person's as soon as the one before was answered, for `time`. Returns turns a second.
    pub(super) async fn run(&self, in_flight: usize, time: Duration) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let until = begun + time;
        let voices = (0..in_flight).map(|voice| {
            let (engine, people, clock) = (self.engine.clone(), self.people.clone(), self.clock.clone());
            let (run, next, acknowledged) = (self.run, self.next.clone(), self.acknowledged.clone());
            spawn(async move {
                let mut refused = 0_u64;
                for message in people.iter().skip(voice).step_by(in_flight).cycle() {
                    if Instant::now() >= until {
                        break;
                    }
                    if say(&engine, &clock, (run, next.fetch_add(1, Ordering::Relaxed)), message).await {
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    } else {
                        refused += 1;
                    }
                }
                refused
            })
        });
        let before = self.acknowledged();
        let mut refused = 0;
        for ended in join_all(voices).await {
            refused += ended?;
        }
        if refused > 0 {
            bail!("{refused} turns were refused: they may or may not have happened");
        }
        Ok((self.acknowledged() - before) as f64 / begun.elapsed().as_secs_f64())
    }

    /// Everybody says something once, `at_once` of them in flight.
    pub(super) async fn each(&self, people: Range<u64>, at_once: usize) -> anyhow::Result<()> {
        let now = self.clock.now();
        let mut said = futures::stream::iter(people)
            .map(|person| async move {
                let message = bodies::inbound(person, now, MID_BOOKING)?;
                anyhow::Ok(say(&self.engine, &self.clock, self.id(), &message).await)
            })
            .buffer_unordered(at_once);
        while let Some(safe) = said.next().await {
            if !safe? {
                bail!("a message was refused");
            }
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Everybody says something once, so many a second whatever happens; how long it took from when it should have been said.
    pub(super) async fn paced(&self, people: Range<u64>, rate: f64) -> anyhow::Result<Times> {
        let begun = Instant::now();
        let mut turns = Vec::new();
        for (place, person) in people.enumerate() {
            let due = begun + Duration::from_secs_f64(place as f64 / rate);
            tokio::time::sleep_until(due.into()).await;
            let message = bodies::inbound(person, self.clock.now(), MID_BOOKING)?;
            let (engine, clock, id) = (self.engine.clone(), self.clock.clone(), self.id());
            turns.push(spawn(async move { (say(&engine, &clock, id, &message).await, due.elapsed()) }));
        }
        let mut gathered = Gathered::new()?;
        for turn in turns {
            let (safe, took) = turn.await?;
            if !safe {
                bail!("a message was refused");
            }
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            gathered.record(took.as_micros() as u64);
        }
        Ok(gathered.times())
    }

    /// The next message's.
    fn id(&self) -> (u64, u64) {
        (self.run, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// One message, now, under an id of its own. True: it is safe.
async fn say(engine: &Engine, clock: &Clock, (run, number): (u64, u64), message: &Inbound) -> bool {
    let now = clock.now();
    let at = chrono::DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now);
    let message = Inbound { provider_id: bodies::id(run, number), occurred_at: Some(at), ..message.clone() };
    let Ok(ingress) = engine.enter(Channel::WhatsApp) else { return false };
    ingress.take(Channel::WhatsApp, APP, vec![message], Trace(number)).await == Taken::Safe
}
