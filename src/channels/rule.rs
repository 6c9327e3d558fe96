//! What a company's code asks of us: the shape of the tables in each channel's policy.

use std::time::Duration;

use super::{Refused, Scope, SendOutcome};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Their failure, surely not sent: again after a backoff.
    Retry,
    /// Too fast: this scope waits, at least so many seconds if nothing better is said. Costs no attempt.
    Throttle(Scope, u64),
    /// Nothing goes until somebody acts; receiving goes on.
    StopAccount,
    /// This message will never go.
    Refuse(Refused),
}

/// Codes from `first` to `last` inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub first: i64,
    pub last: i64,
    pub action: Action,
    pub meaning: &'static str,
}

pub(super) const fn one(code: i64, action: Action, meaning: &'static str) -> Rule {
    span(code, code, action, meaning)
}

pub(super) const fn span(first: i64, last: i64, action: Action, meaning: &'static str) -> Rule {
    Rule { first, last, action, meaning }
}

/// The first rule for a code; `None` for one the table does not know.
pub fn find(table: &'static [Rule], code: i64) -> Option<&'static Rule> {
    table.iter().find(|rule| (rule.first..=rule.last).contains(&code))
}

/// Why a message that was accepted first and failed later will not arrive. Whatever it was, by then it is over for this message.
pub(super) fn failed(table: &'static [Rule], code: i64) -> Refused {
    match find(table, code).map(|rule| rule.action) {
        Some(Action::Refuse(reason)) => reason,
        _ => Refused::Undeliverable,
    }
}

impl Rule {
    /// What an answer with a code of this rule came to. `detail` is what the company says of it, which may be nothing.
    pub(super) fn outcome(&self, code: i64, detail: &str, retry_after: Option<Duration>) -> SendOutcome {
        let detail = if detail.is_empty() { self.meaning } else { detail }.to_owned();
        match self.action {
            Action::Retry => SendOutcome::Retry { code: Some(code), retry_after },
            Action::Throttle(scope, seconds) => {
                let retry_after = retry_after.or_else(|| (seconds > 0).then(|| Duration::from_secs(seconds)));
                SendOutcome::Throttled { scope, retry_after, code: Some(code) }
            }
            Action::StopAccount => SendOutcome::AccountStopped { code, reason: detail },
            Action::Refuse(reason) => SendOutcome::Refused { code, reason, detail },
        }
    }
}
