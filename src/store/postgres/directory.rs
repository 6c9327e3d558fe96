//! Who is it, and what does the engine know of the conversation.

use chrono::NaiveDate;
use sqlx::{PgPool, Row};

use crate::domain::{ContactId, Conversation, EventId, Seq, TenantId};
use crate::store::{LoadedConversation, Result, SealedSender, SenderHashes, StoreError};

fn hash(hash: Option<&[u8; 16]>) -> Option<&[u8]> {
    hash.map(<[u8; 16]>::as_slice)
}

pub(super) async fn find(pool: &PgPool, senders: &[SenderHashes]) -> Result<Vec<Option<ContactId>>> {
    let failed = |source| StoreError { what: "look senders up", source };
    let rows = sqlx::query("SELECT ask, contact_id FROM find_senders($1, $2, $3)")
        .bind(senders.iter().map(|sender| sender.tenant.0).collect::<Vec<_>>())
        .bind(senders.iter().map(|sender| hash(sender.scoped.as_ref())).collect::<Vec<_>>())
        .bind(senders.iter().map(|sender| hash(sender.phone.as_ref())).collect::<Vec<_>>())
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    let mut found = vec![None; senders.len()];
    for row in rows {
        let ask = usize::try_from(row.try_get::<i32, _>(0).map_err(failed)? - 1).unwrap_or_default();
        found[ask] = Some(ContactId(row.try_get(1).map_err(failed)?));
    }
    Ok(found)
}

pub(super) async fn resolve(pool: &PgPool, senders: &[SealedSender]) -> Result<Vec<(ContactId, bool)>> {
    let failed = |source| StoreError { what: "find or create contacts", source };
    let rows = sqlx::query("SELECT contact_id, born FROM resolve_senders($1, $2, $3, $4, $5, $6) ORDER BY ask")
        .bind(senders.iter().map(|sender| sender.hashes.tenant.0).collect::<Vec<_>>())
        .bind(senders.iter().map(|sender| hash(sender.hashes.scoped.as_ref())).collect::<Vec<_>>())
        .bind(senders.iter().map(|sender| hash(sender.hashes.phone.as_ref())).collect::<Vec<_>>())
        .bind(senders.iter().map(|sender| sender.scoped_sealed.as_deref()).collect::<Vec<_>>())
        .bind(senders.iter().map(|sender| sender.phone_sealed.as_deref()).collect::<Vec<_>>())
        .bind(senders.iter().map(|sender| sender.wrapped_key.as_slice()).collect::<Vec<_>>())
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter().map(|row| Ok((ContactId(row.try_get(0).map_err(failed)?), row.try_get(1).map_err(failed)?))).collect()
}

pub(super) async fn move_addresses(
    pool: &PgPool,
    before: &[[u8; 16]],
    now: &SealedSender,
) -> Result<Option<ContactId>> {
    let parts = [
        ("w", now.hashes.scoped.as_ref(), now.scoped_sealed.as_deref()),
        ("p", now.hashes.phone.as_ref(), now.phone_sealed.as_deref()),
    ];
    let present: Vec<_> =
        parts.into_iter().filter_map(|(kind, hash, sealed)| Some((kind, hash?.as_slice(), sealed?))).collect();
    let contact: Option<i64> = sqlx::query_scalar("SELECT move_addresses($1, $2, $3, $4, $5)")
        .bind(now.hashes.tenant.0)
        .bind(before.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>())
        .bind(present.iter().map(|part| part.1).collect::<Vec<_>>())
        .bind(present.iter().map(|part| part.0).collect::<Vec<_>>())
        .bind(present.iter().map(|part| part.2).collect::<Vec<_>>())
        .fetch_one(pool)
        .await
        .map_err(|source| StoreError { what: "move a contact's addresses", source })?;
    Ok(contact.map(ContactId))
}

pub(super) async fn load(pool: &PgPool, conversations: &[Conversation]) -> Result<Vec<LoadedConversation>> {
    let failed = |source| StoreError { what: "load conversations", source };
    let rows = sqlx::query("SELECT tenant_id, contact_id, seq, snapshot, wrapped FROM load_conversations($1, $2)")
        .bind(conversations.iter().map(|one| one.tenant.0).collect::<Vec<_>>())
        .bind(conversations.iter().map(|one| one.contact.0).collect::<Vec<_>>())
        .fetch_all(pool)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| {
            Ok(LoadedConversation {
                conversation: Conversation {
                    tenant: TenantId(row.try_get(0).map_err(failed)?),
                    contact: ContactId(row.try_get(1).map_err(failed)?),
                },
                seq: Seq(row.try_get(2).map_err(failed)?),
                snapshot: row.try_get(3).map_err(failed)?,
                wrapped_key: row.try_get(4).map_err(failed)?,
            })
        })
        .collect()
}

pub(super) async fn journaled(pool: &PgPool, tenant: TenantId, event: EventId, days: &[NaiveDate]) -> Result<bool> {
    sqlx::query_scalar("SELECT journaled($1, $2, $3)")
        .bind(tenant.0)
        .bind(event.0.as_slice())
        .bind(days)
        .fetch_one(pool)
        .await
        .map_err(|source| StoreError { what: "look an event up in the journal", source })
}
