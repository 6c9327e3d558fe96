//! Taking rows into the window, from memory and from pages of the table.

use super::Window;
use super::contact::{Entry, Left, State, is_media};
use super::words::{Action, Found, Goal, Read, Standing};
use crate::actors::outgoing::Outgoing;
use crate::domain::{ContactId, Timestamp};
use crate::store::OutboxPlace;

/// What became of a row that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// It is in the window, needs nothing, or stays in the table with its contact's other left rows.
    Yes,
    /// There is no room.
    No,
}

impl Window {
    pub(super) fn committed(&mut self, rows: Vec<Outgoing>, now: Timestamp) {
        for message in rows {
            let place = message.place;
            if self.intake.committed(place) {
                let found =
                    Found { id: message.id, place, standing: Standing::Queued { attempt: 0 }, message: Some(message) };
                match self.offer(found, now) {
                    Taken::Yes => self.intake.lane_read(place),
                    Taken::No => self.intake.fall_back(place.writer),
                }
            }
        }
    }

    pub(super) fn page(&mut self, read: Read, found: Vec<Found>, now: Timestamp) {
        self.intake.read_ended();
        match read.goal {
            Goal::Past => self.past_page(read, found, now),
            Goal::Lane { writer, heard } => self.lane_page(read, writer, heard, found, now),
            Goal::Contact { contact, last } => self.contact_page(read, contact, last, found, now),
            Goal::Held => self.held_page(read, found, now),
        }
        self.news.clear();
        self.erased.clear();
    }

    /// Asks for the next page if there is room and need.
    pub(super) fn read_on(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        self.read_again_at = self.read_again_at.filter(|at| *at > now && !self.draining);
        if self.draining || self.read_again_at.is_some() {
            return;
        }
        if self.held.is_full() {
            // What is due has to leave first, or the pages would be read in vain again and again.
            actions.extend(self.read_held(now).map(Action::Read));
            return;
        }
        let read = if self.held.was_read { None } else { self.read_held(now) };
        self.held.was_read = read.is_some();
        let room = self.pace.rows_max.saturating_sub(self.open.len());
        let contacts = &self.contacts;
        let left_of = |id: ContactId| contacts.get(&id)?.left.map(|left| (left.from, left.last));
        let read = read.or_else(|| self.intake.next_read(room, self.pace.rows_max, left_of));
        let read = read.or_else(|| self.read_held(now));
        actions.extend(read.map(Action::Read));
    }

    /// The page of the first held rows whose time has come, if there is room for them.
    fn read_held(&mut self, now: Timestamp) -> Option<Read> {
        let room = self.pace.rows_max.saturating_sub(self.open.len());
        let due = self.held.first_due(now).filter(|_| room > self.pace.rows_max / 4)?;
        self.intake.held_read(due)
    }

    /// Only rows that are held are taken: all others are in the window, settled, or found by another way.
    fn held_page(&mut self, read: Read, found: Vec<Found>, now: Timestamp) {
        let is_last = found.len() < read.limit;
        let mut seen = read.after;
        for found in found {
            let place = found.place;
            // Rows between the two are no more.
            self.held.drop_between(seen, OutboxPlace { place: place.place - 1, ..place }, now);
            if self.held.release(place, now) {
                let contact = found.id.conversation.contact;
                if self.offer(found, now) == Taken::No {
                    self.held.keep(now, place, contact);
                    return;
                }
            }
            seen = place;
        }
        if is_last {
            self.held.drop_between(seen, OutboxPlace { writer: i64::MAX, batch: i64::MAX, place: i32::MAX }, now);
        }
    }

    fn past_page(&mut self, read: Read, found: Vec<Found>, now: Timestamp) {
        let is_last = found.len() < read.limit;
        for found in found {
            let place = found.place;
            if self.intake.is_ours(place.writer) {
                self.intake.past_ended();
                return;
            }
            if self.intake.hop(place) || self.offer(found, now) == Taken::No {
                return;
            }
            self.intake.past_read(place);
        }
        if is_last {
            self.intake.past_ended();
        }
    }

    fn lane_page(&mut self, read: Read, writer: i64, heard: OutboxPlace, found: Vec<Found>, now: Timestamp) {
        let mut is_last = found.len() < read.limit;
        for found in found {
            let place = found.place;
            if place.writer != writer {
                is_last = true;
                break;
            }
            if self.offer(found, now) == Taken::No {
                return;
            }
            self.intake.lane_read(place);
        }
        if is_last {
            self.intake.lane_exhausted(writer, heard);
        }
    }

    /// Fetches left rows of one contact out of a page of everybody's.
    fn contact_page(&mut self, read: Read, id: ContactId, asked_last: OutboxPlace, found: Vec<Found>, now: Timestamp) {
        let is_whole = found.len() < read.limit || found.last().is_some_and(|found| found.place > asked_last);
        let Some(left) = self.contacts.get_mut(&id).and_then(|contact| contact.left.take()) else { return };
        let mut rest = None;
        let mut seen = None;
        for found in found.into_iter().take_while(|found| found.place <= left.last) {
            let place = found.place;
            seen = Some(place);
            if found.id.conversation.contact != id {
                continue;
            }
            let full = self.contacts.get(&id).is_some_and(|contact| contact.queue.len() >= self.pace.contact_rows_max);
            if full || self.offer(found, now) == Taken::No {
                rest = Some(place);
                break;
            }
        }
        // Rows left while the page was read may have been committed after it was.
        let is_met = seen == Some(left.last) || (is_whole && left.last == asked_last);
        if rest.is_none() && !is_met {
            rest = Some(seen.map_or(left.from, |seen| OutboxPlace { place: seen.place.saturating_add(1), ..seen }));
        }
        let half = self.pace.contact_rows_max / 2;
        let contact = self.contacts.entry(id).or_default();
        contact.left = rest.map(|from| Left { from, last: left.last });
        if contact.left.is_some() && contact.queue.len() <= half {
            self.intake.want_refill(id);
        }
        self.file(id, now);
    }

    /// Takes a row in if there is room for it.
    fn offer(&mut self, found: Found, now: Timestamp) -> Taken {
        let Found { id, place, standing, message: Some(message) } = found else { return Taken::Yes };
        let contact_id = id.conversation.contact;
        if let Standing::Accepted { since } = standing {
            self.hold_after(&message, since, now);
            return Taken::Yes;
        }
        if standing == Standing::Done
            || self.erased.contains(&contact_id)
            || (standing_attempt(standing) > 0 && self.news.contains_key(&id))
        {
            return Taken::Yes;
        }
        if let Some(until) = message.envelope.not_before.filter(|until| *until > now && standing_attempt(standing) == 0)
        {
            if self.held.is_full() {
                return Taken::No;
            }
            self.held.keep(until, place, contact_id);
            return Taken::Yes;
        }
        let contact = self.contacts.get(&contact_id);
        if let Some(left) = contact.and_then(|contact| contact.left) {
            self.leave(contact_id, Left { from: left.from, last: left.last.max(place) });
            return Taken::Yes;
        }
        if contact.is_some_and(|contact| contact.queue.len() >= self.pace.contact_rows_max) {
            self.leave(contact_id, Left { from: place, last: place });
            return Taken::Yes;
        }
        if self.open.len() >= self.pace.rows_max {
            return Taken::No;
        }
        let mut entry = Entry::new(message);
        entry.attempt = standing_attempt(standing);
        if let Standing::Unknown { since, .. } = standing {
            entry.state = State::Unknown { until: since + self.pace.unknown_wait };
            entry.first_tried = Some(since);
        }
        self.open.insert(place);
        self.contacts.entry(contact_id).or_default().queue.push_back(entry);
        self.file(contact_id, now);
        Taken::Yes
    }

    fn leave(&mut self, id: ContactId, left: Left) {
        self.contacts.entry(id).or_default().left = Some(left);
    }

    /// Media that was taken before we started, and perhaps not yet sent on.
    fn hold_after(&mut self, message: &Outgoing, since: Timestamp, now: Timestamp) {
        let until = since + self.pace.follower_wait;
        let id = message.id.conversation.contact;
        if is_media(message) && until > now && !self.news.contains_key(&message.id) {
            self.contacts.entry(id).or_default().hold = Some((message.id, until));
            self.file(id, now);
        }
    }
}

fn standing_attempt(standing: Standing) -> i16 {
    match standing {
        Standing::Queued { attempt } | Standing::Unknown { attempt, .. } => attempt,
        Standing::Accepted { .. } | Standing::Done => 0,
    }
}
