//! Runs a sequence on both stores until they disagree, and makes one that does shorter.

use super::dump;
use super::generate::{self, Dice, Seen, Sent, Step};
use super::ground::Ground;
use super::operation::{Operation, answer};

/// After so many steps all tables are compared.
const COMPARE_EVERY: usize = 250;
/// So many batches can be sent again.
const MEMORY: usize = 8;
/// Tries to make a sequence shorter.
const SHORTER_TRIES: usize = 120;

/// Where the stores part.
#[derive(Debug)]
pub struct Disagreement {
    /// Which step of the sequence.
    at: usize,
    /// The steps as they were.
    steps: Vec<Step>,
    postgres: String,
    sim: String,
}

impl std::fmt::Display for Disagreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for step in &self.steps {
            writeln!(f, "{step:?}")?;
        }
        write!(f, "Postgres: {}\nSimStore: {}", self.postgres, self.sim)
    }
}

/// Each step is made of its own seed, so that steps can be left out.
pub async fn run(seeds: &[u64]) -> Result<(), Disagreement> {
    let ground = Ground::new().await;
    let mut steps = Vec::new();
    let (mut batches, mut facts) = (Vec::new(), Vec::new());
    for (at, seed) in seeds.iter().enumerate() {
        let step = ground
            .sim
            .read(|tables| generate::step(&mut Dice::new(*seed), &Seen { tables, batches: &batches, facts: &facts }));
        remember(&step, &mut batches, &mut facts);
        steps.push(step.clone());
        let [postgres, sim] = both(&ground, &step).await;
        if postgres != sim {
            return Err(Disagreement { at, steps, postgres, sim });
        }
        let is_time = (at + 1) % COMPARE_EVERY == 0 || at + 1 == seeds.len();
        if is_time && let Some([postgres, sim]) = compare(&ground).await {
            return Err(Disagreement { at, steps, postgres, sim });
        }
    }
    Ok(())
}

async fn both(ground: &Ground, step: &Step) -> [String; 2] {
    match step {
        Step::Call(operation) => [answer(&ground.postgres, operation).await, answer(&ground.sim, operation).await],
        Step::Hold { owner, resource, hold } => ground.hold(owner, *resource, hold.clone()).await,
        Step::Request(about) => ground.request(*about).await,
    }
}

fn remember(step: &Step, batches: &mut Vec<Sent>, facts: &mut Vec<Operation>) {
    match step {
        Step::Call(Operation::Commit { writer, number, day, turns }) => {
            batches.push(Sent { writer: *writer, number: *number, day: *day, turns: turns.clone() });
        }
        Step::Call(record @ Operation::Record { .. }) => facts.push(record.clone()),
        _ => {}
    }
    batches.drain(..batches.len().saturating_sub(MEMORY));
    facts.drain(..facts.len().saturating_sub(MEMORY));
}

/// The rows of the first table that differ.
async fn compare(ground: &Ground) -> Option<[String; 2]> {
    let postgres = dump::of_postgres(&ground.pool).await;
    let sim = ground.sim.read(dump::of_sim);
    postgres.into_iter().find_map(|(table, rows)| {
        let others = &sim[table];
        let only = |these: &[String], those: &[String]| {
            let only: Vec<_> = these.iter().filter(|row| !those.contains(row)).cloned().collect();
            format!("{table}: {}", only.join("\n  "))
        };
        (rows != *others).then(|| [only(&rows, others), only(others, &rows)])
    })
}

/// Leaves out what can be left out: halves, quarters, and so on to single steps.
pub async fn shorten(mut seeds: Vec<u64>, mut found: Disagreement) -> Disagreement {
    seeds.truncate(found.at + 1);
    let mut tries = 0;
    let mut size = seeds.len() / 2;
    while size > 0 && tries < SHORTER_TRIES {
        let mut from = 0;
        while from < seeds.len() && tries < SHORTER_TRIES {
            let mut fewer = seeds.clone();
            fewer.drain(from..(from + size).min(seeds.len()));
            tries += 1;
            match run(&fewer).await {
                Err(still) => {
                    fewer.truncate(still.at + 1);
                    (seeds, found) = (fewer, still);
                }
                Ok(()) => from += size,
            }
        }
        size /= 2;
    }
    found
}
