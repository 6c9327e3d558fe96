//! `move_visit`: the person's hold takes the place of a visit she has booked, with the commit. Asks of both what booking and cancelling ask.

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::flows::{Question, Row};
use crate::operations::arguments::{self, BadArgument};
use crate::operations::asker::{Answered, Asker, Trouble};
use crate::store::GuardedEffect;
use crate::store::salon::{catalogue, hold, visit};

use super::book::{effect_args, row_of, written};

struct Arguments<'a> {
    visit: Uuid,
    hold: Uuid,
    name: Option<&'a str>,
}

impl<'a> Arguments<'a> {
    fn read(arguments: &'a Row) -> Result<Self, BadArgument> {
        Ok(Self {
            visit: arguments::id(arguments, "visit")?,
            hold: arguments::id(arguments, "hold")?,
            name: arguments::optional_text(arguments, "name")?,
        })
    }
}

pub(in crate::operations) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let arguments = Arguments::read(&question.arguments)?;
    let until = visit::cancel_until(connection, asker.tenant, asker.contact, arguments.visit).await?;
    let (Some(until), Some(house)) = (until, catalogue::house(connection, asker.tenant).await?) else {
        return Ok(Answered::outcome("gone"));
    };
    if asker.now > until {
        return Ok(Answered::outcome("too_late"));
    }
    let Some(held) = hold::find(connection, asker.tenant, asker.contact, arguments.hold).await? else {
        return Ok(Answered::outcome("lapsed"));
    };
    let mut args = effect_args(asker, &house, &held, arguments.name);
    args["visit"] = json!(arguments.visit.to_string());
    args["at"] = json!(written(asker.now));
    let effect = GuardedEffect { ordinal: question.ordinal, kind: "move_visit", args };
    Ok(Answered::outcome("moved").with_row(row_of(&held)).with_effect(effect))
}
