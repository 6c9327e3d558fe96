//! One of `message_echoes[]`: the owner wrote to somebody in her own app (coexistence).

use super::wire::Message as Wire;
use super::{Read, Scope, body, message, moment, owned};
use crate::domain::InboundKind;

/// Reads one echo. `None` if it is no object. Source: Webhooks, "smb_message_echoes".
pub(super) fn read(scope: &Scope<'_>, raw: &str) -> Option<Read> {
    let wire: Wire<'_> = serde_json::from_str(raw).ok()?;
    let to = message::person(scope.contacts, &wire.to, &wire.to_user_id, &wire.to_parent_user_id);
    let kind = if to.addresses().is_empty() {
        InboundKind::Notice { field: "echo_without_recipient".to_owned() }
    } else {
        InboundKind::Echo { to, body: body::read(&wire) }
    };
    Some(Read { provider_id: owned(&wire.id), occurred_at: wire.timestamp.get().and_then(moment), kind })
}
