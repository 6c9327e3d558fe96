//! `services`: what can be booked.

use sqlx::PgConnection;

use crate::flows::{Row, Value};
use crate::operations::asker::{Answered, Asker, Trouble, row};
use crate::store::salon::catalogue::{self, Service};

use super::ROWS_MAX;
use super::labels::Words;

pub(in crate::operations) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
) -> Result<Answered, Trouble> {
    let words = Words::of(asker.language);
    let services = catalogue::services(connection, asker.tenant).await?;
    Ok(Answered::found(services.iter().take(ROWS_MAX).map(|service| row_of(service, words)).collect()))
}

fn row_of(service: &Service, words: &Words) -> Row {
    row([
        ("id", Value::Whole(service.id)),
        ("label", Value::text(&service.label)),
        ("note", Value::text(words.price_and_minutes(service.price, service.minutes))),
        ("minutes", Value::Whole(service.minutes.into())),
        ("price", Value::Money(service.price)),
    ])
}
