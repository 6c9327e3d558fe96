//! What each code of Vonage asks of us. Answers and receipts count apart. Sources: "Troubleshooting SMS", "Delivery receipts".

use crate::channels::Refused::{BadRequest, Undeliverable, Unwanted};
use crate::channels::rule::Action::{Refuse, Retry, StopAccount};
use crate::channels::rule::{Rule, one};
use crate::channels::sms::rule::throttle;

/// `status` of an answer's message.
#[rustfmt::skip]
pub const ANSWERS: &[Rule] = &[
    one(1, throttle(1), "too many messages a second"),
    one(2, Refuse(BadRequest), "a parameter is missing"),
    one(3, Refuse(BadRequest), "a parameter is not valid"),
    one(4, StopAccount, "the credentials are refused"),
    one(5, Retry, "an error of theirs"),
    one(6, Refuse(Undeliverable), "the message cannot be handled, such as for an unknown prefix"),
    one(7, Refuse(Unwanted), "the receiver is barred"),
    one(8, StopAccount, "the account is barred"),
    one(9, StopAccount, "the account has no credit"),
    one(10, throttle(5), "too many connections"),
    one(11, StopAccount, "the account may not send over HTTP"),
    one(12, Refuse(BadRequest), "the message is too long"),
    one(14, StopAccount, "requests must be signed"),
    one(15, StopAccount, "the sender is not allowed"),
    one(22, Refuse(BadRequest), "the network code is not valid"),
    one(23, StopAccount, "the address for receipts is not valid"),
    one(29, Refuse(Undeliverable), "a trial account may only write to listed numbers"),
    one(32, StopAccount, "a signature and a secret are not both allowed"),
    one(33, StopAccount, "the sender was deactivated"),
];

/// `err-code` of a receipt.
#[rustfmt::skip]
pub const RECEIPTS: &[Rule] = &[
    one(1, Refuse(Undeliverable), "unknown"),
    one(2, Refuse(Undeliverable), "the phone is off for the moment"),
    one(3, Refuse(Undeliverable), "the number is not in use"),
    one(4, Refuse(Unwanted), "barred by the person"),
    one(5, Refuse(Undeliverable), "the number moved to another network"),
    one(6, Refuse(Unwanted), "taken as spam"),
    one(7, Refuse(Undeliverable), "the phone is busy"),
    one(8, Refuse(Undeliverable), "an error of the network"),
    one(9, Refuse(Undeliverable), "the person wants no messages from this account"),
    one(10, Refuse(Undeliverable), "the message is not valid"),
    one(11, Refuse(Undeliverable), "there is no way to it"),
    one(12, Refuse(Undeliverable), "the network is not reached"),
    one(13, Refuse(Undeliverable), "the person is too young for it"),
    one(14, Refuse(Unwanted), "barred by the network"),
    one(15, Refuse(Undeliverable), "the person's credit is used up"),
    one(99, Refuse(Undeliverable), "no reason given"),
];
