//! What comes in: each message is answered when it is safe, in the order of its sender. Receipts follow no order.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use parking_lot::Mutex;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::line::{Line, Seat};
use super::repeats::{Digest, Lately};
use super::ussd::{admits, is_ussd};
use crate::actors::ingress::Taken;
use crate::actors::parts::{PartIn, message};
use crate::channels::smpp::reassembly::PartText;
use crate::channels::smpp::text::{self, Alphabet, Said};
use crate::channels::smpp::udh::{self, Concatenation, Reference};
use crate::channels::smpp::{Answer, Delivered, Heard, ReceiptText, State, ids};
use crate::crypto::random;
use crate::domain::receipt::ReceiptError;
use crate::domain::{Inbound, InboundKind, Receipt, Trace, account_name};
use crate::flows::Channel;

/// Messages of one session taken at once; those of one sender one after another.
const LANES: usize = 16;
/// A header precedes the text, and the kinds of message (section 5.2.12).
const HAS_HEADER: u8 = 0x40;
const KIND: u8 = 0x3c;
const RECEIPT: u8 = 0x04;
const INTERMEDIATE: u8 = 0x20;

/// A message on its way in.
#[derive(Debug)]
struct Coming {
    sequence: u32,
    message: Box<Delivered>,
}

impl Line {
    /// Hears one session until it ends.
    pub(super) async fn hear(self: &Arc<Self>, seat: &Arc<Seat>, mut hears: BoxStream<'static, Heard>) {
        let session = &seat.session;
        let lanes: Vec<UnboundedSender<Coming>> = (0..LANES)
            .map(|_| {
                let (lane, coming) = mpsc::unbounded_channel();
                crate::actors::spawn(self.clone().work(seat.clone(), coming));
                lane
            })
            .collect();
        while let Some(heard) = hears.next().await {
            match heard {
                Heard::Delivered { sequence, message } if is_ussd(&message) => {
                    // A person waits at her keypad: nobody else's message is in her way.
                    if admits(self) {
                        crate::actors::spawn(self.clone().hop(seat.clone(), sequence, message));
                    } else {
                        session.answer(sequence, Answer::Later).await;
                    }
                }
                Heard::Delivered { sequence, message } => {
                    self.in_hand.fetch_add(1, Ordering::AcqRel);
                    let coming = Coming { sequence, message };
                    if lanes[lane_of(&coming.message)].send(coming).is_err() {
                        self.in_hand.fetch_sub(1, Ordering::AcqRel);
                    }
                }
                Heard::Unreadable { sequence, pdu, why } => {
                    let taken = self.tools.ingress.bury_body(Channel::Sms, &self.gateway.name, &pdu, &why).await;
                    session.answer(sequence, answer(taken)).await;
                }
                Heard::Unbind { sequence } => session.answer_unbind(sequence).await,
                Heard::Late => metrics::counter!("ganira_smpp_late_answers_total").increment(1),
                Heard::Other { sequence, what } => {
                    tracing::debug!(what, "a message centre sent a command that is not understood");
                    session.refuse(sequence).await;
                }
            }
        }
        drop(lanes);
        let lately = std::mem::take(&mut *seat.lately.lock());
        self.repeats.lock().lost(lately, self.tools.world.clock.now());
    }

    /// Takes the messages of some senders, one after another.
    async fn work(self: Arc<Self>, seat: Arc<Seat>, mut lane: UnboundedReceiver<Coming>) {
        while let Some(Coming { sequence, message }) = lane.recv().await {
            // What nobody can be answered about comes again.
            if seat.session.is_open() {
                let answer = self.take(&seat, &message).await;
                if seat.session.answer(sequence, answer).await {
                    seat.lately.lock().answered(&digest(&message), self.tools.world.clock.now());
                }
            }
            self.in_hand.fetch_sub(1, Ordering::AcqRel);
        }
    }

    async fn take(self: &Arc<Self>, seat: &Arc<Seat>, message: &Delivered) -> Answer {
        if self.is_closed() || !self.tools.ingress.admits(Channel::Sms) {
            return Answer::Later;
        }
        let gateway = self.gateway.name.as_str();
        let trace = Trace(random::number());
        let take = async |inbound| self.tools.ingress.take(Channel::Sms, gateway, vec![inbound], trace).await;
        if let Some(receipt) = self.receipt(message) {
            return answer(take(receipt).await);
        }
        let body = match self.body(message) {
            Body::Alone(said) => said,
            Body::Part(place, text) => {
                let (from, to) = (self.gateway.digits(&message.from), message.to.clone());
                let wait = self.gateway.parts_wait();
                let part = PartIn { gateway: gateway.to_owned(), from, to, place, text, wait };
                return answer(self.tools.ingress.gather(part, trace).await);
            }
        };
        let provider_id = self.id_of(message, &seat.lately);
        let inbound = Inbound {
            account: account_name(gateway, &message.to),
            provider_id,
            occurred_at: None,
            kind: InboundKind::Message(self::message(&self.gateway.digits(&message.from), body)),
            raw: raw(message),
        };
        answer(take(inbound).await)
    }

    /// The centre's own id of a message, where it gives one; else one of ours, the same if the message comes again after a lost connection.
    fn id_of(&self, message: &Delivered, lately: &Mutex<Lately>) -> String {
        if let Some(id) = &message.receipted_id {
            return format!("mo:{id}");
        }
        let now = self.tools.world.clock.now();
        let digest = digest(message);
        let known = self.repeats.lock().known(&digest, now);
        let id = known.unwrap_or_else(|| format!("mo:{:016x}{:016x}", random::number(), random::number()));
        lately.lock().put(digest, id.clone(), now);
        id
    }

    /// News of a message of ours, if it is that.
    fn receipt(&self, message: &Delivered) -> Option<Inbound> {
        let text = match text::read(&message.octets, self.alphabet(message.data_coding)) {
            Said::Text(text) => ReceiptText::read(&text),
            Said::Binary => ReceiptText::default(),
        };
        let marked = matches!(message.esm_class & KIND, RECEIPT | INTERMEDIATE);
        let told = message.receipted_id.is_some() && message.message_state.is_some();
        if !(marked || told || (message.esm_class & KIND == 0 && text.is_receipt() && text.done.is_some())) {
            return None;
        }
        let gateway = self.gateway.name.as_str();
        let id = message.receipted_id.clone().or(text.id.clone()).unwrap_or_default();
        let state = message.message_state.and_then(State::from_value).or(text.state);
        let mut forms = ids::forms(&id).into_iter();
        let name = forms.next().unwrap_or_default();
        let reference = message.ussd.user_message_reference;
        let from = self.gateway.digits(&message.from);
        let opaque = reference.and_then(|reference| self.begun.lock().heard(reference, &from, &name));
        let code = message.network_error.map_or_else(|| text.error_code(), i64::from);
        let word = state.map_or("UNKNOWN", State::word);
        let delivery = state.and_then(State::delivery).filter(|_| !id.is_empty());
        let failed = delivery == Some(crate::domain::DeliveryState::Failed);
        Some(Inbound {
            account: account_name(gateway, &message.to),
            provider_id: format!("receipt:{name}:{word}"),
            occurred_at: None,
            kind: InboundKind::Receipt(Receipt {
                message: name,
                also: forms.collect(),
                state: delivery,
                opaque: opaque.map(|opaque| opaque.to_string()),
                parts: 1,
                at: None,
                error: failed.then(|| ReceiptError { code, title: word.to_owned() }),
                pricing: None,
            }),
            raw: raw(message),
        })
    }

    pub(super) fn alphabet(&self, data_coding: u8) -> Alphabet {
        text::alphabet(data_coding, self.gateway.settings.default_alphabet)
    }

    /// What a message says, or which part of a longer one it is.
    fn body(&self, message: &Delivered) -> Body {
        let alphabet = self.alphabet(message.data_coding);
        let mut place = match (message.sar_reference, message.sar_total, message.sar_number) {
            (Some(reference), Some(total), Some(number)) => {
                Concatenation::new(Reference::Sar(reference), total, number)
            }
            _ => None,
        };
        let mut octets = &message.octets[..];
        if message.esm_class & HAS_HEADER != 0 {
            match udh::read(&message.octets) {
                // For a program on the phone: no words of a person.
                Ok(headed) if headed.for_a_port => return Body::Alone(Said::Binary),
                Ok(headed) => (place, octets) = (headed.concatenation.or(place), headed.body),
                Err(error) => {
                    tracing::debug!(%error, "a message's header does not read");
                    return Body::Alone(Said::Binary);
                }
            }
        }
        match place {
            Some(place) => Body::Part(place, PartText { alphabet, octets: octets.to_vec() }),
            None => Body::Alone(text::read(octets, alphabet)),
        }
    }
}

enum Body {
    Alone(Said),
    Part(Concatenation, PartText),
}

fn answer(taken: Taken) -> Answer {
    match taken {
        // Nobody here has it, and it is kept: it would not become another's by coming again.
        Taken::Safe | Taken::Forbidden => Answer::Safe,
        Taken::NotSafe | Taken::Refused(_) => Answer::Later,
    }
}

fn lane_of(message: &Delivered) -> usize {
    let mut hasher = DefaultHasher::new();
    message.from.hash(&mut hasher);
    (hasher.finish() % LANES as u64) as usize
}

fn digest(message: &Delivered) -> Digest {
    let mut digest = Sha256::new();
    for field in [message.from.as_bytes(), message.to.as_bytes(), &[message.esm_class, message.data_coding]] {
        digest.update((field.len() as u64).to_be_bytes());
        digest.update(field);
    }
    digest.update(&message.octets);
    digest.finalize().into()
}

/// A message as it is kept: PDUs are no text.
pub(super) fn raw(message: &Delivered) -> Bytes {
    let raw = json!({
        "service_type": message.service_type,
        "from": message.from,
        "to": message.to,
        "esm_class": message.esm_class,
        "data_coding": message.data_coding,
        "octets": hex::encode(&message.octets),
        "sar": [message.sar_reference, message.sar_total.map(u16::from), message.sar_number.map(u16::from)],
        "receipted_message_id": message.receipted_id,
        "message_state": message.message_state,
        "network_error_code": message.network_error,
        "ussd_service_op": message.ussd.service_op,
        "its_session_info": message.ussd.session_info,
        "user_message_reference": message.ussd.user_message_reference,
    });
    Bytes::from(raw.to_string())
}
