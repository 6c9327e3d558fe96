//! Messages that may not leave before an instant.

use std::collections::BTreeMap;

use ganira::actors::outbound::window::{Action, Event, Found, Pace, Read, Standing, Window};
use ganira::actors::outgoing::{Envelope, Outgoing};
use ganira::channels::{Refused, SendOutcome};
use ganira::domain::{ContactId, DeliveryState, OutboxId};
use ganira::flows::Purpose;
use ganira::store::OutboxPlace;

use super::model::{at, envelope, id, message, pace, place, text, with};

const LANE: i64 = 10;
const MORNING: u64 = 3_600_000;

/// The table as it would be read, a window, and what is written of messages.
struct World {
    window: Window,
    rows: BTreeMap<OutboxPlace, Outgoing>,
    done: Vec<OutboxId>,
    pages: usize,
}

impl World {
    fn new(pace: Pace) -> Self {
        let window = Window::new(pace, &[LANE], BTreeMap::new(), at(0));
        let mut world = Self { window, rows: BTreeMap::new(), done: Vec::new(), pages: 0 };
        world.on(Event::Tick, 0);
        assert!(world.window.is_live());
        world
    }

    /// Everything that follows from an event but sending.
    fn on(&mut self, event: Event, ms: u64) {
        let mut actions = self.window.on(event, at(ms));
        while let Some(action) = actions.pop() {
            match action {
                Action::Read(read) => {
                    self.pages += 1;
                    let page = self.page(read);
                    actions.extend(self.window.on(Event::Page(read, page), at(ms)));
                }
                Action::Record { fact, closes, .. } => {
                    if fact.rank > 0 {
                        self.done.push(fact.id);
                    }
                    if let Some(place) = closes {
                        actions.extend(self.window.on(Event::Recorded(place), at(ms)));
                    }
                }
                _ => {}
            }
        }
    }

    fn page(&self, read: Read) -> Vec<Found> {
        let behind = self.rows.iter().filter(|(place, _)| **place > read.after).take(read.limit);
        let found = |(place, row): (&OutboxPlace, &Outgoing)| {
            let done = self.done.contains(&row.id);
            let standing = if done { Standing::Done } else { Standing::Queued { attempt: 0 } };
            Found { id: row.id, place: *place, standing, message: (!done).then(|| row.clone()) }
        };
        behind.map(found).collect()
    }

    fn commit(&mut self, ms: u64, rows: Vec<Outgoing>) {
        self.rows.extend(rows.iter().map(|row| (row.place, row.clone())));
        self.on(Event::Committed(rows), ms);
    }

    /// What leaves now; each is accepted at once.
    fn leave(&mut self, ms: u64) -> Vec<OutboxId> {
        let mut ids = Vec::new();
        while let Some(action) = self.window.next(at(ms)) {
            match action {
                Action::Send { message, .. } => {
                    ids.push(message.id);
                    let outcome = SendOutcome::Accepted { messages: vec!["x".to_owned()] };
                    self.on(Event::Ended { id: message.id, outcome, message: None, names: None, random: 0.5 }, ms);
                }
                Action::Record { fact, closes, refusal } => {
                    assert_eq!((fact.rank, refusal.unwrap().reason), (DeliveryState::Failed.rank(), Refused::Unwanted));
                    self.done.push(fact.id);
                    self.on(Event::Recorded(closes.unwrap()), ms);
                }
                other => panic!("{other:?}"),
            }
        }
        ids
    }
}

/// A notice that waits for the morning.
fn held(contact: i64, n: i32) -> Outgoing {
    let envelope = Envelope { purpose: Some(Purpose::Service), not_before: Some(at(MORNING)), ..envelope(text()) };
    with(contact, i64::from(n), place(LANE, 1, n), envelope)
}

#[test]
fn an_answer_passes_a_notice_that_waits_and_the_notice_leaves_once_when_it_may() {
    let mut world = World::new(pace());
    world.commit(0, vec![held(1, 1), message(1, 2, place(LANE, 1, 2)), held(1, 3)]);
    assert_eq!(world.leave(0), [id(1, 2)]);
    assert_eq!(world.window.len(), 0, "what waits fills no room");
    assert_eq!(world.window.wake_at(), Some(at(MORNING)));
    world.on(Event::Tick, MORNING - 1);
    assert_eq!(world.leave(MORNING - 1), []);
    world.on(Event::Tick, MORNING);
    assert_eq!(world.leave(MORNING), [id(1, 1), id(1, 3)], "in the order of the table");
    world.on(Event::Tick, MORNING + 1);
    assert_eq!(world.leave(MORNING + 1), []);
}

#[test]
fn a_night_full_of_notices_leaves_room_for_answers_and_is_read_page_by_page() {
    let mut world = World::new(Pace { rows_max: 40, ..pace() });
    for n in 1..=300 {
        world.commit(0, vec![held(i64::from(n), n)]);
    }
    world.commit(0, vec![message(1, 301, place(LANE, 1, 301))]);
    assert_eq!(world.leave(0), [id(1, 301)]);
    world.pages = 0;
    let mut left = Vec::new();
    for round in 0..60 {
        world.on(Event::Tick, MORNING + round);
        left.extend(world.leave(MORNING + round));
    }
    let wanted: Vec<_> = (1..=300).map(|n| id(n, n)).collect();
    left.sort();
    assert_eq!(left, wanted, "each once");
    assert!(world.pages < 60, "{} pages", world.pages);
}

#[test]
fn a_held_notice_survives_a_restart_and_cursors_do_not_pass_it() {
    let mut world = World::new(pace());
    world.commit(0, vec![held(1, 1), message(1, 2, place(LANE, 2, 2))]);
    assert_eq!(world.leave(0), [id(1, 2)]);
    let actions = world.window.on(Event::Drain, at(10));
    let saved = actions.iter().filter_map(|action| match action {
        Action::SaveCursor { batch, .. } => Some(*batch),
        _ => None,
    });
    assert_eq!(saved.max().unwrap_or(0), 0, "the row of batch 1 is still to be read");
    // The next incarnation reads what this one left.
    let window = Window::new(pace(), &[LANE + 1], BTreeMap::new(), at(20));
    let mut next = World { window, rows: world.rows, done: world.done, pages: 0 };
    next.on(Event::Tick, 20);
    assert_eq!(next.leave(20), []);
    next.on(Event::Tick, MORNING);
    assert_eq!(next.leave(MORNING), [id(1, 1)]);
    // One that comes too late for the night has nothing to wait for.
    next.commit(
        MORNING + 1,
        vec![with(1, 9, place(LANE + 1, 1, 1), Envelope { not_before: Some(at(MORNING)), ..envelope(text()) })],
    );
    assert_eq!(next.leave(MORNING + 1), [id(1, 9)]);
}

#[test]
fn the_erased_and_the_vanished_are_waited_for_no_more() {
    let mut world = World::new(pace());
    world.commit(0, vec![held(1, 1), held(2, 2), held(3, 3)]);
    world.on(Event::Forget(ContactId(1)), 1);
    world.rows.retain(|_, row| row.id.conversation.contact == ContactId(3));
    world.on(Event::Tick, MORNING);
    assert_eq!(world.leave(MORNING), [id(3, 3)]);
    world.on(Event::Tick, MORNING + 10_000);
    assert!(world.window.wake_at().is_none_or(|wake| wake > at(MORNING)), "{:?}", world.window.wake_at());
    assert!(world.window.is_empty());
}

#[test]
fn what_was_unwanted_when_it_was_written_or_is_now_never_leaves_and_blocks_nothing() {
    let mut world = World::new(pace());
    let unwanted = Envelope { purpose: Some(Purpose::Service), unwanted: true, ..envelope(text()) };
    world.commit(0, vec![with(1, 1, place(LANE, 1, 1), unwanted), message(1, 2, place(LANE, 1, 2))]);
    assert_eq!(world.leave(0), [id(1, 2)]);
    assert_eq!(world.done, [id(1, 1), id(1, 2)]);
    // The same, learned only when it was to be sent.
    let notice = Envelope { purpose: Some(Purpose::Service), ..envelope(text()) };
    world.commit(1, vec![with(1, 3, place(LANE, 1, 3), notice), message(1, 4, place(LANE, 1, 4))]);
    let Some(Action::Send { message, attempt: 1 }) = world.window.next(at(1)) else { panic!("it is tried") };
    let actions = world.window.on(Event::Unwanted(message.id), at(1));
    let [Action::Record { fact, refusal: Some(refusal), .. }] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!((fact.rank, fact.attempt, refusal.reason), (DeliveryState::Failed.rank(), 0, Refused::Unwanted));
    assert_eq!(world.leave(1), [id(1, 4)]);
}
