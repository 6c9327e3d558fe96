//! `free_days`: the next days with a free time, from today or a later day on.

use chrono::NaiveDate;
use sqlx::PgConnection;

use crate::domain::booking::LocalDay;
use crate::flows::{Question, Row, Value};
use crate::operations::arguments::{self, BadArgument};
use crate::operations::asker::{Answered, Asker, Trouble, row};

use super::labels::Words;
use super::roster::{Roster, Seeker};

const DAYS_MAX: usize = 10;
/// How many days are read at once: mostly the first reading is enough.
const DAYS_AT_ONCE: usize = 14;

struct Arguments {
    service: i64,
    staff: i64,
    from: Option<NaiveDate>,
}

impl Arguments {
    fn read(arguments: &Row) -> Result<Self, BadArgument> {
        Ok(Self {
            service: arguments::whole(arguments, "service")?,
            staff: arguments::whole(arguments, "staff")?,
            from: arguments::optional_date(arguments, "from")?,
        })
    }
}

pub(in crate::operations) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let Arguments { service, staff, from } = Arguments::read(&question.arguments)?;
    let seeker = Seeker::from(asker);
    let Some(roster) = Roster::read(connection, &seeker, service, staff).await? else {
        return Ok(Answered::found(Vec::new()));
    };
    let words = Words::of(asker.language);
    let today = asker.now.with_timezone(&asker.zone).date_naive();
    let dates = roster.dates(&seeker).filter(|date| from.is_none_or(|from| *date >= from));
    let days: Vec<LocalDay> = dates.map(|date| LocalDay::new(asker.zone, date)).collect();
    let mut free = Vec::with_capacity(DAYS_MAX);
    for some in days.chunks(DAYS_AT_ONCE) {
        let found = roster.free_on(connection, &seeker, some).await?;
        free.extend(found.iter().map(|day| row_of(day.date, today, words)).take(DAYS_MAX - free.len()));
        if free.len() == DAYS_MAX {
            break;
        }
    }
    Ok(Answered::found(free))
}

fn row_of(date: NaiveDate, today: NaiveDate, words: &Words) -> Row {
    row([
        ("id", Value::text(date.to_string())),
        ("label", Value::text(words.day(date, today))),
        ("date", Value::Date(date)),
    ])
}
