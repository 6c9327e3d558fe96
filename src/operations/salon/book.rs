//! `book_visit`: the person's hold becomes a visit, with the commit. Answers as if it had, unless the hold is seen to be gone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::Timestamp;
use crate::flows::{Question, Row, Value};
use crate::operations::arguments::{self, BadArgument};
use crate::operations::asker::{Answered, Asker, Trouble, row};
use crate::store::GuardedEffect;
use crate::store::salon::catalogue::{self, House};
use crate::store::salon::hold::{self, Held};

/// Where the customer's name is sealed: this column of the visit's row, whose key is the 16 bytes of its id.
pub const NAME_COLUMN: &str = "visit.name";

struct Arguments<'a> {
    hold: Uuid,
    service: i64,
    name: Option<&'a str>,
}

impl<'a> Arguments<'a> {
    fn read(arguments: &'a Row) -> Result<Self, BadArgument> {
        Ok(Self {
            hold: arguments::id(arguments, "hold")?,
            service: arguments::whole(arguments, "service")?,
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
    let Some(house) = catalogue::house(connection, asker.tenant).await? else {
        return Ok(Answered::outcome("lapsed"));
    };
    let Some(held) = hold::find(connection, asker.tenant, asker.contact, arguments.hold).await? else {
        return Ok(Answered::outcome("lapsed"));
    };
    if held.service != arguments.service {
        let expected = "the service that is held";
        return Err(arguments::bad("service", expected, question.arguments.get("service")).into());
    }
    let args = effect_args(asker, &house, &held, arguments.name);
    let effect = GuardedEffect { ordinal: question.ordinal, kind: "book_visit", args };
    Ok(Answered::outcome("booked").with_row(row_of(&held)).with_effect(effect))
}

/// The visit that a hold becomes, as a flow sees it.
pub(super) fn row_of(held: &Held) -> Row {
    row([
        ("id", Value::text(held.id.to_string())),
        ("start", Value::DateTime(held.visit.start())),
        ("staff_name", Value::text(&held.staff_label)),
        ("service_label", Value::text(&held.service_label)),
        ("price", Value::Money(held.price)),
    ])
}

/// The arguments of `effect_book_visit`.
pub(super) fn effect_args(asker: &Asker<'_>, house: &House, held: &Held, name: Option<&str>) -> Json {
    let cancel_until = held.visit.start() - TimeDelta::minutes(house.cancel_minutes.into());
    json!({
        "hold": held.id.to_string(),
        "service": held.service,
        "staff": held.staff,
        "starts_at": written(held.visit.start()),
        "ends_at": written(held.visit.end()),
        "price_minor": held.price.minor,
        "currency": held.price.currency.code(),
        "cancel_until": written(cancel_until),
        "name_sealed": name.map(|name| STANDARD.encode((asker.seal)(NAME_COLUMN, held.id.as_bytes(), name.as_bytes()))),
    })
}

/// An instant as an effect's argument.
pub(super) fn written(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
