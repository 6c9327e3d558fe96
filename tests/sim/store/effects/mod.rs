//! Guarded effects: `effect_{kind}` and `inspect_{kind}` of the migrations, one arm each.
//!
//! `take_slot` is of this store alone: the simplest effect with a guard. Arguments: {slot}; refused as `taken` once anybody has it.

mod arguments;
mod engine;
mod visits;

use ganira::domain::{Conversation, Timestamp};
use serde_json::Value as Json;

use super::commit::Abort;
use super::tables::Tables;

/// One effect of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// Counts from 0.
    pub turn: usize,
    pub ordinal: u8,
    /// Whose turn it is.
    pub of: Conversation,
    pub args: &'a Json,
}

/// Does those whose guard holds; how many that were.
pub(super) fn apply(tables: &mut Tables, kind: &str, asked: &[Asked<'_>], now: Timestamp) -> Result<usize, Abort> {
    let mut done = 0;
    for one in asked {
        let is_done = refused(tables, kind, one).is_none() && apply_one(tables, kind, one, now)?;
        done += usize::from(is_done);
    }
    Ok(done)
}

fn apply_one(tables: &mut Tables, kind: &str, asked: &Asked<'_>, now: Timestamp) -> Result<bool, Abort> {
    match kind {
        "give_code" => engine::give_code(tables, asked),
        "fall_back" => engine::fall_back(tables, asked),
        "take_slot" => engine::take_slot(tables, asked),
        "book_visit" => visits::book(tables, asked, now),
        "cancel_visit" => visits::cancel(tables, asked),
        "move_visit" => visits::shift(tables, asked, now),
        "leave_feedback" => visits::leave_feedback(tables, asked),
        _ => apply_unguarded(tables, kind, asked, now).map(|()| true),
    }
}

/// Those that are never refused.
fn apply_unguarded(tables: &mut Tables, kind: &str, asked: &Asked<'_>, now: Timestamp) -> Result<(), Abort> {
    match kind {
        "media_stored" => engine::store_media(tables, asked, now)?,
        "erase_person" => engine::erase_person(tables, asked, now),
        "hand_over" => engine::hand_over(tables, asked)?,
        "hand_back" => engine::hand_back(tables, asked),
        "opt_out" => engine::opt_out(tables, asked)?,
        "opt_in" => engine::opt_in(tables, asked),
        "release_hold" => visits::release(tables, asked),
        "record_consent" => visits::record_consent(tables, asked)?,
        _ => return Err(unknown(kind)),
    }
    Ok(())
}

/// Those whose guard fails as things stand, and what is true of them.
pub(super) fn inspect<'a>(
    tables: &Tables,
    kind: &str,
    asked: &[Asked<'a>],
    now: Timestamp,
) -> Result<Vec<(Asked<'a>, &'static str)>, Abort> {
    let mut found = Vec::new();
    for (place, one) in asked.iter().enumerate() {
        let outcome = match refused(tables, kind, one) {
            Some(outcome) => Some(outcome),
            None => inspect_one(tables, kind, one, &asked[..place], now)?,
        };
        found.extend(outcome.map(|outcome| (*one, outcome)));
    }
    Ok(found)
}

fn inspect_one(
    tables: &Tables,
    kind: &str,
    asked: &Asked<'_>,
    before: &[Asked<'_>],
    now: Timestamp,
) -> Result<Option<&'static str>, Abort> {
    match kind {
        "give_code" => engine::inspect_code(tables, asked),
        "fall_back" => engine::inspect_fall_back(tables, asked),
        "take_slot" => engine::inspect_slot(tables, asked),
        "book_visit" => Ok(visits::inspect_booking(tables, asked, now)),
        "cancel_visit" => visits::inspect_cancelling(tables, asked),
        "move_visit" => visits::inspect_shift(tables, asked, before, now),
        "leave_feedback" => Ok(visits::inspect_feedback(tables, asked)),
        "media_stored" | "erase_person" | "hand_over" | "hand_back" | "opt_out" | "opt_in" | "release_hold"
        | "record_consent" => Ok(None),
        _ => Err(unknown(kind)),
    }
}

/// What an effect is refused as that somebody else was faster with; `None`: it is never refused.
pub(super) fn refusal(kind: &str) -> Option<&'static str> {
    match kind {
        "give_code" | "take_slot" => Some("taken"),
        "fall_back" => Some("done"),
        "book_visit" => Some("lapsed"),
        "cancel_visit" | "move_visit" | "leave_feedback" => Some("gone"),
        _ => None,
    }
}

/// Its guard was made to fail.
fn refused(tables: &Tables, kind: &str, asked: &Asked<'_>) -> Option<&'static str> {
    if tables.refusals.is_empty() {
        return None;
    }
    tables.refusals.get(&(asked.of, kind.to_owned(), asked.args.to_string())).copied()
}

fn unknown(kind: &str) -> Abort {
    Abort::new("42883", format!("function effect_{kind} does not exist"))
}
