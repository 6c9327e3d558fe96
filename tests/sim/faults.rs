//! What goes wrong, drawn from the seed: a plan of what happens to hosts, and chances of what happens to calls of the store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::company::Weather;
use crate::log::log;
use crate::store::{Call, Fault, FaultSource};
use crate::time;

/// Something that happens at an instant. Nodes are named by their place.
#[derive(Debug, Clone, Copy)]
pub enum Blow {
    Crash(usize),
    Boot(usize),
    Leave(usize),
    /// The host is not stepped until then.
    Pause(usize, Duration),
    /// The node and the store do not reach each other, until the second.
    Part(usize),
    Join(usize),
    /// Nobody reaches the store.
    StoreDown,
    StoreUp,
    /// The node's clock goes wrong by so much; it is put right some time later.
    Jump(usize, TimeDelta),
    Right(usize),
    Chances(Chances),
    Weather(Weather),
}

/// Of a call of the store, in ten thousand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chances {
    pub applied: u32,
    pub lost: u32,
    pub slow: u32,
    pub slow_answer: u32,
    pub unavailable: u32,
    pub refused: u32,
}

/// What happens in a run, in the order of time. The last of it mends everything.
pub fn plan(random: &mut StdRng, until: Duration) -> Vec<(Duration, Blow)> {
    let mut blows = Vec::new();
    let mut at = Duration::from_secs(1);
    blows.push((Duration::ZERO, Blow::Chances(chances(random))));
    while at < until {
        at += Duration::from_millis(random.random_range(300..6000));
        let node = random.random_range(0..2);
        let lasts = Duration::from_millis(random.random_range(50..5000));
        let short = Duration::from_millis(random.random_range(10..1500));
        match random.random_range(0..15_u32) {
            0..3 => blows.extend([(at, Blow::Crash(node)), (at + short, Blow::Boot(node))]),
            3 => blows.extend([(at, Blow::Leave(node)), (at + lasts + Duration::from_secs(3), Blow::Boot(node))]),
            4..7 => blows.push((at, Blow::Pause(node, at + lasts))),
            7..9 => blows.extend([(at, Blow::Part(node)), (at + lasts, Blow::Join(node))]),
            9 => blows.extend([(at, Blow::StoreDown), (at + lasts, Blow::StoreUp)]),
            10 => blows.extend([(at, Blow::Jump(node, jump(random))), (at + lasts * 3, Blow::Right(node))]),
            11 => blows.push((at, Blow::Chances(chances(random)))),
            _ => blows
                .extend([(at, Blow::Weather(weather(random))), (at + lasts * 2, Blow::Weather(Weather::default()))]),
        }
    }
    blows.retain(|(at, _)| *at < until);
    blows.sort_by_key(|(at, _)| *at);
    let mended = [
        Blow::StoreUp,
        Blow::Join(0),
        Blow::Join(1),
        Blow::Right(0),
        Blow::Right(1),
        Blow::Boot(0),
        Blow::Boot(1),
        Blow::Chances(Chances::default()),
        Blow::Weather(Weather::default()),
    ];
    blows.extend(mended.map(|blow| (until, blow)));
    blows
}

/// Hardly forward: what is written down as due in an hour is due in an hour.
fn jump(random: &mut StdRng) -> TimeDelta {
    TimeDelta::milliseconds(match random.random_range(0..3) {
        0..2 => random.random_range(-900..900),
        _ => random.random_range(-3_600_000..0),
    })
}

fn chances(random: &mut StdRng) -> Chances {
    let scale = [0, 1, 5][random.random_range(0..3)];
    let mut chance = |most: u32| random.random_range(0..=most) * scale;
    Chances {
        applied: chance(60),
        lost: chance(60),
        slow: chance(120),
        slow_answer: chance(120),
        unavailable: chance(40),
        refused: chance(200),
    }
}

fn weather(random: &mut StdRng) -> Weather {
    let mut chance = |most: u32| if random.random_bool(0.5) { random.random_range(0..=most) } else { 0 };
    Weather {
        refused: chance(300),
        too_fast: chance(300),
        broken: chance(300),
        reset: chance(300),
        silent: chance(150),
        slow: chance(500),
        receipt_lost: chance(300),
        receipt_twice: chance(300),
    }
}

/// Decides about every call of the store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Hazards(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    random: StdRng,
    chances: Chances,
    /// Nodes that do not reach the store.
    apart: BTreeSet<&'static str>,
    down: bool,
    bites: BTreeMap<&'static str, u64>,
}

impl Hazards {
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            random: StdRng::seed_from_u64(seed ^ 0xdead_beef),
            chances: Chances::default(),
            apart: BTreeSet::new(),
            down: false,
            bites: BTreeMap::new(),
        })))
    }

    pub fn part(&self, node: &'static str) {
        self.0.lock().apart.insert(node);
    }

    pub fn join(&self, node: &'static str) {
        self.0.lock().apart.remove(node);
    }

    pub fn set_down(&self, down: bool) {
        self.0.lock().down = down;
    }

    pub fn set_chances(&self, chances: Chances) {
        self.0.lock().chances = chances;
    }

    /// How often each kind of fault really happened.
    pub fn bites(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().bites.clone()
    }
}

impl State {
    fn draw(&mut self, call: Call) -> Option<(&'static str, Fault)> {
        if self.down {
            return Some(("the store was down", Fault::Unavailable));
        }
        if self.apart.contains(time::here()) {
            // Half of what is cut off was on its way already, and its answer is what is lost.
            let applied = self.random.random_bool(0.1);
            let fault = if applied { Fault::UnknownApplied } else { Fault::Unavailable };
            return Some(("a node was apart from the store", fault));
        }
        let lane = matches!(call, Call::Commit | Call::Record);
        let Chances { applied, lost, slow, slow_answer, unavailable, refused } = self.chances;
        let (applied, lost) = if lane { (applied * 4, lost * 4) } else { (applied, lost) };
        let refused = if call == Call::Commit { refused } else { 0 };
        let mut drawn = self.random.random_range(0..10_000);
        let while_ms = |random: &mut StdRng| Duration::from_millis(random.random_range(1..700));
        let time = while_ms(&mut self.random);
        let kinds = [
            (applied, "an answer was lost, and it was done", Fault::UnknownApplied),
            (lost, "an answer was lost, and it was not done", Fault::UnknownLost),
            (slow, "the store was slow", Fault::Slow(time)),
            (slow_answer, "the store's answer was slow", Fault::SlowAnswer(time)),
            (unavailable, "the store was unavailable", Fault::Unavailable),
            (refused, "a guard was refused", Fault::RefusedGuard),
        ];
        for (chance, name, fault) in kinds {
            if drawn < chance {
                return Some((name, fault));
            }
            drawn -= chance;
        }
        None
    }
}

impl FaultSource for Hazards {
    fn next(&self, call: Call) -> Option<Fault> {
        let mut state = self.0.lock();
        let (name, fault) = state.draw(call)?;
        *state.bites.entry(name).or_default() += 1;
        log!("store: {call:?} {fault:?}");
        Some(fault)
    }
}
