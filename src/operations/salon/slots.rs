//! `free_slots`: the free times of a day or of a part of it.

use chrono::{NaiveDate, Timelike};
use chrono_tz::Tz;
use sqlx::PgConnection;

use crate::domain::booking::LocalDay;
use crate::flows::{Question, Row, Value};
use crate::operations::arguments::{self, BadArgument};
use crate::operations::asker::{Answered, Asker, Trouble, row};

use super::ROWS_MAX;
use super::roster::{Free, Roster, Seeker};
use super::slot::Slot;

struct Arguments {
    service: i64,
    staff: i64,
    day: NaiveDate,
    part: Part,
}

/// A part of the day, by the wall clock at which a visit starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Before 12:00.
    Morning,
    /// From 12:00, before 17:00.
    Afternoon,
    /// From 17:00.
    Evening,
    Any,
}

impl Part {
    fn read(arguments: &Row) -> Result<Self, BadArgument> {
        match arguments::optional_text(arguments, "part")? {
            None | Some("any") => Ok(Self::Any),
            Some("morning") => Ok(Self::Morning),
            Some("afternoon") => Ok(Self::Afternoon),
            Some("evening") => Ok(Self::Evening),
            Some(_) => Err(arguments::bad("part", "morning, afternoon, evening or any", arguments.get("part"))),
        }
    }

    fn has(self, hour: u32) -> bool {
        match self {
            Self::Morning => hour < 12,
            Self::Afternoon => (12..17).contains(&hour),
            Self::Evening => hour >= 17,
            Self::Any => true,
        }
    }
}

impl Arguments {
    fn read(arguments: &Row) -> Result<Self, BadArgument> {
        Ok(Self {
            service: arguments::whole(arguments, "service")?,
            staff: arguments::whole(arguments, "staff")?,
            day: day(arguments)?,
            part: Part::read(arguments)?,
        })
    }
}

/// The day, from the one of its two arguments that is given.
fn day(arguments: &Row) -> Result<NaiveDate, BadArgument> {
    let expected = "the day either here, as an ISO date, or as `date`";
    match (arguments.get("day"), arguments::optional_date(arguments, "date")?) {
        (Some(_), None) => arguments::iso_date(arguments, "day"),
        (None, Some(date)) => Ok(date),
        (found, _) => Err(arguments::bad("day", expected, found)),
    }
}

pub(in crate::operations) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let Arguments { service, staff, day, part } = Arguments::read(&question.arguments)?;
    let seeker = Seeker::from(asker);
    let Some(roster) = Roster::read(connection, &seeker, service, staff).await? else {
        return Ok(Answered::found(Vec::new()));
    };
    let days = roster.free_on(connection, &seeker, &[LocalDay::new(asker.zone, day)]).await?;
    let mut free = days.into_iter().next().map(|day| day.free).unwrap_or_default();
    free.retain(|free| part.has(free.start.with_timezone(&asker.zone).hour()));
    // A long day with a fine grid has more times than a list holds: it is told more coarsely.
    let free = thinned(free, ROWS_MAX);
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

/// Keeps at most `count_max` of `starts`, spread evenly over them and beginning with the first.
pub fn thinned<T>(starts: Vec<T>, count_max: usize) -> Vec<T> {
    let stride = starts.len().div_ceil(count_max.max(1)).max(1);
    starts.into_iter().step_by(stride).collect()
}
