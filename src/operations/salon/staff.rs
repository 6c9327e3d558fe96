//! `staff_for`: who gives a service, "anyone" first.

use sqlx::PgConnection;

use crate::flows::{Question, Value};
use crate::operations::arguments;
use crate::operations::asker::{Answered, Asker, Trouble, row};
use crate::store::salon::catalogue;

use super::ROWS_MAX;
use super::labels::Words;

pub(in crate::operations) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let service = arguments::whole(&question.arguments, "service")?;
    let staff = catalogue::staff_for(connection, asker.tenant, service).await?;
    if staff.is_empty() {
        return Ok(Answered::found(Vec::new()));
    }
    let words = Words::of(asker.language);
    let line = |id: i64, label: &str, note: &str| {
        row([("id", Value::Whole(id)), ("label", Value::text(label)), ("note", Value::text(note))])
    };
    let anyone = line(0, words.anyone, words.anyone_note);
    let people = staff.iter().map(|person| line(person.id, &person.label, ""));
    Ok(Answered::found(std::iter::once(anyone).chain(people).take(ROWS_MAX).collect()))
}
