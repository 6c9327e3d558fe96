//! Half of what the engine can take, for `MINUTES`: its memory must not grow, what is dead must be cleared, answers must not become slower.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hdrhistogram::Histogram;
use parking_lot::Mutex;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::check::Violation;
use crate::load::{Load, now};
use crate::report::Report;
use crate::town::{Town, Wish};
use crate::webhook::{Person, post};

/// The same people all the time: what is kept for each must not grow.
const PEOPLE: u32 = 300;
/// Numbers that the usual load never reaches.
const FIRST: u32 = 8_000_000;
/// What a diary remembers.
const LINES: u32 = 50;
/// How long the engine is asked for all it can.
const FLAT_OUT: Duration = Duration::from_secs(20);
const MEMORY_EVERY: Duration = Duration::from_secs(5);
/// Growth that counts as none, in a minute.
const GROWTH_KB: f64 = 102.4;

#[derive(Debug, Default)]
struct State {
    /// Between two messages of one person, in microseconds. Zero: at once.
    pace_us: AtomicUsize,
    ending: AtomicBool,
    acknowledged: AtomicUsize,
    /// Microseconds from when a message was due until it was acknowledged, of the present minute.
    latency: Mutex<Option<Histogram<u64>>>,
}

pub async fn row() -> Report {
    let minutes: u64 = std::env::var("MINUTES").ok().and_then(|minutes| minutes.parse().ok()).unwrap_or(30);
    let mut town = Town::found(Wish { requests_max: 1_000, ..Wish::default() }).await;
    town.nodes[0].start();
    town.nodes[0].ready().await;
    let state = Arc::new(State::default());
    *state.latency.lock() = Some(fresh());
    let mut people = JoinSet::new();
    for n in 0..PEOPLE {
        let person = Person(FIRST + n);
        town.load.introduce(person).await;
        people.spawn(talk(town.load.clone(), person, state.clone()));
    }
    sleep(FLAT_OUT / 4).await;
    let before = state.acknowledged.load(Ordering::SeqCst);
    sleep(FLAT_OUT).await;
    let most = (state.acknowledged.load(Ordering::SeqCst) - before) as f64 / FLAT_OUT.as_secs_f64();
    let pace_us = f64::from(PEOPLE) / (most / 2.0) * 1e6;
    state.pace_us.store(pace_us as usize, Ordering::SeqCst);
    sleep(Duration::from_secs(5)).await;
    *state.latency.lock() = Some(fresh());
    let seen = watch(&town, &state, minutes).await;
    state.ending.store(true, Ordering::SeqCst);
    let mut said = Vec::new();
    while let Some(ended) = people.join_next().await {
        said.push(ended.unwrap());
    }
    town.report.runs = 1;
    town.report.figure("messages a second, flat out", format!("{most:.0}"));
    town.report.figure("messages a second, soaking", format!("{:.0}", most / 2.0));
    judge(&mut town.report, &seen, minutes);
    look(&mut town, &said).await;
    town.found_by_itself().await
}

fn fresh() -> Histogram<u64> {
    Histogram::new(3).unwrap()
}

/// One person: a message every so often, late ones counted from when they were due. Returns how many she has said.
async fn talk(load: Load, person: Person, state: Arc<State>) -> (Person, u32) {
    let mut random = StdRng::seed_from_u64(u64::from(person.0));
    let mut n = 1;
    let mut due = Instant::now();
    while !state.ending.load(Ordering::SeqCst) {
        let pace = Duration::from_micros(state.pace_us.load(Ordering::SeqCst) as u64);
        due = if pace.is_zero() { Instant::now() } else { due + pace };
        sleep_until(due).await;
        load.until_acknowledged(&post(&[(person, n)], now(), false), &mut random).await;
        n += 1;
        state.acknowledged.fetch_add(1, Ordering::SeqCst);
        if let Some(latency) = state.latency.lock().as_mut() {
            let _ = latency.record(due.elapsed().as_micros() as u64);
        }
    }
    (person, n)
}

/// What was seen over time.
#[derive(Debug, Default)]
struct Seen {
    /// Minutes since the beginning, and kilobytes.
    memory: Vec<(f64, f64)>,
    /// Dead rows in all tables, minute by minute.
    dead: Vec<i64>,
    /// Milliseconds, minute by minute.
    p99: Vec<f64>,
}

async fn watch(town: &Town, state: &State, minutes: u64) -> Seen {
    let begun = Instant::now();
    let mut seen = Seen::default();
    for minute in 1..=minutes {
        while begun.elapsed() < Duration::from_mins(minute) {
            seen.memory.push((begun.elapsed().as_secs_f64() / 60.0, memory_kb(town)));
            sleep(MEMORY_EVERY).await;
        }
        let sql = "SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = 'ganira'";
        seen.dead.push(sqlx::query_scalar(sql).fetch_one(&town.database.pool).await.unwrap());
        let latency = state.latency.lock().replace(fresh()).unwrap();
        seen.p99.push(latency.value_at_quantile(0.99) as f64 / 1000.0);
    }
    seen
}

/// What the engine's process holds.
fn memory_kb(town: &Town) -> f64 {
    let status = format!("/proc/{}/status", town.nodes[0].process().unwrap());
    let status = std::fs::read_to_string(status).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn judge(report: &mut Report, seen: &Seen, minutes: u64) {
    // The first minutes fill what is meant to be filled.
    let warm = (minutes as f64 / 6.0).min(5.0);
    let memory: Vec<(f64, f64)> = seen.memory.iter().copied().filter(|(at, _)| *at >= warm).collect();
    let growth = slope(&memory);
    report.figure("resident memory in the end", format!("{:.1} MB", memory.last().map_or(0.0, |(_, kb)| kb / 1024.0)));
    report.figure("growth of it in ten minutes, after the first", format!("{:.2} MB", growth / 1024.0 * 10.0));
    if growth > GROWTH_KB {
        report.add(Violation::Engine, format!("memory grows by {growth:.0} kB a minute"));
    }
    let third = seen.dead.len() / 3;
    let (early, late) = (&seen.dead[..seen.dead.len() - third], &seen.dead[seen.dead.len() - third..]);
    let most = |rows: &[i64]| rows.iter().copied().max().unwrap_or(0);
    report.figure("dead rows, most", most(&seen.dead));
    if most(late) > most(early) * 3 / 2 + 5_000 {
        report.add(Violation::Engine, format!("dead rows pile up: {:?}", seen.dead));
    }
    let (early, late) = (median(&seen.p99[..third.max(1)]), median(&seen.p99[seen.p99.len() - third.max(1)..]));
    report.figure("p99 of a minute, first third and last", format!("{early:.1} ms, {late:.1} ms"));
    if late > early * 1.5 + 5.0 {
        report.add(Violation::Engine, format!("answers become slower: {:?}", seen.p99));
    }
    report.bit("minutes", seen.p99.len());
}

/// By least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len().max(1) as f64;
    let (mean_x, mean_y) =
        (points.iter().map(|(x, _)| x).sum::<f64>() / n, points.iter().map(|(_, y)| y).sum::<f64>() / n);
    let over: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let under: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    if under == 0.0 { 0.0 } else { over / under }
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Everything said is in the journal once, and what each person reads last is the end of what she said.
async fn look(town: &mut Town, said: &[(Person, u32)]) {
    let begun = Instant::now();
    while town.database.unsent().await > 0 {
        assert!(begun.elapsed() < Duration::from_mins(2), "replies never left: {}", town.logs());
        sleep(Duration::from_millis(200)).await;
    }
    let messages: i64 = said.iter().map(|(_, n)| i64::from(*n)).sum();
    town.report.messages = usize::try_from(messages).unwrap();
    let journaled = town.database.count("journal WHERE kind = 1").await;
    if journaled != messages {
        town.report.add(Violation::NotJournaled, format!("{journaled} of {messages} messages are in the journal"));
    }
    let answered = town.database.count("outbox").await;
    if answered != messages {
        town.report.add(Violation::OutboxKey, format!("{answered} replies to {messages} messages"));
    }
    for (person, n) in said {
        let expected: Vec<String> = (n.saturating_sub(LINES)..*n).map(|n| person.line(n)).collect();
        let inbox: Vec<Value> = town.inbox(&person.phone()).await;
        let last = inbox.last().and_then(|message| message["text"]["body"].as_str()).unwrap_or_default();
        if last.lines().ne(expected.iter().map(String::as_str)) {
            town.report.add(Violation::Lost, format!("{person:?} reads {last:?}"));
        }
    }
}
