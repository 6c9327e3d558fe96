//! Dead letters and requests.

use ganira::domain::Timestamp;
use ganira::store::{DeadLetterRow, ReplayRow, RequestRow};

use super::tables::{DeadLetter, Tables};

pub(super) fn bury(tables: &mut Tables, letters: &[DeadLetterRow]) {
    for letter in letters {
        // The number is drawn before anybody sees that the letter is there already.
        tables.sequences.dead_letter += 1;
        let row = DeadLetter {
            id: tables.sequences.dead_letter,
            tenant: letter.tenant,
            contact: letter.contact,
            account: letter.account,
            reason: letter.reason,
            error: letter.error.clone(),
            at: letter.at,
            body: letter.body.clone(),
            is_replayed: false,
            replays: 0,
        };
        tables.dead_letters.add(letter.dedupe.clone(), row);
    }
}

pub(super) fn for_replay(tables: &Tables, id: i64) -> Option<ReplayRow> {
    let (dedupe, row) = tables.dead_letters.iter().find(|(_, row)| row.id == id)?;
    Some(ReplayRow {
        dedupe: dedupe.clone(),
        tenant: row.tenant,
        account: row.account,
        body: row.body.clone(),
        replays: row.replays,
    })
}

pub(super) fn mark_replayed(tables: &mut Tables, id: i64) {
    tables.dead_letters.change_where(
        |_, row| row.id == id,
        |row| {
            row.is_replayed = true;
            row.replays += 1;
        },
    );
}

pub(super) fn open_requests(tables: &Tables, limit: i32) -> Vec<RequestRow> {
    let open = tables.requests.iter().filter(|(_, row)| row.done_at.is_none());
    let read = |(id, row): (&i64, &super::tables::Request)| RequestRow {
        id: *id,
        kind: row.kind.clone(),
        arguments: row.arguments.clone(),
        sealed: row.sealed.clone(),
    };
    open.take(usize::try_from(limit).unwrap_or_default()).map(read).collect()
}

pub(super) fn answer_request(tables: &mut Tables, id: i64, answer: &str, now: Timestamp) {
    tables.requests.change(&id, |row| {
        row.done_at = Some(now);
        row.answer = Some(answer.to_owned());
        row.sealed = None;
    });
}
