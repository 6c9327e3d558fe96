//! `commit_batch` and `inspect_batch`: turns laid out as arrays, one statement, one round trip.

use chrono::NaiveDate;
use serde_json::Value as Json;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::{PgPool, Postgres, Row};

use crate::domain::Timestamp;
use crate::store::{Batch, Blame, Result, StoreError, TurnRow, WriterId};

const COMMIT: &str = "SELECT commit_batch($1,$2,$3, $4,$5,$6,$7, $8,$9,$10,$11,$12,$13, $14,$15,$16,$17,$18, $19,$20,$21, $22,$23,$24,$25, \
                      $26,$27,$28,$29, $30,$31,$32, $33,$34,$35)";

const INSPECT: &str =
    "SELECT turn, verdict, effect, outcome FROM inspect_batch($1,$2,$3,$4,$5, $6,$7,$8,$9, $10,$11,$12, $13,$14,$15)";

/// The batch as columns. Positions of turns count from 1, as Postgres' arrays do.
#[derive(Default)]
struct Columns<'a> {
    tenant: Vec<i64>,
    contact: Vec<i64>,
    seq: Vec<i64>,
    snapshot: Vec<&'a [u8]>,
    event: Vec<&'a [u8]>,
    day: Vec<NaiveDate>,
    account: Vec<i64>,
    kind: Vec<i16>,
    at: Vec<Timestamp>,
    body: Vec<&'a [u8]>,
    outbox_turn: Vec<i32>,
    outbox_n: Vec<i16>,
    outbox_account: Vec<i64>,
    outbox_body: Vec<&'a [u8]>,
    alarm_turn: Vec<i32>,
    alarm_shard: Vec<i16>,
    alarm_due: Vec<Timestamp>,
    gone_turn: Vec<i32>,
    gone_shard: Vec<i16>,
    gone_due: Vec<Timestamp>,
    gone_fired: Vec<bool>,
    job_turn: Vec<i32>,
    job_n: Vec<i16>,
    job_kind: Vec<&'a str>,
    job_body: Vec<&'a [u8]>,
    done_turn: Vec<i32>,
    done_seq: Vec<i64>,
    done_n: Vec<i16>,
    effect_turn: Vec<i32>,
    effect_kind: Vec<&'a str>,
    effect_args: Vec<Json>,
}

impl<'a> Columns<'a> {
    fn of(turns: &'a [TurnRow]) -> Self {
        let mut columns = Self::default();
        for (position, turn) in (1..).zip(turns) {
            columns.push(position, turn);
        }
        columns
    }

    fn push(&mut self, position: i32, turn: &'a TurnRow) {
        let shard = turn.conversation.shard().0.cast_signed();
        self.tenant.push(turn.conversation.tenant.0);
        self.contact.push(turn.conversation.contact.0);
        self.seq.push(turn.seq.0);
        self.snapshot.push(&turn.snapshot);
        self.event.push(&turn.journal.event.0);
        self.day.push(turn.journal.day);
        self.account.push(turn.journal.account.0);
        self.kind.push(turn.journal.kind);
        self.at.push(turn.journal.at);
        self.body.push(&turn.journal.body);
        for row in &turn.outbox {
            self.outbox_turn.push(position);
            self.outbox_n.push(row.n);
            self.outbox_account.push(row.account.0);
            self.outbox_body.push(&row.body);
        }
        if let Some(due) = turn.alarm {
            self.alarm_turn.push(position);
            self.alarm_shard.push(shard);
            self.alarm_due.push(due);
        }
        if let Some(gone) = turn.alarm_gone {
            self.gone_turn.push(position);
            self.gone_shard.push(shard);
            self.gone_due.push(gone.due);
            self.gone_fired.push(gone.fired);
        }
        for job in &turn.jobs {
            self.job_turn.push(position);
            self.job_n.push(job.n);
            self.job_kind.push(job.kind);
            self.job_body.push(&job.body);
        }
        if let Some(job) = turn.job_finished {
            self.done_turn.push(position);
            self.done_seq.push(job.seq.0);
            self.done_n.push(job.n);
        }
        for effect in &turn.effects {
            self.effect_turn.push(position);
            self.effect_kind.push(effect.kind);
            self.effect_args.push(effect.args.clone());
        }
    }
}

/// True: written now. False: it had been written before.
pub(super) async fn commit(
    connection: &mut PgConnection,
    writer: WriterId,
    batch: &Batch,
) -> std::result::Result<bool, sqlx::Error> {
    let c = Columns::of(&batch.turns);
    sqlx::query_scalar::<Postgres, bool>(COMMIT)
        .bind(writer.0)
        .bind(batch.number)
        .bind(batch.digest().as_slice())
        .bind(c.tenant)
        .bind(c.contact)
        .bind(c.seq)
        .bind(c.snapshot)
        .bind(c.event)
        .bind(c.day)
        .bind(c.account)
        .bind(c.kind)
        .bind(c.at)
        .bind(c.body)
        .bind(c.outbox_turn)
        .bind(c.outbox_n)
        .bind(c.outbox_account)
        .bind(c.outbox_body)
        .bind(batch.day)
        .bind(c.alarm_turn)
        .bind(c.alarm_shard)
        .bind(c.alarm_due)
        .bind(c.gone_turn)
        .bind(c.gone_shard)
        .bind(c.gone_due)
        .bind(c.gone_fired)
        .bind(c.job_turn)
        .bind(c.job_n)
        .bind(c.job_kind)
        .bind(c.job_body)
        .bind(c.done_turn)
        .bind(c.done_seq)
        .bind(c.done_n)
        .bind(c.effect_turn)
        .bind(c.effect_kind)
        .bind(c.effect_args)
        .fetch_one(connection)
        .await
}

fn bind_inspect(batch: &Batch) -> sqlx::query::Query<'_, Postgres, PgArguments> {
    let c = Columns::of(&batch.turns);
    sqlx::query(INSPECT)
        .bind(c.tenant)
        .bind(c.contact)
        .bind(c.seq)
        .bind(c.event)
        .bind(c.day)
        .bind(c.gone_turn)
        .bind(c.gone_shard)
        .bind(c.gone_due)
        .bind(c.gone_fired)
        .bind(c.done_turn)
        .bind(c.done_seq)
        .bind(c.done_n)
        .bind(c.effect_turn)
        .bind(c.effect_kind)
        .bind(c.effect_args)
}

/// Asks who is to blame. Two events with one id inside the batch blame the later one.
pub(super) async fn inspect(pool: &PgPool, batch: &Batch) -> Result<Vec<Blame>> {
    let failed = |source| StoreError { what: "inspect an aborted batch", source };
    let rows = bind_inspect(batch).fetch_all(pool).await.map_err(failed)?;
    let effects: Vec<u8> =
        batch.turns.iter().flat_map(|turn| turn.effects.iter().map(|effect| effect.ordinal)).collect();
    let mut blames = Vec::with_capacity(rows.len());
    for row in rows {
        let turn = usize::try_from(row.try_get::<i32, _>(0).map_err(failed)? - 1).unwrap_or_default();
        blames.push(match row.try_get::<&str, _>(1).map_err(failed)? {
            "journaled" => Blame::Journaled { turn },
            "stale" => Blame::Stale { turn },
            "gone" => Blame::Gone { turn },
            _ => {
                let effect = usize::try_from(row.try_get::<i32, _>(2).map_err(failed)? - 1).unwrap_or_default();
                let ordinal = effects.get(effect).copied().unwrap_or_default();
                Blame::Refused { turn, ordinal, outcome: row.try_get::<String, _>(3).map_err(failed)? }
            }
        });
    }
    Ok(blames)
}
