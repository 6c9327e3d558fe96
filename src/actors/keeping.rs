//! What a turn may send: every message of every turn passes `Gate::pass`, and what the person stops or renews becomes part of the commit.

use chrono::TimeDelta;
use serde_json::json;

use super::accounts::Account;
use super::event::{Event, EventKind};
use super::shared::World;
use super::snapshot::Snapshot;
use crate::domain::{AccountId, Timestamp};
use crate::flows::keeping::{Occasion, Passage, passage, purpose};
use crate::flows::{Channel, OptOut, Purpose, Wish};
use crate::store::{GuardedEffect, Redeemed, StoreError};

/// A person who wrote so lately is awake, and what follows is part of the talk she is having.
const AWAKE: TimeDelta = TimeDelta::minutes(30);
/// For so long the result of what she ordered, or the word of staff, answers her.
const ANSWERING: TimeDelta = TimeDelta::hours(24);
/// The reason with which a message has failed that the network knows she does not want.
pub const OPTED_OUT: &str = "opted_out";

/// What may leave, and when.
#[derive(Debug)]
pub(super) struct Gate<'a> {
    after: &'a Snapshot,
    occasion: Occasion,
    /// When the quiet hours are over that hold the present.
    quiet_over: Option<Timestamp>,
    own: &'a Account,
}

/// What the gate says of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passed {
    pub purpose: Option<Purpose>,
    pub not_before: Option<Timestamp>,
    pub unwanted: bool,
}

impl<'a> Gate<'a> {
    /// `own` is the account by which the turn answers, `after` what is known of the person after it.
    pub fn new(own: &'a Account, after: &'a Snapshot, event: &Event, now: Timestamp) -> Self {
        let tenant = &own.tenant;
        let quiet = tenant.rules.quiet.filter(|quiet| quiet.is_quiet(now, tenant.zone));
        let quiet_over = quiet.map(|quiet| quiet.over(now, tenant.zone));
        Self { after, occasion: occasion(&event.kind, after, now), quiet_over, own }
    }

    /// What becomes of a message that leaves by this account of this channel.
    pub fn pass(&self, account: AccountId, channel: Channel, said: Option<Purpose>) -> Passed {
        let purpose = purpose(said, self.occasion, account == self.own.id);
        let opt_outs = &self.after.kept.opt_outs;
        let passage = passage(purpose, channel, self.occasion, opt_outs, self.quiet_over);
        if passage != Passage::Goes {
            let how = if passage == Passage::Unwanted { "unwanted" } else { "waits" };
            let of = purpose.map_or("reply", Purpose::as_str);
            metrics::counter!("ganira_kept_back_total", "how" => how, "purpose" => of).increment(1);
        }
        let not_before = match passage {
            Passage::Waits(until) => Some(until),
            _ => None,
        };
        Passed { purpose, not_before, unwanted: passage == Passage::Unwanted }
    }
}

fn occasion(kind: &EventKind, after: &Snapshot, now: Timestamp) -> Occasion {
    let last = after.kept.doors.iter().filter_map(|door| door.last_inbound).max();
    let within = |time: TimeDelta| last.is_some_and(|at| now - at < time);
    let asked = match kind {
        EventKind::Message { .. }
        | EventKind::Code { .. }
        | EventKind::SlowDown
        | EventKind::Hop { .. }
        | EventKind::Missed { .. } => true,
        EventKind::JobDone { .. } | EventKind::HandedBack { .. } => within(ANSWERING),
        _ => false,
    };
    Occasion { asked, awake: within(AWAKE) }
}

/// What the person wishes, kept in her snapshot and left to the commit.
pub(super) fn heed(after: &mut Snapshot, channel: Channel, wish: Wish, source: &str, now: Timestamp) -> GuardedEffect {
    let stop = OptOut { channel, purpose: None };
    match wish {
        Wish::Stop => opt_out(after, stop, source, now),
        Wish::StopOf(purpose) => opt_out(after, OptOut { purpose: Some(purpose), ..stop }, source, now),
        Wish::Start => opt_in(after, channel, None),
        Wish::StartOf(purpose) => opt_in(after, channel, Some(purpose)),
    }
}

/// For one purpose, or for all.
fn opt_in(after: &mut Snapshot, channel: Channel, purpose: Option<Purpose>) -> GuardedEffect {
    after.kept.opt_outs.retain(|one| one.channel != channel || (purpose.is_some() && one.purpose != purpose));
    let args = json!({ "channel": channel.as_str(), "purpose": purpose.map(Purpose::as_str) });
    GuardedEffect { ordinal: u8::MAX, kind: "opt_in", args }
}

fn opt_out(after: &mut Snapshot, stop: OptOut, source: &str, now: Timestamp) -> GuardedEffect {
    if !after.kept.opt_outs.contains(&stop) {
        after.kept.opt_outs.push(stop);
    }
    let args = json!({
        "channel": stop.channel.as_str(), "purpose": stop.purpose.map_or("*", Purpose::as_str), "source": source, "at": now,
    });
    GuardedEffect { ordinal: u8::MAX, kind: "opt_out", args }
}

/// A message of ours failed because the network or gateway knows that the person has stopped us there: then we know it too. On WhatsApp
/// that is said of marketing only, everywhere else of all.
pub(super) fn learned(after: &mut Snapshot, event: &Event, now: Timestamp) -> Option<GuardedEffect> {
    let EventKind::SendFailed { reason: OPTED_OUT, .. } = event.kind else { return None };
    let channel = event.account.channel;
    let purpose = (channel == Channel::WhatsApp).then_some(Purpose::Marketing);
    Some(opt_out(after, OptOut { channel, purpose }, "network", now))
}

/// A code has shown that two contacts are one person: what she stopped as the other holds too.
pub(super) async fn joined(world: &World, after: &mut Snapshot, event: &Event) -> Result<(), StoreError> {
    let EventKind::Code { redeemed: Redeemed::Joined(_), .. } = event.kind else { return Ok(()) };
    let stopped = world.store.opt_outs(event.conversation).await?;
    let known = |purpose: &str| Purpose::OF_MESSAGES.into_iter().find(|known| known.as_str() == purpose);
    let read = |(channel, purpose): &(String, String)| {
        Channel::named(channel).map(|channel| OptOut { channel, purpose: known(purpose) })
    };
    after.kept.opt_outs = stopped.iter().filter_map(read).collect();
    Ok(())
}

/// Who says what a turn heard of it.
pub(super) fn source(kind: &EventKind) -> &'static str {
    if matches!(kind, EventKind::Kept { .. }) { "network" } else { "person" }
}
