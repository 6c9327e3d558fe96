//! One of `messages[]`: who wrote it, in which context, and its body.

use super::wire::{Contact, Message as Wire, Text};
use super::{Read, Scope, body, moment, owned, system};
use crate::domain::{InboundKind, Message, Phone, Referral, ScopedId, Sender};

/// Reads one message. `None` if it is no object.
pub(super) fn read(scope: &Scope<'_>, raw: &str) -> Option<Read> {
    let wire: Wire<'_> = serde_json::from_str(raw).ok()?;
    let kind = match wire.kind.get() {
        Some("system") => system::read(&wire),
        _ => said(scope, &wire),
    };
    Some(Read { provider_id: owned(&wire.id), occurred_at: wire.timestamp.get().and_then(moment), kind })
}

fn said(scope: &Scope<'_>, wire: &Wire<'_>) -> InboundKind {
    let from = person(scope.contacts, &wire.from, &wire.from_user_id, &wire.from_parent_user_id);
    if from.phone.is_none() && from.scoped_id.is_none() {
        return InboundKind::Notice { field: "message_without_sender".to_owned() };
    }
    let context = wire.context.get();
    InboundKind::Message(Message {
        from,
        body: body::read(wire),
        reply_to: context.and_then(|context| owned(&context.id)),
        forwarded: context
            .is_some_and(|context| context.forwarded.0 == Some(true) || context.frequently_forwarded.0 == Some(true)),
        group: owned(&wire.group_id),
        referral: wire.referral.get().map(|referral| Referral {
            source_type: owned(&referral.source_type).unwrap_or_default(),
            source_id: owned(&referral.source_id),
            source_url: owned(&referral.source_url),
            headline: owned(&referral.headline),
            click_id: owned(&referral.ctwa_clid),
        }),
    })
}

/// A person by the ids beside a message, completed by the entry of `contacts[]` that shares one of them. Two ids in one signed contact are
/// proof that they belong together; a contact that contradicts the message is not used.
pub(super) fn person(
    contacts: &[Contact<'_>],
    wa_id: &Text<'_>,
    user_id: &Text<'_>,
    parent_user_id: &Text<'_>,
) -> Sender {
    let same = |a: &Text<'_>, b: &Text<'_>| a.get().is_some() && a.get() == b.get();
    let differs = |a: &Text<'_>, b: &Text<'_>| a.get().is_some() && b.get().is_some() && a.get() != b.get();
    let contact = contacts.iter().find(|contact| {
        (same(&contact.user_id, user_id) && !differs(&contact.wa_id, wa_id))
            || (same(&contact.wa_id, wa_id) && !differs(&contact.user_id, user_id))
            || (same(&contact.parent_user_id, parent_user_id) && !differs(&contact.wa_id, wa_id))
    });
    let scoped = |text: &Text<'_>| text.get().and_then(|id| ScopedId::parse(id).ok());
    let phone = |text: &Text<'_>| text.get().and_then(|id| Phone::from_digits(id.trim_start_matches('+')).ok());
    let profile = contact.and_then(|contact| contact.profile.get());
    Sender {
        phone: phone(wa_id).or_else(|| phone(&contact?.wa_id)),
        scoped_id: scoped(user_id).or_else(|| scoped(&contact?.user_id)),
        parent_scoped_id: scoped(parent_user_id).or_else(|| scoped(&contact?.parent_user_id)),
        profile_name: profile.and_then(|profile| owned(&profile.name)),
        username: profile.and_then(|profile| owned(&profile.username)),
    }
}
