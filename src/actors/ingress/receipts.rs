//! Receipts: news of messages we sent. Where a company brings our own id back they are a fact at once; where it only knows names of its own they
//! are looked up, part by part, and kept if they come before the name is known.

use std::sync::Arc;

use bytes::Bytes;

use super::Ingress;
use crate::actors::accounts::Account;
use crate::actors::event::{EventKind, NewEvent, Verdict};
use crate::domain::ids::Opaque;
use crate::domain::{DeliveryState, EventId, Inbound, InboundKind, OutboxId, Receipt, Timestamp, Trace};
use crate::flows::Channel;
use crate::store::messages::Carried;
use crate::store::{AttemptState, Fact, NamedReceipt, RipeReceipt, Standing};

/// Early receipts told at once.
const RIPE_MAX: i32 = 256;

/// What a conversation may have to hear of one of its messages.
struct Heard {
    event: EventId,
    of: OutboxId,
    state: DeliveryState,
    wake: bool,
    error_code: Option<i64>,
    at: Option<Timestamp>,
    raw: Bytes,
    trace: Trace,
}

impl Ingress {
    /// News of a message we sent: a fact, and an event only where somebody waits for it or it failed. The receipt brings our own id back, and
    /// the message has no parts.
    pub(super) async fn receipt(&self, account: &Arc<Account>, update: &Inbound, trace: Trace) -> Verdict {
        let InboundKind::Receipt(receipt) = &update.kind else { return Verdict::Void };
        let Some(state) = receipt.state else { return self.note(account.channel, update).await };
        let ours = opaque(receipt).filter(|ours| ours.outbox.conversation.tenant == account.tenant.id);
        let Some(ours) = ours else {
            metrics::counter!("ganira_receipts_unmatched_total").increment(1);
            return Verdict::Void;
        };
        if self.0.shared.facts.record(self.fact(account, receipt, ours.outbox, state)).await.is_err() {
            return Verdict::Unavailable;
        }
        let heard = Heard {
            event: self.provider_event(account, &update.provider_id),
            of: ours.outbox,
            state,
            wake: ours.wake,
            error_code: receipt.error.as_ref().map(|error| error.code),
            at: receipt.at,
            raw: update.raw.clone(),
            trace,
        };
        self.tell(account, heard).await
    }

    /// The same where the receipt names a part of a message as its gateway calls it.
    pub(super) async fn named_receipt(&self, gateway: &str, update: &Inbound, trace: Trace) -> Verdict {
        let InboundKind::Receipt(receipt) = &update.kind else { return Verdict::Void };
        let Some(state) = receipt.state else { return self.note(Channel::Sms, update).await };
        let world = &self.0.shared.world;
        let named = NamedReceipt {
            forms: std::iter::once(&receipt.message)
                .chain(&receipt.also)
                .map(|name| world.hashes.name(gateway, name))
                .collect(),
            carried: self.carried(gateway, receipt),
            rank: state.rank(),
            error_code: receipt.error.as_ref().map(|error| error.code),
            at: receipt.at.unwrap_or_else(|| self.now()),
        };
        match self.0.shared.facts.receive(named).await {
            Err(_) => Verdict::Unavailable,
            Ok(None) => {
                metrics::counter!("ganira_receipts_early_total").increment(1);
                Verdict::Committed
            }
            Ok(Some(standing)) => self.stands(standing, receipt.at, update.raw.clone(), trace).await,
        }
    }

    /// Whose message it is by the receipt's own opaque field, if its tenant has a number at this gateway.
    fn carried(&self, gateway: &str, receipt: &Receipt) -> Option<Carried> {
        let ours = opaque(receipt)?;
        let tenant = ours.outbox.conversation.tenant;
        let account = self.0.shared.world.accounts.of_app(tenant, Channel::Sms, gateway)?.id;
        Some(Carried { account, outbox: ours.outbox, parts: receipt.parts.max(1), wake: ours.wake })
    }

    /// Tells of receipts that came before their messages had a name. To be called once in a while.
    pub async fn ripen(&self) {
        let store = &self.0.shared.world.store;
        let ripe = match store.ripe_receipts(RIPE_MAX).await {
            Ok(ripe) => ripe,
            Err(error) => return tracing::warn!(error = %error.source, "early receipts could not be read"),
        };
        let told = futures::future::join_all(ripe.iter().map(|ripe| self.ripe(ripe))).await;
        let told: Vec<RipeReceipt> =
            ripe.into_iter().zip(told).filter(|(_, told)| *told).map(|(ripe, _)| ripe).collect();
        if told.is_empty() {
            return;
        }
        // Told again they change nothing.
        if let Err(error) = store.forget_receipts(&told).await {
            tracing::warn!(error = %error.source, "early receipts that were told could not be forgotten");
        }
    }

    async fn ripe(&self, ripe: &RipeReceipt) -> bool {
        let trace = Trace(crate::crypto::random::number());
        let raw = Bytes::from_static(b"a receipt that came early");
        self.stands(ripe.standing, None, raw, trace).await.is_safe()
    }

    /// How the whole stands: each of its states is told once.
    async fn stands(&self, standing: Standing, at: Option<Timestamp>, raw: Bytes, trace: Trace) -> Verdict {
        // Of an account that is gone there is nothing to tell.
        let Some(account) = self.account(standing.account) else { return Verdict::Void };
        let of = standing.outbox;
        let Some(state) = DeliveryState::from_rank(standing.rank) else { return Verdict::Void };
        let event = self.event_id(&[b"stands", of.to_string().as_bytes(), state.word().as_bytes()]);
        let Standing { wake, error_code, .. } = standing;
        self.tell(&account, Heard { event, of, state, wake, error_code, at, raw, trace }).await
    }

    async fn tell(&self, account: &Arc<Account>, heard: Heard) -> Verdict {
        let Heard { event, of, state, wake, error_code, at, raw, trace } = heard;
        metrics::counter!("ganira_receipts_total", "state" => state.word()).increment(1);
        tracing::debug!(%trace, outbox.id = %of, state = state.word(), "a receipt was recorded");
        self.0.shared.outbound.receipt(of, state);
        let kind = match state {
            DeliveryState::Failed => {
                let wire = self.0.shared.wires.of(account);
                let reason = wire.map_or("undeliverable", |wire| wire.failed(error_code.unwrap_or_default()).word());
                EventKind::SendFailed { of, reason }
            }
            _ if wake => EventKind::Receipt { of, state: state.word() },
            _ => return Verdict::Committed,
        };
        let new = NewEvent {
            id: event,
            occurred_at: at,
            received_at: self.now(),
            account: account.clone(),
            conversation: of.conversation,
            kind,
            raw,
            trace,
        };
        self.route(new).await.verdict().await
    }

    fn fact(&self, account: &Account, receipt: &Receipt, id: OutboxId, state: DeliveryState) -> Fact {
        Fact {
            id,
            account: account.id,
            attempt: 0,
            attempt_state: AttemptState::None,
            rank: state.rank(),
            message: Some(self.0.shared.world.hashes.event(account.id.0, receipt.message.as_bytes())),
            names: None,
            error_code: receipt.error.as_ref().map(|error| error.code),
            price_category: receipt.pricing.as_ref().and_then(|pricing| pricing.category.clone()),
            at: receipt.at.unwrap_or_else(|| self.now()),
        }
    }
}

fn opaque(receipt: &Receipt) -> Option<Opaque> {
    receipt.opaque.as_deref().and_then(|opaque| opaque.parse().ok())
}
