//! What each code of Vonage asks of us. Answers and receipts count apart. Sources: "Troubleshooting SMS", "Delivery receipts".

use crate::channels::Refused::{BadRequest, Undeliverable, Unwanted};
use crate::channels::sms::rule::Action::{Refuse, Retry, StopAccount, Throttle};
use crate::channels::sms::rule::{Rule, rule};

/// `status` of an answer's message.
#[rustfmt::skip]
pub const ANSWERS: &[Rule] = &[
    rule(1, Throttle(1), "too many messages a second"),
    rule(2, Refuse(BadRequest), "a parameter is missing"),
    rule(3, Refuse(BadRequest), "a parameter is not valid"),
    rule(4, StopAccount, "the credentials are refused"),
    rule(5, Retry, "an error of theirs"),
    rule(6, Refuse(Undeliverable), "the message cannot be handled, such as for an unknown prefix"),
    rule(7, Refuse(Unwanted), "the receiver is barred"),
    rule(8, StopAccount, "the account is barred"),
    rule(9, StopAccount, "the account has no credit"),
    rule(10, Throttle(5), "too many connections"),
    rule(11, StopAccount, "the account may not send over HTTP"),
    rule(12, Refuse(BadRequest), "the message is too long"),
    rule(14, StopAccount, "requests must be signed"),
    rule(15, StopAccount, "the sender is not allowed"),
    rule(22, Refuse(BadRequest), "the network code is not valid"),
    rule(23, StopAccount, "the address for receipts is not valid"),
    rule(29, Refuse(Undeliverable), "a trial account may only write to listed numbers"),
    rule(32, StopAccount, "a signature and a secret are not both allowed"),
    rule(33, StopAccount, "the sender was deactivated"),
];

/// `err-code` of a receipt.
#[rustfmt::skip]
pub const RECEIPTS: &[Rule] = &[
    rule(1, Refuse(Undeliverable), "unknown"),
    rule(2, Refuse(Undeliverable), "the phone is off for the moment"),
    rule(3, Refuse(Undeliverable), "the number is not in use"),
    rule(4, Refuse(Unwanted), "barred by the person"),
    rule(5, Refuse(Undeliverable), "the number moved to another network"),
    rule(6, Refuse(Unwanted), "taken as spam"),
    rule(7, Refuse(Undeliverable), "the phone is busy"),
    rule(8, Refuse(Undeliverable), "an error of the network"),
    rule(9, Refuse(Undeliverable), "the person wants no messages from this account"),
    rule(10, Refuse(Undeliverable), "the message is not valid"),
    rule(11, Refuse(Undeliverable), "there is no way to it"),
    rule(12, Refuse(Undeliverable), "the network is not reached"),
    rule(13, Refuse(Undeliverable), "the person is too young for it"),
    rule(14, Refuse(Unwanted), "barred by the network"),
    rule(15, Refuse(Undeliverable), "the person's credit is used up"),
    rule(99, Refuse(Undeliverable), "no reason given"),
];
