//! The rows: one fault each, on real engines and a real Postgres, from the first message to the verdict.

mod commit_cut;
mod kill;
mod pause;
mod postgres;

use std::pin::Pin;

use crate::report::Report;

pub use kill::{IN_FLIGHT_LEAST, run as kills};

/// How often a fault is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// A few times each: in CI.
    Short,
    /// As often as the result is worth publishing.
    Long,
}

impl Scale {
    /// `SHORT=1` is the short one.
    pub fn of_this_run() -> Self {
        if std::env::var_os("SHORT").is_some_and(|short| !short.is_empty() && short != "0") {
            Self::Short
        } else {
            Self::Long
        }
    }

    pub fn of(self, short: usize, long: usize) -> usize {
        match self {
            Self::Short => short,
            Self::Long => long,
        }
    }
}

type Running = Pin<Box<dyn Future<Output = Report>>>;

/// A row of the result.
pub struct Row {
    pub number: u8,
    pub name: &'static str,
    /// What is done, in a sentence.
    pub fault: &'static str,
    pub run: fn(Scale) -> Running,
}

macro_rules! rows {
    ($($number:literal $name:literal $fault:literal => $run:path),* $(,)?) => {
        &[$(Row { number: $number, name: $name, fault: $fault, run: |scale| Box::pin($run(scale)) }),*]
    };
}

/// All rows.
pub const ROWS: &[Row] = rows![
    1 "engine killed" "`kill -9` of the engine under load, sometimes again while it starts; keypads wait between two hops" => kill::row,
    2 "owner paused" "SIGSTOP of the owner with a commit on its way, take-over by the standby, SIGCONT" => pause::row,
    3 "Postgres killed" "`kill -9` of the postmaster, an immediate stop, a restart" => postgres::row,
    4 "commit cut" "the connection cut before a commit arrives, while it goes up, and between its `COMMIT` and the answer" => commit_cut::row,
];

/// The rows that `ROWS` names by number, such as `1,4`; all without it.
pub fn chosen() -> Vec<&'static Row> {
    let wanted = std::env::var("ROWS").unwrap_or_default();
    let numbers: Vec<u8> = wanted.split([',', ' ']).filter_map(|number| number.parse().ok()).collect();
    ROWS.iter().filter(|row| numbers.is_empty() || numbers.contains(&row.number)).collect()
}
