//! What is due and what waits to be sent: timers, jobs, the outbox and its cursors.

use std::collections::BTreeMap;

use ganira::domain::{AccountId, Conversation, OutboxId, Timestamp};
use ganira::store::{DueTimer, OpenJob, OpenOutboxRow, OutboxPlace, SentMessage, WriterId};

use super::tables::{Job, Tables};

fn at_most(limit: i32) -> usize {
    usize::try_from(limit).unwrap_or_default()
}

pub(super) fn due_timers(tables: &Tables, until: Timestamp, limit: i32) -> Vec<DueTimer> {
    let due = tables.timers.keys().filter(|(_, due, _)| *due <= until);
    let mut due: Vec<(Timestamp, u16, Conversation)> = due.map(|(shard, due, of)| (*due, *shard, *of)).collect();
    due.sort_unstable();
    due.into_iter().take(at_most(limit)).map(|(due, _, conversation)| DueTimer { due, conversation }).collect()
}

/// At most so many of each kind, the longest waiting first.
pub(super) fn due_jobs(tables: &Tables, now: Timestamp, limit: i32) -> Vec<OpenJob> {
    let mut kinds: BTreeMap<&str, Vec<(Timestamp, OutboxId, &Job)>> = BTreeMap::new();
    for (id, job) in tables.jobs.iter().filter(|(_, job)| job.not_before.is_none_or(|at| at <= now)) {
        kinds.entry(&job.kind).or_default().push((job.not_before.unwrap_or(job.at), *id, job));
    }
    let mut open = Vec::new();
    for mut waiting in kinds.into_values() {
        waiting.sort_unstable_by_key(|(since, id, _)| (*since, *id));
        let first = waiting.into_iter().take(at_most(limit));
        open.extend(first.filter_map(|(_, id, job)| {
            Some(OpenJob {
                id,
                account: job.account,
                kind: job.kind.clone(),
                at: job.at,
                body: job.body.clone(),
                wrapped_key: tables.contact_keys.get(&id.conversation)?.clone(),
                tries: job.tries,
            })
        }));
    }
    open
}

pub(super) fn postpone_job(tables: &mut Tables, job: OutboxId, tries: i16, not_before: Timestamp) {
    tables.jobs.change(&job, |row| {
        row.tries = tries;
        row.not_before = Some(not_before);
    });
}

pub(super) fn open_outbox(tables: &Tables, account: AccountId, after: OutboxPlace, limit: i32) -> Vec<OpenOutboxRow> {
    let behind = tables.outbox.iter().filter(|(_, row)| row.account == account && row.place > after);
    let mut behind: Vec<_> = behind.map(|((id, _), row)| (row.place, *id, row)).collect();
    behind.sort_unstable_by_key(|(place, id, _)| (*place, *id));
    let read = |(place, id, row): (OutboxPlace, OutboxId, &super::tables::OutboxEntry)| {
        let delivery = tables.deliveries.get(&id);
        OpenOutboxRow {
            id,
            place,
            at: row.at,
            body: row.body.clone(),
            wrapped_key: tables.contact_keys.get(&id.conversation).cloned(),
            rank: delivery.map_or(0, |delivery| delivery.rank),
            attempt: delivery.map_or(0, |delivery| delivery.attempt),
            attempt_state: delivery.map_or(0, |delivery| delivery.attempt_state),
            changed_at: delivery.map(|delivery| delivery.changed_at),
        }
    };
    behind.into_iter().take(at_most(limit)).map(read).collect()
}

pub(super) fn cursors(tables: &Tables, account: AccountId) -> Vec<(WriterId, i64)> {
    let of_account = tables.cursors.iter().filter(|((of, _), _)| *of == account);
    of_account.map(|((_, writer), batch)| (*writer, *batch)).collect()
}

pub(super) fn save_cursor(tables: &mut Tables, account: AccountId, writer: WriterId, batch: i64) {
    if !tables.cursors.change(&(account, writer), |row| *row = batch.max(*row)) {
        tables.cursors.put((account, writer), batch);
    }
}

/// A message by its number, whatever day it stands on.
pub(super) fn message_of(tables: &Tables, id: OutboxId) -> Option<SentMessage> {
    let (_, row) = tables.outbox.range((id, chrono::NaiveDate::MIN)..).next().filter(|((found, _), _)| *found == id)?;
    Some(SentMessage {
        account: row.account,
        at: row.at,
        body: row.body.clone(),
        replaced: tables.fall_backs.contains_key(&id),
    })
}
