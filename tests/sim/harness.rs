//! Runs seeds, each in a process of its own, on all processors.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::{log, run};

/// How the engine under test is told which bug is planted in it.
pub const PLANT: &str = "GANIRA_PLANT";
/// Lines of the log that are shown of a seed that failed.
const TAIL: usize = 60;

/// With so many seeds each of these must have happened.
const MANY: u64 = 100;
const MUST_BITE: [&str; 14] = [
    "a guard was refused",
    "a node was apart from the store",
    "an answer was lost, and it was done",
    "an answer was lost, and it was not done",
    "boots",
    "clock jumps",
    "commits of dead writers refused",
    "crashes",
    "falls of the store",
    "hops",
    "nodes that left",
    "pauses",
    "the store's answer was slow",
    "the store was unavailable",
];

/// Runs one seed in this process and prints what it came to.
pub fn one(seed: u64, with_log: bool) -> ExitCode {
    if with_log {
        log::begin(tracing::Level::INFO);
    }
    let outcome = run::run(seed);
    let is_good = outcome.violations.is_empty();
    let mut out = std::io::stdout().lock();
    out.write_all(&log::all()).unwrap();
    for (invariant, examples) in outcome.violations.iter() {
        writeln!(out, "VIOLATION {invariant}: {} times", examples.len()).unwrap();
        for example in examples.iter().take(3) {
            writeln!(out, "    {example}").unwrap();
        }
    }
    for (name, figure) in &outcome.figures {
        writeln!(out, "FIGURE {figure} {name}").unwrap();
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a seed's process came to.
pub struct Ran {
    pub seed: u64,
    pub is_good: bool,
    pub output: Vec<u8>,
}

impl Ran {
    /// The invariants that it broke.
    pub fn broken(&self) -> Vec<String> {
        let lines = String::from_utf8_lossy(&self.output).into_owned();
        let named = lines.lines().filter_map(|line| line.strip_prefix("VIOLATION "));
        named.filter_map(|line| Some(line.split_once(':')?.0.to_owned())).collect()
    }

    fn figures(&self) -> Vec<(String, u64)> {
        let lines = String::from_utf8_lossy(&self.output).into_owned();
        let figures = lines.lines().filter_map(|line| line.strip_prefix("FIGURE ")?.split_once(' '));
        figures.map(|(figure, name)| (name.to_owned(), figure.parse().unwrap_or(0))).collect()
    }
}

/// Runs a seed in a process of its own.
pub fn ran(seed: u64, plant: Option<&str>, arguments: &[&str]) -> Ran {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--one", &seed.to_string()]).args(arguments).stderr(Stdio::inherit()).env_remove(PLANT);
    if let Some(plant) = plant {
        command.env(PLANT, plant);
    }
    let output = command.output().unwrap();
    Ran { seed, is_good: output.status.success(), output: output.stdout }
}

/// Runs these seeds on all processors until `found` says that it has seen enough.
pub fn each(seeds: Range<u64>, plant: Option<&str>, found: impl Fn(Ran) -> bool + Sync) {
    let next = AtomicU64::new(seeds.start);
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    if found(ran(seed, plant, &[])) {
                        next.store(seeds.end, Ordering::Relaxed);
                    }
                }
            });
        }
    });
}

/// The end of a seed's log.
fn tell(seed: u64, plant: Option<&str>) {
    let output = ran(seed, plant, &["--log"]).output;
    let lines: Vec<&[u8]> = output.split(|byte| *byte == b'\n').collect();
    println!("{}", String::from_utf8_lossy(&lines[lines.len().saturating_sub(TAIL)..].join(&b'\n')));
}

/// Runs seeds of the true engine; whether all were good.
pub fn seeds(seeds: Range<u64>) -> bool {
    let figures: Mutex<BTreeMap<String, u64>> = Mutex::default();
    let bad: Mutex<Vec<u64>> = Mutex::default();
    each(seeds.clone(), None, |ran| {
        if !ran.is_good {
            tell(ran.seed, None);
            println!("seed {} broke {:?}; again with all of its log:", ran.seed, ran.broken());
            println!("    cargo test --test sim -- --one {} --log", ran.seed);
            bad.lock().push(ran.seed);
        }
        let mut figures = figures.lock();
        for (name, figure) in ran.figures() {
            *figures.entry(name).or_default() += figure;
        }
        false
    });
    let (figures, bad) = (figures.into_inner(), bad.into_inner());
    for (name, figure) in &figures {
        println!("{figure:>12} {name}");
    }
    let count = seeds.end - seeds.start;
    println!("{count:>12} seeds, {} of them bad {bad:?}", bad.len());
    let never: Vec<&str> =
        MUST_BITE.into_iter().filter(|name| figures.get(*name).is_none_or(|bites| *bites == 0)).collect();
    if count >= MANY && !never.is_empty() {
        println!("these never happened, so that nothing is proven of them: {never:?}");
        return false;
    }
    bad.is_empty()
}

/// Whether the whole log of a seed is the same a second time, byte for byte.
pub fn is_the_same_again(seed: u64) -> bool {
    let [first, second] = [ran(seed, None, &["--log"]), ran(seed, None, &["--log"])];
    let same = first.output == second.output;
    if !same {
        let (first, second) = (String::from_utf8_lossy(&first.output), String::from_utf8_lossy(&second.output));
        let differ = first.lines().zip(second.lines()).position(|(first, second)| first != second);
        println!("seed {seed} went another way at line {differ:?}");
    }
    same
}
