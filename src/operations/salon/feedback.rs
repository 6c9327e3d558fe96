//! `leave_feedback`: what the person thinks of a visit or of the salon, kept with the commit, her words sealed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::flows::{Question, Row};
use crate::operations::arguments::{self, BadArgument};
use crate::operations::asker::{Answered, Asker, Trouble};
use crate::store::GuardedEffect;
use crate::store::salon::visit;

use super::book::written;
use super::ids;

/// Where her words are sealed: this column of the feedback's row, whose key is the 16 bytes of its id.
pub const WORDS_COLUMN: &str = "feedback.words";

/// Longer words are cut, as the signature says: better a part of what she said than nothing.
const WORDS_CHARS_MAX: usize = 500;

struct Arguments {
    visit: Option<Uuid>,
    stars: i64,
    words: Option<String>,
}

impl Arguments {
    fn read(arguments: &Row) -> Result<Self, BadArgument> {
        let stars = arguments::whole(arguments, "stars")?;
        if !(1..=5).contains(&stars) {
            return Err(arguments::bad("stars", "a whole number from 1 to 5", arguments.get("stars")));
        }
        let visit = arguments::optional_text(arguments, "visit")?.map(|_| arguments::id(arguments, "visit"));
        let words = arguments::optional_text(arguments, "words")?;
        let words = words.map(|words| words.chars().take(WORDS_CHARS_MAX).collect());
        Ok(Self { visit: visit.transpose()?, stars, words })
    }
}

pub(in crate::operations) async fn answer(
    connection: &mut PgConnection,
    asker: &Asker<'_>,
    question: &Question,
) -> Result<Answered, Trouble> {
    let Arguments { visit, stars, words } = Arguments::read(&question.arguments)?;
    if let Some(id) = visit
        && !visit::stands(connection, asker.tenant, asker.contact, id).await?
    {
        return Ok(Answered::outcome("gone"));
    }
    let id = visit.unwrap_or_else(|| ids::made("leave_feedback", asker, question.ordinal));
    let seal = |words: String| STANDARD.encode((asker.seal)(WORDS_COLUMN, id.as_bytes(), words.as_bytes()));
    let args = json!({
        "id": id.to_string(),
        "visit": visit.map(|visit| visit.to_string()),
        "stars": stars,
        "words_sealed": words.map(seal),
        "at": written(asker.now),
    });
    let effect = GuardedEffect { ordinal: question.ordinal, kind: "leave_feedback", args };
    Ok(Answered::outcome("kept").with_effect(effect))
}
