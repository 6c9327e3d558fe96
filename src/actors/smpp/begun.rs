//! Messages whose parts are partly taken: so that being throttled or cut off half-way neither loses a part's name nor sends a part twice.

use std::collections::HashMap;

use chrono::TimeDelta;

use crate::domain::ids::Opaque;
use crate::domain::{OutboxId, Timestamp};

/// Messages remembered at most; when full, those older than [`KEPT`] are forgotten.
const BEGUN_MAX: usize = 20_000;
const KEPT: TimeDelta = TimeDelta::hours(1);

/// How far one message has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Begun {
    /// The centre's name of each part that was taken, in their order.
    pub names: Vec<Option<String>>,
    to: String,
    reference: u16,
    /// Somebody waits for its receipts.
    wake: bool,
    at: Timestamp,
}

/// A message that is begun, as an attempt gives it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub id: OutboxId,
    pub parts: usize,
    pub reference: u16,
    pub to: &'a str,
    pub wake: bool,
}

/// All messages of one line that are on their way.
#[derive(Debug, Default)]
pub(super) struct AllBegun {
    messages: HashMap<OutboxId, Begun>,
    /// Parts by the reference they were submitted with and whom they are for.
    by_reference: HashMap<(u16, String), (OutboxId, usize)>,
}

impl AllBegun {
    /// An attempt begins: which parts were taken before.
    pub(super) fn begin(&mut self, attempt: Attempt<'_>, now: Timestamp) -> Vec<Option<String>> {
        let Attempt { id, parts, reference, to, wake } = attempt;
        if self.messages.len() >= BEGUN_MAX {
            let old: Vec<_> =
                self.messages.iter().filter(|(_, begun)| now - begun.at > KEPT).map(|(id, _)| *id).collect();
            for id in old {
                self.end(id);
            }
        }
        let fresh = Begun { names: vec![None; parts], to: to.to_owned(), reference, wake, at: now };
        let begun = self.messages.entry(id).or_insert_with(|| fresh.clone());
        if begun.names.len() != parts {
            *begun = fresh;
        }
        for part in 0..parts {
            self.by_reference.insert((part_reference(reference, part), to.to_owned()), (id, part));
        }
        self.messages.get(&id).map(|begun| begun.names.clone()).unwrap_or_default()
    }

    pub(super) fn taken(&mut self, id: OutboxId, part: usize, name: String) {
        if let Some(slot) = self.messages.get_mut(&id).and_then(|begun| begun.names.get_mut(part)) {
            *slot = Some(name);
        }
    }

    /// Every part is taken, or the message will never go.
    pub(super) fn end(&mut self, id: OutboxId) {
        let Some(begun) = self.messages.remove(&id) else { return };
        for part in 0..begun.names.len() {
            let key = (part_reference(begun.reference, part), begun.to.clone());
            if self.by_reference.get(&key) == Some(&(id, part)) {
                self.by_reference.remove(&key);
            }
        }
    }

    /// A receipt of this reference came: its part was taken, whatever became of the answer. Returns the message if that was all of it.
    pub(super) fn heard(&mut self, reference: u16, from: &str, name: &str) -> Option<Opaque> {
        let (id, part) = *self.by_reference.get(&(reference, from.to_owned()))?;
        let begun = self.messages.get_mut(&id)?;
        begun.names.get_mut(part)?.get_or_insert_with(|| name.to_owned());
        (begun.names.len() == 1).then_some(Opaque { outbox: id, wake: begun.wake })
    }
}

/// What tells the messages to one person apart: 16 bits of the turn and its place in it, always the same for the same message.
pub(super) fn reference(id: OutboxId) -> u16 {
    (id.seq.0 as u16).wrapping_mul(16).wrapping_add(id.n as u16)
}

/// The same for one part. Parts have references far from those of the messages around theirs.
pub(super) fn part_reference(reference: u16, part: usize) -> u16 {
    reference.wrapping_add((part as u16).wrapping_mul(4099))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Clock, ContactId, Conversation, Seq, TenantId};

    fn id(seq: i64) -> OutboxId {
        OutboxId { conversation: Conversation { tenant: TenantId(1), contact: ContactId(1) }, seq: Seq(seq), n: 0 }
    }

    const TO: &str = "250788000001";

    fn two(seq: i64) -> Attempt<'static> {
        Attempt { id: id(seq), parts: 2, reference: 16, to: TO, wake: false }
    }

    #[test]
    fn what_was_taken_is_known_at_the_next_attempt_and_forgotten_at_the_end() {
        let now = Clock::system().now();
        let mut all = AllBegun::default();
        assert_eq!(all.begin(two(1), now), [None, None]);
        all.taken(id(1), 0, "a".into());
        assert_eq!(all.begin(two(1), now), [Some("a".to_owned()), None]);
        all.end(id(1));
        assert_eq!(all.begin(two(1), now), [None, None]);
    }

    #[test]
    fn a_receipt_by_reference_names_the_part_of_the_right_person() {
        let now = Clock::system().now();
        let mut all = AllBegun::default();
        all.begin(two(1), now);
        assert_eq!(all.heard(16, "250788000002", "x"), None);
        // Of one part of two it does not follow that the message was taken.
        assert_eq!(all.heard(part_reference(16, 1), TO, "b"), None);
        assert_eq!(all.begin(two(1), now), [None, Some("b".to_owned())]);
        all.end(id(1));
        assert_eq!(all.heard(16, TO, "a"), None);
        all.begin(Attempt { parts: 1, wake: true, ..two(2) }, now);
        assert_eq!(all.heard(16, TO, "a"), Some(Opaque { outbox: id(2), wake: true }));
    }
}
