//! A lane on a store whose commits end as they are told to: who is told what, under which numbers, and when it ends.

use std::sync::Arc;
use std::time::Duration;

use ganira::actors::fence::Fence;
use ganira::actors::lane::{Commit, Lane, LaneSetup, Settled, start};
use ganira::domain::{AccountId, ContactId, Conversation, EventId, Seq, TenantId};
use ganira::store::{Blame, CommitOutcome, JournalRow, TurnRow, WriterId};
use tokio::join;
use tokio::task::JoinHandle;

use super::company::Reply;
use super::dispatcher::{clock, open};
use super::model::at;
use super::table::Table;

const LANE: WriterId = WriterId(10);

struct Laned {
    lane: Lane,
    table: Arc<Table>,
    fence: Fence,
    ends: JoinHandle<()>,
}

/// A lane whose next commits end like this.
async fn laned(bytes_max: usize, commits: Vec<CommitOutcome>, inspections: Vec<Option<Vec<Blame>>>) -> Laned {
    let world = open(|_, _| Reply::Accept).await;
    {
        let mut inner = world.table.inner.lock();
        inner.commits = commits.into();
        inner.inspections = inspections.into();
    }
    let (table, fence) = (world.table.clone(), Fence::default());
    let setup = LaneSetup {
        store: table.clone(),
        writer: LANE,
        fence: fence.clone(),
        outbound: world.outbound.clone(),
        clock: clock(),
        turns_max: 8,
        bytes_max,
        queue_max: 8,
    };
    let (lane, ends) = start(setup);
    Laned { lane, table, fence, ends }
}

fn turn(contact: i64) -> Commit {
    let journal = JournalRow {
        event: EventId([contact as u8; 16]),
        day: at(0).date_naive(),
        account: AccountId(7),
        kind: 1,
        at: at(0),
        body: vec![0; 100],
    };
    let row = TurnRow {
        conversation: Conversation { tenant: TenantId(1), contact: ContactId(contact) },
        seq: Seq(1),
        snapshot: Vec::new(),
        journal,
        outbox: Vec::new(),
        alarm: None,
        alarm_gone: None,
        jobs: Vec::new(),
        job_finished: None,
        effects: Vec::new(),
    };
    Commit { row, envelopes: Vec::new() }
}

fn aborted(state: &str) -> CommitOutcome {
    CommitOutcome::Aborted { state: state.to_owned(), message: "no".to_owned() }
}

fn unknown() -> CommitOutcome {
    CommitOutcome::Unknown { message: "no answer".to_owned() }
}

impl Laned {
    /// Turns that are queued before the lane looks, and so stand in one batch.
    async fn commit_three(&self) -> [Settled; 3] {
        let lane = &self.lane;
        join!(lane.commit(turn(1)), lane.commit(turn(2)), lane.commit(turn(3))).into()
    }

    /// Numbers and conversations of all batches that were tried.
    fn batches(&self) -> Vec<(i64, Vec<i64>)> {
        self.table.inner.lock().batches.clone()
    }

    async fn ends(self) -> Arc<Table> {
        let Self { lane, table, ends, .. } = self;
        drop(lane);
        tokio::time::timeout(Duration::from_mins(1), ends).await.unwrap().unwrap();
        table
    }
}

#[tokio::test]
async fn turns_that_wait_are_one_batch_and_a_lane_that_nobody_holds_ends() {
    let laned = laned(100_000, vec![], vec![]).await;
    assert_eq!(laned.commit_three().await, [Settled::Committed, Settled::Committed, Settled::Committed]);
    assert_eq!(laned.lane.commit(turn(4)).await, Settled::Committed);
    assert_eq!(laned.batches(), [(1, vec![1, 2, 3]), (2, vec![4])]);
    laned.ends().await;
}

#[tokio::test]
async fn what_exceeds_the_bytes_of_a_batch_stands_first_in_the_next() {
    let laned = laned(2 * turn(1).row.bytes(), vec![], vec![]).await;
    assert_eq!(laned.commit_three().await, [Settled::Committed, Settled::Committed, Settled::Committed]);
    assert_eq!(laned.batches(), [(1, vec![1, 2]), (2, vec![3])]);
}

#[tokio::test]
async fn an_unknown_commit_is_sent_again_under_its_number_until_it_is_decided() {
    let laned = laned(100_000, vec![unknown(), unknown(), CommitOutcome::AlreadyApplied], vec![]).await;
    assert_eq!(laned.lane.commit(turn(1)).await, Settled::Committed);
    assert_eq!(laned.lane.commit(turn(2)).await, Settled::Committed);
    assert_eq!(laned.batches(), [(1, vec![1]), (1, vec![1]), (1, vec![1]), (2, vec![2])]);
}

#[tokio::test]
async fn a_fenced_lane_tells_those_who_wait_and_those_who_come() {
    let laned = laned(100_000, vec![CommitOutcome::Fenced], vec![]).await;
    assert_eq!(laned.commit_three().await, [Settled::Fenced, Settled::Fenced, Settled::Fenced]);
    assert!(laned.fence.has_fallen());
    assert_eq!(laned.lane.commit(turn(4)).await, Settled::Fenced);
    assert_eq!(laned.batches().len(), 1, "nothing is tried behind the fence");
    laned.ends().await;
}

#[tokio::test]
async fn a_fence_that_falls_ends_the_asking() {
    for (commits, inspections) in [
        (vec![unknown(), unknown(), unknown(), unknown()], vec![]),
        (vec![aborted("40001")], vec![None, None, None, None]),
    ] {
        let laned = laned(100_000, commits, inspections).await;
        let (settled, ()) = join!(laned.lane.commit(turn(1)), async { laned.fence.end() });
        assert_eq!(settled, Settled::Fenced);
        assert_eq!(laned.batches().len(), 1);
        laned.ends().await;
    }
}

#[tokio::test]
async fn the_blamed_hear_why_and_the_innocent_are_committed_under_the_same_number() {
    let blames = vec![Blame::Stale { turn: 0 }, Blame::Gone { turn: 2 }];
    let laned = laned(100_000, vec![aborted("GA001")], vec![None, Some(blames)]).await;
    assert_eq!(laned.commit_three().await, [Settled::Stale, Settled::Committed, Settled::Gone]);
    assert_eq!(laned.batches(), [(1, vec![1, 2, 3]), (1, vec![2])]);
}

#[tokio::test]
async fn of_several_blames_the_weightier_counts_and_refusals_come_together() {
    let refused = |turn, ordinal: u8| Blame::Refused { turn, ordinal, outcome: format!("taken {ordinal}") };
    let blames = vec![
        refused(0, 1),
        Blame::Journaled { turn: 0 },
        refused(0, 2),
        Blame::Gone { turn: 1 },
        Blame::Stale { turn: 1 },
        Blame::Gone { turn: 1 },
        refused(2, 1),
        refused(2, 4),
    ];
    let laned = laned(100_000, vec![aborted("GA001")], vec![Some(blames)]).await;
    let refusals = Settled::Refused(vec![(1, "taken 1".to_owned()), (4, "taken 4".to_owned())]);
    assert_eq!(laned.commit_three().await, [Settled::Journaled, Settled::Stale, refusals]);
}

#[tokio::test]
async fn where_nobody_is_named_each_goes_alone_and_who_fails_alone_is_poison() {
    let laned = laned(100_000, vec![aborted("22P05"), CommitOutcome::Applied, aborted("22P05")], vec![]).await;
    let poison = Settled::Poison("22P05 no".to_owned());
    assert_eq!(laned.commit_three().await, [Settled::Committed, poison, Settled::Committed]);
    assert_eq!(laned.batches(), [(1, vec![1, 2, 3]), (1, vec![1]), (2, vec![2]), (2, vec![3])]);
}

#[tokio::test]
async fn a_lock_is_nobody_s_fault() {
    for state in ["55P03", "40P01"] {
        let laned = laned(100_000, vec![aborted(state)], vec![]).await;
        assert_eq!(laned.lane.commit(turn(1)).await, Settled::Blocked);
        assert_eq!(laned.lane.commit(turn(2)).await, Settled::Committed);
    }
}

#[tokio::test]
async fn a_lane_that_is_fenced_among_the_single_ones_tells_the_rest() {
    let laned = laned(100_000, vec![aborted("22P05"), CommitOutcome::Applied, CommitOutcome::Fenced], vec![]).await;
    assert_eq!(laned.commit_three().await, [Settled::Committed, Settled::Fenced, Settled::Fenced]);
    let table = laned.ends().await;
    assert_eq!(table.inner.lock().batches.len(), 3);
}
