//! `my_visits`: what the person has booked.

use chrono::NaiveDate;
use sqlx::PgConnection;

use crate::flows::{Row, Value};
use crate::operations::asker::{Answered, Asker, Trouble, row};
use crate::store::salon::visit::{self, ComingVisit};

use super::ROWS_MAX;
use super::labels::Words;

pub(in crate::operations) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
) -> Result<Answered, Trouble> {
    let visits = visit::coming(connection, asker.tenant, asker.contact, asker.now, ROWS_MAX as i64).await?;
    let today = asker.now.with_timezone(&asker.zone).date_naive();
    Ok(Answered::found(visits.iter().map(|visit| row_of(visit, asker, today)).collect()))
}

fn row_of(visit: &ComingVisit, asker: &Asker<'_>, today: NaiveDate) -> Row {
    let words = Words::of(asker.language);
    let local = visit.starts_at.with_timezone(&asker.zone).naive_local();
    row([
        ("id", Value::text(visit.id.to_string())),
        ("label", Value::text(words.moment(local, today))),
        ("note", Value::text(words.service_with(&visit.service_label, &visit.staff_label))),
        ("start", Value::DateTime(visit.starts_at)),
        ("service", Value::Whole(visit.service)),
        ("service_label", Value::text(&visit.service_label)),
        ("staff", Value::Whole(visit.staff)),
        ("staff_name", Value::text(&visit.staff_label)),
    ])
}
