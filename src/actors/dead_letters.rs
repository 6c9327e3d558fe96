//! Dead letters: what could not be handled lies here whole, sealed, and can be replayed through the one entrance.

use bytes::Bytes;

use super::event::{Event, EventKind, JobResult};
use super::shared::World;
use crate::domain::{AccountId, ContactId, Inbound, InboundKind, TenantId};
use crate::flows::Value;
use crate::operations::dead_letters::LetterKey;
use crate::store::{DeadLetterRow, ReplayRow, StoreError};

pub use crate::operations::dead_letters::{Buried, Raw, Reason};

/// An error's text is cut here.
const ERROR_CHARS_MAX: usize = 500;

/// Whose letter it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Owner {
    pub tenant: Option<TenantId>,
    pub contact: Option<ContactId>,
    pub account: Option<AccountId>,
}

/// Writes one dead letter. `dedupe` names the failure: the same one again changes nothing.
pub async fn bury(
    world: &World,
    owner: Owner,
    dedupe: &[u8],
    reason: Reason,
    error: &str,
    buried: &Buried,
) -> Result<(), StoreError> {
    metrics::counter!("ganira_dead_letters_total", "reason" => reason.word()).increment(1);
    let dedupe = world.hashes.other(&[reason.word().as_bytes(), b"\0", dedupe].concat()).to_vec();
    let tenant = owner.tenant.and_then(|tenant| world.accounts.tenant(tenant));
    let key = tenant.as_ref().map_or(LetterKey::System(&world.system_key), |tenant| LetterKey::Tenant(&tenant.key));
    let body = key.seal(&dedupe, buried);
    let letter = DeadLetterRow {
        dedupe,
        tenant: tenant.map(|tenant| tenant.id),
        contact: owner.contact,
        account: owner.account,
        reason: reason.word(),
        error: error.chars().take(ERROR_CHARS_MAX).collect(),
        at: world.clock.now(),
        body,
    };
    world.store.bury(&[letter]).await
}

/// Buries an event whose turn can never be committed.
pub async fn bury_event(world: &World, event: &Event, reason: Reason, error: &str) -> Result<(), StoreError> {
    tracing::error!(
        trace = %event.trace,
        conversation.id = event.conversation.contact.0,
        reason = reason.word(),
        error,
        "an event was buried"
    );
    let owner = Owner {
        tenant: Some(event.conversation.tenant),
        contact: Some(event.conversation.contact),
        account: Some(event.account.id),
    };
    bury(world, owner, &event.id.0, reason, error, &of_event(event)).await
}

/// Keeps the result of a payment that no flow took, for people to settle.
pub async fn bury_unclaimed(world: &World, event: &Event) -> Result<(), StoreError> {
    let error = "nobody waits for this payment any more, and no flow begins with it";
    bury_event(world, event, Reason::UnclaimedPayment, error).await
}

fn of_event(event: &Event) -> Buried {
    match &event.kind {
        EventKind::Message { message, provider_id } | EventKind::Code { message, provider_id, .. } => {
            update(event, provider_id.clone(), InboundKind::Message((**message).clone()))
        }
        EventKind::Hop { hop, .. } => update(event, event.id.to_string(), InboundKind::Hop((**hop).clone())),
        EventKind::JobDone { job, result: JobResult::Outside { outcome, value, payment: Some(payment), .. } } => {
            Buried::Payment {
                order: job.to_string(),
                name: payment.name.clone(),
                ordered: Value::Row(payment.ordered.clone()).to_json(),
                outcome: outcome.clone(),
                value: value.as_ref().map(Value::to_json),
            }
        }
        other => Buried::Internal { kind: format!("{other:?}") },
    }
}

fn update(event: &Event, provider_id: String, kind: InboundKind) -> Buried {
    let account = event.account.external_id.clone();
    let inbound = Inbound { account, provider_id, occurred_at: event.occurred_at, kind, raw: Bytes::new() };
    Buried::Update {
        channel: event.account.channel,
        app: event.account.app.clone(),
        inbound: Box::new(inbound),
        raw: Raw(event.raw.clone()),
    }
}

/// Opens a dead letter that is to be replayed. `None`: its key is gone, or it is not one of ours.
pub fn open(world: &World, row: &ReplayRow) -> Option<Buried> {
    match row.tenant {
        Some(tenant) => LetterKey::Tenant(&world.accounts.tenant(tenant)?.key).open(&row.dedupe, &row.body).ok(),
        None => LetterKey::System(&world.system_key).open(&row.dedupe, &row.body).ok(),
    }
}
