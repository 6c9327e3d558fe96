//! `record_consent` and `has_consent`: what the person allows, purpose by purpose. The latest word counts, the earlier ones are kept.

use serde_json::json;
use sqlx::PgConnection;

use crate::flows::{Question, Row, Value};
use crate::operations::arguments::{self, BadArgument};
use crate::operations::asker::{Answered, Asker, Trouble, row};
use crate::store::GuardedEffect;
use crate::store::salon::consent;

use super::book::written;

const PURPOSE_CHARS_MAX: usize = 40;
const CHANNEL_CHARS_MAX: usize = 20;

/// A purpose is a word of the flow. What a person typed must not get here, where nothing is sealed.
fn purpose(arguments: &Row) -> Result<&str, BadArgument> {
    let text = arguments::text(arguments, "purpose")?;
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.';
    let begins = text.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
    if begins && text.len() <= PURPOSE_CHARS_MAX && text.bytes().all(inside) {
        return Ok(text);
    }
    let expected = "a word such as reminders: at most 40 lower-case letters, digits, _ and .";
    Err(arguments::bad("purpose", expected, arguments.get("purpose")))
}

fn channel(arguments: &Row) -> Result<Option<&str>, BadArgument> {
    let channel = arguments::optional_text(arguments, "channel")?;
    if channel.is_some_and(|channel| channel.chars().count() > CHANNEL_CHARS_MAX) {
        return Err(arguments::bad("channel", "the name of a channel", arguments.get("channel")));
    }
    Ok(channel)
}

/// `record_consent`.
pub(in crate::operations) fn record(asker: &Asker<'_>, question: &Question) -> Result<Answered, Trouble> {
    let args = json!({
        "purpose": purpose(&question.arguments)?,
        "given": arguments::yes_no(&question.arguments, "given")?,
        "channel": channel(&question.arguments)?,
        "at": written(asker.now),
    });
    let effect = GuardedEffect { ordinal: question.ordinal, kind: "record_consent", args };
    Ok(Answered::outcome("recorded").with_effect(effect))
}

/// `has_consent`.
pub(in crate::operations) async fn known(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let purpose = purpose(&question.arguments)?;
    let given = consent::latest(connection, asker.tenant, asker.contact, purpose).await?;
    let fields = [("asked", Value::YesNo(given.is_some())), ("given", Value::YesNo(given == Some(true)))];
    Ok(Answered::outcome("found").with_row(row(fields)))
}
