//! Who is it, and what is known of the conversation: `find_senders`, `resolve_senders`, `move_addresses`, `load_conversations`.

use ganira::domain::{ContactId, Conversation, Seq, TenantId};
use ganira::store::{LoadedConversation, SealedSender, SenderHashes};

use super::tables::{Address, Hash, Snapshot, Tables};

fn leads_to(tables: &Tables, tenant: TenantId, hash: Option<Hash>) -> Option<ContactId> {
    tables.directory.get(&(tenant, hash?)).map(|row| row.contact)
}

/// Somebody only where nothing has to change.
pub(super) fn find(tables: &Tables, sender: &SenderHashes) -> Option<ContactId> {
    let scoped = leads_to(tables, sender.tenant, sender.scoped);
    let phone = leads_to(tables, sender.tenant, sender.phone);
    let all_known = sender.scoped.is_some() == scoped.is_some() && sender.phone.is_some() == phone.is_some();
    let is_one = scoped.is_none() || phone.is_none() || scoped == phone;
    scoped.or(phone).filter(|_| all_known && is_one)
}

/// In the order of the hashes, answered in the order of the questions.
pub(super) fn resolve(tables: &mut Tables, senders: &[SealedSender]) -> Vec<(ContactId, bool)> {
    // Postgres sorts what is missing last.
    let last = |hash: Option<Hash>| (hash.is_none(), hash);
    let mut order: Vec<usize> = (0..senders.len()).collect();
    order.sort_by_key(|ask| {
        let of = &senders[*ask].hashes;
        (of.tenant, last(of.scoped.or(of.phone)), last(of.phone), *ask)
    });
    let mut found = vec![(ContactId(0), false); senders.len()];
    for ask in order {
        found[ask] = resolve_one(tables, &senders[ask]);
    }
    found
}

fn resolve_one(tables: &mut Tables, sender: &SealedSender) -> (ContactId, bool) {
    let SenderHashes { tenant, scoped, phone } = sender.hashes;
    let by_scoped = leads_to(tables, tenant, scoped);
    let by_phone = leads_to(tables, tenant, phone);
    let has_scoped = |contact: ContactId| {
        tables.directory.iter().any(|((of, _), row)| *of == tenant && row.contact == contact && row.kind == 'w')
    };
    let joined = by_phone.filter(|contact| scoped.is_none() || !has_scoped(*contact));
    let (contact, born) = match by_scoped.or(joined) {
        Some(contact) => (contact, false),
        None => (give_birth(tables, tenant, &sender.wrapped_key), true),
    };
    if let (Some(hash), None) = (scoped, by_scoped) {
        let sealed = sender.scoped_sealed.clone().unwrap_or_default();
        tables.directory.add((tenant, hash), Address { contact, kind: 'w', sealed });
    }
    if let Some(hash) = phone.filter(|_| by_phone != Some(contact)) {
        lead(
            tables,
            tenant,
            hash,
            Address { contact, kind: 'p', sealed: sender.phone_sealed.clone().unwrap_or_default() },
        );
    }
    (contact, born)
}

fn give_birth(tables: &mut Tables, tenant: TenantId, wrapped_key: &[u8]) -> ContactId {
    tables.sequences.contact += 1;
    let contact = ContactId(tables.sequences.contact);
    let conversation = Conversation { tenant, contact };
    tables.contact_keys.put(conversation, wrapped_key.to_vec());
    tables.conversations.put(conversation, Snapshot { seq: Seq(0), sealed: Vec::new() });
    contact
}

/// An address that is there keeps its kind.
pub(super) fn lead(tables: &mut Tables, tenant: TenantId, hash: Hash, to: Address) {
    let kind = tables.directory.get(&(tenant, hash)).map_or(to.kind, |row| row.kind);
    tables.directory.put((tenant, hash), Address { kind, ..to });
}

/// The addresses of a sender that can be written, with their kinds.
pub(super) fn addresses(sender: &SealedSender) -> impl Iterator<Item = (Hash, char, Vec<u8>)> + '_ {
    let SenderHashes { scoped, phone, .. } = sender.hashes;
    [(scoped, 'w', &sender.scoped_sealed), (phone, 'p', &sender.phone_sealed)]
        .into_iter()
        .filter_map(|(hash, kind, sealed)| Some((hash?, kind, sealed.clone()?)))
}

pub(super) fn move_addresses(tables: &mut Tables, before: &[Hash], now: &SealedSender) -> Option<ContactId> {
    let tenant = now.hashes.tenant;
    let contact = before.iter().find_map(|hash| leads_to(tables, tenant, Some(*hash)))?;
    let now: Vec<_> = addresses(now).collect();
    tables.directory.take_where(|(of, hash), row| {
        let stays = now.iter().any(|(new, _, _)| new == hash);
        *of == tenant && row.contact == contact && before.contains(hash) && !stays
    });
    for (hash, kind, sealed) in now {
        lead(tables, tenant, hash, Address { contact, kind, sealed });
    }
    Some(contact)
}

pub(super) fn load(tables: &Tables, conversations: &[Conversation]) -> Vec<LoadedConversation> {
    let load = |conversation: &Conversation| {
        let row = tables.conversations.get(conversation)?;
        Some(LoadedConversation {
            conversation: *conversation,
            seq: row.seq,
            snapshot: row.sealed.clone(),
            wrapped_key: tables.contact_keys.get(conversation).cloned(),
        })
    };
    conversations.iter().filter_map(load).collect()
}
