//! `record_facts`: attempts, outcomes, receipts and notices as arrays.

use chrono::NaiveDate;
use sqlx::Postgres;
use sqlx::postgres::PgConnection;

use crate::domain::Timestamp;
use crate::store::{FactBatch, WriterId};

const RECORD: &str =
    "SELECT record_facts($1,$2,$3, $4,$5,$6,$7,$8, $9,$10,$11,$12,$13,$14,$15, $16,$17,$18,$19,$20,$21)";

pub(super) async fn record(
    connection: &mut PgConnection,
    writer: WriterId,
    batch: &FactBatch,
) -> Result<bool, sqlx::Error> {
    let facts = &batch.facts;
    let notices = &batch.notices;
    let message: Vec<Option<&[u8]>> =
        facts.iter().map(|fact| fact.message.as_ref().map(<[u8; 16]>::as_slice)).collect();
    let price: Vec<Option<&str>> = facts.iter().map(|fact| fact.price_category.as_deref()).collect();
    let notice_event: Vec<&[u8]> = notices.iter().map(|notice| notice.event.0.as_slice()).collect();
    let notice_day: Vec<NaiveDate> = notices.iter().map(|notice| notice.at.date_naive()).collect();
    let notice_body: Vec<&[u8]> = notices.iter().map(|notice| notice.body.as_slice()).collect();
    sqlx::query_scalar::<Postgres, bool>(RECORD)
        .bind(writer.0)
        .bind(batch.number)
        .bind(batch.digest().as_slice())
        .bind(facts.iter().map(|fact| fact.id.conversation.tenant.0).collect::<Vec<_>>())
        .bind(facts.iter().map(|fact| fact.id.conversation.contact.0).collect::<Vec<_>>())
        .bind(facts.iter().map(|fact| fact.id.seq.0).collect::<Vec<_>>())
        .bind(facts.iter().map(|fact| fact.id.n).collect::<Vec<_>>())
        .bind(facts.iter().map(|fact| fact.account.0).collect::<Vec<_>>())
        .bind(facts.iter().map(|fact| fact.attempt).collect::<Vec<_>>())
        .bind(facts.iter().map(|fact| fact.attempt_state as i16).collect::<Vec<_>>())
        .bind(facts.iter().map(|fact| fact.rank).collect::<Vec<_>>())
        .bind(message)
        .bind(facts.iter().map(|fact| fact.error_code).collect::<Vec<_>>())
        .bind(price)
        .bind(facts.iter().map(|fact| fact.at).collect::<Vec<Timestamp>>())
        .bind(notice_event)
        .bind(notice_day)
        .bind(notices.iter().map(|notice| notice.account.map(|account| account.0)).collect::<Vec<_>>())
        .bind(notices.iter().map(|notice| notice.field.as_str()).collect::<Vec<_>>())
        .bind(notices.iter().map(|notice| notice.at).collect::<Vec<Timestamp>>())
        .bind(notice_body)
        .fetch_one(connection)
        .await
}
