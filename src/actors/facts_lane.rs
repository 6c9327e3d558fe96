//! The facts lane: one task and connection that writes attempts, outcomes and receipts, naturally batched and fenced.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::fence::Fence;
use crate::store::{CommitOutcome, Fact, FactBatch, NamedReceipt, News, Notice, Standing, Store, WriterId};

/// The most facts, receipts and notices in one statement.
const BATCH_MAX: usize = 512;
/// How long to wait before an undecided batch is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

type Gate<T> = oneshot::Sender<Result<T, NotRecorded>>;

/// What is to be written, and who waits for it.
#[derive(Debug)]
enum Entry {
    Fact(Fact, Gate<()>),
    Notice(Notice, Gate<()>),
    Receipt(NamedReceipt, Gate<Option<Standing>>),
}

/// The writer is fenced, the engine is stopping, or the database did not answer: nothing may be done on the strength of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("could not record a fact: this engine no longer owns its conversations, or its database does not answer")]
pub struct NotRecorded;

/// The entrance to the facts lane. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Facts(mpsc::Sender<Entry>);

impl Facts {
    /// Returns once the fact is committed. Dropping the future does not take the fact back.
    pub async fn record(&self, fact: Fact) -> Result<(), NotRecorded> {
        self.put(|gate| Entry::Fact(fact, gate)).await
    }

    /// Returns once the notice is committed.
    pub async fn note(&self, notice: Notice) -> Result<(), NotRecorded> {
        self.put(|gate| Entry::Notice(notice, gate)).await
    }

    /// Returns once the receipt is committed, with how the whole of its message stands now. `None`: nobody knows the message by this name yet;
    /// the receipt is kept until somebody does.
    pub async fn receive(&self, receipt: NamedReceipt) -> Result<Option<Standing>, NotRecorded> {
        self.put(|gate| Entry::Receipt(receipt, gate)).await
    }

    async fn put<T>(&self, entry: impl FnOnce(Gate<T>) -> Entry) -> Result<T, NotRecorded> {
        let (sender, receiver) = oneshot::channel();
        self.0.send(entry(sender)).await.map_err(|_| NotRecorded)?;
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

async fn run(store: Arc<dyn Store>, writer: WriterId, fence: Fence, mut queue: mpsc::Receiver<Entry>) {
    let mut number = 0;
    let mut waiting = Vec::with_capacity(BATCH_MAX);
    while queue.recv_many(&mut waiting, BATCH_MAX).await > 0 {
        let count = waiting.len();
        metrics::histogram!("ganira_facts_batch").record(count as f64);
        let (news, gates) = sort(waiting.drain(..));
        let batch = FactBatch::new(number + 1, news);
        let done = write(&*store, writer, &batch, &fence).await;
        match done {
            Written::Yes => number += 1,
            Written::No => metrics::counter!("ganira_facts_dropped_total").increment(count as u64),
            Written::Fenced => return,
        }
        gates.open(done == Written::Yes, &store);
    }
}

/// Who waits for a batch.
#[derive(Default)]
struct Gates {
    plain: Vec<Gate<()>>,
    receipts: Vec<(NamedReceipt, Gate<Option<Standing>>)>,
}

fn sort(entries: impl Iterator<Item = Entry>) -> (News, Gates) {
    let (mut news, mut gates) = (News::default(), Gates::default());
    for entry in entries {
        match entry {
            Entry::Fact(fact, gate) => {
                news.facts.push(fact);
                gates.plain.push(gate);
            }
            Entry::Notice(notice, gate) => {
                news.notices.push(notice);
                gates.plain.push(gate);
            }
            Entry::Receipt(receipt, gate) => {
                news.receipts.push(receipt.clone());
                gates.receipts.push((receipt, gate));
            }
        }
    }
    (news, gates)
}

impl Gates {
    /// Nobody but those who brought receipts waits for the look-up.
    fn open(self, written: bool, store: &Arc<dyn Store>) {
        for gate in self.plain {
            let _ = gate.send(if written { Ok(()) } else { Err(NotRecorded) });
        }
        if written && !self.receipts.is_empty() {
            super::spawn(look_up(store.clone(), self.receipts));
        }
    }
}

async fn look_up(store: Arc<dyn Store>, waiting: Vec<(NamedReceipt, Gate<Option<Standing>>)>) {
    let (receipts, gates): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
    match store.standing(&receipts).await {
        Ok(standings) => {
            for (gate, standing) in gates.into_iter().zip(standings) {
                let _ = gate.send(Ok(standing));
            }
        }
        // Those who wait find their gate closed, and come again: the same receipt twice changes nothing.
        Err(error) => tracing::warn!(error = %error.source, "what messages stand behind receipts could not be read"),
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
