//! What a company's code asks of us: the shape of the tables in each company's `policy`.

use std::time::Duration;

use crate::channels::{Refused, Scope, SendOutcome};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Their failure, surely not sent: again after a backoff.
    Retry,
    /// Too fast: the account waits, at least so many seconds if nothing better is said.
    Throttle(u64),
    /// Nothing goes until somebody acts; receiving goes on.
    StopAccount,
    /// This message will never go.
    Refuse(Refused),
}

/// One code of a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub code: i64,
    pub action: Action,
    pub meaning: &'static str,
}

pub(super) const fn rule(code: i64, action: Action, meaning: &'static str) -> Rule {
    Rule { code, action, meaning }
}

/// What an answer with this code came to. One that the table does not know refuses the message: it would be refused again.
pub(super) fn outcome(table: &[Rule], code: i64, detail: &str, retry_after: Option<Duration>) -> SendOutcome {
    let known = table.iter().find(|rule| rule.code == code);
    let detail = if detail.is_empty() { known.map_or("", |rule| rule.meaning) } else { detail }.to_owned();
    match known.map(|rule| rule.action) {
        Some(Action::Retry) => SendOutcome::Retry { code: Some(code), retry_after },
        Some(Action::Throttle(seconds)) => {
            let wait = retry_after.or_else(|| (seconds > 0).then(|| Duration::from_secs(seconds)));
            SendOutcome::Throttled { scope: Scope::Account, retry_after: wait, code: Some(code) }
        }
        Some(Action::StopAccount) => SendOutcome::AccountStopped { code, reason: detail },
        Some(Action::Refuse(reason)) => SendOutcome::Refused { code, reason, detail },
        None => SendOutcome::Refused { code, reason: Refused::BadRequest, detail },
    }
}

/// Why a message that was taken first and failed later will not arrive. Whatever it was, by then it is over for this message.
pub(super) fn failed(table: &[Rule], code: i64) -> Refused {
    match table.iter().find(|rule| rule.code == code).map(|rule| rule.action) {
        Some(Action::Refuse(reason)) => reason,
        _ => Refused::Undeliverable,
    }
}
