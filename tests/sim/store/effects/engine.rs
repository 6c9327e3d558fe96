//! The effects of the engine itself: media, erasure, staff, codes, words that go another way, opt-outs.

use ganira::domain::{OutboxId, Seq, Timestamp};

use super::super::commit::Abort;
use super::super::tables::{HandOver, Media, MoveCode, OptOut, Tables};
use super::Asked;
use super::arguments::{hash, instant, needed, number, text};

pub(super) fn store_media(tables: &mut Tables, asked: &Asked<'_>, now: Timestamp) -> Result<(), Abort> {
    let row = Media {
        object: needed(asked.args, "object")?,
        mime: needed(asked.args, "mime")?,
        bytes: number(asked.args, "bytes")?,
        at: now,
    };
    tables.media.add(message(asked)?, row);
    Ok(())
}

/// The message or job that arguments name.
fn message(asked: &Asked<'_>) -> Result<OutboxId, Abort> {
    Ok(OutboxId { conversation: asked.of, seq: Seq(number(asked.args, "seq")?), n: number(asked.args, "n")? })
}

/// Every table that names a contact, but those that keep numbers and bytes without a key.
pub(super) fn erase_person(tables: &mut Tables, asked: &Asked<'_>, now: Timestamp) {
    let of = asked.of;
    tables.directory.take_where(|(tenant, _), row| *tenant == of.tenant && row.contact == of.contact);
    tables.timers.take_where(|(_, _, conversation), ()| *conversation == of);
    tables.jobs.take_where(|id, _| id.conversation == of);
    tables.outbox.take_where(|(id, _), _| id.conversation == of);
    tables.deliveries.take_where(|id, _| id.conversation == of);
    tables.media.take_where(|id, _| id.conversation == of);
    tables.dead_letters.take_where(|_, row| row.tenant == Some(of.tenant) && row.contact == Some(of.contact));
    tables.requests.take_where(|_, row| row.about == Some(of));
    tables.sent_messages.take_where(|_, row| row.outbox.conversation == of);
    tables.move_codes.take_where(|(tenant, _), row| *tenant == of.tenant && row.contact == of.contact);
    tables.contact_joins.take(&of);
    tables.fall_backs.take_where(|id, _| id.conversation == of);
    tables.hand_overs.take(&of);
    tables.opt_outs.take_where(|(conversation, _, _), _| *conversation == of);
    tables.consents.take_where(|(conversation, _, _), _| *conversation == of);
    tables.feedback.take_where(|(tenant, _), row| *tenant == of.tenant && row.contact == of.contact);
    tables.contact_keys.take(&of);
    tables.conversations.change(&of, |row| row.sealed.clear());
    tables.erasures.add(of, now);
}

pub(super) fn hand_over(tables: &mut Tables, asked: &Asked<'_>) -> Result<(), Abort> {
    let call_back = text(asked.args, "call_back").is_some_and(|word| word == "true");
    let row = HandOver { queue: needed(asked.args, "queue")?, asked_at: instant(asked.args, "at")?, call_back };
    tables.hand_overs.put(asked.of, row);
    Ok(())
}

pub(super) fn hand_back(tables: &mut Tables, asked: &Asked<'_>) {
    tables.hand_overs.take(&asked.of);
}

pub(super) fn give_code(tables: &mut Tables, asked: &Asked<'_>) -> Result<bool, Abort> {
    let row = MoveCode {
        contact: asked.of.contact,
        channel: needed(asked.args, "channel")?,
        expires_at: instant(asked.args, "until")?,
        used_by: None,
        used_event: None,
    };
    Ok(tables.move_codes.add((asked.of.tenant, hash(asked.args, "code")?), row))
}

pub(super) fn inspect_code(tables: &Tables, asked: &Asked<'_>) -> Result<Option<&'static str>, Abort> {
    let is_taken = tables.move_codes.contains_key(&(asked.of.tenant, hash(asked.args, "code")?));
    Ok(is_taken.then_some("taken"))
}

pub(super) fn fall_back(tables: &mut Tables, asked: &Asked<'_>) -> Result<bool, Abort> {
    Ok(tables.fall_backs.add(message(asked)?, number(asked.args, "by_seq")?))
}

pub(super) fn inspect_fall_back(tables: &Tables, asked: &Asked<'_>) -> Result<Option<&'static str>, Abort> {
    Ok(tables.fall_backs.contains_key(&message(asked)?).then_some("done"))
}

pub(super) fn opt_out(tables: &mut Tables, asked: &Asked<'_>) -> Result<(), Abort> {
    let (channel, purpose) = (needed(asked.args, "channel")?, needed(asked.args, "purpose")?);
    let row = OptOut { source: needed(asked.args, "source")?, at: instant(asked.args, "at")? };
    let is_valid = ["whatsapp", "ussd", "sms"].contains(&channel.as_str())
        && ["*", "service", "reminder", "marketing", "code"].contains(&purpose.as_str())
        && ["person", "network", "flow"].contains(&row.source.as_str());
    if !is_valid {
        return Err(Abort::check("opt_out"));
    }
    tables.opt_outs.add((asked.of, channel, purpose), row);
    Ok(())
}

pub(super) fn opt_in(tables: &mut Tables, asked: &Asked<'_>) {
    let (channel, purpose) = (text(asked.args, "channel"), text(asked.args, "purpose"));
    tables.opt_outs.take_where(|(of, by, stopped), _| {
        *of == asked.of && Some(by) == channel.as_ref() && purpose.as_ref().is_none_or(|purpose| purpose == stopped)
    });
}

pub(super) fn take_slot(tables: &mut Tables, asked: &Asked<'_>) -> Result<bool, Abort> {
    Ok(tables.slots.add((asked.of.tenant, needed(asked.args, "slot")?), asked.of.contact))
}

pub(super) fn inspect_slot(tables: &Tables, asked: &Asked<'_>) -> Result<Option<&'static str>, Abort> {
    let is_taken = tables.slots.contains_key(&(asked.of.tenant, needed(asked.args, "slot")?));
    Ok(is_taken.then_some("taken"))
}
