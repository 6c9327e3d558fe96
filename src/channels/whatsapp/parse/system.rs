//! System messages: the provider vouches that a person's number or scoped id changed. They come without `contacts[]`.

use super::owned;
use super::wire::{Message as Wire, System, Text, part};
use crate::domain::{Address, InboundKind, Phone, ScopedId, Sender};

/// Source: Webhooks, "system"; Business-scoped user ids (2026). `customer_changed_number` is the name before 2022's rename.
pub(super) fn read(wire: &Wire<'_>) -> InboundKind {
    let Some(system) = part::<System<'_>>(wire.system) else {
        return InboundKind::Notice { field: "system".to_owned() };
    };
    let kind = system.kind.get().unwrap_or("system");
    let change = match kind {
        "user_changed_number" | "customer_changed_number" => changed_number(wire, &system),
        "user_changed_user_id" => changed_user_id(wire, &system),
        _ => None,
    };
    change.unwrap_or_else(|| InboundKind::Notice { field: kind.to_owned() })
}

/// The old number stands in `from` (or `customer`), the new one in `wa_id`. A new number also means a new scoped id.
fn changed_number(wire: &Wire<'_>, system: &System<'_>) -> Option<InboundKind> {
    let old = phone(&wire.from).or_else(|| phone(&system.customer));
    let new = phone(&system.wa_id).or_else(|| phone(&system.new_wa_id));
    let old = old.filter(|old| Some(old) != new.as_ref());
    let previous = scoped(&system.previous_user_id);
    let before = old.map(Address::Phone).into_iter().chain(previous.map(Address::WhatsApp)).collect();
    change(before, new, system)
}

/// The scoped id was renewed, the number (where we may know it) is the same.
fn changed_user_id(wire: &Wire<'_>, system: &System<'_>) -> Option<InboundKind> {
    let before = scoped(&system.previous_user_id).or_else(|| scoped(&wire.from_user_id));
    let before: Vec<_> =
        before.filter(|id| Some(id) != scoped(&system.user_id).as_ref()).map(Address::WhatsApp).into_iter().collect();
    change(before, phone(&system.wa_id).or_else(|| phone(&wire.from)), system)
}

fn change(before: Vec<Address>, phone: Option<Phone>, system: &System<'_>) -> Option<InboundKind> {
    let now = Sender {
        phone,
        scoped_id: scoped(&system.user_id),
        parent_scoped_id: scoped(&system.parent_user_id),
        profile_name: None,
        username: None,
    };
    let telling = !before.is_empty() && !now.addresses().is_empty();
    telling.then(|| InboundKind::AddressChange { before, now, text: owned(&system.body) })
}

fn phone(text: &Text<'_>) -> Option<Phone> {
    Phone::from_digits(text.get()?.trim_start_matches('+')).ok()
}

fn scoped(text: &Text<'_>) -> Option<ScopedId> {
    ScopedId::parse(text.get()?).ok()
}
