//! `cancel_visit`: a booked visit is given back, with the commit, unless it is too late for that.

use serde_json::json;
use sqlx::PgConnection;

use crate::flows::Question;
use crate::operations::arguments;
use crate::operations::asker::{Answered, Asker, Trouble};
use crate::store::GuardedEffect;
use crate::store::salon::visit;

use super::book::written;

pub(in crate::operations) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let id = arguments::id(&question.arguments, "visit")?;
    let Some(until) = visit::cancel_until(connection, asker.tenant, asker.contact, id).await? else {
        return Ok(Answered::outcome("gone"));
    };
    if asker.now > until {
        return Ok(Answered::outcome("too_late"));
    }
    let args = json!({ "visit": id.to_string(), "at": written(asker.now) });
    let effect = GuardedEffect { ordinal: question.ordinal, kind: "cancel_visit", args };
    Ok(Answered::outcome("cancelled").with_effect(effect))
}
