//! The facts lane: one task and connection that writes attempts, outcomes and receipts, naturally batched and fenced.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::fence::Fence;
use crate::store::{CommitOutcome, Fact, FactBatch, Notice, Store, WriterId};

/// The most facts and notices in one statement.
const BATCH_MAX: usize = 512;
/// How long to wait before an undecided batch is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// What is to be written.
#[derive(Debug)]
enum Entry {
    Fact(Fact),
    Notice(Notice),
}

/// The writer is fenced or the engine is stopping: nothing was recorded, and nothing may be sent on the strength of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("could not record a fact: this engine no longer owns its conversations")]
pub struct NotRecorded;

/// The entrance to the facts lane. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Facts(mpsc::Sender<(Entry, oneshot::Sender<Result<(), NotRecorded>>)>);

impl Facts {
    /// Returns once the fact is committed. Dropping the future does not take the fact back.
    pub async fn record(&self, fact: Fact) -> Result<(), NotRecorded> {
        self.put(Entry::Fact(fact)).await
    }

    /// Returns once the notice is committed.
    pub async fn note(&self, notice: Notice) -> Result<(), NotRecorded> {
        self.put(Entry::Notice(notice)).await
    }

    async fn put(&self, entry: Entry) -> Result<(), NotRecorded> {
        let (sender, receiver) = oneshot::channel();
        self.0.send((entry, sender)).await.map_err(|_| NotRecorded)?;
        receiver.await.map_err(|_| NotRecorded)?
    }
}

/// Starts the lane; it ends when the last [`Facts`] is dropped, or when it is fenced.
pub fn start(
    store: Arc<dyn Store>,
    writer: WriterId,
    fence: Fence,
    queue_max: usize,
) -> (Facts, tokio::task::JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(queue_max);
    (Facts(sender), super::spawn(run(store, writer, fence, receiver)))
}

async fn run(
    store: Arc<dyn Store>,
    writer: WriterId,
    fence: Fence,
    mut queue: mpsc::Receiver<(Entry, oneshot::Sender<Result<(), NotRecorded>>)>,
) {
    let mut number = 0;
    let mut waiting = Vec::with_capacity(BATCH_MAX);
    while queue.recv_many(&mut waiting, BATCH_MAX).await > 0 {
        let mut facts = Vec::new();
        let mut notices = Vec::new();
        let mut gates = Vec::with_capacity(waiting.len());
        for (entry, gate) in waiting.drain(..) {
            gates.push(gate);
            match entry {
                Entry::Fact(fact) => facts.push(fact),
                Entry::Notice(notice) => notices.push(notice),
            }
        }
        metrics::histogram!("ganira_facts_batch").record(gates.len() as f64);
        let batch = FactBatch::new(number + 1, facts, notices);
        let done = write(&*store, writer, &batch, &fence).await;
        match done {
            Written::Yes => number += 1,
            Written::No => metrics::counter!("ganira_facts_dropped_total").increment(gates.len() as u64),
            Written::Fenced => return,
        }
        for gate in gates {
            let _ = gate.send(if done == Written::Yes { Ok(()) } else { Err(NotRecorded) });
        }
    }
}

#[derive(PartialEq, Eq)]
enum Written {
    Yes,
    No,
    Fenced,
}

/// Sends one batch until it is decided.
async fn write(store: &dyn Store, writer: WriterId, batch: &FactBatch, fence: &Fence) -> Written {
    loop {
        match store.record(writer, batch).await {
            CommitOutcome::Applied | CommitOutcome::AlreadyApplied => return Written::Yes,
            CommitOutcome::Aborted { state, message } => {
                tracing::error!(sql.state = state, message, facts = batch.facts.len(), "facts could not be written");
                return Written::No;
            }
            CommitOutcome::Fenced => {
                fence.fall(writer);
                return Written::Fenced;
            }
            CommitOutcome::Unknown { message } => {
                tracing::warn!(message, "the outcome of a facts batch is unknown, asking again");
                if fence.wait_or_fallen(AGAIN_AFTER).await {
                    return Written::Fenced;
                }
            }
        }
    }
}
