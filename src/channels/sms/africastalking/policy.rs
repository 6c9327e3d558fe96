//! What each status code and failure reason of Africa's Talking asks of us.
//!
//! Codes below 1000 are its own (`statusCode` of a recipient). Failures of delivery reports are words there; they have numbers of ours here,
//! from 1001.

use crate::channels::Refused::{BadRequest, OptedOut, Undeliverable, Unwanted};
use crate::channels::rule::Action::{Refuse, Retry, StopAccount};
use crate::channels::rule::{Rule, one};

/// A failure whose reason is none we know.
pub(super) const UNKNOWN_REASON: i64 = 1000;

#[rustfmt::skip]
pub const POLICY: &[Rule] = &[
    one(401, Refuse(Undeliverable), "RiskHold"),
    one(402, StopAccount, "InvalidSenderId"),
    one(403, Refuse(Undeliverable), "InvalidPhoneNumber"),
    one(404, Refuse(Undeliverable), "UnsupportedNumberType"),
    one(405, StopAccount, "InsufficientBalance"),
    one(406, Refuse(OptedOut), "UserInBlacklist"),
    one(407, Refuse(Undeliverable), "CouldNotRoute"),
    one(409, Refuse(Unwanted), "DoNotDisturbRejection"),
    one(500, Retry, "InternalServerError"),
    one(501, Retry, "GatewayError"),
    one(502, Refuse(Undeliverable), "RejectedByGateway"),
    one(UNKNOWN_REASON, Refuse(Undeliverable), ""),
    one(1001, Refuse(Undeliverable), "InsufficientCredit"),
    one(1002, Refuse(BadRequest), "InvalidLinkId"),
    one(1003, Refuse(Undeliverable), "UserIsInactive"),
    one(1005, Refuse(Undeliverable), "UserAccountSuspended"),
    one(1006, Refuse(Undeliverable), "NotNetworkSubscriber"),
    one(1007, Refuse(Unwanted), "UserNotSubscribedToProduct"),
    one(1008, Refuse(Undeliverable), "UserDoesNotExist"),
    one(1009, Refuse(Undeliverable), "DeliveryFailure"),
    one(1010, Refuse(Undeliverable), "AbsentSubscriber"),
    one(1011, Refuse(Undeliverable), "UserMemoryCapacityExceeded"),
    // As some of its pages spell it.
    one(1006, Refuse(Undeliverable), "NotNetworkSubcriber"),
];

/// The code of a word, as it stands in a failure reason or in the message of a refused request.
pub(super) fn code_of(word: &str) -> Option<i64> {
    let letters = |text: &str| text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let wanted = letters(word);
    let known = POLICY.iter().filter(|rule| !rule.meaning.is_empty());
    known.into_iter().find(|rule| letters(rule.meaning) == wanted).map(|rule| rule.first)
}
