//! The checker: pure, from what was acknowledged and what is there to violations. Linear, since every reply of a diary is a complete read of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ganira::domain::{AccountId, ContactId, OutboxId};

use crate::company::Arrival;
use crate::node::{Ground, TENANT, WHATSAPP};
use crate::people::{Diary, People, Said, Session};
use crate::store::Tables;
use crate::time;

/// The number of an alarm's turn in the journal.
const ALARM: i16 = 4;

/// What must never be found, by the invariant it breaks.
#[derive(Debug, Default)]
pub struct Violations(BTreeMap<&'static str, Vec<String>>);

impl Violations {
    pub fn add(&mut self, invariant: &'static str, what: impl Into<String>) {
        self.0.entry(invariant).or_default().push(what.into());
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.0.iter().map(|(invariant, examples)| (*invariant, examples.as_slice()))
    }
}

struct Check<'a> {
    tables: &'a Tables,
    arrivals: &'a [Arrival],
    violations: Violations,
}

pub fn check(ground: &Ground, people: &People, figures: &mut BTreeMap<&'static str, u64>) -> Violations {
    let (arrivals, diaries, sessions) = (ground.company.arrivals(), people.diaries(), people.sessions());
    ground.store.read(|tables| {
        let mut check = Check { tables, arrivals: &arrivals, violations: Violations::default() };
        check.nobody_waits(&people.busy());
        check.journal(ground, &diaries);
        check.numbers();
        check.lists(&diaries);
        check.timers(&diaries);
        check.seats();
        check.screens(&sessions);
        check.replies();
        check.receipts(&people.receipts());
        check.backlog();
        let said = diaries.iter().map(|diary| diary.said.len()).sum::<usize>();
        figures.insert("commits of dead writers refused", tables.fenced);
        figures.insert("messages said", said as u64);
        figures.insert("turns in the journal", tables.journal.len() as u64);
        figures.insert("replies that arrived", arrivals.len() as u64);
        figures.insert("hops", sessions.iter().map(|session| session.hops.len()).sum::<usize>() as u64);
        check.violations
    })
}

impl Check<'_> {
    fn bad(&mut self, invariant: &'static str, what: impl Into<String>) {
        self.violations.add(invariant, what);
    }

    /// Liveness, as the people see it.
    fn nobody_waits(&mut self, busy: &BTreeSet<u32>) {
        if !busy.is_empty() {
            self.bad("nobody waits", format!("{busy:?} wait for something 10 s after the last fault"));
        }
    }

    /// Each acknowledged message became exactly one turn, all of one contact.
    fn journal(&mut self, ground: &Ground, diaries: &[Diary]) {
        let mut turns: HashMap<[u8; 16], Vec<(ContactId, i64)>> = HashMap::new();
        for ((_, event, _), entry) in self.tables.journal.iter() {
            turns.entry(event.0).or_default().push((entry.contact, entry.seq.0));
        }
        for diary in diaries {
            let mut contact = None;
            for said in diary.said.iter().filter(|said| said.acknowledged.is_some()) {
                let event = ground.hashes.event(WHATSAPP.0, said.id.as_bytes());
                match turns.get(&event).map_or(&[][..], Vec::as_slice) {
                    [] => self.bad("acknowledged is journaled", format!("{} {:?}", said.id, said.line)),
                    [(of, _)] if *contact.get_or_insert(*of) != *of => {
                        self.bad("one person is one contact", said.id.clone());
                    }
                    [_] => {}
                    more => self.bad("each event is one turn", format!("{}: {more:?}", said.id)),
                }
            }
        }
    }

    /// Turns are numbered 1..n without a gap, and the conversation knows n.
    fn numbers(&mut self) {
        let mut turns: BTreeMap<ContactId, Vec<i64>> = BTreeMap::new();
        for entry in self.tables.journal.values() {
            turns.entry(entry.contact).or_default().push(entry.seq.0);
        }
        for (contact, mut turns) in turns {
            turns.sort_unstable();
            let is_whole = turns.iter().zip(1..).all(|(turn, n)| *turn == n);
            let conversation = ganira::domain::Conversation { tenant: TENANT, contact };
            let now = self.tables.conversations.get(&conversation).map_or(0, |row| row.seq.0);
            if !is_whole || now != turns.len() as i64 {
                self.bad("turns have no gap", format!("contact {}: {turns:?}, now {now}", contact.0));
            }
        }
    }

    /// The last reply is the whole diary, every other one a prefix of it; and the diary is what was said, in an order that can be.
    fn lists(&mut self, diaries: &[Diary]) {
        let mut replies: BTreeMap<&str, Vec<&Arrival>> = BTreeMap::new();
        for arrival in self.arrivals.iter().filter(|arrival| !arrival.text.starts_with("napping")) {
            replies.entry(&arrival.to).or_default().push(arrival);
        }
        for diary in diaries {
            let replies = replies.get(diary.phone.as_str()).map_or(&[][..], Vec::as_slice);
            let last = replies.iter().max_by_key(|arrival| (arrival.id.seq, arrival.id.n));
            let list: Vec<&str> = last.map(|last| last.text.lines().collect()).unwrap_or_default();
            for reply in replies {
                let lines: Vec<&str> = reply.text.lines().collect();
                if !list.starts_with(&lines) {
                    self.bad("every reply is a prefix", format!("{} {}: {lines:?} of {list:?}", diary.phone, reply.id));
                }
            }
            self.list(diary, &list);
        }
    }

    fn list(&mut self, diary: &Diary, list: &[&str]) {
        let mut open: Vec<&Said> = diary.said.iter().collect();
        let mut lines = list.iter().copied().peekable();
        // The latest that one of the lines so far was begun.
        let mut begun_last = 0;
        while let Some(line) = lines.next() {
            let Some(place) = open.iter().position(|said| said.line == line) else {
                let what = format!("{}: {line:?} in {list:?}", diary.phone);
                let is_said = diary.said.iter().any(|said| said.line == line || said.then.contains(&line));
                self.bad(if is_said { "each message has one effect" } else { "nothing is invented" }, what);
                continue;
            };
            let said = open.remove(place);
            if !said.then.is_empty() && lines.next_if(|next| said.then.contains(next)).is_none() {
                self.bad("what follows a message follows it once", format!("{}: {line:?} in {list:?}", diary.phone));
            }
            if said.acknowledged.is_some_and(|at| at < begun_last) {
                let what = format!("{}: {line:?} was acknowledged before another was sent; {list:?}", diary.phone);
                self.bad("order of time", what);
            }
            begun_last = begun_last.max(said.begun);
        }
        for said in open.iter().filter(|said| said.acknowledged.is_some()) {
            self.bad("nothing acknowledged is lost", format!("{}: {:?} is not in {list:?}", diary.phone, said.line));
        }
    }

    /// A nap has one alarm, and an alarm one turn.
    fn timers(&mut self, diaries: &[Diary]) {
        let mut fired: BTreeMap<ContactId, usize> = BTreeMap::new();
        for entry in self.tables.journal.values().filter(|entry| entry.kind == ALARM) {
            *fired.entry(entry.contact).or_default() += 1;
        }
        let whose = self.arrivals.iter().map(|arrival| (arrival.to.as_str(), arrival.id.conversation.contact));
        let whose: BTreeMap<&str, ContactId> = whose.collect();
        for diary in diaries {
            let naps = diary.said.iter().filter(|said| said.line.starts_with("nap ")).count();
            let fired = whose.get(diary.phone.as_str()).and_then(|contact| fired.get(contact)).copied().unwrap_or(0);
            if fired > naps {
                self.bad("a timer fires once", format!("{}: {fired} turns for {naps} timers", diary.phone));
            }
        }
    }

    /// A seat is hers who was told so, and nobody else was.
    fn seats(&mut self) {
        let mut told: BTreeMap<String, BTreeSet<ContactId>> = BTreeMap::new();
        for arrival in self.arrivals {
            let mut lines = arrival.text.lines().peekable();
            while let Some(line) = lines.next() {
                if line.starts_with("seat ") && lines.peek() == Some(&"taken") {
                    let seat = line.rsplit(' ').next().unwrap_or_default().to_owned();
                    told.entry(seat).or_default().insert(arrival.id.conversation.contact);
                }
            }
        }
        for (seat, contacts) in told {
            let owner = self.tables.slots.get(&(TENANT, seat.clone())).copied();
            if contacts.len() != 1 || contacts.first().copied() != owner {
                self.bad(
                    "a refused guard never counts",
                    format!("{seat} was promised to {contacts:?}, and is {owner:?}'s"),
                );
            }
        }
    }

    /// Every screen of a hop is the same, and is what was typed so far.
    fn screens(&mut self, sessions: &[Session]) {
        for session in sessions {
            let mut typed: Vec<&str> = Vec::new();
            for (line, screens) in &session.hops {
                if !line.is_empty() {
                    typed.push(line);
                }
                let shown: BTreeSet<&str> =
                    screens.iter().filter_map(|screen| screen.strip_prefix("CON ")).map(str::trim).collect();
                if shown.len() > 1 {
                    self.bad("one answer per hop", format!("{} {line:?}: {shown:?}", session.phone));
                }
                for screen in shown {
                    if screen.lines().collect::<Vec<_>>() != typed {
                        let what = format!("{} {line:?}: {screen:?} after {typed:?}", session.phone);
                        self.bad("a screen says all that was typed", what);
                    }
                }
            }
        }
    }

    /// One key, one message; at the company each at least once, and more often only where an attempt was ambiguous; in the order of the turns.
    fn replies(&mut self) {
        let mut arrived: BTreeMap<OutboxId, Vec<&Arrival>> = BTreeMap::new();
        let mut newest: BTreeMap<ContactId, OutboxId> = BTreeMap::new();
        for arrival in self.arrivals {
            let earlier = arrived.entry(arrival.id).or_default();
            if earlier.is_empty() {
                let newest = newest.entry(arrival.id.conversation.contact).or_insert(arrival.id);
                if arrival.id < *newest {
                    self.violations.add("replies arrive in order", format!("{} after {newest}", arrival.id));
                }
                *newest = arrival.id.max(*newest);
            }
            let same = |one: &&&Arrival| one.node == arrival.node && one.incarnation == arrival.incarnation;
            if earlier.iter().any(|one| one.is_answered && same(&one)) {
                self.violations.add("what was taken is not sent again", format!("{} by {}", arrival.id, arrival.node));
            }
            earlier.push(arrival);
        }
        let mut keys = BTreeSet::new();
        for ((id, _), row) in self.tables.outbox.iter().filter(|(_, row)| row.account == WHATSAPP) {
            if !keys.insert(*id) {
                self.violations.add("a message has one key", id.to_string());
            }
            let times = arrived.remove(id).map_or(0, |arrivals| arrivals.len());
            let attempts = self.tables.deliveries.get(id).map_or(0, |delivery| delivery.attempt);
            if times == 0 {
                self.violations.add("every reply arrives", format!("{id} of {}: {attempts} attempts", row.at));
            }
            if times > usize::try_from(attempts).unwrap_or(0) {
                let what = format!("{id} arrived {times} times in {attempts} attempts on record");
                self.violations.add("every arrival is accounted for", what);
            }
        }
        for id in arrived.keys() {
            self.violations.add("no reply comes from nowhere", id.to_string());
        }
    }

    /// What a receipt said and we acknowledged is not forgotten.
    fn receipts(&mut self, acknowledged: &BTreeMap<OutboxId, i16>) {
        for (id, rank) in acknowledged {
            let now = self.tables.deliveries.get(id).map_or(0, |delivery| delivery.rank);
            if now < *rank {
                self.bad("a rank never falls", format!("{id}: {now} after {rank}"));
            }
        }
    }

    /// Nothing that is due is left.
    fn backlog(&mut self) {
        let now = time::now();
        let unsettled: Vec<String> = self
            .tables
            .outbox
            .iter()
            .filter(|((id, _), row)| {
                row.account != AccountId(2) && self.tables.deliveries.get(id).is_none_or(|delivery| delivery.rank == 0)
            })
            .map(|((id, _), _)| id.to_string())
            .collect();
        let due: Vec<String> =
            self.tables.timers.keys().filter(|(_, due, _)| *due < now).map(|key| format!("{key:?}")).collect();
        let jobs: Vec<String> = self.tables.jobs.keys().map(ToString::to_string).collect();
        for (what, left) in [("outbox", unsettled), ("timers", due), ("jobs", jobs)] {
            if !left.is_empty() {
                self.bad("the backlog is empty", format!("{what}: {} left, {}", left.len(), left[0]));
            }
        }
        let dead: Vec<String> =
            self.tables.dead_letters.values().map(|letter| format!("{} {}", letter.reason, letter.error)).collect();
        for letter in dead {
            self.bad("nothing is buried", letter);
        }
    }
}
