//! Reading a page of the outbox and opening its rows. Runs as a task of its own.

use super::setup::Setup;
use super::window::{Event, Found, Read, Standing};
use crate::actors::outgoing::{Envelope, Outgoing};
use crate::crypto::CryptoError;
use crate::domain::{AccountId, DeliveryState};
use crate::store::{AttemptState, Fact, OpenOutboxRow, seals};

pub(super) async fn run(setup: &Setup, account: AccountId, read: Read) -> Event {
    let limit = i32::try_from(read.limit).unwrap_or(i32::MAX);
    match setup.store.open_outbox(account, read.after, limit).await {
        Ok(rows) => {
            let mut found = Vec::with_capacity(rows.len());
            for row in rows {
                found.push(if read.wants(row.id.conversation.contact) {
                    open(setup, account, row).await
                } else {
                    Found { id: row.id, place: row.place, standing: Standing::Done, message: None }
                });
            }
            Event::Page(read, found)
        }
        Err(error) => {
            tracing::warn!(account.id = account.0, error = %error.source, "an outbox could not be read, trying again");
            Event::ReadFailed(read)
        }
    }
}

async fn open(setup: &Setup, account: AccountId, row: OpenOutboxRow) -> Found {
    let standing = standing(&row);
    let (id, place) = (row.id, row.place);
    let envelope = match (&row.wrapped_key, standing) {
        (None, _) | (_, Standing::Done) => return Found { id, place, standing: Standing::Done, message: None },
        (Some(wrapped), _) => envelope(setup, &row, wrapped),
    };
    match envelope {
        Ok(envelope) => {
            let message = Outgoing { id, account, place, at: row.at, envelope: envelope.into() };
            Found { id, place, standing, message: Some(message) }
        }
        Err(error) => {
            tracing::error!(account.id = account.0, outbox.id = %id, %error, "a message does not open and cannot be sent");
            metrics::counter!("ganira_outbox_unreadable_total").increment(1);
            fail(setup, account, &row).await;
            Found { id, place, standing: Standing::Done, message: None }
        }
    }
}

fn envelope(setup: &Setup, row: &OpenOutboxRow, wrapped: &[u8]) -> Result<Envelope, CryptoError> {
    let tenant = setup.accounts.tenant(row.id.conversation.tenant).ok_or(CryptoError::DoesNotOpen)?;
    Envelope::open(&tenant.key.unwrap(seals::CONTACT_KEY, wrapped)?, row.id, &row.body)
}

fn standing(row: &OpenOutboxRow) -> Standing {
    let since = row.changed_at.unwrap_or(row.at);
    let attempt = row.attempt;
    if row.rank == DeliveryState::Accepted.rank() {
        Standing::Accepted { since }
    } else if row.rank > 0 {
        Standing::Done
    } else if [AttemptState::Begun as i16, AttemptState::Unknown as i16].contains(&row.attempt_state) {
        Standing::Unknown { attempt, since }
    } else {
        Standing::Queued { attempt }
    }
}

async fn fail(setup: &Setup, account: AccountId, row: &OpenOutboxRow) {
    let fact = Fact {
        id: row.id,
        account,
        attempt: row.attempt,
        attempt_state: AttemptState::None,
        rank: DeliveryState::Failed.rank(),
        message: None,
        names: None,
        error_code: None,
        price_category: None,
        at: setup.clock.now(),
    };
    // Not recorded: whoever reads the row next will find the same.
    let _ = setup.facts.record(fact).await;
}
