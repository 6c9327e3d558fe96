//! What each command status asks of us, in one table. Source: SMPP 3.4, section 5.1.3, and 5.0, section 4.7.6; what centres mean by the
//! doubtful ones from the issues named.

use crate::channels::rule::Action::{self, Refuse, Retry, StopAccount};
use crate::channels::rule::{self, Rule, one, span};
use crate::channels::{Refused, Scope, SendOutcome};
use Refused::{BadRequest, Undeliverable};

/// The account waits, the dispatcher longer each time.
const TOO_FAST: Action = Action::Throttle(Scope::Account, 0);

pub const THROTTLED: u32 = 0x58;
pub const QUEUE_FULL: u32 = 0x14;
pub const ALREADY_BOUND: u32 = 0x05;
pub const SYSTEM_ERROR: u32 = 0x08;
/// "ESME receiver temporary app error": come again.
pub const TEMPORARY: u32 = 0x64;

/// The policy of submits, by status.
#[rustfmt::skip]
pub const POLICY: &[Rule] = &[
    span(0x01, 0x03, Refuse(BadRequest), "the length or the command is wrong"),
    // The session was lost or never stood: another one will take it.
    one(0x04, Retry, "not bound for this command"),
    one(0x05, Retry, "already bound"),
    span(0x06, 0x07, Refuse(BadRequest), "priority or receipt flag is wrong"),
    one(0x08, Retry, "system error"),
    one(0x0a, Refuse(BadRequest), "the sender's address is wrong"),
    one(0x0b, Refuse(Undeliverable), "the recipient's address is wrong"),
    one(0x0c, Retry, "the message id is wrong"),
    span(0x0d, 0x0f, StopAccount, "the bind, its password or its system id is wrong"),
    // As 0x58: vumi, pull request 636.
    one(0x14, TOO_FAST, "the message queue is full"),
    one(0x15, Refuse(BadRequest), "the service type is wrong"),
    one(0x43, Refuse(BadRequest), "the esm_class is wrong"),
    one(0x45, Retry, "the submit failed"),
    one(0x48, Refuse(BadRequest), "the sender's type of number is wrong"),
    one(0x49, Refuse(BadRequest), "the sender's numbering plan is wrong"),
    span(0x50, 0x51, Refuse(Undeliverable), "the recipient's type of number or numbering plan is wrong"),
    one(0x53, StopAccount, "the system type is wrong"),
    one(0x58, TOO_FAST, "too many messages a second"),
    span(0x61, 0x63, Refuse(BadRequest), "schedule, validity or canned message is wrong"),
    span(0x64, 0x64, Retry, "a temporary failure"),
    one(0x65, Refuse(Undeliverable), "a permanent failure"),
    one(0x66, Refuse(Undeliverable), "rejected"),
    span(0xc0, 0xc4, Refuse(BadRequest), "an optional parameter is wrong"),
    one(0xfe, Refuse(Undeliverable), "the delivery failed"),
    one(0xff, Retry, "an unknown error"),
    one(0x100, StopAccount, "the service type is not allowed"),
    one(0x101, StopAccount, "the operation is not allowed"),
    one(0x102, Retry, "the service is unavailable"),
    one(0x103, StopAccount, "the service is denied"),
    one(0x104, Refuse(BadRequest), "the data coding is wrong"),
    one(0x106, Refuse(Undeliverable), "the recipient's subaddress is wrong"),
];

/// What a submit that was answered with this status comes to. What is in no table may get better: the ranges for vendors say nothing.
pub fn outcome(status: u32) -> SendOutcome {
    let code = i64::from(status);
    rule(status).map_or(SendOutcome::Retry { code: Some(code), retry_after: None }, |rule| rule.outcome(code, "", None))
}

/// The rule for a status.
pub fn rule(status: u32) -> Option<&'static Rule> {
    rule::find(POLICY, i64::from(status))
}

/// What a bind that was answered with this status means for the account; `None`: it may be tried again.
///
/// Only what somebody has to mend: a centre that restarts, or still holds our last session, answers with other statuses.
pub fn bind_refused(status: u32) -> Option<&'static str> {
    rule(status).filter(|rule| rule.action == StopAccount).map(|rule| rule.meaning)
}
