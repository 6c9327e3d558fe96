//! A USSD session as the snapshot keeps it: by it a repeated hop is known, and what is new in a history is told from what is old.
//!
//! Pure: times and hashes are given. Nothing of what was typed is kept but its length and a keyed digest.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::crypto::KeyedHash;
use crate::domain::{AccountId, EventId, Hop, Screen, Timestamp, Typed};

/// A screen that comes when this part of the session's time is over would leave no time to answer it.
const LAST_PART: i32 = 5;
/// But no longer than this before its end.
const LAST_MOST: TimeDelta = TimeDelta::seconds(20);

/// Eight bytes of a keyed hash: enough to tell a person's few sessions and histories apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Short(u64);

impl Short {
    fn of(hash: [u8; 16]) -> Self {
        Self(u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]]))
    }

    /// The name of a session at an account.
    pub fn session(hashes: &KeyedHash, account: AccountId, session: &str) -> Self {
        Self::of(hashes.event(account.0, &[b"session\0", session.as_bytes()].concat()))
    }

    fn history(hashes: &KeyedHash, session: Self, history: &str) -> Self {
        Self::of(hashes.other(&[b"history\0", &session.0.to_be_bytes()[..], history.as_bytes()].concat()))
    }

    pub fn event(event: EventId) -> Self {
        Self::of(event.0)
    }
}

/// By what a gateway's hop is known when it comes again. `None`: by nothing, only while it is in flight.
pub fn hop_id(hashes: &KeyedHash, account: AccountId, hop: &Hop) -> Option<EventId> {
    let counted = hop.sequence.map(|sequence| [b"n".as_slice(), &sequence.to_be_bytes()].concat());
    let known = counted.or_else(|| match &hop.typed {
        Typed::History(history) => Some([b"h", history.as_bytes()].concat()),
        Typed::Last(_) => None,
    })?;
    let session = hop.session.as_bytes();
    let length = u32::try_from(session.len()).unwrap_or(u32::MAX).to_be_bytes();
    Some(EventId(hashes.event(account.0, &[b"hop\0", &length[..], session, &known].concat())))
}

/// The last hop, and what answered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastHop {
    #[serde(rename = "i")]
    pub account: AccountId,
    #[serde(rename = "s")]
    pub session: Short,
    #[serde(rename = "e")]
    pub event: Short,
    /// Bytes and digest of the history so far, where the gateway tells all of it.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    history: Option<(u32, Short)>,
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    #[serde(rename = "b")]
    pub began: Timestamp,
    #[serde(rename = "l")]
    pub at: Timestamp,
    /// What she was shown.
    #[serde(rename = "t")]
    pub text: String,
    /// The session is over.
    #[serde(rename = "x", default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
    /// It is the last screen, and whether it left in time is still to be seen.
    #[serde(rename = "w", default, skip_serializing_if = "std::ops::Not::not")]
    pub watched: bool,
}

/// How long sessions of an operator live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Without a key.
    pub idle: TimeDelta,
    /// Altogether.
    pub total: TimeDelta,
}

/// A hop in its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub heard: Heard,
    /// When its session began.
    pub began: Timestamp,
}

/// What a hop says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A session begins: the code with what was dialled behind it, `*384*77*1*2#`.
    Dialled(String),
    Typed(String),
}

impl LastHop {
    /// What is kept of a hop that has been answered.
    pub fn of(hashes: &KeyedHash, (account, event): (AccountId, EventId), hop: &Hop, began: Timestamp) -> Self {
        let session = Short::session(hashes, account, &hop.session);
        let history = match &hop.typed {
            Typed::History(all) => {
                Some((u32::try_from(all.len()).unwrap_or(u32::MAX), Short::history(hashes, session, all)))
            }
            Typed::Last(_) => None,
        };
        let (sequence, event) = (hop.sequence, Short::event(event));
        Self {
            account,
            session,
            event,
            history,
            sequence,
            began,
            at: began,
            text: String::new(),
            ended: false,
            watched: false,
        }
    }

    pub fn screen(&self) -> Screen {
        Screen { text: self.text.clone(), ended: self.ended }
    }

    /// When its operator ends the session if nothing is typed; `None` once it is over.
    pub fn idle_at(&self, life: Life) -> Option<Timestamp> {
        (!self.ended).then(|| self.at + life.idle)
    }

    /// Whether `hop` surely came later than this one in the same session, and so cannot have been had.
    pub fn precedes(&self, hashes: &KeyedHash, account: AccountId, hop: &Hop) -> bool {
        if !self.is_of(hashes, account, hop) {
            return false;
        }
        match (self.sequence, hop.sequence) {
            (Some(last), Some(next)) => next > last,
            _ => self.new_in(hashes, hop).is_some(),
        }
    }

    /// Whether a hop belongs to this session.
    pub fn is_of(&self, hashes: &KeyedHash, account: AccountId, hop: &Hop) -> bool {
        self.account == account && self.session == Short::session(hashes, account, &hop.session)
    }

    /// What a longer history adds to this one.
    fn new_in<'h>(&self, hashes: &KeyedHash, hop: &'h Hop) -> Option<&'h str> {
        let (Typed::History(all), Some((bytes, digest))) = (&hop.typed, self.history) else { return None };
        let (old, new) = all.split_at_checked(bytes as usize)?;
        if Short::history(hashes, self.session, old) != digest {
            return None;
        }
        if old.is_empty() { (!new.is_empty()).then_some(new) } else { new.strip_prefix('*') }
    }
}

/// Puts a hop in its place. `code` is the account's own, `last` the hop before.
pub fn place(
    hashes: &KeyedHash,
    (account, code): (AccountId, &str),
    hop: &Hop,
    last: Option<&LastHop>,
    (now, life): (Timestamp, Life),
) -> Placed {
    let own = last.filter(|last| last.is_of(hashes, account, hop));
    let open = own.filter(|last| hop.new != Some(true) && last.idle_at(life).is_some_and(|at| now <= at));
    if let Some(last) = open {
        return Placed { heard: Heard::Typed(typed(hashes, hop, last)), began: last.began };
    }
    // What a session typed before it was lost was no dialling.
    let behind = if own.is_none() && hop.new != Some(false) { hop.dialled.as_str() } else { "" };
    Placed { heard: Heard::Dialled(dialled(code, hop, behind)), began: now }
}

/// What follows the last history; where a gateway has forgotten it, what follows the last `*`.
fn typed(hashes: &KeyedHash, hop: &Hop, last: &LastHop) -> String {
    let new = match &hop.typed {
        Typed::Last(text) => text.as_str(),
        Typed::History(all) => {
            last.new_in(hashes, hop).unwrap_or_else(|| all.rsplit_once('*').map_or(all, |(_, new)| new))
        }
    };
    new.to_owned()
}

fn dialled(code: &str, hop: &Hop, behind: &str) -> String {
    let own = code.trim_end_matches('#');
    // A gateway may say the longer code that was dialled.
    let said = hop.code.trim().trim_end_matches('#');
    let base = if said.starts_with(own) { said } else { own };
    let behind = behind.trim_matches(['*', '#']);
    if behind.is_empty() { format!("{base}#") } else { format!("{base}*{behind}#") }
}

/// Whether the operator's time is nearly over: a question shown now could not be answered.
pub fn is_nearly_over(began: Timestamp, now: Timestamp, life: Life) -> bool {
    now - began >= life.total - (life.total / LAST_PART).min(LAST_MOST)
}
