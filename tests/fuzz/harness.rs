//! Runs a target: its seeds as they are, then mutated, without end or until so many executions.
//!
//! Works on stable Rust and needs nothing installed. In place of a compiler's coverage a target says itself what an input showed: which rules
//! refused it, at which steps a session came to rest. An input that shows something new joins the seeds. The same seed number makes the
//! same run on every machine, as long as it is bounded by executions.
//!
//! The input being executed always stands in a file, so that a crash of the whole process leaves it behind too; so does the slowest one.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Seek as _, Write as _};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use super::mutate::Mutator;
use super::targets::{self, Target};

/// A target's time where no executions are asked for. With them it is each target's own number.
const SHORT: Duration = Duration::from_millis(700);
/// An input that takes longer hangs. The slowest ones take a thousandth of it.
const HANGS_AFTER: Duration = Duration::from_secs(20);
/// Inputs that are mutated further.
const POOL_MAX: usize = 4_000;
/// Ways to panic after which a run ends.
const FOUND_MAX: usize = 10;
/// Tries to make an input that panics shorter.
const SHORTER_TRIES: usize = 400;
const SEED: u64 = 20_261_120;

/// What an input showed: marks of the ways it took.
#[derive(Debug, Default)]
pub struct Seen(Vec<u64>);

impl Seen {
    pub fn see(&mut self, mark: impl Hash) {
        let mut hasher = DefaultHasher::new();
        mark.hash(&mut hasher);
        self.0.push(hasher.finish());
    }
}

thread_local! {
    /// Where and why this thread panicked last; `None` where panics are told as usual.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The figures of all targets that have run.
static RUN: AtomicUsize = AtomicUsize::new(0);
static EXECUTIONS: AtomicU64 = AtomicU64::new(0);

/// Runs the target of this name; panics when an input breaks it.
pub fn run(name: &str) {
    let target = targets::ALL.iter().find(|target| target.name == name).expect("a target");
    catch_panics();
    let wanted = setting("FUZZ_EXECUTIONS");
    let seed = setting("FUZZ_SEED").unwrap_or(SEED);
    let mut run = Run::new(target);
    let begun = Instant::now();
    let seeds = seeds(target);
    run.pool.clone_from(&seeds);
    for input in &seeds {
        run.execute(input);
    }
    let mut mutator = Mutator::new(seed, target.words);
    while run.found.len() < FOUND_MAX && wanted.map_or(begun.elapsed() < SHORT, |wanted| run.executions < wanted) {
        let input = mutator.next(&run.pool, target.bytes_max);
        if run.execute(&input) && run.pool.len() < POOL_MAX {
            run.pool.push(input);
        }
    }
    run.tell(begun.elapsed());
    let found: Vec<String> = run.found.into_values().collect();
    assert!(found.is_empty(), "{name} panicked in {} ways:\n\n{}", found.len(), found.join("\n\n"));
}

#[expect(clippy::disallowed_methods, reason = "how long a run takes is no setting of the engine")]
fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")))
}

/// The target's own seeds and its folder of the corpus.
fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target.name);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default();
    paths.sort();
    let found = paths.iter().map(|path| fs::read(path).unwrap());
    let mut seeds: Vec<Vec<u8>> = found.chain((target.seeds)()).collect();
    seeds.push(Vec::new());
    seeds
}

/// Panics of targets are noted instead of printed.
fn catch_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let caught = PANIC.with(|caught| {
                let mut caught = caught.borrow_mut();
                if let Some(words) = caught.as_mut() {
                    *words = info.to_string();
                }
                caught.is_some()
            });
            if !caught {
                usual(info);
            }
        }));
    });
}

struct Run {
    target: &'static Target,
    pool: Vec<Vec<u8>>,
    seen: HashSet<u64>,
    executions: u64,
    slowest: (Duration, Vec<u8>),
    /// What broke it: where it panicked, and all that is to be said of it.
    found: BTreeMap<String, String>,
    current: File,
    watch: Arc<Watch>,
}

impl Run {
    fn new(target: &'static Target) -> Self {
        let path = kept(target, "current");
        let current = File::create(&path).unwrap();
        let watch = Arc::new(Watch { since: Instant::now(), begun: AtomicU64::new(0) });
        let (watching, name) = (Arc::downgrade(&watch), target.name);
        std::thread::spawn(move || {
            while let Some(watch) = watching.upgrade() {
                if watch.hangs() {
                    fail(&format!("{name}: an input takes longer than {HANGS_AFTER:?}; it is {}", path.display()));
                }
                drop(watch);
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let slowest = (Duration::ZERO, Vec::new());
        Self {
            target,
            pool: Vec::new(),
            seen: HashSet::new(),
            executions: 0,
            slowest,
            found: BTreeMap::new(),
            current,
            watch,
        }
    }

    /// Whether the input showed anything new.
    fn execute(&mut self, input: &[u8]) -> bool {
        self.current
            .rewind()
            .and_then(|()| self.current.set_len(0))
            .and_then(|()| self.current.write_all(input))
            .unwrap();
        self.executions += 1;
        let begun = Instant::now();
        self.watch.begins();
        let seen = attempt(self.target, input);
        self.watch.ends();
        self.note_slow(input, begun.elapsed());
        match seen {
            Ok(seen) => seen.0.into_iter().filter(|mark| self.seen.insert(*mark)).count() > 0,
            Err(why) => {
                self.note(input, &why);
                false
            }
        }
    }

    /// What was slow is tried again: on a busy machine anything is slow once.
    fn note_slow(&mut self, input: &[u8], took: Duration) {
        if took > self.slowest.0 {
            let again = Instant::now();
            let _ = attempt(self.target, input);
            self.slowest = self.slowest.clone().max((took.min(again.elapsed()), input.to_vec()));
        }
    }

    /// One input for each place that panics, the first.
    fn note(&mut self, input: &[u8], why: &str) {
        let place = why.lines().next().unwrap_or_default().to_owned();
        if self.found.contains_key(&place) {
            return;
        }
        let input = shorter(self.target, input.to_vec());
        let name = self.target.name;
        let path = kept(self.target, &format!("found-{:016x}", hash(&input)));
        fs::write(&path, &input).unwrap();
        let words = format!(
            "execution {} {why}\n{} bytes: {:?}\nsaved as {}: copy it to tests/fuzz/corpus/{name}/ under a name that says what it is, where \
             `cargo test --test fuzz` begins with it; mend what it found, and commit both",
            self.executions,
            input.len(),
            String::from_utf8_lossy(&input),
            path.display(),
        );
        self.found.insert(place, words);
    }

    #[expect(clippy::print_stderr, reason = "the figures are what one runs it for")]
    fn tell(&self, took: Duration) {
        let (slowest, input) = &self.slowest;
        fs::write(kept(self.target, "slowest"), input).unwrap();
        let per_second = self.executions as f64 / took.as_secs_f64().max(f64::MIN_POSITIVE);
        let all = EXECUTIONS.fetch_add(self.executions, Ordering::Relaxed) + self.executions;
        let name = self.target.name;
        eprintln!(
            "fuzz {name:<12} {:>9} executions {:>5} inputs kept {:>8.1} s {per_second:>8.0}/s, the slowest {:>7.1} ms ({} bytes)",
            self.executions,
            self.pool.len(),
            took.as_secs_f64(),
            slowest.as_secs_f64() * 1000.0,
            input.len()
        );
        if RUN.fetch_add(1, Ordering::Relaxed) + 1 == targets::ALL.len() {
            eprintln!("fuzz {:<12} {all:>9} executions", "in all");
        }
    }
}

/// When the present execution began, for the thread that looks at it.
struct Watch {
    since: Instant,
    /// Milliseconds, from 1; 0 while nothing is executed.
    begun: AtomicU64,
}

impl Watch {
    fn now(&self) -> u64 {
        self.since.elapsed().as_millis() as u64 + 1
    }

    fn begins(&self) {
        self.begun.store(self.now(), Ordering::Relaxed);
    }

    fn ends(&self) {
        self.begun.store(0, Ordering::Relaxed);
    }

    fn hangs(&self) -> bool {
        let begun = self.begun.load(Ordering::Relaxed);
        begun > 0 && self.now().saturating_sub(begun) > HANGS_AFTER.as_millis() as u64
    }
}

/// The thread that hangs cannot be ended alone.
#[expect(clippy::print_stderr, reason = "the last words of a process")]
fn fail(why: &str) -> ! {
    eprintln!("{why}");
    std::process::exit(101)
}

fn attempt(target: &Target, input: &[u8]) -> Result<Seen, String> {
    PANIC.with(|caught| *caught.borrow_mut() = Some(String::new()));
    let mut seen = Seen::default();
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| (target.run)(input, &mut seen)));
    let words = PANIC.with(|caught| caught.borrow_mut().take()).unwrap_or_default();
    outcome.map(|()| seen).map_err(|_| words)
}

/// The same with parts taken away, as long as it still panics.
fn shorter(target: &Target, mut input: Vec<u8>) -> Vec<u8> {
    let mut part = input.len() / 2;
    let mut tries = 0;
    while part > 0 {
        let mut at = 0;
        while at < input.len() && tries < SHORTER_TRIES {
            let mut less = input.clone();
            less.drain(at..(at + part).min(input.len()));
            tries += 1;
            if attempt(target, &less).is_err() {
                input = less;
            } else {
                at += part;
            }
        }
        part /= 2;
    }
    input
}

fn kept(target: &Target, what: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs::create_dir_all(&folder).unwrap();
    folder.join(format!("{}-{what}", target.name))
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
