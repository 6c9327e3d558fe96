//! By which doors a turn may speak: the accounts by which the person came, and which of them are open now.

use std::sync::Arc;

use super::accounts::Account;
use super::event::{Event, EventKind};
use super::shared::World;
use super::snapshot::{self as kept, Snapshot};
use crate::domain::{AccountId, Timestamp};
use crate::flows::{Channel, Door};

/// By which door this turn answers: the one the event came in by, else the one the person used last.
pub(super) fn speaks_by(world: &World, after: &Snapshot, event: &Event) -> Arc<Account> {
    if after.kept.door(event.account.id).is_some() {
        return event.account.clone();
    }
    let last = after.kept.doors.first().and_then(|door| world.accounts.by_id(door.account));
    last.unwrap_or_else(|| event.account.clone())
}

/// Whether we may write freely to where this turn's messages go. A screen takes words only in the answer to its own hop.
pub(super) fn door_open(account: &Account, event: &Event, after: &Snapshot, now: Timestamp) -> bool {
    match account.channel {
        Channel::WhatsApp => after.kept.door(account.id).is_some_and(|door| now < door.open_until()),
        Channel::Ussd => matches!(event.kind, EventKind::Hop(_)) && event.account.id == account.id,
        Channel::Sms => true,
    }
}

/// All doors of the person, the last used first.
pub(super) fn doors(world: &World, account: &Account, event: &Event, after: &Snapshot, now: Timestamp) -> Vec<Door> {
    let known = after.kept.doors.iter().filter_map(|door| world.accounts.by_id(door.account));
    let own = |known: &Arc<Account>| known.tenant.id == account.tenant.id && known.stopped_reason.is_none();
    known.filter(own).map(|known| Door { channel: known.channel, open: door_open(&known, event, after, now) }).collect()
}

/// The account by which a message leaves, and the person's door there: of the channel it names the one she used last, else the turn's own.
pub(super) fn leaves_by<'s>(
    world: &World,
    own: &Account,
    after: &'s Snapshot,
    by: Option<Channel>,
) -> Option<(AccountId, Channel, &'s kept::Door)> {
    let named = by.and_then(|by| {
        after.kept.doors.iter().find_map(|door| {
            let account = world.accounts.by_id(door.account)?;
            (account.channel == by).then_some((door.account, by, door))
        })
    });
    named.or_else(|| Some((own.id, own.channel, after.kept.door(own.id)?)))
}
