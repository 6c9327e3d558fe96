//! Long messages that come in as parts, over SMPP or HTTP: kept in the table before their gateway hears that they are safe, delivered on as one message when
//! the last one is there or the time for it is over. The rules are those of [`Reassembly`].

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::SubsecRound as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use crate::actors::fence::Fence;
use crate::actors::ingress::{Ingress, Taken};
use crate::actors::shared::World;
use crate::channels::smpp::reassembly::{Gathered, Key, PartText, Reassembly, Standing};
use crate::channels::smpp::text::Said;
use crate::channels::smpp::udh::Concatenation;
use crate::crypto::random;
use crate::domain::{Inbound, InboundKind, Message, MessageBody, Phone, Sender, Timestamp, Trace, account_name};
use crate::flows::Channel;
use crate::store::{PartRow, StoreError, seals};

/// Parts of one gateway held at most; more have to come again.
const PARTS_MAX: usize = 20_000;
/// How often is looked for messages whose time is over.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// One part as its gateway gave it.
#[derive(Debug, Clone)]
pub(super) struct PartIn {
    pub gateway: String,
    /// The sender's digits, as the gateway writes them.
    pub from: String,
    pub to: String,
    pub place: Concatenation,
    pub text: PartText,
    /// How long the parts of a message wait for the missing ones, the same for all parts of a gateway.
    pub wait: Duration,
}

/// What is sealed of a part.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    key: Key,
    number: u8,
    text: PartText,
}

/// The gatherer of one incarnation. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Parts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    world: Arc<World>,
    /// By gateway. Held while a part is taken: parts of one message must not pass each other.
    gateways: Mutex<HashMap<String, Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    reassembly: Reassembly,
    wait: Duration,
}

impl Parts {
    pub(super) fn new(world: Arc<World>) -> Self {
        Self(Arc::new(Inner { world, gateways: Mutex::default() }))
    }

    /// Takes one part. Safe: it is kept, or its message is delivered on.
    pub(super) async fn gather(&self, ingress: &Ingress, part: PartIn, trace: Trace) -> Taken {
        let now = self.0.world.clock.now().trunc_subsecs(6);
        let mut gateways = self.0.gateways.lock().await;
        let waiting = match self.gateway(&mut gateways, ingress, &part.gateway, part.wait).await {
            Ok(waiting) => waiting,
            Err(error) => return not_safe(&error),
        };
        if !waiting.reassembly.has_room() {
            return Taken::NotSafe;
        }
        let PartIn { gateway, from, to, place, text, .. } = part;
        let row = self.row(&Kept { key: key(&from, &to, place), number: place.number, text: text.clone() }, now);
        let taken = waiting.reassembly.take(&from, &to, place, text, now);
        if let Some(given_up) = taken.given_up
            && !self.deliver(waiting, ingress, &gateway, given_up.clone(), trace).await
        {
            // The older message has to be safe before its place in the table is taken.
            waiting.reassembly.put_back(given_up, None);
            return Taken::NotSafe;
        }
        if taken.standing == Standing::Again {
            return Taken::Safe;
        }
        let kept = self.0.world.store.keep_part(&gateway, &row).await;
        match (taken.standing, kept) {
            (Standing::Whole(whole), kept) => {
                // Delivered on, it needs no row; without, the part has to come again, and those before it are kept.
                if self.deliver(waiting, ingress, &gateway, whole.clone(), trace).await {
                    return Taken::Safe;
                }
                waiting.reassembly.put_back(whole, Some(place.number));
                kept.map_or_else(|error| not_safe(&error), |()| Taken::NotSafe)
            }
            (_, Ok(())) => Taken::Safe,
            (_, Err(error)) => {
                waiting.reassembly.forget(&from, &to, place);
                not_safe(&error)
            }
        }
    }

    /// Delivers on what waits no longer, until the fence falls.
    pub(super) async fn run(self, fence: Fence, ingress: Ingress, gateways: Vec<(String, Duration)>) {
        for (gateway, wait) in &gateways {
            while let Err(error) = self.gateway(&mut *self.0.gateways.lock().await, &ingress, gateway, *wait).await {
                tracing::warn!(gateway, error = %error.source, "parts of messages could not be read, trying again");
                if fence.wait_or_fallen(LOOK_EVERY).await {
                    return;
                }
            }
        }
        while !fence.wait_or_fallen(LOOK_EVERY).await {
            let mut gateways = self.0.gateways.lock().await;
            for (gateway, waiting) in gateways.iter_mut() {
                self.look(gateway, waiting, &ingress).await;
            }
        }
    }

    async fn look(&self, gateway: &str, waiting: &mut Waiting, ingress: &Ingress) {
        let now = self.0.world.clock.now();
        for overdue in waiting.reassembly.overdue(now) {
            metrics::counter!("ganira_sms_parts_given_up_total").increment(1);
            let trace = Trace(random::number());
            if !self.deliver(waiting, ingress, gateway, overdue.clone(), trace).await {
                waiting.reassembly.put_back(overdue, None);
            }
        }
    }

    /// The gateway's open messages, read from the table the first time.
    async fn gateway<'g>(
        &self,
        gateways: &'g mut HashMap<String, Waiting>,
        ingress: &Ingress,
        gateway: &str,
        wait: Duration,
    ) -> Result<&'g mut Waiting, StoreError> {
        if !gateways.contains_key(gateway) {
            let before = self.0.world.clock.now() - wait;
            self.0.world.store.forget_parts(gateway, before).await?;
            let rows = self.0.world.store.kept_parts(gateway).await?;
            let mut waiting = Waiting { reassembly: Reassembly::new(wait, PARTS_MAX), wait };
            for (gathered, delivered) in self.messages(rows) {
                if let Some(whole) = waiting.reassembly.restore(gathered, delivered)
                    && !self.deliver(&mut waiting, ingress, gateway, whole.clone(), Trace(random::number())).await
                {
                    waiting.reassembly.put_back(whole, None);
                }
            }
            gateways.insert(gateway.to_owned(), waiting);
        }
        Ok(gateways
            .entry(gateway.to_owned())
            .or_insert_with(|| Waiting { reassembly: Reassembly::new(wait, PARTS_MAX), wait }))
    }

    /// The messages whose parts stand in the table, and whether they were delivered on.
    fn messages(&self, rows: Vec<PartRow>) -> Vec<(Gathered, bool)> {
        // The parts of an older message of the same reference lie beside those of a newer one.
        let mut messages: HashMap<(Key, bool), Gathered> = HashMap::new();
        for row in rows {
            let plain = self.0.world.open_by_system(seals::SMS_PART, &row.message, &row.body).ok();
            let Some(kept) = plain.and_then(|plain| serde_json::from_slice::<Kept>(&plain).ok()) else {
                tracing::error!("a part of a message does not open and is left out");
                continue;
            };
            let gathered = Gathered { key: kept.key.clone(), parts: BTreeMap::new(), since: row.at };
            let gathered = messages.entry((kept.key, row.delivered)).or_insert(gathered);
            gathered.since = gathered.since.min(row.at);
            gathered.parts.insert(kept.number, kept.text);
        }
        messages.into_iter().map(|((_, delivered), gathered)| (gathered, delivered)).collect()
    }

    fn row(&self, kept: &Kept, now: Timestamp) -> PartRow {
        let message = self.hash(&kept.key);
        let plain = serde_json::to_vec(kept).unwrap_or_default();
        let body = self.0.world.seal_by_system(seals::SMS_PART, &message, &plain);
        PartRow { message, part: kept.number.into(), at: now, delivered: false, body }
    }

    fn hash(&self, key: &Key) -> [u8; 16] {
        self.0.world.hashes.other(&serde_json::to_vec(key).unwrap_or_default())
    }

    /// Delivers a message on, whole or not. False: it could not be, and nothing is changed.
    async fn deliver(
        &self,
        waiting: &mut Waiting,
        ingress: &Ingress,
        gateway: &str,
        gathered: Gathered,
        trace: Trace,
    ) -> bool {
        let inbound = inbound(gateway, &gathered);
        if ingress.take(Channel::Sms, gateway, vec![inbound], trace).await != Taken::Safe {
            return false;
        }
        let (store, message) = (&self.0.world.store, self.hash(&gathered.key));
        waiting.reassembly.settled(gathered);
        if let Err(error) = store.settle_parts(gateway, message).await {
            // After a restart it would be delivered on again, under the same id: nothing comes of it.
            tracing::warn!(gateway, error = %error.source, "that a message was put together could not be kept");
        }
        let before = self.0.world.clock.now() - waiting.wait;
        if let Err(error) = store.forget_parts(gateway, before).await {
            tracing::debug!(gateway, error = %error.source, "old parts stay until the next message");
        }
        true
    }
}

fn not_safe(error: &StoreError) -> Taken {
    tracing::warn!(error = %error.source, "a part of a message could not be kept: it has to come again");
    Taken::NotSafe
}

fn key(from: &str, to: &str, place: Concatenation) -> Key {
    Key { from: from.to_owned(), to: to.to_owned(), reference: place.reference, total: place.total }
}

/// The same parts have the same id, whenever they are put together.
fn inbound(gateway: &str, gathered: &Gathered) -> Inbound {
    let key = &gathered.key;
    let raw = serde_json::to_vec(&(key, &gathered.parts)).unwrap_or_default();
    let mut digest = Sha256::new_with_prefix(&raw);
    digest.update(gathered.since.timestamp_micros().to_be_bytes());
    Inbound {
        account: account_name(gateway, &key.to),
        provider_id: format!("parts:{}", hex::encode(digest.finalize())),
        occurred_at: None,
        kind: InboundKind::Message(message(&key.from, gathered.said())),
        raw: Bytes::from(raw),
    }
}

/// A message of a phone. Whoever is no phone has no conversation: it is kept and not answered.
pub(super) fn message(from: &str, said: Said) -> Message {
    let body = match said {
        Said::Text(text) => MessageBody::Text { text },
        Said::Binary => MessageBody::Unsupported { what: "binary".to_owned() },
    };
    Message {
        from: Sender { phone: Phone::from_digits(from).ok(), ..Sender::default() },
        body,
        reply_to: None,
        forwarded: false,
        group: None,
        referral: None,
    }
}
