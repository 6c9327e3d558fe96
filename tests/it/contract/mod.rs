//! One contract for both stores: random sequences of calls have the same answers on Postgres and in memory, and leave the same tables.
//!
//! `CONTRACT_OPERATIONS` asks for more calls, `CONTRACT_SEED` for another run. Where the stores disagree, the sequence is made shorter
//! and printed with its seed.

mod dump;
mod generate;
mod ground;
mod operation;
mod run;
#[path = "../../sim/store/mod.rs"]
mod sim_store;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

const OPERATIONS: usize = 10_000;
const SEED: u64 = 20_261_120;
/// Calls of one sequence, over tables that were empty.
const SEQUENCE: usize = 2_000;

#[tokio::test(flavor = "multi_thread")]
async fn postgres_and_the_store_in_memory_give_the_same_answers_and_keep_the_same_rows() {
    let seed = setting("CONTRACT_SEED").unwrap_or(SEED);
    let operations = setting("CONTRACT_OPERATIONS").map_or(OPERATIONS, |wanted| wanted as usize);
    for (sequence, seed) in (0..operations.div_ceil(SEQUENCE)).zip(seed..) {
        let mut random = StdRng::seed_from_u64(seed);
        let seeds: Vec<u64> = (0..SEQUENCE).map(|_| random.random()).collect();
        if let Err(found) = run::run(&seeds).await {
            let shorter = run::shorten(seeds, found).await;
            panic!("sequence {sequence}; CONTRACT_SEED={seed} CONTRACT_OPERATIONS=1 meets it again:\n{shorter}");
        }
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var_os(name).map(|value| value.to_string_lossy().parse().unwrap_or_else(|_| panic!("{name} is a number")))
}
