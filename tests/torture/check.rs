//! The checker: pure, from what was acknowledged and what is there to violations and figures. Linear, since every reply of a diary is a
//! complete read of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::database::Database;
use crate::handsets::Session;
use crate::load::Diary;
use crate::observed::{Delivery, Key, Observed, Taken};
use crate::report::Report;

/// A kind of violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    /// An acknowledged message is not in the journal.
    NotJournaled,
    /// It stands there more than once, or became a turn of two contacts.
    JournaledTwice,
    /// An acknowledged message is not in the last read of its diary.
    Lost,
    /// A message stands twice in its diary.
    Twice,
    /// The diary has something nobody said, or in another order.
    OutOfOrder,
    /// A reply is no prefix of the final list.
    NoPrefix,
    /// The numbers of a conversation's turns have a gap, or end elsewhere than the conversation says.
    Gap,
    /// A message stands twice in the outbox, or a turn has another number of replies than one.
    OutboxKey,
    /// A reply never arrived at the company.
    ReplyLost,
    /// A reply arrived that stands in no outbox.
    ReplyFromNowhere,
    /// A reply arrived more often than there are attempts on record.
    ReplyUnaccounted,
    /// A contact's replies first arrived in another order than their turns'.
    ReplyOrder,
    /// Something lies among the dead letters, or a reply has failed.
    Buried,
    /// A receipt made a message look less far than it was.
    RankFell,
    /// A repeated hop got another screen, or a screen is no complete read.
    Screen,
    /// An engine panicked, or ended where it must not.
    Engine,
}

/// Looks at everything.
pub fn check(report: &mut Report, diaries: &[Diary], sessions: &[Session], observed: &Observed, database: &Database) {
    let mut contacts = HashMap::new();
    for diary in diaries {
        if let Some(contact) = journal(report, diary, observed, database) {
            contacts.insert(contact, diary);
        }
    }
    keypads(report, sessions, observed, database);
    numbers(report, observed);
    lists(report, &contacts, observed);
    replies(report, observed);
    let expected = report.dead_letters_expected;
    for (reason, count) in
        observed.dead_letters.iter().filter(|(reason, count)| *reason != "poison" || **count != expected)
    {
        report.add(Violation::Buried, format!("{count} dead letters: {reason}"));
    }
    if observed.ranks_fallen > 0 {
        report.add(Violation::RankFell, format!("{} times", observed.ranks_fallen));
    }
    report.figure("people", diaries.len());
    let messages = diaries.iter().map(|diary| diary.acknowledged as usize).sum::<usize>();
    let hops = sessions.iter().map(|session| session.screens.len()).sum::<usize>();
    report.messages = messages + hops;
    report.figure("messages acknowledged", messages);
    if hops > 0 {
        report.figure("hops answered", hops);
    }
    report.figure("turns in the journal", observed.journal.values().map(Vec::len).sum::<usize>());
    report.figure("replies in the outbox", observed.outbox.len());
    report.figure("replies the sandbox took", observed.taken.len());
}

/// I1: each acknowledged message became exactly one turn, all of one contact, in their order. Returns the contact.
fn journal(report: &mut Report, diary: &Diary, observed: &Observed, database: &Database) -> Option<i64> {
    let mut contact = None;
    let mut last = 0;
    for (n, id) in diary.ids().enumerate() {
        match observed.turns_of(database, &id) {
            [] => report.add(Violation::NotJournaled, format!("{:?} message {n}", diary.person)),
            [(of, seq)] => {
                if *contact.get_or_insert(*of) != *of {
                    report.add(Violation::JournaledTwice, format!("{:?} is two contacts", diary.person));
                }
                if *seq <= last {
                    report.add(
                        Violation::OutOfOrder,
                        format!("{:?} message {n} is turn {seq} after {last}", diary.person),
                    );
                }
                last = *seq;
            }
            more => report.add(Violation::JournaledTwice, format!("{:?} message {n}: {more:?}", diary.person)),
        }
    }
    contact
}

/// I7: each answered hop became exactly one turn, its screen is a complete read, and a repeated one got the same bytes.
fn keypads(report: &mut Report, sessions: &[Session], observed: &Observed, database: &Database) {
    for session in sessions {
        for (n, screen) in session.screens.iter().enumerate() {
            let found: Vec<&str> =
                screen.trim_start_matches("CON ").lines().filter(|line| line.starts_with('u')).collect();
            if found != session.lines(n) {
                report.add(Violation::Screen, format!("{} hop {n}: {screen:?}", session.name()));
            }
            match observed.turns_of_hop(database, session, n) {
                [_] => {}
                [] => report.add(Violation::NotJournaled, format!("{} hop {n}", session.name())),
                more => report.add(Violation::JournaledTwice, format!("{} hop {n}: {more:?}", session.name())),
            }
        }
    }
}

/// I2: turns are numbered 1..n without a gap, and the conversation knows n.
fn numbers(report: &mut Report, observed: &Observed) {
    for (contact, turns) in &observed.turns {
        let is_whole = turns.iter().zip(1..).all(|(turn, n)| *turn == n);
        let now = observed.conversations.get(contact).copied().unwrap_or(0);
        if !is_whole || now != turns.len() as i64 {
            report.add(Violation::Gap, format!("contact {contact}: turns {turns:?}, now {now}"));
        }
    }
}

/// I1 and I2 again, as the people see it: the last reply is the whole list, every other one a prefix of it.
fn lists(report: &mut Report, contacts: &HashMap<i64, &Diary>, observed: &Observed) {
    let mut replies: BTreeMap<i64, Vec<&Taken>> = BTreeMap::new();
    for taken in &observed.taken {
        replies.entry(taken.key.0).or_default().push(taken);
    }
    for (contact, diary) in contacts {
        let taken = replies.get(contact).map_or(&[][..], Vec::as_slice);
        let last = taken.iter().max_by_key(|taken| taken.key.1);
        let found: Vec<&str> = last.map(|taken| taken.text.lines().collect()).unwrap_or_default();
        one_list(report, diary, &found);
        for reply in taken {
            let lines: Vec<&str> = reply.text.lines().collect();
            if !found.starts_with(&lines) {
                report.add(
                    Violation::NoPrefix,
                    format!("{:?}: {:?} says {lines:?} of {found:?}", diary.person, reply.key),
                );
            }
        }
    }
}

fn one_list(report: &mut Report, diary: &Diary, found: &[&str]) {
    let expected = diary.lines();
    let mut seen = BTreeSet::new();
    for line in found {
        if !seen.insert(*line) {
            report.add(Violation::Twice, format!("{:?}: {line}", diary.person));
        }
    }
    for line in &expected {
        if !seen.contains(line.as_str()) {
            report.add(Violation::Lost, format!("{:?}: {line}", diary.person));
        }
    }
    let mut once = found.to_vec();
    once.dedup();
    if seen.len() == found.len() && found.len() == expected.len() && found != expected {
        report.add(Violation::OutOfOrder, format!("{:?}: {found:?}", diary.person));
    }
    if let Some(stranger) = found.iter().find(|line| !expected.iter().any(|one| one == *line)) {
        report.add(Violation::OutOfOrder, format!("{:?}: nobody said {stranger}", diary.person));
    }
}

/// I3: one reply a turn; at the company each exactly once, or more often only where an attempt was unknown and was made again.
fn replies(report: &mut Report, observed: &Observed) {
    let mut arrived: BTreeMap<Key, usize> = BTreeMap::new();
    let mut newest: BTreeMap<i64, i64> = BTreeMap::new();
    for taken in &observed.taken {
        let times = arrived.entry(taken.key).or_default();
        *times += 1;
        if *times == 1 {
            let newest = newest.entry(taken.key.0).or_default();
            if taken.key.1 < *newest {
                report.add(Violation::ReplyOrder, format!("{:?} after turn {newest}", taken.key));
            }
            *newest = taken.key.1.max(*newest);
        }
    }
    for (key, times) in observed.outbox.iter().filter(|(_, times)| **times > 1) {
        report.add(Violation::OutboxKey, format!("{key:?} stands there {times} times"));
    }
    for (contact, turn) in &observed.answered {
        let count = observed.per_turn.get(&(*contact, *turn)).copied().unwrap_or(0);
        if count != 1 {
            report.add(Violation::OutboxKey, format!("turn {turn} of contact {contact} has {count} replies"));
        }
    }
    let mut tried_again = 0;
    let mut twice = 0;
    for key in observed.outbox.keys() {
        let times = arrived.remove(key).unwrap_or(0);
        let Delivery { attempt, attempt_state, rank } =
            observed.deliveries.get(key).copied().unwrap_or(Delivery { attempt: 0, attempt_state: 0, rank: 0 });
        tried_again += usize::from(attempt > 1);
        twice += times.saturating_sub(1);
        if times == 0 {
            report.add(Violation::ReplyLost, format!("{key:?}: attempt {attempt}, state {attempt_state}, rank {rank}"));
        }
        if times > usize::try_from(attempt).unwrap_or(0) {
            report.add(Violation::ReplyUnaccounted, format!("{key:?} arrived {times} times in {attempt} attempts"));
        }
        if rank >= 100 {
            report.add(Violation::Buried, format!("{key:?} has failed"));
        }
    }
    for (key, times) in arrived {
        report.add(Violation::ReplyFromNowhere, format!("{key:?} arrived {times} times"));
    }
    report.figure("replies tried again after an unknown", tried_again);
    report.figure("replies that arrived again", twice);
}
