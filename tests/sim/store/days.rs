//! Days that have partitions, and what outlived its retention.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, TimeDelta};
use ganira::domain::{OutboxId, Timestamp};

use super::tables::Tables;

/// From 8 before to 7 after today; how many were missing.
pub(super) fn ensure(tables: &mut Tables, now: Timestamp) -> i32 {
    let today = now.date_naive();
    let wanted: Vec<NaiveDate> = (0..16).map(|day| today - Days::new(8) + Days::new(day)).collect();
    let build = |days: &mut BTreeSet<NaiveDate>| wanted.iter().filter(|day| days.insert(**day)).count();
    let made = build(&mut tables.journal_days) + build(&mut tables.outbox_days);
    i32::try_from(made).unwrap_or(i32::MAX)
}

pub(super) fn ahead(tables: &Tables, now: Timestamp) -> i32 {
    let today = now.date_naive();
    let last = [tables.journal_days.last(), tables.outbox_days.last()].into_iter().flatten().min();
    last.map_or(0, |last| i32::try_from((*last - today).num_days()).unwrap_or(i32::MAX))
}

/// `[journal, dead letters of tenants, what belongs to nobody]` in days.
pub(super) fn let_go(tables: &mut Tables, [journal, dead_letters, nobody]: [u32; 3], now: Timestamp) -> u32 {
    let oldest = now.date_naive() - Days::new(journal.into());
    let old = |days: &BTreeSet<NaiveDate>| days.range(..oldest).copied().collect::<Vec<_>>();
    let (journal_days, outbox_days) = (old(&tables.journal_days), old(&tables.outbox_days));
    for day in &outbox_days {
        let_outbox_go(tables, *day, now.date_naive());
    }
    tables.journal.take_where(|(_, _, day), _| journal_days.contains(day));
    tables.journal_days.retain(|day| *day >= oldest);
    tables.outbox_days.retain(|day| *day >= oldest);
    let_rows_go(tables, dead_letters, nobody, now);
    u32::try_from(journal_days.len() + outbox_days.len()).unwrap_or(u32::MAX)
}

/// Open rows move on to today; the delivery rows of the others go with their day. Screens were never to be sent.
fn let_outbox_go(tables: &mut Tables, day: NaiveDate, today: NaiveDate) {
    let ids: Vec<OutboxId> = tables.outbox.keys().filter(|(_, of)| *of == day).map(|(id, _)| *id).collect();
    for id in ids {
        let Some(row) = tables.outbox.take(&(id, day)) else { continue };
        let is_settled = tables.deliveries.get(&id).is_some_and(|delivery| delivery.rank > 0);
        let is_screen = tables.accounts.get(&row.account).is_some_and(|account| account.channel == "ussd");
        if is_settled || is_screen {
            tables.deliveries.take(&id);
        } else {
            tables.outbox.put((id, today), row);
        }
    }
}

fn let_rows_go(tables: &mut Tables, dead_letters: u32, nobody: u32, now: Timestamp) {
    let before = |days: u32| now - TimeDelta::days(days.into());
    tables.sent_messages.take_where(|_, row| row.at < before(8));
    tables.early_receipts.take_where(|_, row| row.at < before(1));
    tables.dead_letters.take_where(|_, row| row.tenant.is_some() && row.at < before(dead_letters));
    tables.dead_letters.take_where(|_, row| row.tenant.is_none() && row.at < before(nobody));
    tables.notices.take_where(|_, row| row.at < before(nobody));
    tables.occupancies.take_where(|_, row| row.until < before(nobody));
    tables.requests.take_where(|_, row| row.done_at.is_some_and(|at| at < before(nobody)));
}

pub(super) fn old_media(tables: &Tables, days: u32, limit: i32, now: Timestamp) -> Vec<String> {
    let old = tables.media.values().filter(|row| row.at < now - TimeDelta::days(days.into()));
    old.take(usize::try_from(limit).unwrap_or_default()).map(|row| row.object.clone()).collect()
}
