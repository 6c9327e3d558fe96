//! What each error code of Twilio asks of us. Source: "Error and warning dictionary". 30xxx come with statuses, the others with answers.

use crate::channels::Refused::{BadRequest, OptedOut, Undeliverable, Unwanted};
use crate::channels::rule::Action::{Refuse, Retry, StopAccount};
use crate::channels::rule::{Rule, one};
use crate::channels::sms::rule::throttle;

#[rustfmt::skip]
pub const POLICY: &[Rule] = &[
    one(10_001, StopAccount, "the account is not active"),
    one(14_107, throttle(1), "too many messages a second"),
    one(20_003, StopAccount, "the credentials are refused"),
    one(20_005, StopAccount, "the account is not active"),
    one(20_404, StopAccount, "the account does not exist"),
    one(20_429, throttle(1), "too many requests"),
    one(20_500, Retry, "an error of theirs"),
    one(20_503, Retry, "their service is unavailable"),
    one(21_211, Refuse(Undeliverable), "the receiver is no valid number"),
    one(21_212, StopAccount, "the sender is no valid number"),
    one(21_217, Refuse(Undeliverable), "the number does not look like one"),
    one(21_219, Refuse(Undeliverable), "a trial account may only write to verified numbers"),
    one(21_408, Refuse(Undeliverable), "messages to this country are switched off"),
    one(21_601, StopAccount, "the sender cannot send SMS"),
    one(21_602, Refuse(BadRequest), "there is no text"),
    one(21_603, StopAccount, "there is no sender"),
    one(21_604, Refuse(BadRequest), "there is no receiver"),
    one(21_605, Refuse(BadRequest), "the text is too long"),
    one(21_606, StopAccount, "the sender does not belong to the account"),
    one(21_608, Refuse(Undeliverable), "a trial account may only write to verified numbers"),
    one(21_609, StopAccount, "the address for statuses is not valid"),
    one(21_610, Refuse(OptedOut), "the person wrote STOP"),
    one(21_611, throttle(30), "too many messages wait for this sender"),
    one(21_612, Refuse(Undeliverable), "there is no way from this sender to this receiver"),
    one(21_614, Refuse(Undeliverable), "the receiver is no mobile phone"),
    one(21_617, Refuse(BadRequest), "the text has more than 1,600 characters"),
    one(21_635, Refuse(Undeliverable), "the receiver is a landline"),
    one(21_659, StopAccount, "the sender is no number of Twilio's"),
    one(21_660, StopAccount, "the sender does not belong to the account"),
    one(30_001, Refuse(Undeliverable), "the message waited too long"),
    one(30_002, Refuse(Undeliverable), "the account was suspended"),
    one(30_003, Refuse(Undeliverable), "the phone is off or unreachable"),
    one(30_004, Refuse(Unwanted), "the receiver blocks such messages"),
    one(30_005, Refuse(Undeliverable), "the number is unknown"),
    one(30_006, Refuse(Undeliverable), "a landline, or a network that is not reached"),
    one(30_007, Refuse(Undeliverable), "filtered by the network"),
    one(30_008, Refuse(Undeliverable), "an unknown error of the network"),
    one(30_009, Refuse(Undeliverable), "a part is missing"),
    one(30_010, Refuse(Undeliverable), "the price is above the limit"),
    one(30_034, Refuse(Undeliverable), "the sender is not registered with the network"),
    one(30_450, Refuse(Undeliverable), "the message was refused"),
];
