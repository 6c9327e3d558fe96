//! The whole engine in a simulation: real actors, lanes, dispatchers and timers on hosts whose time is virtual, with a store, companies and
//! people that misbehave as a seed has it; and a checker that knows what must be true afterwards.
//!
//! A seed is a process of its own: all random numbers of it, the standard library's too, come from the seed, so that it can be run again.
//!
//! ```text
//! cargo test --test sim                              a few seeds, and that a seed is the same again
//! cargo test --test sim -- --seeds 1..201            these
//! cargo test --test sim -- --seed 17 --log           one, with all that happened
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test, though without the library's harness: a seed is a process"
)]

mod check;
mod company;
mod faults;
mod harness;
mod host;
mod log;
mod mutants;
mod node;
mod people;
mod run;
mod store;
mod time;
mod webhook;

use std::ops::Range;
use std::process::ExitCode;

/// What a plain `cargo test` runs.
const FEW: Range<u64> = 1..9;
const SAME: Range<u64> = 100..103;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let value = |name: &str| arguments.iter().position(|given| given == name).and_then(|at| arguments.get(at + 1));
    if let Some(seed) = value("--one") {
        return harness::one(seed.parse().unwrap(), given("--log"));
    }
    if let Some(seeds) = value("--mutants") {
        let is_good = mutants::hunt(range(seeds));
        return if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let seeds = value("--seeds").map(|seeds| range(seeds));
    let (few, same) = match &seeds {
        Some(seeds) => (seeds.clone(), seeds.start..(seeds.start + 20).min(seeds.end)),
        None => (FEW, SAME),
    };
    if given("--list") {
        return ExitCode::SUCCESS;
    }
    let tests: [(&str, &dyn Fn() -> bool); 2] = [
        ("whatever_goes_wrong_nothing_is_lost_or_done_twice_or_out_of_order", &|| harness::seeds(few.clone())),
        ("a_seed_is_the_same_again", &|| same.clone().filter(|seed| !harness::is_the_same_again(*seed)).count() == 0),
    ];
    let mut failed = 0;
    for (name, test) in tests {
        let is_good = test();
        failed += usize::from(!is_good);
        println!("test {name} ... {}", if is_good { "ok" } else { "FAILED" });
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    let passed = tests.len() - failed;
    println!("\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `1..201`, or how many from 1 on.
fn range(text: &str) -> Range<u64> {
    match text.split_once("..") {
        Some((from, to)) => from.parse().unwrap()..to.parse().unwrap(),
        None => 1..text.parse::<u64>().unwrap() + 1,
    }
}
