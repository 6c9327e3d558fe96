//! One of `statuses[]`: news of a message we sent.

use super::wire::{Error, Items, Status};
use super::{Read, Scope, moment, owned};
use crate::domain::receipt::{Pricing, ReceiptError};
use crate::domain::{DeliveryState, InboundKind, Receipt};

/// Reads one status. `None` if it is no object or names no message.
pub(super) fn read(_: &Scope<'_>, raw: &str) -> Option<Read> {
    let status: Status<'_> = serde_json::from_str(raw).ok()?;
    let message = owned(&status.id)?;
    let word = status.status.get().unwrap_or("unknown");
    let recipient = status.recipient_participant_id.get().or(status.recipient_id.get());
    let recipient = recipient.or(status.recipient_user_id.get()).unwrap_or_default();
    let at = status.timestamp.get().and_then(moment);
    let receipt = Receipt {
        state: state(word),
        also: Vec::new(),
        opaque: owned(&status.biz_opaque_callback_data),
        parts: 1,
        at,
        error: error(&status.errors),
        pricing: status.pricing.get().map(|pricing| Pricing {
            billable: pricing.billable.0,
            model: owned(&pricing.pricing_model),
            category: owned(&pricing.category),
            kind: owned(&pricing.kind),
        }),
        message,
    };
    // All statuses of a message share its id, so that id alone would make the second look like a repetition.
    let provider_id = format!("{}:{word}:{recipient}", receipt.message);
    Some(Read { provider_id: Some(provider_id), occurred_at: at, kind: InboundKind::Receipt(receipt) })
}

/// Source: Webhooks, "status". `played` is of voice messages, since November 2025.
fn state(word: &str) -> Option<DeliveryState> {
    match word {
        "sent" => Some(DeliveryState::Sent),
        "delivered" => Some(DeliveryState::Delivered),
        "read" => Some(DeliveryState::Read),
        "played" => Some(DeliveryState::Played),
        "failed" => Some(DeliveryState::Failed),
        _ => None,
    }
}

fn error(errors: &Items<Error<'_>>) -> Option<ReceiptError> {
    let error = errors.0.iter().flatten().find_map(|error| error.0.as_ref())?;
    let title = owned(&error.title).or_else(|| owned(&error.message)).unwrap_or_default();
    Some(ReceiptError { code: error.code.get()?.parse().ok()?, title })
}
