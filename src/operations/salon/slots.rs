//! `free_slots`: the free times of a day.

use chrono::NaiveDate;
use chrono_tz::Tz;
use sqlx::PgConnection;

use crate::flows::{Question, Row, Value};
use crate::operations::arguments::{self, BadArgument};
use crate::operations::asker::{Answered, Asker, Trouble, row};

use super::ROWS_MAX;
use super::availability::thinned;
use super::local_day::LocalDay;
use super::roster::{Free, Roster};
use super::slot::Slot;

struct Arguments {
    service: i64,
    staff: i64,
    day: NaiveDate,
}

impl Arguments {
    fn read(arguments: &Row) -> Result<Self, BadArgument> {
        Ok(Self {
            service: arguments::whole(arguments, "service")?,
            staff: arguments::whole(arguments, "staff")?,
            day: arguments::iso_date(arguments, "day")?,
        })
    }
}

pub(in crate::operations) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let Arguments { service, staff, day } = Arguments::read(&question.arguments)?;
    let nothing = Ok(Answered::found(Vec::new()));
    let Some(roster) = Roster::read(connection, asker, service, staff).await? else { return nothing };
    let day = LocalDay::new(asker.zone, day);
    let Some(window) = day.whole() else { return nothing };
    let busy = roster.busy(connection, asker, window).await?;
    // A long day with a fine grid has more times than a list holds: it is told more coarsely.
    let free = thinned(roster.free(&day, &busy), ROWS_MAX);
    Ok(Answered::found(free.iter().map(|free| row_of(free, asker.zone)).collect()))
}

fn row_of(free: &Free<'_>, zone: Tz) -> Row {
    let slot = Slot { staff: free.staff.id, start: free.start };
    row([
        ("id", Value::text(slot.to_string())),
        ("label", Value::text(free.start.with_timezone(&zone).format("%H:%M").to_string())),
        ("start", Value::DateTime(free.start)),
        ("staff", Value::Whole(free.staff.id)),
        ("staff_name", Value::text(&free.staff.label)),
    ])
}
