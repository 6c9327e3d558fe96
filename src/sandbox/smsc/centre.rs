//! The centre itself: binds, submits, receipts, and what phones send.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use smpp34::server::ESME;
use smpp34::{
    SmppConnectionInformation, SmppError, SmppServerListener, Tlv, TlvList as _, TlvTag, bind_receiver,
    bind_receiver_resp, bind_transceiver, bind_transceiver_resp, bind_transmitter, bind_transmitter_resp, deliver_sm,
    submit_sm, submit_sm_resp,
};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::front::Front;
use super::handset::Handset;
use super::misbehave::{Order, Orders};
use super::{SmscOptions, submitted};

/// How long something is sent again before the centre gives it up.
const GIVE_UP: Duration = Duration::from_mins(2);
/// Message states (section 5.2.28) by the words of receipts.
const STATES: [(&str, u8); 6] =
    [("DELIVRD", 2), ("EXPIRED", 3), ("DELETED", 4), ("UNDELIV", 5), ("ACCEPTD", 6), ("REJECTD", 8)];
const RECEIPT: u8 = 0x04;

/// See the module.
pub(super) struct Centre {
    /// Itself, for the tasks that outlive a call.
    pub me: Weak<Centre>,
    pub options: SmscOptions,
    pub inner: Mutex<Inner>,
    pub front: Front,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
}

impl std::fmt::Debug for Centre {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Centre").field("options", &self.options).finish_non_exhaustive()
    }
}

/// What changes.
pub(super) struct Inner {
    next_id: u64,
    sessions: HashMap<String, Arc<ESME>>,
    /// Whose turn it is to receive.
    turn: usize,
    pub handsets: HashMap<String, Handset>,
    pub orders: Orders,
    /// Submits that were taken, and by how many sessions.
    pub submits: u64,
    pub submitters: HashSet<String>,
    pub binds: u64,
    /// Messages that were answered with another status than 0, to be sent again.
    pub refused: u64,
}

impl Inner {
    pub(super) fn new(first_id: u64) -> Self {
        Self {
            next_id: first_id,
            sessions: HashMap::new(),
            turn: 0,
            handsets: HashMap::new(),
            orders: Orders::default(),
            submits: 0,
            submitters: HashSet::new(),
            binds: 0,
            refused: 0,
        }
    }

    pub(super) fn sessions(&self) -> usize {
        self.sessions.len()
    }
}

impl Centre {
    fn check(&self, system_id: &str, password: &str) -> Result<(), SmppError> {
        self.inner.lock().binds += 1;
        let known = self.options.logins.iter().find(|(known, _)| known == system_id);
        match known {
            None => Err(SmppError::ESME_RINVSYSID),
            Some((_, right)) if right != password => Err(SmppError::ESME_RINVPASWD),
            Some(_) => Ok(()),
        }
    }

    /// Sends a message on some session until somebody takes it. True: it was taken.
    pub(super) async fn deliver(&self, message: deliver_sm) -> bool {
        let until = tokio::time::Instant::now() + GIVE_UP;
        while tokio::time::Instant::now() < until && !self.stop.is_cancelled() {
            if let Some(esme) = self.receiver() {
                match esme.send_deliver_sm_pdu(message.clone()).await {
                    Ok(answer) if answer.command_status() == 0 => return true,
                    _ => self.inner.lock().refused += 1,
                }
            }
            tokio::time::sleep(self.options.again_after).await;
        }
        false
    }

    /// A session that receives, in turn.
    fn receiver(&self) -> Option<Arc<ESME>> {
        let mut inner = self.inner.lock();
        inner.turn += 1;
        let turn = inner.turn;
        let mut receivers: Vec<&Arc<ESME>> = inner.sessions.values().filter(|esme| esme.can_receive).collect();
        receivers.sort_by_key(|esme| &esme.session_id);
        (!receivers.is_empty()).then(|| receivers[turn % receivers.len()].clone())
    }

    fn submit(&self, submit: &submit_sm, session: &str) -> (Order, Result<u64, u32>) {
        let mut inner = self.inner.lock();
        let order = inner.orders.next();
        if let Some(status) = order.status {
            return (order, Err(status));
        }
        if order.cut {
            return (order, Err(SmppError::ESME_RSYSERR as u32));
        }
        let id = inner.next_id;
        let phone = submitted::digits(&submit.destination_addr);
        if let Some(screen) = submitted::screen(submit) {
            inner.handsets.entry(phone).or_default().screens.push(screen);
        } else {
            match submitted::arriving(submit, id) {
                Ok(arriving) => inner.handsets.entry(phone).or_default().receive(arriving),
                Err(status) => return (order, Err(status)),
            }
        }
        inner.next_id += 1;
        inner.submits += 1;
        inner.submitters.insert(session.to_owned());
        (order, Ok(id))
    }

    fn receipt(&self, submit: &submit_sm, id: u64, order: &Order) -> deliver_sm {
        let written = self.options.receipt_ids.write(id);
        let word = order.state.as_deref().unwrap_or("DELIVRD");
        let (error, delivered) = if word == "DELIVRD" { ("000", "001") } else { ("001", "000") };
        let text = format!(
            "id:{written} sub:001 dlvrd:{delivered} submit date:2611200900 done date:2611200901 stat:{word} err:{error} text:"
        );
        let mut receipt = message(&submit.destination_addr, &submit.source_addr, RECEIPT, 0, text.into_bytes());
        if let Some(reference) = submit.tlvs.user_message_reference() {
            receipt.push_tlv(Tlv::from_u16(TlvTag::UserMessageReference, reference));
        }
        if self.options.receipt_parameters {
            let state = STATES.iter().find(|(known, _)| *known == word).map_or(7, |(_, value)| *value);
            receipt.push_tlv(Tlv::from_c_string(TlvTag::ReceiptedMessageId, &written));
            receipt.push_tlv(Tlv::from_u8(TlvTag::MessageStateTlv, state));
        }
        receipt
    }
}

/// A message from a phone, or news of one.
pub(super) fn message(from: &str, to: &str, esm_class: u8, data_coding: u8, octets: Vec<u8>) -> deliver_sm {
    const INTERNATIONAL: u8 = 1;
    const E164: u8 = 1;
    let (from, to, none) = (from.to_owned(), to.to_owned(), String::new());
    deliver_sm::new(
        0,
        none.clone(),
        INTERNATIONAL,
        E164,
        from,
        0,
        E164,
        to,
        esm_class,
        0,
        0,
        none.clone(),
        none,
        0,
        0,
        data_coding,
        0,
        octets,
    )
}

/// The server calls it by its handle.
#[async_trait]
impl SmppServerListener for Centre {
    async fn on_bind_transceiver(
        &self,
        bind: bind_transceiver,
        _: &SmppConnectionInformation,
        _: &String,
    ) -> bind_transceiver_resp {
        match self.check(&bind.system_id, &bind.password) {
            Ok(()) => bind.accept("SANDBOX".to_owned(), Some(0x34)),
            Err(error) => bind.reject(error),
        }
    }

    async fn on_bind_transmitter(
        &self,
        bind: bind_transmitter,
        _: &SmppConnectionInformation,
        _: &String,
    ) -> bind_transmitter_resp {
        match self.check(&bind.system_id, &bind.password) {
            Ok(()) => bind.accept("SANDBOX".to_owned(), Some(0x34)),
            Err(error) => bind.reject(error),
        }
    }

    async fn on_bind_receiver(
        &self,
        bind: bind_receiver,
        _: &SmppConnectionInformation,
        _: &String,
    ) -> bind_receiver_resp {
        match self.check(&bind.system_id, &bind.password) {
            Ok(()) => bind.accept("SANDBOX".to_owned(), Some(0x34)),
            Err(error) => bind.reject(error),
        }
    }

    async fn on_submit_sm(&self, submit: submit_sm, _: &SmppConnectionInformation, session: &String) -> submit_sm_resp {
        let Some(centre) = self.me.upgrade() else { return submit.reject(SmppError::ESME_RSYSERR) };
        let (order, taken) = centre.submit(&submit, session);
        if order.cut {
            centre.front.cut();
        }
        let id = match taken {
            Ok(id) => id,
            Err(status) => {
                let mut refusal = submit.reject(SmppError::ESME_RSYSERR);
                refusal.header.command_status = status;
                return refusal;
            }
        };
        let wants_receipt = submit.registered_delivery & 1 == 1 && !order.no_receipt;
        if wants_receipt {
            let receipt = centre.receipt(&submit, id, &order);
            let delay = if order.receipt_first { Duration::ZERO } else { centre.options.receipt_delay };
            let sending = {
                let centre = centre.clone();
                async move {
                    tokio::time::sleep(delay).await;
                    centre.deliver(receipt).await;
                }
            };
            centre.tasks.spawn(sending);
            if order.receipt_first {
                tokio::time::sleep(centre.options.receipt_delay * 5).await;
            }
        }
        if order.cut_answer {
            centre.front.cut();
        }
        submit.accept(centre.options.submit_ids.write(id))
    }

    async fn on_esme_bound(&self, esme: ESME, session: &String) {
        self.inner.lock().sessions.insert(session.clone(), Arc::new(esme));
    }

    async fn on_esme_unbound(&self, session: &String) {
        self.inner.lock().sessions.remove(session);
    }
}
