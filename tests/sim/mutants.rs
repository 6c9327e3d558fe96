//! Known bugs, planted one by one: each must be found by an invariant, while the true engine passes the same seeds.
//!
//! Those of the engine need `--features planted-bugs`; where they grow says `ganira::actors::plant`. Those of the store are loosened belts of
//! the store in memory.

use std::ops::Range;

use parking_lot::Mutex;

use crate::harness::{PLANT, each, seeds};
use crate::store::Loosened;

/// A bug by its name in `GANIRA_PLANT`, and where it is planted.
const MUTANTS: [(&str, &str); 16] = [
    ("fence_check_dropped", "store"),
    ("digest_dropped", "store and engine"),
    ("timeout_as_abort", "engine"),
    ("ack_before_commit", "engine"),
    ("duplicate_acked_early", "engine"),
    ("no_compare_and_set", "store and engine"),
    ("dedupe_in_memory", "engine"),
    ("refused_guard_ignored", "engine"),
    ("timer_fired_by_both", "engine"),
    ("accepted_before_send", "engine"),
    ("attempt_not_recorded", "engine"),
    ("live_before_caught_up", "engine"),
    ("lost_wake_up", "engine"),
    ("batch_number_reused", "engine"),
    ("stale_cache_after_fence", "engine"),
    ("late_redelivery_run_again", "engine"),
];

/// The belts of the store that the bug of this process loosens.
pub fn loosened() -> Loosened {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks, as the engine's plants do")]
    let planted = std::env::var(PLANT).unwrap_or_default();
    Loosened {
        fence: planted == "fence_check_dropped",
        digest: planted == "digest_dropped",
        compare: planted == "no_compare_and_set",
    }
}

/// Plants each bug until a seed finds it, and prints the table. Whether all were found and the true engine has none.
pub fn hunt(among: Range<u64>) -> bool {
    if cfg!(not(feature = "planted-bugs")) {
        println!("the bugs are not in this build: add --features planted-bugs");
        return false;
    }
    let mut last = among.start;
    let mut missed = Vec::new();
    println!("{:<28} {:<18} {:>5}  broken invariants", "bug", "planted in", "seed");
    for (name, place) in MUTANTS {
        let found: Mutex<Option<(u64, Vec<String>)>> = Mutex::new(None);
        each(among.clone(), Some(name), |ran| {
            let is_first = !ran.is_good && found.lock().as_ref().is_none_or(|(seed, _)| ran.seed < *seed);
            if is_first {
                *found.lock() = Some((ran.seed, ran.broken()));
            }
            !ran.is_good
        });
        if let Some((seed, broken)) = found.into_inner() {
            last = last.max(seed);
            println!("{name:<28} {place:<18} {seed:>5}  {}", broken.join("; "));
        } else {
            missed.push(name);
            println!("{name:<28} {place:<18}  none  not found");
        }
    }
    println!("\nthe true engine on the same seeds:");
    let is_good = seeds(among.start..last + 1);
    println!("\n{} of {} bugs found, {missed:?} were not", MUTANTS.len() - missed.len(), MUTANTS.len());
    is_good && missed.is_empty()
}
