//! A message that will never arrive where it was sent goes another way, with the same words, once.

use chrono::TimeDelta;

use super::doors::Doors;
use super::event::Event;
use super::outgoing::{Envelope, InsteadOf};
use super::shared::World;
use super::turn::{Awake, TurnError};
use crate::domain::OutboxId;
use crate::flows::{Channel, Say, plain_sms};
use crate::store::GuardedEffect;

/// The ordinal of the effect that makes sure of it; questions have small ones.
pub(super) const ORDINAL: u8 = u8::MAX - 2;
/// What is older is no news any more.
const AGE_MAX: TimeDelta = TimeDelta::hours(24);

/// The messages that go instead of one that failed.
#[derive(Debug)]
pub(super) struct Instead {
    pub messages: Vec<Say>,
    pub of: InsteadOf,
    pub effect: GuardedEffect,
}

/// What goes instead of the message `of`, which failed for `reason`. `None`: nothing does.
pub(super) async fn fall_back(
    world: &World,
    awake: &Awake<'_>,
    event: &Event,
    (of, reason): (OutboxId, &str),
    doors: &Doors,
) -> Result<Option<Instead>, TurnError> {
    // Others say that the message itself is wrong, or that the person does not want it.
    if !matches!(reason, "undeliverable" | "window_shut") {
        return Ok(None);
    }
    let failed = event.account.channel;
    let later = doors.fallback.iter().skip_while(|way| **way != failed).skip(1);
    let is_open = |channel: Channel| doors.all.iter().any(|door| door.channel == channel && door.open);
    let Some(channel) = later.copied().find(|way| is_open(*way)) else { return Ok(None) };
    let Some(sent) = world.store.message_of(of).await? else { return Ok(None) };
    if sent.replaced || world.clock.now() - sent.at > AGE_MAX {
        return Ok(None);
    }
    let Ok(envelope) = Envelope::open(&awake.key, of, &sent.body) else { return Ok(None) };
    let words = if envelope.words.is_empty() { plain_sms(&envelope.content) } else { envelope.words };
    if words.is_empty() {
        return Ok(None);
    }
    let Envelope { when_unknown, wake, purpose, .. } = envelope;
    let say =
        |content| Say { content, when_unknown, wake, by: Some(channel), purpose, instead_of: None, words: Vec::new() };
    let by_seq = awake.seq.next();
    let args = serde_json::json!({ "seq": of.seq, "n": of.n, "by_seq": by_seq });
    Ok(Some(Instead {
        messages: words.into_iter().map(say).collect(),
        of: InsteadOf { channel: failed, reason: reason.to_owned(), message: Some((of.seq, of.n)) },
        effect: GuardedEffect { ordinal: ORDINAL, kind: "fall_back", args },
    }))
}
