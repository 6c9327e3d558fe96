//! Random histories: commits, pages, sends with every outcome, receipts, time, restarts. What must hold in all of them is asserted in
//! [`World`] as it goes, and at its end, when everything has been given time to leave.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use ganira::actors::outbound::window::{Action, Event, Found, Pace, Read, Standing, Window};
use ganira::actors::outgoing::{Envelope, Outgoing};
use ganira::channels::{Refused, Scope, SendOutcome};
use ganira::domain::outbound::WhenUnknown;
use ganira::domain::{DeliveryState, OutboxId, Timestamp};
use ganira::store::{AttemptState, Fact, OutboxPlace};
use proptest::prelude::*;

use super::model::{ACCOUNT, at, envelope, id, image, pace, text, with};

const CONTACTS: i64 = 5;
const ROWS_MAX: usize = 12;

#[derive(Debug, Clone)]
enum Step {
    /// A lane commits messages to these contacts in one batch.
    Commit(Vec<u8>),
    /// The oldest batch that was not handed over yet is.
    HandOver,
    /// The page that was asked for is read, and arrives with the next step like this.
    Read,
    ReadFails,
    /// The oldest fact is written.
    Write,
    /// The attempt at this index ends so.
    End(u8, u8),
    /// A message whose attempt at this index began is received by the company, whatever we hear.
    Receipt(u8),
    Pass(u32),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => proptest::collection::vec(0u8..CONTACTS as u8, 1..6).prop_map(Step::Commit),
        6 => Just(Step::HandOver),
        8 => Just(Step::Read),
        1 => Just(Step::ReadFails),
        8 => Just(Step::Write),
        14 => (any::<u8>(), 0u8..24).prop_map(|(index, how)| Step::End(index, how)),
        3 => any::<u8>().prop_map(Step::Receipt),
        6 => (1u32..40_000).prop_map(Step::Pass),
        1 => Just(Step::Restart),
    ]
}

#[derive(Debug)]
struct Row {
    message: Outgoing,
    /// As the table has it.
    rank: i16,
    attempt: i16,
    attempt_state: AttemptState,
    changed_at: Timestamp,
    /// What is true.
    first_tried: Option<Timestamp>,
    /// It needs no more sending, as this incarnation knows.
    is_over: bool,
    was_lost: bool,
    sends: u32,
}

#[derive(Debug)]
struct World {
    now: Timestamp,
    window: Window,
    first_lane: i64,
    batches: [i64; 2],
    table: BTreeMap<OutboxPlace, Row>,
    places: HashMap<OutboxId, OutboxPlace>,
    seqs: HashMap<i64, i64>,
    handing: VecDeque<Vec<Outgoing>>,
    wanted: Option<Read>,
    page: Option<(Read, Vec<Found>)>,
    writing: VecDeque<(Fact, Option<OutboxPlace>)>,
    sending: Vec<OutboxId>,
    cursors: BTreeMap<i64, i64>,
}

fn limits() -> Pace {
    Pace { rows_max: ROWS_MAX, contact_rows_max: 3, attempts_max: 4, ..pace() }
}

impl World {
    fn new() -> Self {
        let now = at(0);
        let mut world = Self {
            now,
            window: Window::new(limits(), &[10, 11], BTreeMap::new(), now),
            first_lane: 10,
            batches: [0, 0],
            table: BTreeMap::new(),
            places: HashMap::new(),
            seqs: HashMap::new(),
            handing: VecDeque::new(),
            wanted: None,
            page: None,
            writing: VecDeque::new(),
            sending: Vec::new(),
            cursors: BTreeMap::new(),
        };
        world.hear(Event::Tick);
        world
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Commit(contacts) => self.commit(&contacts),
            Step::HandOver => {
                if let Some(rows) = self.handing.pop_front() {
                    self.hear(Event::Committed(rows));
                }
            }
            Step::Read => self.read(),
            Step::ReadFails => {
                if let Some(read) = self.wanted.take() {
                    self.hear(Event::ReadFailed(read));
                }
            }
            Step::Write => self.write(),
            Step::End(index, how) => {
                if !self.sending.is_empty() {
                    let id = self.sending.remove(usize::from(index) % self.sending.len());
                    self.end(id, how);
                }
            }
            Step::Receipt(index) => self.receipt(usize::from(index)),
            Step::Pass(ms) => {
                self.now += Duration::from_millis(ms.into());
                self.hear(Event::Tick);
            }
            Step::Restart => self.restart(),
        }
    }

    fn hear(&mut self, event: Event) {
        let actions = self.window.on(event, self.now);
        for action in actions {
            self.act(action);
        }
        while let Some(action) = self.window.next(self.now) {
            self.act(action);
        }
        assert!(self.window.len() <= ROWS_MAX, "the window holds {} rows", self.window.len());
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Read(read) => {
                assert!(self.wanted.is_none() && self.page.is_none(), "one page at a time");
                self.wanted = Some(read);
            }
            Action::Send { message, attempt } => self.begin(&message, attempt),
            Action::Record { fact, closes, refusal } => {
                if refusal.is_some() {
                    self.row(fact.id).is_over = true;
                }
                self.writing.push_back((fact, closes));
            }
            Action::Lost(id) => {
                let row = self.row(id);
                row.is_over = true;
                row.was_lost = true;
            }
            Action::StopAccount { .. } => self.hear_later(),
            Action::SaveCursor { writer, batch } => {
                for (place, row) in &self.table {
                    if place.writer == writer && place.batch <= batch {
                        assert!(row.rank > 0 || row.was_lost, "the cursor passes {place:?}, which is open");
                    }
                }
                self.cursors.insert(writer, batch);
            }
            Action::PausePortfolio(_) | Action::BreakerOpened(_) | Action::BreakerClosed => {}
        }
    }

    /// Somebody repairs the token at once.
    fn hear_later(&mut self) {
        assert!(self.window.on(Event::Resumed, self.now).iter().all(|action| !matches!(action, Action::Send { .. })));
    }

    fn begin(&mut self, message: &Outgoing, attempt: i16) {
        let (now, place, contact) = (self.now, message.place, message.id.conversation.contact);
        assert!(self.sending.iter().all(|id| id.conversation.contact != contact), "two at once to {contact}");
        for earlier in self.table.values().filter(|row| row.message.id.conversation.contact == contact) {
            let patience = earlier.first_tried.is_some_and(|tried| tried + limits().follower_wait <= now);
            let is_before = earlier.message.place < place;
            let is_over = earlier.is_over || earlier.was_lost;
            assert!(!is_before || is_over || patience, "{place:?} overtakes {:?}", earlier.message.place);
        }
        let row = self.row(message.id);
        assert!(!row.is_over, "{place:?} is sent again after its end");
        assert!(attempt > row.attempt, "attempt numbers rise");
        assert!(
            !(row.message.envelope.when_unknown == WhenUnknown::Leave && row.attempt_state == AttemptState::Unknown)
        );
        row.attempt = attempt;
        row.attempt_state = AttemptState::Begun;
        row.changed_at = now;
        row.first_tried.get_or_insert(now);
        row.sends += 1;
        self.sending.push(message.id);
    }

    fn row(&mut self, id: OutboxId) -> &mut Row {
        self.table.get_mut(&self.places[&id]).expect("a known row")
    }

    fn commit(&mut self, contacts: &[u8]) {
        for lane in 0..2 {
            let mine: Vec<i64> = contacts.iter().map(|contact| i64::from(*contact)).filter(|c| c % 2 == lane).collect();
            if mine.is_empty() {
                continue;
            }
            let batch = &mut self.batches[lane as usize];
            *batch += 1;
            let (writer, batch) = (self.first_lane + lane, *batch);
            let rows: Vec<Outgoing> = mine
                .into_iter()
                .zip(1..)
                .map(|(contact, n)| self.insert(contact, OutboxPlace { writer, batch, place: n }))
                .collect();
            self.handing.push_back(rows);
        }
    }

    fn insert(&mut self, contact: i64, place: OutboxPlace) -> Outgoing {
        let seq = self.seqs.entry(contact).or_insert(0);
        *seq += 1;
        let content = if *seq % 4 == 0 { image() } else { text() };
        let when_unknown = if *seq % 3 == 0 { WhenUnknown::Leave } else { WhenUnknown::SendAgain };
        let message = with(contact, *seq, place, Envelope { when_unknown, ..envelope(content) });
        self.places.insert(message.id, place);
        let row = Row {
            message: message.clone(),
            rank: 0,
            attempt: 0,
            attempt_state: AttemptState::None,
            changed_at: self.now,
            first_tried: None,
            is_over: false,
            was_lost: false,
            sends: 0,
        };
        self.table.insert(place, row);
        message
    }

    /// The snapshot is taken at one step, and arrives at a later one.
    fn read(&mut self) {
        if let Some((read, found)) = self.page.take() {
            self.hear(Event::Page(read, found));
        } else if let Some(read) = self.wanted.take() {
            let behind = self.table.range(read.after..).filter(|(place, _)| **place > read.after);
            let found = behind.take(read.limit).map(|(place, row)| found(*place, row)).collect();
            self.page = Some((read, found));
        }
    }

    fn write(&mut self) {
        let Some((fact, closes)) = self.writing.pop_front() else { return };
        let row = self.row(fact.id);
        row.attempt_state = match fact.attempt.cmp(&row.attempt) {
            std::cmp::Ordering::Less => row.attempt_state,
            std::cmp::Ordering::Equal => row.attempt_state.max(fact.attempt_state),
            std::cmp::Ordering::Greater => fact.attempt_state,
        };
        row.attempt = row.attempt.max(fact.attempt);
        row.rank = row.rank.max(fact.rank);
        row.changed_at = row.changed_at.max(fact.at);
        if let Some(place) = closes {
            self.hear(Event::Recorded(place));
        }
    }

    fn end(&mut self, id: OutboxId, how: u8) {
        let row = self.row(id);
        // The company has told that it was taken.
        row.is_over |= row.rank > 0;
        let second = Some(Duration::from_secs(1));
        let throttled = |scope| SendOutcome::Throttled { scope, retry_after: second, code: None };
        let outcome = match how {
            0..=11 => SendOutcome::Accepted { messages: vec!["wamid.x".to_owned()] },
            12 => throttled(Scope::Pair),
            13 => throttled(Scope::Account),
            14 => throttled(Scope::Portfolio),
            15 | 16 => SendOutcome::Retry { code: None, retry_after: None },
            17..=19 => SendOutcome::Unknown,
            20 => SendOutcome::AccountStopped { code: 190, reason: String::new() },
            21 => SendOutcome::Refused { code: 100, reason: Refused::BadRequest, detail: String::new() },
            _ => return self.hear(Event::NotBegun(id)),
        };
        if matches!(outcome, SendOutcome::Accepted { .. } | SendOutcome::Refused { .. }) {
            self.row(id).is_over = true;
        }
        self.hear(Event::Ended { id, outcome, message: Some([7; 16]), names: None, random: f64::from(how) / 24.0 });
    }

    fn receipt(&mut self, index: usize) {
        let tried: Vec<OutboxId> = self.table.values().filter(|row| row.sends > 0).map(|row| row.message.id).collect();
        if tried.is_empty() {
            return;
        }
        let id = tried[index % tried.len()];
        let is_sending = self.sending.contains(&id);
        let row = self.row(id);
        row.rank = row.rank.max(DeliveryState::Sent.rank());
        // While it is being sent its end is heard from the answer.
        row.is_over |= !is_sending;
        self.hear(Event::Receipt(id, DeliveryState::Sent));
    }

    /// Killed: what was in flight or only in memory is gone.
    fn restart(&mut self) {
        self.first_lane += 10;
        self.batches = [0, 0];
        self.handing.clear();
        (self.wanted, self.page) = (None, None);
        self.writing.clear();
        self.sending.clear();
        for row in self.table.values_mut() {
            row.is_over = row.rank > 0;
            row.was_lost &= row.rank == 0;
        }
        let lanes = [self.first_lane, self.first_lane + 1];
        self.window = Window::new(limits(), &lanes, self.cursors.clone(), self.now);
        self.hear(Event::Tick);
    }

    /// Everything works and time passes.
    fn settle(&mut self) {
        for _ in 0..20_000 {
            while let Some(rows) = self.handing.pop_front() {
                self.hear(Event::Committed(rows));
            }
            self.read();
            self.write();
            if let Some(id) = self.sending.pop() {
                self.end(id, 0);
            }
            let busy =
                self.wanted.is_some() || self.page.is_some() || !self.writing.is_empty() || !self.sending.is_empty();
            if busy {
                continue;
            }
            match self.window.wake_at() {
                Some(wake) => {
                    assert!(wake > self.now, "it wakes in the past, for ever");
                    self.now = wake;
                    self.hear(Event::Tick);
                }
                None => break,
            }
        }
        assert!(self.window.is_empty(), "{} rows are stuck", self.window.len());
        assert!(self.window.is_live(), "it does not become live");
        for row in self.table.values() {
            let lost_before = row.message.envelope.when_unknown == WhenUnknown::Leave && row.first_tried.is_some();
            assert!(row.rank > 0 || row.was_lost || lost_before, "{:?} was forgotten", row.message.place);
        }
    }
}

fn found(place: OutboxPlace, row: &Row) -> Found {
    let (attempt, since) = (row.attempt, row.changed_at);
    let standing = match (row.rank, row.attempt_state) {
        (30, _) => Standing::Accepted { since },
        (1.., _) => Standing::Done,
        (_, AttemptState::Begun | AttemptState::Unknown) => Standing::Unknown { attempt, since },
        _ => Standing::Queued { attempt },
    };
    assert_eq!(row.message.account, ACCOUNT);
    assert_eq!(row.message.id, id(row.message.id.conversation.contact.0, row.message.id.seq.0));
    Found { id: row.message.id, place, standing, message: Some(row.message.clone()) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_order_holds_and_nothing_is_lost_or_sent_after_its_end(
        steps in proptest::collection::vec(step(), 1..250)
    ) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.settle();
    }
}
