//! One run: a seed becomes people, faults and an end; what is there then is checked.

use std::collections::BTreeMap;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::check::{self, Violations};
use crate::faults::{self, Blow, Hazards};
use crate::host::Host;
use crate::log::log;
use crate::mutants;
use crate::node::{self, Door, Ground, Told};
use crate::people::People;

/// How long things go wrong.
const TROUBLE: Duration = Duration::from_secs(30);
/// How long after that everything must be in order.
const PEACE: Duration = Duration::from_secs(10);
const NODES: [&str; 2] = ["one", "two"];

/// What a run came to.
pub struct Outcome {
    pub violations: Violations,
    /// How much happened, and how often each fault bit.
    pub figures: BTreeMap<&'static str, u64>,
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Runs a seed. Once in a process: the random numbers of all of it come from the seed.
pub fn run(seed: u64) -> Outcome {
    mad_turmoil::rand::set_rng(StdRng::seed_from_u64(seed));
    let clocks = mad_turmoil::time::SimClocksGuard::init();
    panic::set_hook(Box::new(|panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        log!("PANIC {panic}");
    }));
    let mut sim = Sim::new(seed);
    sim.live();
    let outcome = sim.judge();
    drop(clocks);
    outcome
}

struct Sim {
    random: StdRng,
    now: Duration,
    ground: Ground,
    hazards: Hazards,
    doors: [Door; 2],
    nodes: [Host; 2],
    paused_until: [Duration; 2],
    world: Host,
    people: People,
    figures: BTreeMap<&'static str, u64>,
}

impl Sim {
    fn new(seed: u64) -> Self {
        let ground = Ground::new(seed);
        let hazards = Hazards::new(seed);
        ground.store.faults().from(hazards.clone());
        ground.store.loosen(mutants::loosened());
        let doors = [Door::default(), Door::default()];
        let people = People::new(seed, doors.clone(), ground.company.clone());
        Self {
            random: StdRng::seed_from_u64(seed),
            now: Duration::ZERO,
            ground,
            hazards,
            doors,
            nodes: NODES.map(Host::new),
            paused_until: [Duration::ZERO; 2],
            world: Host::new("world"),
            people,
            figures: BTreeMap::new(),
        }
    }

    fn live(&mut self) {
        let step = Duration::from_millis([2, 5, 10][self.random.random_range(0..3)]);
        let mut plan = faults::plan(&mut self.random, TROUBLE).into_iter().peekable();
        let (careful, hasty, keypads) = (self.random.random_range(3..7), self.random.random_range(1..3), 1);
        self.world.boot(self.now, self.people.clone().live(careful, hasty, keypads));
        self.boot(0);
        self.boot(1);
        while self.now < TROUBLE + PEACE {
            while let Some((_, blow)) = plan.next_if(|(at, _)| *at <= self.now) {
                self.strike(blow);
            }
            if self.now == TROUBLE {
                self.people.end();
            }
            let until = self.now + step;
            let mut order = [0, 1, 2];
            order.shuffle(&mut self.random);
            for host in order {
                match host {
                    2 => self.world.step(self.now, until),
                    node if self.paused_until[node] > self.now => {}
                    node => self.nodes[node].step(self.now, until),
                }
            }
            self.now = until;
        }
    }

    fn boot(&mut self, node: usize) {
        let host = &mut self.nodes[node];
        host.crash(self.now);
        let software = node::software(self.ground.clone(), host.face.clone(), &self.doors[node]);
        host.boot(self.now, software);
    }

    fn strike(&mut self, blow: Blow) {
        log!("{:9.3} {blow:?}", self.now.as_secs_f64());
        let name = match blow {
            Blow::Crash(node) => {
                self.doors[node].shut();
                self.nodes[node].crash(self.now);
                self.paused_until[node] = Duration::ZERO;
                "crashes"
            }
            Blow::Boot(node) => {
                self.paused_until[node] = Duration::ZERO;
                if self.doors[node].is_open() {
                    return;
                }
                self.boot(node);
                "boots"
            }
            Blow::Leave(node) => {
                self.doors[node].tell(Told::Leave);
                self.doors[node].shut();
                "nodes that left"
            }
            Blow::Pause(node, until) => {
                self.paused_until[node] = until.min(TROUBLE);
                "pauses"
            }
            Blow::Part(node) => {
                self.hazards.part(NODES[node]);
                "nodes parted from the store"
            }
            Blow::Join(node) => return self.hazards.join(NODES[node]),
            Blow::StoreDown => {
                self.hazards.set_down(true);
                "falls of the store"
            }
            Blow::StoreUp => return self.hazards.set_down(false),
            Blow::Jump(node, by) => {
                self.nodes[node].face.jump(by);
                "clock jumps"
            }
            Blow::Right(node) => return self.nodes[node].face.right(),
            Blow::Chances(chances) => return self.hazards.set_chances(chances),
            Blow::Weather(weather) => return self.ground.company.set_weather(weather),
        };
        *self.figures.entry(name).or_default() += 1;
    }

    fn judge(mut self) -> Outcome {
        let mut violations = check::check(&self.ground, &self.people, &mut self.figures);
        let panics = PANICS.load(Ordering::Relaxed);
        if panics > 0 {
            violations.add("panic", format!("{panics} times"));
        }
        self.figures.extend(self.hazards.bites());
        Outcome { violations, figures: self.figures }
    }
}
