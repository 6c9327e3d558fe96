//! Rows that may not leave before an instant. They stay in the table and fill no room of the window: only their places are kept, so that
//! thousands of notices may wait for the morning while answers pass. When their time has come they are read again and queue like any other.
//!
//! So a held row blocks nothing. What is held until the same instant leaves in the order of the table.

use std::collections::BTreeMap;

use crate::domain::{ContactId, Timestamp};
use crate::store::OutboxPlace;

/// Places of one account; with more, nothing new is taken in until some have left.
const HELD_MAX: usize = 200_000;

#[derive(Debug, Default)]
pub(super) struct Held {
    by_time: BTreeMap<Timestamp, BTreeMap<OutboxPlace, ContactId>>,
    count: usize,
    /// The last page was of held rows: another kind comes first now.
    pub was_read: bool,
    /// When they are looked at next.
    pub look_at: Option<Timestamp>,
}

impl Held {
    pub fn is_full(&self) -> bool {
        self.count >= HELD_MAX
    }

    pub fn keep(&mut self, until: Timestamp, place: OutboxPlace, contact: ContactId) {
        let new = self.by_time.entry(until).or_default().insert(place, contact).is_none();
        self.count += usize::from(new);
    }

    /// When the first of them may leave.
    pub fn first_time(&self) -> Option<Timestamp> {
        self.by_time.keys().next().copied()
    }

    /// The first place, in table order, that may leave now.
    pub fn first_due(&self, now: Timestamp) -> Option<OutboxPlace> {
        self.by_time.range(..=now).filter_map(|(_, places)| places.keys().next()).min().copied()
    }

    /// Takes a place out if it may leave now.
    pub fn release(&mut self, place: OutboxPlace, now: Timestamp) -> bool {
        let due = self.by_time.range(..=now).find(|(_, places)| places.contains_key(&place)).map(|(at, _)| *at);
        let Some(places) = due.and_then(|at| self.by_time.get_mut(&at)) else { return false };
        places.remove(&place);
        self.count -= 1;
        self.tidy();
        true
    }

    /// The table has none of these any more: places between the two, the first excluded, the last included.
    pub fn drop_between(&mut self, after: OutboxPlace, last: OutboxPlace, now: Timestamp) {
        for (_, places) in self.by_time.range_mut(..=now) {
            let before = places.len();
            places.retain(|place, _| *place <= after || *place > last);
            self.count -= before - places.len();
        }
        self.tidy();
    }

    pub fn forget(&mut self, contact: ContactId) {
        for places in self.by_time.values_mut() {
            let before = places.len();
            places.retain(|_, of| *of != contact);
            self.count -= before - places.len();
        }
        self.tidy();
    }

    /// The first batch of a writer that has a held row.
    pub fn first_batch(&self, writer: i64) -> Option<i64> {
        let start = OutboxPlace { writer, batch: 0, place: 0 };
        let end = OutboxPlace { writer: writer.saturating_add(1), batch: 0, place: 0 };
        self.by_time.values().filter_map(|places| places.range(start..end).next()).map(|(place, _)| place.batch).min()
    }

    fn tidy(&mut self) {
        self.by_time.retain(|_, places| !places.is_empty());
    }
}
