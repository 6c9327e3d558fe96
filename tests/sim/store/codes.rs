//! The codes of moves: `redeem_code`, `sweep_codes`.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use ganira::domain::{ContactId, Conversation, Timestamp};
use ganira::store::{Redeemed, SentCode};

use super::directory;
use super::tables::{Address, MoveCode, Tables, WrongCode};

pub(super) fn redeem(tables: &mut Tables, sent: &SentCode) -> Redeemed {
    let hashes = &sent.sender.hashes;
    let Some(sender) = hashes.scoped.or(hashes.phone) else { return Redeemed::NotGood };
    let tenant = hashes.tenant;
    if let Some(earlier) = tables.wrong_codes.get(&(tenant, sender, sent.event)) {
        return refused(earlier.outcome);
    }
    let code = tables.move_codes.get(&(tenant, sent.code)).cloned();
    if let Some(code) = code.as_ref().filter(|code| code.used_event == Some(sent.event)) {
        return Redeemed::Joined(code.contact);
    }
    let leads_to = tables.directory.get(&(tenant, sender)).map(|row| row.contact);
    let is_hers = code.as_ref().is_some_and(|code| code.used_by == Some(sender) && leads_to == Some(code.contact));
    let recent = sent.at - TimeDelta::hours(1);
    let wrong =
        tables.wrong_codes.iter().filter(|((of, by, _), row)| (*of, *by) == (tenant, sender) && row.at > recent);
    let wrong = u32::try_from(wrong.count()).unwrap_or(u32::MAX);
    match judge(tables, sent, code.as_ref(), is_hers, wrong) {
        Ok(contact) => {
            if !is_hers {
                join(tables, sent, contact);
            }
            Redeemed::Joined(contact)
        }
        Err(outcome) => {
            // A flood is not written down to its end.
            if wrong < sent.wrong_max.saturating_mul(10) {
                tables.wrong_codes.put((tenant, sender, sent.event), WrongCode { at: sent.at, outcome });
            }
            refused(outcome)
        }
    }
}

fn refused(outcome: &str) -> Redeemed {
    if outcome == "too_many" { Redeemed::TooMany } else { Redeemed::NotGood }
}

fn judge(
    tables: &Tables,
    sent: &SentCode,
    code: Option<&MoveCode>,
    is_hers: bool,
    wrong: u32,
) -> Result<ContactId, &'static str> {
    if wrong >= sent.wrong_max {
        return Err("too_many");
    }
    let code = code.filter(|code| code.channel == sent.channel).ok_or("wrong")?;
    let of = Conversation { tenant: sent.sender.hashes.tenant, contact: code.contact };
    match code {
        _ if is_hers => Ok(code.contact),
        _ if code.used_event.is_some() => Err("used"),
        _ if code.expires_at <= sent.at => Err("expired"),
        _ if !tables.contact_keys.contains_key(&of) => Err("wrong"),
        _ => Ok(code.contact),
    }
}

/// The sender's addresses lead to the contact from now on; whoever they led to is its past.
fn join(tables: &mut Tables, sent: &SentCode, contact: ContactId) {
    let hashes = &sent.sender.hashes;
    let tenant = hashes.tenant;
    let sender = hashes.scoped.or(hashes.phone);
    tables.move_codes.change(&(tenant, sent.code), |code| {
        code.used_by = sender;
        code.used_event = Some(sent.event);
    });
    let both = [hashes.scoped, hashes.phone].into_iter().flatten();
    let pasts: BTreeSet<ContactId> = both
        .filter_map(|hash| tables.directory.get(&(tenant, hash)))
        .map(|row| row.contact)
        .filter(|past| *past != contact)
        .collect();
    let into = Conversation { tenant, contact };
    for past in pasts {
        let past = Conversation { tenant, contact: past };
        tables.contact_joins.put(past, (contact, sent.at));
        take_opt_outs_along(tables, past, into);
    }
    // No ring: who is joined now is nobody's past.
    tables.contact_joins.take(&into);
    let addresses = [(hashes.scoped, 'w', &sent.sender.scoped_sealed), (hashes.phone, 'p', &sent.sender.phone_sealed)];
    for (hash, kind, sealed) in addresses {
        let Some(hash) = hash else { continue };
        let address = Address { contact, kind, sealed: sealed.clone().unwrap_or_default() };
        directory::lead(tables, tenant, hash, address);
    }
}

/// What a person stopped holds for her, not for a number of ours.
fn take_opt_outs_along(tables: &mut Tables, past: Conversation, into: Conversation) {
    let hers: Vec<_> = tables.opt_outs.iter().filter(|((of, _, _), _)| *of == past).collect();
    let hers: Vec<_> =
        hers.into_iter().map(|((_, by, stopped), row)| (by.clone(), stopped.clone(), row.clone())).collect();
    for (channel, purpose, row) in hers {
        tables.opt_outs.add((into, channel, purpose), row);
    }
}

pub(super) fn sweep(tables: &mut Tables, before: Timestamp) -> i32 {
    let old = tables.move_codes.take_where(|_, code| code.expires_at < before);
    let wrong = tables.wrong_codes.take_where(|_, code| code.at < before);
    i32::try_from(old + wrong).unwrap_or(i32::MAX)
}
