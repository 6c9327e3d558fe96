//! A lane: the group committer of its shards. One task, one connection, one batch in flight, natural batching.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::fence::Fence;
use super::outbound::Outbound;
use super::outgoing::{Envelope, Outgoing};
use crate::domain::{Clock, OutboxId};
use crate::store::{Batch, Blame, CommitOutcome, OutboxPlace, Store, TurnRow, WriterId};

/// How long to wait before an undecided batch is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(50);

/// How a turn's commit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    Committed,
    /// Its event was in the journal already.
    Journaled,
    /// The actor's memory is older than the table.
    Stale,
    /// The timer or job it answers is gone.
    Gone,
    /// Guards that failed, by the ordinal of their operation, with what is true instead.
    Refused(Vec<(u8, String)>),
    /// Somebody else holds a row of it for too long. The turn is set aside, not the lane: it has to come again.
    Blocked,
    /// The database will never take this turn.
    Poison(String),
    /// Nothing is known and nothing will be: the incarnation is over.
    Fenced,
}

/// A turn on its way into the database, with its messages in clear for the dispatcher.
#[derive(Debug)]
pub struct Commit {
    pub row: TurnRow,
    /// One for each of `row.outbox`, in the same order.
    pub envelopes: Vec<Arc<Envelope>>,
}

#[derive(Debug)]
struct Waiting {
    commit: Commit,
    gate: oneshot::Sender<Settled>,
}

/// The entrance to a lane. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Lane(mpsc::Sender<Waiting>);

impl Lane {
    /// Returns when the commit is decided. Once the commit is queued, dropping the future does not take it back.
    pub async fn commit(&self, commit: Commit) -> Settled {
        let (gate, settled) = oneshot::channel();
        if self.0.send(Waiting { commit, gate }).await.is_err() {
            return Settled::Fenced;
        }
        settled.await.unwrap_or(Settled::Fenced)
    }
}

/// What a lane works with.
#[derive(Debug)]
pub struct LaneSetup {
    pub store: Arc<dyn Store>,
    pub writer: WriterId,
    pub fence: Fence,
    pub outbound: Outbound,
    pub clock: Clock,
    pub turns_max: usize,
    pub bytes_max: usize,
    pub queue_max: usize,
}

/// Starts a lane; it ends when the last [`Lane`] is dropped, or when it is fenced.
pub fn start(setup: LaneSetup) -> (Lane, tokio::task::JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(setup.queue_max);
    (Lane(sender), super::spawn(Committer { setup, number: 0 }.run(receiver)))
}

struct Committer {
    setup: LaneSetup,
    /// The last number that was applied.
    number: i64,
}

impl Committer {
    async fn run(mut self, mut queue: mpsc::Receiver<Waiting>) {
        let mut next: Option<Waiting> = None;
        loop {
            let first = match next.take() {
                Some(waiting) => waiting,
                None => match queue.recv().await {
                    Some(waiting) => waiting,
                    None => return,
                },
            };
            let (batch, left) = self.gather(first, &mut queue);
            next = left;
            if !self.write(batch).await {
                // Fenced: those who wait hear it by their gates being dropped.
                return;
            }
        }
    }

    /// Takes what is queued now, up to the caps. What does not fit any more stands first in the next batch.
    fn gather(&self, first: Waiting, queue: &mut mpsc::Receiver<Waiting>) -> (Vec<Waiting>, Option<Waiting>) {
        let mut bytes = first.commit.row.bytes();
        let mut batch = vec![first];
        while batch.len() < self.setup.turns_max {
            let Ok(waiting) = queue.try_recv() else { return (batch, None) };
            bytes += waiting.commit.row.bytes();
            if bytes > self.setup.bytes_max {
                return (batch, Some(waiting));
            }
            batch.push(waiting);
        }
        (batch, None)
    }

    /// Writes the turns, setting aside those that are to blame. False: fenced.
    async fn write(&mut self, mut waiting: Vec<Waiting>) -> bool {
        while !waiting.is_empty() {
            let mut rows = Vec::with_capacity(waiting.len());
            let mut rest = Vec::with_capacity(waiting.len());
            for Waiting { commit: Commit { row, envelopes }, gate } in waiting {
                rows.push(row);
                rest.push((envelopes, gate));
            }
            metrics::histogram!("ganira_commit_turns").record(rows.len() as f64);
            let batch = Batch::new(self.number + 1, self.setup.clock.now().date_naive(), rows);
            match self.decide(&batch).await {
                Decided::Applied => {
                    self.number = batch.number;
                    #[cfg(feature = "planted-bugs")]
                    if super::plant::Plant::BatchNumberReused.grows() {
                        self.number -= 1;
                    }
                    self.hand_over(&batch, rest);
                    return true;
                }
                Decided::Fenced => return false,
                Decided::Aborted { state, message } => {
                    let turns = batch.turns.into_iter().zip(rest);
                    let all: Vec<Waiting> = turns
                        .map(|(row, (envelopes, gate))| Waiting { commit: Commit { row, envelopes }, gate })
                        .collect();
                    match self.set_aside(all, &state, &message).await {
                        Some(innocent) => waiting = innocent,
                        None => return false,
                    }
                }
            }
        }
        true
    }

    /// Sends one batch, same number and same bytes, until it is decided.
    async fn decide(&self, batch: &Batch) -> Decided {
        loop {
            let started = std::time::Instant::now();
            let outcome = self.setup.store.commit(self.setup.writer, batch).await;
            metrics::histogram!("ganira_commit_seconds").record(started.elapsed().as_secs_f64());
            match outcome {
                CommitOutcome::Applied | CommitOutcome::AlreadyApplied => return Decided::Applied,
                CommitOutcome::Aborted { state, message } => return Decided::Aborted { state, message },
                CommitOutcome::Fenced => {
                    self.setup.fence.fall(self.setup.writer);
                    return Decided::Fenced;
                }
                CommitOutcome::Unknown { message } => {
                    #[cfg(feature = "planted-bugs")]
                    if let Some(state) = super::plant::abort_instead() {
                        return Decided::Aborted { state: state.to_owned(), message };
                    }
                    metrics::counter!("ganira_commit_unknown_total").increment(1);
                    tracing::warn!(message, batch = batch.number, "the outcome of a commit is unknown, asking again");
                    if self.setup.fence.wait_or_fallen(AGAIN_AFTER).await {
                        return Decided::Fenced;
                    }
                }
            }
        }
    }

    /// The output gate: the dispatcher gets the rows in table order, then those who wait hear of it.
    fn hand_over(&self, batch: &Batch, rest: Vec<(Vec<Arc<Envelope>>, oneshot::Sender<Settled>)>) {
        let mut place = 0;
        let mut rows = Vec::new();
        let mut gates = Vec::with_capacity(rest.len());
        for (turn, (envelopes, gate)) in batch.turns.iter().zip(rest) {
            for (row, envelope) in turn.outbox.iter().zip(envelopes) {
                place += 1;
                rows.push(Outgoing {
                    id: OutboxId { conversation: turn.conversation, seq: turn.seq.next(), n: row.n },
                    account: row.account,
                    place: OutboxPlace { writer: self.setup.writer.0, batch: batch.number, place },
                    at: turn.journal.at,
                    envelope,
                });
            }
            gates.push(gate);
        }
        #[cfg(feature = "planted-bugs")]
        if super::plant::Plant::LostWakeUp.grows() && batch.number % 8 == 0 {
            rows.clear();
        }
        if !rows.is_empty() {
            self.setup.outbound.committed(rows);
        }
        for gate in gates {
            let _ = gate.send(Settled::Committed);
        }
    }

    /// After a definite abort: asks once who is to blame, tells them, and returns the others. Nobody named: each turn is sent alone, and
    /// the one that fails alone is poison. None: fenced.
    async fn set_aside(&mut self, mut all: Vec<Waiting>, state: &str, message: &str) -> Option<Vec<Waiting>> {
        metrics::counter!("ganira_commit_aborted_total", "state" => state.to_owned()).increment(1);
        let rows = all.iter().map(|waiting| waiting.commit.row.clone()).collect();
        let batch = Batch::new(self.number + 1, self.setup.clock.now().date_naive(), rows);
        let blames = loop {
            match self.setup.store.inspect(&batch).await {
                Ok(blames) => break blames,
                // What one of them asks cannot even be looked into: it is found by sending each alone.
                Err(error) if error.is_final() => break Vec::new(),
                Err(error) => {
                    tracing::warn!(error = %error.source, "an aborted batch could not be inspected, asking again");
                    if self.setup.fence.wait_or_fallen(AGAIN_AFTER).await {
                        return None;
                    }
                }
            }
        };
        #[cfg(feature = "planted-bugs")]
        let blames = match super::plant::ignore_refusals(all.iter_mut().map(|waiting| &mut waiting.commit), blames) {
            none if none.is_empty() && super::plant::Plant::RefusedGuardIgnored.grows() => return Some(all),
            blames => blames,
        };
        if !blames.is_empty() {
            return Some(tell(all, blames));
        }
        if all.len() == 1 {
            // Locks and serialisation are nobody's fault.
            let is_blocked = state.starts_with("55") || state.starts_with("40");
            let settled = if is_blocked { Settled::Blocked } else { Settled::Poison(format!("{state} {message}")) };
            let _ = all.remove(0).gate.send(settled);
            return Some(Vec::new());
        }
        for waiting in all {
            if !Box::pin(self.write(vec![waiting])).await {
                return None;
            }
        }
        Some(Vec::new())
    }
}

enum Decided {
    Applied,
    Aborted { state: String, message: String },
    Fenced,
}

/// Tells the blamed their verdict and returns the innocent.
fn tell(all: Vec<Waiting>, blames: Vec<Blame>) -> Vec<Waiting> {
    let mut verdicts: Vec<Option<Settled>> = vec![None; all.len()];
    for blame in blames {
        let verdict = &mut verdicts[blame.turn()];
        *verdict = Some(match (blame, verdict.take()) {
            // A duplicate is a duplicate, whatever else is true of it.
            (Blame::Journaled { .. }, _) | (_, Some(Settled::Journaled)) => Settled::Journaled,
            (Blame::Stale { .. }, _) | (_, Some(Settled::Stale)) => Settled::Stale,
            (Blame::Gone { .. }, _) | (_, Some(Settled::Gone)) => Settled::Gone,
            (Blame::Refused { ordinal, outcome, .. }, earlier) => {
                let mut refusals = match earlier {
                    Some(Settled::Refused(refusals)) => refusals,
                    _ => Vec::new(),
                };
                refusals.push((ordinal, outcome));
                Settled::Refused(refusals)
            }
        });
    }
    let mut innocent = Vec::new();
    for (waiting, verdict) in all.into_iter().zip(verdicts) {
        match verdict {
            Some(settled) => {
                let _ = waiting.gate.send(settled);
            }
            None => innocent.push(waiting),
        }
    }
    innocent
}
