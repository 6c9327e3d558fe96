//! By which doors a turn may speak: the accounts by which the person came, those by which she could be reached, and which of them are open
//! now. A stopped account is no door; only what answers the person waits for it to be resumed.

use std::sync::Arc;

use super::accounts::Account;
use super::event::{Event, EventKind};
use super::outgoing::Recipient;
use super::shared::World;
use super::snapshot::{self as kept, Snapshot};
use crate::domain::{AccountId, MoveCode, Phone, TenantId, Timestamp};
use crate::flows::{Channel, Door, Invitation};

/// Without a word of the tenant's this is what happens to what cannot leave, where it has an SMS account.
const FALLBACK: [Channel; 2] = [Channel::WhatsApp, Channel::Sms];

/// By which door this turn answers: the one the event came in by, else the one the person used last.
pub(super) fn speaks_by(world: &World, after: &Snapshot, event: &Event) -> Arc<Account> {
    if after.kept.door(event.account.id).is_some() {
        return event.account.clone();
    }
    let last = after.kept.doors.first().and_then(|door| world.accounts.by_id(door.account));
    last.unwrap_or_else(|| event.account.clone())
}

/// Whether the person looks at a screen of this account that waits for what this turn says.
pub(super) fn is_screen(event: &Event, account: &Account) -> bool {
    account.channel == Channel::Ussd && event.account.id == account.id && matches!(event.kind, EventKind::Hop { .. })
}

/// Whether we may write freely to where this turn's messages go.
pub(super) fn door_open(account: &Account, after: &Snapshot, event: &Event, now: Timestamp) -> bool {
    match account.channel {
        Channel::WhatsApp => after.kept.door(account.id).is_some_and(|door| now < door.open_until()),
        Channel::Ussd => is_screen(event, account),
        Channel::Sms => true,
    }
}

/// What a turn may know of the person's doors.
#[derive(Debug, Default)]
pub(super) struct Doors {
    /// The last used first, then those at which she has never been.
    pub all: Vec<Door>,
    pub unused: Vec<Channel>,
    pub fallback: Vec<Channel>,
    pub invitation: Option<Invitation>,
}

/// All doors of the person, and the ways to others. `code` draws the one this turn may give her.
pub(super) fn doors(
    world: &World,
    account: &Account,
    after: &Snapshot,
    event: &Event,
    now: Timestamp,
    code: impl FnOnce() -> MoveCode,
) -> Doors {
    let tenant = &account.tenant;
    let (all, unused) = reachable(world, account, after, event, now);
    let mut doors = Doors { all, unused, ..Doors::default() };
    let accounts = world.accounts.all_of_tenant(tenant.id);
    // Most businesses are at one channel.
    if accounts.len() < 2 {
        return doors;
    }
    let has_sms = || accounts.iter().any(|account| account.channel == Channel::Sms && takes(account));
    let usual = || if has_sms() { FALLBACK.to_vec() } else { Vec::new() };
    doors.fallback = tenant.fallback.clone().unwrap_or_else(usual);
    let number = |channel| {
        let account = accounts.iter().filter(|account| takes(account)).find(|account| account.channel == channel);
        account.and_then(|account| number(account))
    };
    let minutes = tenant.code_minutes.map_or(world.settings.engine.move_code_minutes, u32::from);
    doors.invitation = Some(Invitation {
        code: code(),
        life_s: minutes * 60,
        whatsapp: number(Channel::WhatsApp),
        sms: number(Channel::Sms),
        ussd: number(Channel::Ussd),
        phone_known: phone(world, after).is_some(),
    });
    doors
}

/// All doors of the person, the last used first; and the channels among them at which she has never been, but can be reached.
pub(super) fn reachable(
    world: &World,
    account: &Account,
    after: &Snapshot,
    event: &Event,
    now: Timestamp,
) -> (Vec<Door>, Vec<Channel>) {
    let tenant = account.tenant.id;
    let known = used(world, tenant, after);
    let open = |known: &Account| door_open(known, after, event, now);
    let mut all: Vec<Door> = known.map(|(known, _)| Door { channel: known.channel, open: open(&known) }).collect();
    if all.iter().any(|door| door.channel == Channel::Sms) || reached(world, tenant, after).is_none() {
        return (all, Vec::new());
    }
    all.push(Door { channel: Channel::Sms, open: true });
    (all, vec![Channel::Sms])
}

/// The number by which people know an account: its own, or what stands behind the gateway's name in the account's.
fn number(account: &Account) -> Option<String> {
    let of_name = || account.external_id.rsplit_once(' ').map(|(_, number)| number.to_owned());
    let known = account.number.clone();
    if account.channel == Channel::WhatsApp { known } else { known.or_else(of_name) }
}

fn takes(account: &Account) -> bool {
    account.stopped_reason.is_none()
}

/// The accounts at which the person has been, the last used first, with where she is there.
fn used<'s>(
    world: &World,
    tenant: TenantId,
    after: &'s Snapshot,
) -> impl Iterator<Item = (Arc<Account>, &'s kept::Door)> {
    let known = after.kept.doors.iter().filter_map(|door| Some((world.accounts.by_id(door.account)?, door)));
    known.filter(move |(known, _)| known.tenant.id == tenant && takes(known))
}

/// Her phone number, if any door knows it: rather where she came by it than where a profile told it.
fn phone(world: &World, after: &Snapshot) -> Option<Phone> {
    let known = after.kept.doors.iter().filter_map(|door| {
        let channel = world.accounts.by_id(door.account)?.channel;
        Some((channel == Channel::WhatsApp, door.to.phone.as_ref()?))
    });
    known.min_by_key(|(from_profile, _)| *from_profile).map(|(_, phone)| phone.clone())
}

/// By what a message leaves.
#[derive(Debug)]
pub(super) struct Leaving {
    pub account: AccountId,
    pub channel: Channel,
    pub to: Recipient,
    /// Until when we may write freely there. `None`: always.
    pub door_until: Option<Timestamp>,
}

/// The account by which a message leaves, and the person's address there: of the channel it names the one she used last, else one by which
/// she can be reached, else the turn's own. `None`: there is nobody to say it to.
pub(super) fn leaves_by(world: &World, own: &Account, after: &Snapshot, by: Option<Channel>) -> Option<Leaving> {
    let at = |account: AccountId, channel: Channel, door: &kept::Door| Leaving {
        account,
        channel,
        to: door.to.clone(),
        door_until: (channel == Channel::WhatsApp).then(|| door.open_until()),
    };
    let named = by.and_then(|by| {
        let mut used = used(world, own.tenant.id, after);
        let known = used.find(|(known, _)| known.channel == by).map(|(known, door)| at(known.id, by, door));
        known.or_else(|| (by == Channel::Sms).then(|| reached(world, own.tenant.id, after))?)
    });
    named.or_else(|| Some(at(own.id, own.channel, after.kept.door(own.id)?)))
}

/// The SMS account by which she can be reached, where she has never written.
fn reached(world: &World, tenant: TenantId, after: &Snapshot) -> Option<Leaving> {
    let accounts = world.accounts.all_of_tenant(tenant);
    let sms = accounts.iter().find(|account| account.channel == Channel::Sms && takes(account))?;
    let to = Recipient { phone: Some(phone(world, after)?), scoped_id: None };
    Some(Leaving { account: sms.id, channel: Channel::Sms, to, door_until: None })
}
