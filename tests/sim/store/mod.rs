//! [`SimStore`]: the store's trait in memory, statement by statement what the migrations do, and failing on command.
//!
//! Deterministic: rows in the order of their keys, the time of an injected clock, no randomness. `tests/it/contract` holds it and Postgres
//! to the same answers. Binaries use it in parts, hence the allowance.
#![allow(dead_code, unused_imports, reason = "each test binary that includes this module needs another part of it")]

mod calls;
mod codes;
mod commit;
mod days;
mod directory;
mod effects;
mod facts;
mod faults;
mod letters;
mod nodes;
mod parts;
mod raised;
mod receipts;
mod salon;
mod table;
mod tables;
mod tenants;
mod work;
mod world;

use std::sync::Arc;

use ganira::domain::{Clock, Timestamp};
use ganira::store::{Batch, CommitOutcome, Result, StoreError};
use parking_lot::Mutex;

use commit::Abort;

pub use faults::{Call, Fault, FaultSource, Faults};
pub use salon::{Feedback, Occupancy, Visit, VisitState};
pub use table::Table;
pub use tables::*;

/// A database in memory. A clone is another connection to the same one.
#[derive(Debug, Clone)]
pub struct SimStore {
    clock: Clock,
    tables: Arc<Mutex<Tables>>,
    faults: Faults,
}

impl SimStore {
    /// An empty one, whose own clock is `clock`: heartbeats, holds and partitions go by it.
    pub fn new(clock: Clock) -> Self {
        let store = Self { clock, tables: Arc::default(), faults: Faults::default() };
        store.write(days::ensure);
        store
    }

    /// The handle on what goes wrong.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }

    /// Looks at the tables as they stand, past all faults: for checkers.
    pub fn read<R>(&self, look: impl FnOnce(&Tables) -> R) -> R {
        look(&self.tables.lock())
    }

    /// Changes the tables behind the engine's back, past all faults: for whoever builds a world.
    pub fn change<R>(&self, change: impl FnOnce(&mut Tables) -> R) -> R {
        self.write(|tables, _| change(tables))
    }

    /// A transaction that cannot fail.
    fn write<R>(&self, statement: impl FnOnce(&mut Tables, Timestamp) -> R) -> R {
        let mut tables = self.tables.lock();
        let answer = statement(&mut tables, self.clock.now());
        tables.keep();
        answer
    }

    /// A transaction of a lane.
    fn try_write(&self, statement: impl FnOnce(&mut Tables, Timestamp) -> Answer) -> CommitOutcome {
        let mut tables = self.tables.lock();
        let answer = statement(&mut tables, self.clock.now());
        match answer {
            Ok(_) => tables.keep(),
            Err(_) => tables.roll_back(),
        }
        match answer {
            Ok(true) => CommitOutcome::Applied,
            Ok(false) => CommitOutcome::AlreadyApplied,
            Err(Abort { state: "GN001", .. }) => CommitOutcome::Fenced,
            Err(Abort { state, message }) => CommitOutcome::Aborted { state: state.to_owned(), message },
        }
    }

    /// A call of anybody but a lane, as the faults will have it.
    async fn ask<R: Send>(&self, call: Call, statement: impl FnOnce(&mut Tables, Timestamp) -> R + Send) -> Result<R> {
        // Nobody is answered at once.
        tokio::task::yield_now().await;
        match self.faults.next(call) {
            Some(Fault::Unavailable | Fault::UnknownLost) => return Err(away(call)),
            Some(Fault::UnknownApplied) => {
                self.write(statement);
                return Err(away(call));
            }
            Some(Fault::SlowAnswer(time)) => {
                let answer = self.write(statement);
                tokio::time::sleep(time).await;
                return Ok(answer);
            }
            Some(Fault::Slow(time)) => tokio::time::sleep(time).await,
            Some(Fault::Fenced) => self.write(|tables, _| nodes::fence_all(tables)),
            Some(Fault::RefusedGuard) | None => {}
        }
        Ok(self.write(statement))
    }

    /// A call of a lane, as the faults will have it.
    async fn ask_as_lane(
        &self,
        call: Call,
        batch: Option<&Batch>,
        statement: impl FnOnce(&mut Tables, Timestamp) -> Answer + Send,
    ) -> CommitOutcome {
        tokio::task::yield_now().await;
        let unknown = |message: &str| CommitOutcome::Unknown { message: message.to_owned() };
        match self.faults.next(call) {
            Some(Fault::Unavailable) => return unknown("the database cannot be reached"),
            Some(Fault::UnknownLost) => return unknown("the connection broke before the commit"),
            Some(Fault::UnknownApplied) => {
                self.try_write(statement);
                return unknown("the connection broke after the commit");
            }
            Some(Fault::SlowAnswer(time)) => {
                let outcome = self.try_write(statement);
                tokio::time::sleep(time).await;
                return outcome;
            }
            Some(Fault::Slow(time)) => tokio::time::sleep(time).await,
            Some(Fault::Fenced) => self.write(|tables, _| nodes::fence_all(tables)),
            Some(Fault::RefusedGuard) => {
                if let Some(batch) = batch {
                    self.write(|tables, _| commit::refuse_first(tables, batch));
                }
            }
            None => {}
        }
        self.try_write(statement)
    }
}

/// What a lane's statement answers; `false`: it had been applied before.
type Answer = std::result::Result<bool, Abort>;

fn away(call: Call) -> StoreError {
    let what = match call {
        Call::Register => "register the node",
        Call::Heartbeat => "send a heartbeat",
        Call::Release => "release the writers",
        Call::Commit => "commit",
        Call::Record => "record facts",
        Call::Inspect => "inspect an aborted batch",
        Call::Read(name) | Call::Write(name) => name,
    };
    StoreError { what, source: sqlx::Error::PoolTimedOut }
}
