//! What the tables in each company's `policy` say of an answer.

use std::time::Duration;

use crate::channels::rule::{self, Action, Rule};
use crate::channels::{Refused, Scope, SendOutcome};

/// The account waits, at least so many seconds if nothing better is said.
pub(super) const fn throttle(seconds: u64) -> Action {
    Action::Throttle(Scope::Account, seconds)
}

/// What an answer with this code came to. One that the table does not know refuses the message: it would be refused again.
pub(super) fn outcome(table: &'static [Rule], code: i64, detail: &str, retry_after: Option<Duration>) -> SendOutcome {
    match rule::find(table, code) {
        Some(rule) => rule.outcome(code, detail, retry_after),
        None => SendOutcome::Refused { code, reason: Refused::BadRequest, detail: detail.to_owned() },
    }
}
