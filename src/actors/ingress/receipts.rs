//! Receipts: news of messages we sent.

use std::sync::Arc;

use super::Ingress;
use crate::actors::accounts::Account;
use crate::actors::event::{EventKind, NewEvent, Verdict};
use crate::channels::whatsapp;
use crate::domain::ids::Opaque;
use crate::domain::{DeliveryState, Inbound, InboundKind, OutboxId, Receipt, Trace};
use crate::store::{AttemptState, Fact};

impl Ingress {
    /// News of a message we sent: a fact, and an event only where somebody waits for it or it failed.
    pub(super) async fn receipt(&self, account: &Arc<Account>, update: &Inbound, trace: Trace) -> Verdict {
        let InboundKind::Receipt(receipt) = &update.kind else { return Verdict::Void };
        let Some(state) = receipt.state else { return self.note(account.channel, update).await };
        let ours = receipt.opaque.as_deref().and_then(|opaque| opaque.parse::<Opaque>().ok());
        let Some(opaque) = ours.filter(|opaque| opaque.outbox.conversation.tenant == account.tenant.id) else {
            metrics::counter!("ganira_receipts_unmatched_total").increment(1);
            return Verdict::Void;
        };
        if self.0.shared.facts.record(self.fact(account, receipt, opaque.outbox, state)).await.is_err() {
            return Verdict::Unavailable;
        }
        metrics::counter!("ganira_receipts_total", "state" => state.word()).increment(1);
        tracing::debug!(%trace, outbox.id = %opaque.outbox, state = state.word(), "a receipt was recorded");
        self.0.shared.outbound.receipt(opaque.outbox, state);
        let of = opaque.outbox;
        let kind = match state {
            DeliveryState::Failed => {
                let code = receipt.error.as_ref().map_or(0, |error| error.code);
                EventKind::SendFailed { of, reason: whatsapp::policy::failed(code).word() }
            }
            _ if opaque.wake => EventKind::Receipt { of, state: state.word() },
            _ => return Verdict::Committed,
        };
        let new = NewEvent {
            id: self.provider_event(account, &update.provider_id),
            occurred_at: receipt.at,
            received_at: self.now(),
            account: account.clone(),
            conversation: of.conversation,
            kind,
            raw: update.raw.clone(),
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
            error_code: receipt.error.as_ref().map(|error| error.code),
            price_category: receipt.pricing.as_ref().and_then(|pricing| pricing.category.clone()),
            at: receipt.at.unwrap_or_else(|| self.now()),
        }
    }
}
