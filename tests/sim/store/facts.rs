//! `record_facts` and `record_messages`, statement by statement.

use std::collections::{BTreeMap, BTreeSet};

use ganira::domain::{OutboxId, Timestamp};
use ganira::store::{FactBatch, NameHash, NamedReceipt, WriterId};

use super::commit::Abort;
use super::nodes;
use super::tables::{Delivery, EarlyReceipt, SentPart, Tables};

/// False: it had been applied before. After an error the caller rolls back.
pub(super) fn record(tables: &mut Tables, writer: WriterId, batch: &FactBatch, now: Timestamp) -> Result<bool, Abort> {
    if !nodes::fence(tables, writer, batch.number, batch.digest())? {
        return Ok(false);
    }
    facts(tables, batch);
    for notice in &batch.notices {
        tables.notices.add((notice.event, notice.at.date_naive()), notice.clone());
    }
    names(tables, batch);
    ripen(tables, batch);
    receipts(tables, &batch.receipts);
    wholes(tables, batch, now);
    Ok(true)
}

fn facts(tables: &mut Tables, batch: &FactBatch) {
    for fact in &batch.facts {
        if !tables.contact_keys.contains_key(&fact.id.conversation) {
            continue;
        }
        let (attempt, attempt_state) = (fact.attempt, fact.attempt_state as i16);
        let met = tables.deliveries.change(&fact.id, |row| {
            row.attempt_state = match attempt.cmp(&row.attempt) {
                std::cmp::Ordering::Greater => attempt_state,
                std::cmp::Ordering::Equal => row.attempt_state.max(attempt_state),
                std::cmp::Ordering::Less => row.attempt_state,
            };
            row.attempt = row.attempt.max(attempt);
            row.rank = row.rank.max(fact.rank);
            row.message = row.message.or(fact.message);
            row.error_code = row.error_code.or(fact.error_code);
            row.price_category = row.price_category.take().or_else(|| fact.price_category.clone());
            row.changed_at = row.changed_at.max(fact.at);
        });
        if !met {
            let row = Delivery {
                account: fact.account,
                attempt,
                attempt_state,
                rank: fact.rank,
                message: fact.message,
                error_code: fact.error_code,
                price_category: fact.price_category.clone(),
                changed_at: fact.at,
            };
            tables.deliveries.put(fact.id, row);
        }
    }
}

/// What providers call the parts: a name that is given anew is another message's from then on.
fn names(tables: &mut Tables, batch: &FactBatch) {
    for named in &batch.named {
        if !tables.contact_keys.contains_key(&named.outbox.conversation) {
            continue;
        }
        let early = tables.early_receipts.range((named.name, NameHash::default())..);
        let early = early.take_while(|((message, _), _)| *message == named.name).map(|(_, row)| row);
        let (rank, error_code) = early.max_by_key(|row| row.rank).map_or((0, None), |row| (row.rank, row.error_code));
        let before = tables.sent_messages.get(&named.name).filter(|row| row.outbox == named.outbox);
        let row = SentPart {
            account: named.account,
            outbox: named.outbox,
            parts: named.parts,
            wake: named.wake,
            rank: before.map_or(rank, |row| row.rank.max(rank)),
            error_code: before.and_then(|row| row.error_code).or(error_code),
            at: named.at,
        };
        tables.sent_messages.put(named.name, row);
    }
}

/// What came early and is met now: kept until its conversation is told, where it has to be.
fn ripen(tables: &mut Tables, batch: &FactBatch) {
    let named: BTreeMap<NameHash, bool> = batch.named.iter().map(|named| (named.name, named.wake)).collect();
    tables.early_receipts.change_where(
        |(message, _), row| named.get(message).is_some_and(|wake| *wake || row.rank == 100),
        |row| row.ripe = true,
    );
    let met: BTreeSet<NameHash> =
        tables.early_receipts.keys().filter(|(message, _)| named.contains_key(message)).map(|key| key.1).collect();
    tables.early_receipts.take_where(|(_, receipt), row| met.contains(receipt) && !row.ripe);
}

/// The first form by which a message is known. By another than its own a receipt is never news of a message that has arrived.
fn met(tables: &Tables, receipt: &NamedReceipt) -> Option<NameHash> {
    let own = receipt.forms.first()?;
    let is_met = |form: &&NameHash| tables.sent_messages.get(*form).is_some_and(|row| *form == own || row.rank < 50);
    receipt.forms.iter().find(is_met).copied()
}

fn receipts(tables: &mut Tables, receipts: &[NamedReceipt]) {
    let met: Vec<Option<NameHash>> = receipts.iter().map(|receipt| met(tables, receipt)).collect();
    let mut news: BTreeMap<NameHash, (i16, Option<i64>)> = BTreeMap::new();
    for (receipt, message) in receipts.iter().zip(&met) {
        let Some(message) = message else { continue };
        let (rank, error) = news.entry(*message).or_insert((receipt.rank, None));
        *rank = (*rank).max(receipt.rank);
        *error = (*error).max(receipt.error_code);
    }
    for (message, (rank, error)) in news {
        tables.sent_messages.change(&message, |row| {
            row.rank = row.rank.max(rank);
            row.error_code = row.error_code.or(error);
        });
    }
    let unmet = || receipts.iter().zip(&met).filter(|(_, met)| met.is_none()).map(|(receipt, _)| receipt);
    for receipt in unmet() {
        let (Some(carried), Some(own)) = (receipt.carried, receipt.forms.first()) else { continue };
        if tables.contact_keys.contains_key(&carried.outbox.conversation) {
            let row = SentPart {
                account: carried.account,
                outbox: carried.outbox,
                parts: carried.parts,
                wake: carried.wake,
                rank: receipt.rank,
                error_code: receipt.error_code,
                at: receipt.at,
            };
            tables.sent_messages.add(*own, row);
        }
    }
    for receipt in unmet().filter(|receipt| receipt.carried.is_none()) {
        for form in &receipt.forms {
            keep_early(tables, (*form, receipt.forms[0]), receipt);
        }
    }
}

fn keep_early(tables: &mut Tables, key: (NameHash, NameHash), receipt: &NamedReceipt) {
    let met = tables.early_receipts.change(&key, |row| {
        row.rank = row.rank.max(receipt.rank);
        row.error_code = row.error_code.or(receipt.error_code);
    });
    if !met {
        let row = EarlyReceipt { rank: receipt.rank, error_code: receipt.error_code, at: receipt.at, ripe: false };
        tables.early_receipts.put(key, row);
    }
}

/// The whole: failed when one part is, delivered when all are, at most sent until then.
fn wholes(tables: &mut Tables, batch: &FactBatch, now: Timestamp) {
    let names = batch.named.iter().map(|named| &named.name);
    let forms = batch.receipts.iter().flat_map(|receipt| &receipt.forms);
    let touched: BTreeSet<OutboxId> =
        names.chain(forms).filter_map(|name| tables.sent_messages.get(name)).map(|row| row.outbox).collect();
    for whole in touched {
        let parts: Vec<&SentPart> = tables.sent_messages.values().filter(|row| row.outbox == whole).collect();
        let furthest = parts.iter().map(|row| row.rank).max().unwrap_or_default();
        let wanted = parts.iter().map(|row| row.parts).max().unwrap_or_default();
        let arrived = parts.iter().filter(|row| row.rank >= 50).count();
        let rank = match furthest {
            100 => 100,
            _ if arrived >= usize::try_from(wanted).unwrap_or_default() => 50,
            _ => furthest.min(40),
        };
        let error = parts.iter().filter_map(|row| row.error_code).max();
        let account = parts.iter().map(|row| row.account).min();
        let Some(account) = account.filter(|_| rank > 0) else { continue };
        let met = tables.deliveries.change(&whole, |row| {
            row.rank = row.rank.max(rank);
            row.error_code = row.error_code.or(error);
            row.changed_at = now;
        });
        if !met {
            let row = Delivery {
                account,
                attempt: 0,
                attempt_state: 0,
                rank,
                message: None,
                error_code: error,
                price_category: None,
                changed_at: now,
            };
            tables.deliveries.put(whole, row);
        }
    }
}
