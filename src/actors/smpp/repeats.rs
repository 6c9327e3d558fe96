//! Messages that may come again: a message centre that did not hear our answer sends the message once more on the next connection, and nothing
//! in it says so. Words said twice are two messages; so only what was heard just before a connection was lost is known again, for a while,
//! and only if the centre has not shown that it heard our answer: whatever it answers to what we sent later on that connection shows it.

use std::collections::{HashMap, VecDeque};

use chrono::TimeDelta;

use crate::domain::Timestamp;

/// Answers given this shortly before the end may not have been heard.
const UNHEARD: TimeDelta = TimeDelta::seconds(10);
/// How long after it a message may come again: a centre does so as soon as it is bound to, people do not.
const KNOWN: TimeDelta = TimeDelta::seconds(30);
/// Messages of one session remembered at most.
const LATELY_MAX: usize = 2_000;

/// The octets of a message, whoever sends it and whoever it is for.
pub(super) type Digest = [u8; 32];

/// What one session heard lately.
#[derive(Debug, Default)]
pub(super) struct Lately(VecDeque<Heard>);

#[derive(Debug)]
struct Heard {
    digest: Digest,
    id: String,
    at: Timestamp,
    /// When our answer left.
    answered: Option<Timestamp>,
}

impl Lately {
    pub(super) fn put(&mut self, digest: Digest, id: String, now: Timestamp) {
        if self.0.len() >= LATELY_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Heard { digest, id, at: now, answered: None });
    }

    /// Our answer to this message left.
    pub(super) fn answered(&mut self, digest: &Digest, now: Timestamp) {
        let heard = self.0.iter_mut().rev().find(|heard| heard.digest == *digest);
        if let Some(heard) = heard {
            heard.answered = Some(now);
        }
    }

    /// The centre answered something that we sent then: it has heard everything that left before.
    pub(super) fn proven(&mut self, sent: Timestamp) {
        self.0.retain(|heard| heard.answered.is_none_or(|answered| answered >= sent));
    }
}

/// What may come again on one line.
#[derive(Debug, Default)]
pub(super) struct Repeats(HashMap<Digest, Vec<(String, Timestamp)>>);

impl Repeats {
    /// A session ended.
    pub(super) fn lost(&mut self, lately: Lately, now: Timestamp) {
        for known in self.0.values_mut() {
            known.retain(|(_, at)| now - *at < KNOWN);
        }
        self.0.retain(|_, known| !known.is_empty());
        for heard in lately.0 {
            if now - heard.at < UNHEARD {
                self.0.entry(heard.digest).or_default().push((heard.id, now));
            }
        }
    }

    /// The id under which a message was heard before, once for each time it was.
    pub(super) fn known(&mut self, digest: &Digest, now: Timestamp) -> Option<String> {
        let known = self.0.get_mut(digest)?;
        known.retain(|(_, at)| now - *at < KNOWN);
        let first = (!known.is_empty()).then(|| known.remove(0).0);
        if known.is_empty() {
            self.0.remove(digest);
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Clock;

    #[test]
    fn only_what_was_heard_just_before_the_end_is_known_again_once_and_not_for_long() {
        let now = Clock::system().now();
        let mut repeats = Repeats::default();
        let mut lately = Lately::default();
        lately.put([1; 32], "old".into(), now - TimeDelta::seconds(11));
        lately.put([2; 32], "new".into(), now - TimeDelta::seconds(1));
        lately.put([2; 32], "twice".into(), now);
        repeats.lost(lately, now);
        assert_eq!(repeats.known(&[1; 32], now), None);
        assert_eq!(repeats.known(&[2; 32], now).as_deref(), Some("new"));
        assert_eq!(repeats.known(&[2; 32], now).as_deref(), Some("twice"));
        assert_eq!(repeats.known(&[2; 32], now), None);
        let mut lately = Lately::default();
        lately.put([3; 32], "late".into(), now);
        repeats.lost(lately, now);
        assert_eq!(repeats.known(&[3; 32], now + TimeDelta::seconds(30)), None);
    }

    #[test]
    fn what_the_centre_has_shown_to_have_heard_is_not_known_again() {
        let now = Clock::system().now();
        let mut lately = Lately::default();
        for (digest, answered) in [([1; 32], 1), ([2; 32], 3)] {
            lately.put(digest, "id".into(), now);
            lately.answered(&digest, now + TimeDelta::seconds(answered));
        }
        lately.put([3; 32], "id".into(), now);
        lately.proven(now + TimeDelta::seconds(2));
        let mut repeats = Repeats::default();
        repeats.lost(lately, now);
        assert_eq!([1, 2, 3].map(|digest| repeats.known(&[digest; 32], now).is_some()), [false, true, true]);
    }
}
