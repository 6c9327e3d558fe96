//! `release_hold`: gives a held time back, with the commit. Never refused.

use serde_json::json;

use crate::flows::Question;
use crate::operations::arguments;
use crate::operations::asker::{Answered, Trouble};
use crate::store::GuardedEffect;

pub(in crate::operations) fn answer(question: &Question) -> Result<Answered, Trouble> {
    let hold = arguments::id(&question.arguments, "hold")?;
    let args = json!({ "hold": hold.to_string() });
    let effect = GuardedEffect { ordinal: question.ordinal, kind: "release_hold", args };
    Ok(Answered::outcome("released").with_effect(effect))
}
