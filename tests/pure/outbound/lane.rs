//! A lane on a store that fails on command: each turn is settled once and truly, and nothing wedges the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ganira::actors::fence::Fence;
use ganira::actors::lane::{self, Commit, Lane, LaneSetup, Settled};
use ganira::domain::{AccountId, Conversation, EventId, Seq};
use ganira::store::{FiredTimer, GuardedEffect, JournalRow, SealedSender, SenderHashes, Store as _, TurnRow, WriterId};
use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;

use super::company::Reply;
use super::dispatcher::{self, clock};
use super::table::TENANT;
use crate::sim_store::{Call, Fault, FaultSource, SimStore};

struct World {
    store: SimStore,
    lane: Lane,
    writer: WriterId,
    ends: JoinHandle<()>,
    fence: Fence,
    /// Dispatchers that have nothing to do.
    _outbound: dispatcher::World,
}

impl World {
    async fn open() -> Self {
        Self::with(1 << 20).await
    }

    async fn with(bytes_max: usize) -> Self {
        let outbound = dispatcher::open(|_, _| Reply::Accept).await;
        let store = SimStore::new(clock());
        let writer = store.register("one", 1, 0).await.unwrap().unwrap().lanes[0];
        let fence = Fence::default();
        let (lane, ends) = lane::start(LaneSetup {
            store: Arc::new(store.clone()),
            writer,
            fence: fence.clone(),
            outbound: outbound.outbound.clone(),
            clock: clock(),
            turns_max: 100,
            bytes_max,
            queue_max: 100,
        });
        Self { store, lane, writer, ends, fence, _outbound: outbound }
    }

    /// Somebody new.
    async fn person(&self, number: u8) -> Conversation {
        let hashes = SenderHashes { tenant: TENANT, scoped: None, phone: Some([number; 16]) };
        let sender = SealedSender { hashes, scoped_sealed: None, phone_sealed: Some(vec![1]), wrapped_key: vec![1] };
        let contact = self.store.resolve(&[sender]).await.unwrap()[0].0;
        Conversation { tenant: TENANT, contact }
    }

    /// Commits turns at once, so that they share a batch.
    async fn commit(&self, rows: Vec<TurnRow>) -> Vec<Settled> {
        let commits = rows.into_iter().map(|row| self.lane.commit(Commit { row, envelopes: Vec::new() }));
        let settled = tokio::time::timeout(Duration::from_mins(1), futures::future::join_all(commits)).await;
        settled.expect("the lane answers")
    }

    /// The number of the last batch.
    fn number(&self) -> i64 {
        self.store.read(|tables| tables.writers[&self.writer].last_batch)
    }

    fn seq(&self, of: Conversation) -> Seq {
        self.store.read(|tables| tables.conversations[&of].seq)
    }
}

/// The first turn of a conversation, with an event of that number.
fn turn(conversation: Conversation, event: u8) -> TurnRow {
    let at = clock().now();
    TurnRow {
        conversation,
        seq: Seq(0),
        snapshot: vec![event],
        journal: JournalRow {
            event: EventId([event; 16]),
            day: at.date_naive(),
            account: AccountId(1),
            kind: 1,
            at,
            body: Vec::new(),
        },
        outbox: Vec::new(),
        alarm: None,
        alarm_gone: None,
        jobs: Vec::new(),
        job_finished: None,
        effects: Vec::new(),
    }
}

fn with_effect(turn: TurnRow, kind: &'static str, args: Json) -> TurnRow {
    TurnRow { effects: vec![GuardedEffect { ordinal: 3, kind, args }], ..turn }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_the_turn_is_in_effect_once() {
    for fault in [Fault::UnknownApplied, Fault::UnknownLost, Fault::Unavailable] {
        let world = World::open().await;
        let one = world.person(1).await;
        world.store.faults().once(Call::Commit, fault);
        assert_eq!(world.commit(vec![turn(one, 1)]).await, [Settled::Committed], "{fault:?}");
        assert_eq!(world.seq(one), Seq(1), "{fault:?}");
        assert_eq!(world.store.read(|tables| tables.journal.len()), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn of_one_batch_each_turn_hears_its_own_verdict() {
    let world = World::open().await;
    let [one, two, three, four] =
        [world.person(1).await, world.person(2).await, world.person(3).await, world.person(4).await];
    assert_eq!(world.commit(vec![turn(one, 1)]).await, [Settled::Committed]);
    let again = TurnRow { seq: Seq(1), ..turn(one, 1) };
    let stale = TurnRow { seq: Seq(7), ..turn(two, 2) };
    let slot = json!({"slot": "nine o'clock"});
    assert_eq!(world.commit(vec![with_effect(turn(three, 3), "take_slot", slot.clone())]).await, [Settled::Committed]);
    let late = with_effect(turn(four, 4), "take_slot", slot);
    let settled = world.commit(vec![again, stale, late, TurnRow { seq: Seq(1), ..turn(three, 5) }]).await;
    let refused = Settled::Refused(vec![(3, "taken".to_owned())]);
    assert_eq!(settled, [Settled::Journaled, Settled::Stale, refused, Settled::Committed]);
    assert_eq!([one, two, three, four].map(|of| world.seq(of)), [Seq(1), Seq(0), Seq(2), Seq(0)]);
}

#[tokio::test]
async fn a_guard_that_fails_at_the_last_moment_is_told_with_what_is_true() {
    let world = World::open().await;
    let one = world.person(1).await;
    world.store.faults().once(Call::Commit, Fault::RefusedGuard);
    let turn = with_effect(turn(one, 1), "take_slot", json!({"slot": "ten"}));
    assert_eq!(world.commit(vec![turn]).await, [Settled::Refused(vec![(3, "taken".to_owned())])]);
    assert_eq!(world.seq(one), Seq(0));
}

#[tokio::test]
async fn a_turn_whose_effect_nobody_can_read_is_poison_and_holds_nobody_up() {
    let world = World::open().await;
    let (one, two) = (world.person(1).await, world.person(2).await);
    let settled = world.commit(vec![unreadable(turn(one, 1)), turn(two, 2)]).await;
    assert!(matches!(settled[0], Settled::Poison(_)), "{settled:?}");
    assert_eq!(settled[1], Settled::Committed);
}

#[tokio::test]
async fn a_fenced_lane_commits_nothing_and_says_so() {
    let world = World::open().await;
    let one = world.person(1).await;
    world.store.faults().once(Call::Commit, Fault::Fenced);
    assert_eq!(world.commit(vec![turn(one, 1)]).await, [Settled::Fenced]);
    assert!(world.fence.has_fallen());
    assert_eq!(world.commit(vec![turn(one, 2)]).await, [Settled::Fenced]);
    assert_eq!(world.seq(one), Seq(0));
}

/// The commit of this number, from 1, finds that somebody took over.
#[derive(Debug)]
struct FencedAt(usize, AtomicUsize);

impl FaultSource for FencedAt {
    fn next(&self, call: Call) -> Option<Fault> {
        (call == Call::Commit && self.1.fetch_add(1, Ordering::SeqCst) + 1 == self.0).then_some(Fault::Fenced)
    }
}

fn unreadable(turn: TurnRow) -> TurnRow {
    with_effect(turn, "cancel_visit", json!({"visit": "x", "at": "yesterday"}))
}

#[tokio::test]
async fn turns_that_wait_are_one_batch_and_a_lane_that_nobody_holds_ends() {
    let world = World::open().await;
    let (one, two) = (world.person(1).await, world.person(2).await);
    assert_eq!(world.commit(vec![turn(one, 1), turn(two, 2)]).await, [Settled::Committed, Settled::Committed]);
    assert_eq!(world.number(), 1);
    drop(world.lane);
    tokio::time::timeout(Duration::from_mins(1), world.ends).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_exceeds_the_bytes_of_a_batch_stands_first_in_the_next() {
    let world = World::with(300).await;
    let people = [world.person(1).await, world.person(2).await, world.person(3).await];
    assert!((101..150).contains(&turn(people[0], 1).bytes()), "two of them are a batch");
    let turns = people.into_iter().zip(1..).map(|(person, event)| turn(person, event)).collect();
    assert_eq!(world.commit(turns).await, [Settled::Committed, Settled::Committed, Settled::Committed]);
    assert_eq!(world.number(), 2);
}

#[tokio::test]
async fn a_fence_that_falls_ends_the_asking() {
    for (aborted, ailing) in [(None, Call::Commit), (Some(Fault::RefusedGuard), Call::Inspect)] {
        let world = World::open().await;
        let one = world.person(1).await;
        aborted.inspect(|fault| world.store.faults().once(Call::Commit, *fault));
        world.store.faults().standing(ailing, Fault::Unavailable);
        let turn = with_effect(turn(one, 1), "take_slot", json!({"slot": "ten"}));
        let falls = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            world.fence.end();
        };
        let (settled, ()) = tokio::join!(world.commit(vec![turn]), falls);
        assert_eq!(settled, [Settled::Fenced], "{ailing:?}");
        assert_eq!(world.seq(one), Seq(0));
    }
}

#[tokio::test]
async fn who_is_to_blame_is_asked_until_the_database_answers() {
    let world = World::open().await;
    let one = world.person(1).await;
    world.store.faults().once(Call::Inspect, Fault::Unavailable);
    let stale = TurnRow { seq: Seq(7), ..turn(one, 1) };
    assert_eq!(world.commit(vec![stale]).await, [Settled::Stale]);
}

#[tokio::test]
async fn of_several_blames_the_weightier_counts_and_refusals_come_together() {
    let world = World::open().await;
    let [one, two, three] = [world.person(1).await, world.person(2).await, world.person(3).await];
    let take = |slot: &str, ordinal| GuardedEffect { ordinal, kind: "take_slot", args: json!({ "slot": slot }) };
    let effects = vec![take("nine", 1), take("ten", 2)];
    assert_eq!(world.commit(vec![TurnRow { effects: effects.clone(), ..turn(one, 1) }]).await, [Settled::Committed]);
    let fired = Some(FiredTimer { due: clock().now(), fired: true });
    let had = TurnRow { effects: effects.clone(), alarm_gone: fired, ..turn(one, 1) };
    let old = TurnRow { seq: Seq(7), effects: effects.clone(), alarm_gone: fired, ..turn(two, 2) };
    let gone = TurnRow { alarm_gone: fired, effects: effects.clone(), ..turn(three, 3) };
    assert_eq!(world.commit(vec![had, old, gone]).await, [Settled::Journaled, Settled::Stale, Settled::Gone]);
    let refused = vec![(1, "taken".to_owned()), (2, "taken".to_owned())];
    assert_eq!(world.commit(vec![TurnRow { effects, ..turn(two, 2) }]).await, [Settled::Refused(refused)]);
}

#[tokio::test]
async fn a_lane_that_is_fenced_while_each_goes_alone_tells_the_rest() {
    let world = World::open().await;
    let people = [world.person(1).await, world.person(2).await, world.person(3).await];
    world.store.faults().from(FencedAt(3, AtomicUsize::new(0)));
    let turns = vec![turn(people[0], 1), unreadable(turn(people[1], 2)), turn(people[2], 3)];
    assert_eq!(world.commit(turns).await, [Settled::Committed, Settled::Fenced, Settled::Fenced]);
    tokio::time::timeout(Duration::from_mins(1), world.ends).await.unwrap().unwrap();
}
