//! What each status code and failure reason of Africa's Talking asks of us.
//!
//! Codes below 1000 are its own (`statusCode` of a recipient). Failures of delivery reports are words there; they have numbers of ours here,
//! from 1001.

use crate::channels::Refused::{BadRequest, OptedOut, Undeliverable, Unwanted};
use crate::channels::sms::rule::Action::{Refuse, Retry, StopAccount};
use crate::channels::sms::rule::{Rule, rule};

/// A failure whose reason is none we know.
pub(super) const UNKNOWN_REASON: i64 = 1000;

#[rustfmt::skip]
pub const POLICY: &[Rule] = &[
    rule(401, Refuse(Undeliverable), "RiskHold"),
    rule(402, StopAccount, "InvalidSenderId"),
    rule(403, Refuse(Undeliverable), "InvalidPhoneNumber"),
    rule(404, Refuse(Undeliverable), "UnsupportedNumberType"),
    rule(405, StopAccount, "InsufficientBalance"),
    rule(406, Refuse(OptedOut), "UserInBlacklist"),
    rule(407, Refuse(Undeliverable), "CouldNotRoute"),
    rule(409, Refuse(Unwanted), "DoNotDisturbRejection"),
    rule(500, Retry, "InternalServerError"),
    rule(501, Retry, "GatewayError"),
    rule(502, Refuse(Undeliverable), "RejectedByGateway"),
    rule(UNKNOWN_REASON, Refuse(Undeliverable), ""),
    rule(1001, Refuse(Undeliverable), "InsufficientCredit"),
    rule(1002, Refuse(BadRequest), "InvalidLinkId"),
    rule(1003, Refuse(Undeliverable), "UserIsInactive"),
    rule(1005, Refuse(Undeliverable), "UserAccountSuspended"),
    rule(1006, Refuse(Undeliverable), "NotNetworkSubscriber"),
    rule(1007, Refuse(Unwanted), "UserNotSubscribedToProduct"),
    rule(1008, Refuse(Undeliverable), "UserDoesNotExist"),
    rule(1009, Refuse(Undeliverable), "DeliveryFailure"),
    rule(1010, Refuse(Undeliverable), "AbsentSubscriber"),
    rule(1011, Refuse(Undeliverable), "UserMemoryCapacityExceeded"),
    // As some of its pages spell it.
    rule(1006, Refuse(Undeliverable), "NotNetworkSubcriber"),
];

/// The code of a word, as it stands in a failure reason or in the message of a refused request.
pub(super) fn code_of(word: &str) -> Option<i64> {
    let letters = |text: &str| text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let wanted = letters(word);
    let known = POLICY.iter().filter(|rule| !rule.meaning.is_empty());
    known.into_iter().find(|rule| letters(rule.meaning) == wanted).map(|rule| rule.code)
}
