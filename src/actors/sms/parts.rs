//! Long messages whose parts come in requests of their own.
//!
//! A part is acknowledged only once the whole is safe, so nothing here has to be durable: a company that hears no acknowledgement comes again.
//! What never becomes whole is handed on with its gaps when one of its parts comes again later.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::actors::ingress::{Ingress, Taken};
use crate::channels::sms::Part;
use crate::domain::{Inbound, InboundKind, Message, MessageBody, Trace};
use crate::flows::Channel;

/// How long a part's request waits for the others.
const PATIENCE: Duration = Duration::from_secs(3);
/// After this long a message with gaps is better than none.
const GIVE_UP: Duration = Duration::from_mins(2);
/// How long parts of a message that became whole are known again.
const REMEMBERED: Duration = Duration::from_hours(1);
/// Messages waited for, and remembered, at once; the oldest go, and come again.
const GROUPS_MAX: usize = 2_000;
/// What stands for a part that never came.
const GAP: &str = " … ";

/// Who said it to whom, and the reference its parts share.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    account: String,
    from: String,
    reference: u16,
    total: u8,
}

#[derive(Debug)]
struct Group {
    parts: BTreeMap<u8, Inbound>,
    waiting: Vec<oneshot::Sender<Taken>>,
    since: Instant,
}

/// Messages whose parts are being gathered.
#[derive(Debug, Default)]
pub struct Parts(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    open: HashMap<Key, Group>,
    /// Ids of parts that were handed on, and when.
    done: HashMap<String, Instant>,
}

/// What follows from a part.
enum Next {
    /// It was handed on before.
    Known,
    Wait(oneshot::Receiver<Taken>),
    Whole(Key, Group),
}

impl Parts {
    /// Takes one part. Returns once its whole message is safe, or with [`Taken::NotSafe`] when it has to come again.
    pub async fn take(&self, ingress: &Ingress, gateway: &str, part: Part, trace: Trace) -> Taken {
        let next = self.0.lock().add(part, Instant::now());
        match next {
            Next::Known => Taken::Safe,
            Next::Wait(others) => {
                let waited = tokio::time::timeout(PATIENCE, others).await;
                waited.ok().and_then(Result::ok).unwrap_or(Taken::NotSafe)
            }
            Next::Whole(key, group) => {
                let Group { parts, waiting, .. } = group;
                let ids: Vec<String> = parts.values().map(|part| part.provider_id.clone()).collect();
                let taken = match join(&key, parts) {
                    Some(whole) => ingress.take(Channel::Sms, gateway, vec![whole], trace).await,
                    None => Taken::Safe,
                };
                if taken == Taken::Safe {
                    self.0.lock().remember(ids, Instant::now());
                }
                for one in waiting {
                    let _ = one.send(taken);
                }
                taken
            }
        }
    }
}

impl Inner {
    fn add(&mut self, part: Part, now: Instant) -> Next {
        if self.done.get(&part.inbound.provider_id).is_some_and(|at| now - *at < REMEMBERED) {
            return Next::Known;
        }
        let key = Key {
            account: part.inbound.account.clone(),
            from: from(&part.inbound),
            reference: part.reference,
            total: part.total,
        };
        self.make_room(now);
        let fresh = || Group { parts: BTreeMap::new(), waiting: Vec::new(), since: now };
        let group = self.open.entry(key.clone()).or_insert_with(fresh);
        group.parts.insert(part.number, part.inbound);
        if group.parts.len() == usize::from(key.total) || now - group.since >= GIVE_UP {
            let whole = self.open.remove(&key).unwrap_or_else(fresh);
            return Next::Whole(key, whole);
        }
        let (sender, receiver) = oneshot::channel();
        group.waiting.push(sender);
        Next::Wait(receiver)
    }

    fn remember(&mut self, ids: Vec<String>, now: Instant) {
        self.done.extend(ids.into_iter().map(|id| (id, now)));
    }

    fn make_room(&mut self, now: Instant) {
        if self.done.len() > GROUPS_MAX {
            self.done.retain(|_, at| now - *at < REMEMBERED);
        }
        while self.done.len() > 2 * GROUPS_MAX {
            let Some(oldest) = self.done.iter().min_by_key(|(_, at)| **at).map(|(id, _)| id.clone()) else { break };
            self.done.remove(&oldest);
        }
        while self.open.len() >= GROUPS_MAX {
            let Some(oldest) = self.open.iter().min_by_key(|(_, group)| group.since).map(|(key, _)| key.clone()) else {
                break;
            };
            self.open.remove(&oldest);
        }
    }
}

fn from(inbound: &Inbound) -> String {
    match &inbound.kind {
        InboundKind::Message(message) => message.from.phone.as_ref().map(ToString::to_string).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The parts as one message, named by its first part: that one coming again alone is known by it.
fn join(key: &Key, parts: BTreeMap<u8, Inbound>) -> Option<Inbound> {
    let mut text = String::new();
    for number in 1..=key.total {
        match parts.get(&number) {
            Some(part) => text.push_str(words(part)),
            None => text.push_str(GAP),
        }
    }
    let raw = parts.values().map(|part| part.raw.clone()).collect::<Vec<Bytes>>().join(&b'\n');
    let occurred_at = parts.values().filter_map(|part| part.occurred_at).min();
    let first = parts.into_values().next()?;
    let InboundKind::Message(message) = first.kind else { return None };
    Some(Inbound {
        provider_id: format!("parts:{}", first.provider_id),
        account: first.account,
        occurred_at,
        kind: InboundKind::Message(Message { body: MessageBody::Text { text }, ..message }),
        raw: raw.into(),
    })
}

fn words(part: &Inbound) -> &str {
    match &part.kind {
        InboundKind::Message(Message { body: MessageBody::Text { text }, .. }) => text,
        _ => "",
    }
}
