//! What a USSD session adds to a turn: where a hop stands in it, the screen that answers it, and its end.

use chrono::TimeDelta;

use super::session::{self, LastHop, Life, Placed, Short};
use crate::actors::accounts::Account;
use crate::actors::doors::reachable;
use crate::actors::event::{Event, EventKind, Shown};
use crate::actors::shared::World;
use crate::actors::snapshot::{Kept, Snapshot};
use crate::domain::outbound::WhenUnknown;
use crate::domain::{Content, Hop, Screen, Timestamp};
use crate::flows::{Channel, Rests, Say, notices};

/// A session that is over is forgotten after this long: nobody repeats a hop of it any more.
const KEPT_FOR: TimeDelta = TimeDelta::minutes(15);
/// What is assumed of a gateway that the configuration has no more.
const LIFE: Life = Life { idle: TimeDelta::minutes(3), total: TimeDelta::minutes(10) };
const BUDGET: TimeDelta = TimeDelta::seconds(5);
/// A last screen that left in time is known to have left this long after its operator's patience is over.
const KNOWN_AFTER: TimeDelta = TimeDelta::seconds(1);

/// Where the event's hop stands in its session. `None`: it is no hop.
pub fn placed(world: &World, event: &Event, kept: &Kept, now: Timestamp) -> Option<Placed> {
    let EventKind::Hop { hop, .. } = &event.kind else { return None };
    let account = &event.account;
    let own = (account.id, account.code());
    Some(session::place(&world.hashes, own, hop, kept.hop.as_deref(), (now, life(world, account))))
}

/// Whether her screen is gone with this event: its gateway says so, or its operator must have taken it away by now.
pub fn is_gone(world: &World, event: &Event, kept: &Kept, now: Timestamp) -> bool {
    let Some(last) = kept.hop.as_deref().filter(|last| !last.ended) else { return false };
    match &event.kind {
        EventKind::HungUp { session } => last.session == Short::session(&world.hashes, last.account, session),
        EventKind::Alarm { .. } => idle_at(world, kept).is_some_and(|at| at <= now),
        _ => false,
    }
}

/// Her last screen, if it did not leave in time: the commit was late, or the engine was killed before it could answer. The row that
/// wakes her conversation for that goes with the turn itself, so whoever comes after a kill knows it too.
pub fn unseen(world: &World, event: &Event, kept: &Kept, now: Timestamp) -> Option<Screen> {
    let last = kept.hop.as_deref().filter(|last| last.watched && !world.ussd.left(last.event))?;
    let is_known = match &event.kind {
        EventKind::Alarm { .. } => seen_by(world, last) <= now,
        EventKind::Missed { hop, .. } => last.event == Short::event(*hop),
        // She dials anew, and what she missed is about to be forgotten.
        EventKind::Hop { .. } => true,
        _ => false,
    };
    is_known.then(|| last.screen())
}

/// When it must be known whether a last screen has left.
fn seen_by(world: &World, last: &LastHop) -> Timestamp {
    let account = world.accounts.by_id(last.account);
    let place = account.as_ref().and_then(|account| world.ussd.get(&account.app));
    let budget = place.and_then(|place| TimeDelta::from_std(place.budget).ok()).unwrap_or(BUDGET);
    last.at + budget + KNOWN_AFTER
}

/// Notes what an event does to the session that was there before it.
pub fn note(world: &World, event: &Event, kept: &mut Kept, now: Timestamp) {
    let gone = is_gone(world, event, kept, now);
    let is_unseen = unseen(world, event, kept, now).is_some();
    let Some(last) = &mut kept.hop else { return };
    if is_unseen || world.ussd.left(last.event) {
        last.watched = false;
    }
    if gone {
        last.ended = true;
    }
    if let EventKind::Missed { hop, told, .. } = &event.kind
        && last.event == Short::event(*hop)
    {
        last.text.clone_from(told);
        last.ended = true;
    }
    if last.ended && now - last.at > KEPT_FOR {
        kept.hop = None;
    }
}

/// When her conversation has to be woken: her operator ends an open session, or it is known whether the last screen of one has left.
pub fn wake_at(world: &World, kept: &Kept) -> Option<Timestamp> {
    let last = kept.hop.as_deref()?;
    if last.watched { Some(seen_by(world, last)) } else { idle_at(world, kept) }
}

/// When the operator of her open session ends it if she types nothing.
fn idle_at(world: &World, kept: &Kept) -> Option<Timestamp> {
    let last = kept.hop.as_deref()?;
    let account = world.accounts.by_id(last.account);
    last.idle_at(account.map_or(LIFE, |account| life(world, &account)))
}

fn life(world: &World, account: &Account) -> Life {
    world.ussd.get(&account.app).map_or(LIFE, |place| place.life)
}

/// How a turn with a hop ended.
#[derive(Debug)]
pub struct Answered<'a> {
    pub hop: &'a Hop,
    pub began: Timestamp,
    pub rests: Rests,
    pub now: Timestamp,
}

/// Makes one screen of what the turn says at this door, and keeps it with the hop. It stays among the messages, for the thread.
pub fn show(
    world: &World,
    event: &Event,
    answered: &Answered<'_>,
    after: &mut Snapshot,
    messages: &mut Vec<Say>,
) -> Shown {
    let Answered { hop, began, rests, now } = *answered;
    let account = &event.account;
    let language = after.kept.state.language().unwrap_or(&account.tenant.language).to_owned();
    let said = messages.extract_if(.., |say| say.by.is_none()).filter_map(|say| match say.content {
        Content::Text { text, .. } => Some(text),
        _ => None,
    });
    let text = said.collect::<Vec<_>>().join("\n");
    let nearly_over = session::is_nearly_over(began, now, life(world, account));
    let (text, ended) = match rests {
        Rests::Question | Rests::Waiting if text.is_empty() => (notices::we_come_back(&language).to_owned(), true),
        Rests::Question if nearly_over => (notices::time_is_up(&language, account.code()), true),
        Rests::Ended if text.is_empty() => (notices::thank_you(&language).to_owned(), true),
        _ => (text, rests != Rests::Question),
    };
    let screen = Screen { text: notices::on_keypad(&text), ended };
    let content = Content::Text { text: screen.text.clone(), preview: false };
    messages.insert(0, say(content, WhenUnknown::Leave));
    let mut last = LastHop::of(&world.hashes, (account.id, event.id), hop, began);
    last.at = now;
    last.text.clone_from(&screen.text);
    last.ended = ended;
    last.watched = ended;
    after.kept.hop = Some(Box::new(last));
    Shown { screen, language }
}

/// What she is sent of a last screen that she has missed: by SMS, or by a chat that is open. Nothing where she has neither.
pub fn missed(
    world: &World,
    event: &Event,
    account: &Account,
    after: &Snapshot,
    screen: &Screen,
    now: Timestamp,
) -> Vec<Say> {
    let (doors, _) = reachable(world, account, after, event, now);
    let is_open = |channel: &Channel| doors.iter().any(|door| door.channel == *channel && door.open);
    let by = [Channel::Sms, Channel::WhatsApp].into_iter().find(is_open);
    let told = if by.is_some() { "yes" } else { "no" };
    metrics::counter!("ganira_ussd_missed_total", "told" => told).increment(1);
    let content = Content::Text { text: screen.text.clone(), preview: false };
    let say = say(content, WhenUnknown::SendAgain);
    by.map(|by| Say { by: Some(by), instead_of: Some(Channel::Ussd), ..say }).into_iter().collect()
}

fn say(content: Content, when_unknown: WhenUnknown) -> Say {
    Say { content, when_unknown, wake: false, by: None, purpose: None, instead_of: None, words: Vec::new() }
}

/// The screen of a hop that had been answered before: its own, or what its session shows now.
pub fn again(world: &World, event: &Event, kept: &Kept) -> Option<Shown> {
    let EventKind::Hop { hop, .. } = &event.kind else { return None };
    let last = kept.hop.as_deref()?;
    let same = last.event == Short::event(event.id) || last.is_of(&world.hashes, event.account.id, hop);
    let language = kept.state.language().unwrap_or(&event.account.tenant.language).to_owned();
    same.then(|| Shown { screen: last.screen(), language })
}

/// Whether a hop is surely new, so that the journal need not be asked.
pub fn is_new(world: &World, event: &Event, kept: &Kept) -> bool {
    let EventKind::Hop { hop, .. } = &event.kind else { return false };
    if session::hop_id(&world.hashes, event.account.id, hop).is_none() {
        return true;
    }
    kept.hop.as_deref().is_some_and(|last| last.precedes(&world.hashes, event.account.id, hop))
}
