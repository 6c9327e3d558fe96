//! The rows: one fault each, on real engines and a real Postgres, from the first message to the verdict.

mod clock;
mod commit_cut;
mod company;
mod disk;
mod drain;
mod duplicates;
mod kill;
mod partition;
mod pause;
mod poison;
mod postgres;
mod reader;
mod soak;
mod upgrade;

use std::pin::Pin;

use crate::report::Report;

#[cfg(feature = "planted-bugs")]
pub use kill::run as kills;

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
    5 "link broken" "the link to Postgres: nothing passes for a moment, or until the standby took over; only answers do not pass; half-open" => partition::row,
    6 "disk full" "no room under Postgres; none under the spool while nobody can commit; none for media" => disk::row,
    7 "clock jumps" "the owner's clock jumps an hour ahead, back, an hour behind, back; nobody else's does" => clock::row,
    8 "duplicates" "every POST five times at once in any order; old ones again and again, also a week old" => duplicates::row,
    9 "company fails" "the company is slow, answers 429, 500 and 503, resets before and after taking a message, never answers" => company::row,
    10 "poison" "messages whose turns the database will never take" => poison::row,
    11 "long reader" "a transaction that pins every dead row while the load goes on" => reader::row,
    12 "drain" "SIGTERM of the owner under load, hand-over to the standby" => drain::row,
    13 "upgrade" "the next release's migration under load, a new process stands by and takes over" => upgrade::row,
];

/// Only when it is asked for, as `ROWS=14`: it takes `MINUTES`.
const SOAK: Row = Row {
    number: 14,
    name: "soak",
    fault: "half of what the engine can take, for long",
    run: |_| Box::pin(soak::row()),
};

/// The rows that `ROWS` names by number, such as `1,4`; all but the soak without it.
pub fn chosen() -> Vec<&'static Row> {
    let wanted = std::env::var("ROWS").unwrap_or_default();
    let numbers: Vec<u8> = wanted.split([',', ' ']).filter_map(|number| number.parse().ok()).collect();
    let soak = numbers.contains(&SOAK.number).then_some(&SOAK);
    ROWS.iter().filter(|row| numbers.is_empty() || numbers.contains(&row.number)).chain(soak).collect()
}
