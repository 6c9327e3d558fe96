//! `record_facts` and `record_messages`: attempts, outcomes, receipts and notices as arrays.

use chrono::NaiveDate;
use sqlx::Postgres;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::QueryScalar;

use crate::domain::Timestamp;
use crate::store::messages::Carried;
use crate::store::{FactBatch, NamedReceipt, WriterId};

const FACTS: &str =
    "SELECT record_facts($1,$2,$3, $4,$5,$6,$7,$8, $9,$10,$11,$12,$13,$14,$15, $16,$17,$18,$19,$20,$21)";
const MESSAGES: &str = "SELECT record_messages($1,$2,$3, $4,$5,$6,$7,$8, $9,$10,$11,$12,$13,$14,$15, $16,$17,$18,$19,$20,$21, \
                        $22,$23,$24,$25,$26,$27,$28,$29,$30, $31,$32,$33,$34,$35,$36,$37, $38,$39,$40,$41,$42,$43)";

type Call<'q> = QueryScalar<'q, Postgres, bool, PgArguments>;

pub(super) async fn record(
    connection: &mut PgConnection,
    writer: WriterId,
    batch: &FactBatch,
) -> Result<bool, sqlx::Error> {
    let by_name = !batch.named.is_empty() || !batch.receipts.is_empty();
    let call = facts(sqlx::query_scalar(if by_name { MESSAGES } else { FACTS }), writer, batch);
    let call = if by_name { receipts(names(call, batch), batch) } else { call };
    call.fetch_one(connection).await
}

fn facts<'q>(call: Call<'q>, writer: WriterId, batch: &'q FactBatch) -> Call<'q> {
    let facts = &batch.facts;
    let notices = &batch.notices;
    let message: Vec<Option<&[u8]>> =
        facts.iter().map(|fact| fact.message.as_ref().map(<[u8; 16]>::as_slice)).collect();
    let price: Vec<Option<&str>> = facts.iter().map(|fact| fact.price_category.as_deref()).collect();
    let notice_event: Vec<&[u8]> = notices.iter().map(|notice| notice.event.0.as_slice()).collect();
    let notice_day: Vec<NaiveDate> = notices.iter().map(|notice| notice.at.date_naive()).collect();
    let notice_body: Vec<&[u8]> = notices.iter().map(|notice| notice.body.as_slice()).collect();
    call.bind(writer.0)
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
}

fn names<'q>(call: Call<'q>, batch: &'q FactBatch) -> Call<'q> {
    let named = &batch.named;
    call.bind(named.iter().map(|row| row.account.0).collect::<Vec<_>>())
        .bind(named.iter().map(|row| row.name.as_slice()).collect::<Vec<_>>())
        .bind(named.iter().map(|row| row.outbox.conversation.tenant.0).collect::<Vec<_>>())
        .bind(named.iter().map(|row| row.outbox.conversation.contact.0).collect::<Vec<_>>())
        .bind(named.iter().map(|row| row.outbox.seq.0).collect::<Vec<_>>())
        .bind(named.iter().map(|row| row.outbox.n).collect::<Vec<_>>())
        .bind(named.iter().map(|row| row.parts).collect::<Vec<_>>())
        .bind(named.iter().map(|row| row.wake).collect::<Vec<_>>())
        .bind(named.iter().map(|row| row.at).collect::<Vec<Timestamp>>())
}

/// One row for each form of each receipt's name.
fn receipts<'q>(call: Call<'q>, batch: &'q FactBatch) -> Call<'q> {
    let rows: Vec<(i32, &NamedReceipt, &[u8; 16])> = (1..)
        .zip(&batch.receipts)
        .flat_map(|(number, receipt)| receipt.forms.iter().map(move |form| (number, receipt, form)))
        .collect();
    let first = |receipt: &'q NamedReceipt| receipt.forms.first().map(<[u8; 16]>::as_slice).unwrap_or_default();
    let carried = |row: &(i32, &NamedReceipt, &[u8; 16])| row.1.carried;
    let number = |read: fn(Carried) -> i64| rows.iter().map(|row| carried(row).map(read)).collect::<Vec<_>>();
    let small = |read: fn(Carried) -> i16| rows.iter().map(|row| carried(row).map(read)).collect::<Vec<_>>();
    call.bind(rows.iter().map(|row| row.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| first(row.1)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.2.as_slice()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.1.rank).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.1.error_code).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.1.at).collect::<Vec<Timestamp>>())
        .bind(number(|carried| carried.account.0))
        .bind(number(|carried| carried.outbox.conversation.tenant.0))
        .bind(number(|carried| carried.outbox.conversation.contact.0))
        .bind(number(|carried| carried.outbox.seq.0))
        .bind(small(|carried| carried.outbox.n))
        .bind(small(|carried| carried.parts))
        .bind(rows.iter().map(|row| carried(row).map(|carried| carried.wake)).collect::<Vec<_>>())
}
