//! What each status id of Infobip asks of us, in answers and delivery reports alike. Source: "Response status and error codes".

use crate::channels::Refused::{BadRequest, Undeliverable, Unwanted};
use crate::channels::rule::Action::{Refuse, Retry, StopAccount};
use crate::channels::rule::{Rule, one};
use crate::channels::sms::rule::throttle;

#[rustfmt::skip]
pub const POLICY: &[Rule] = &[
    one(4, Refuse(Undeliverable), "UNDELIVERABLE_REJECTED_OPERATOR"),
    one(6, Refuse(Undeliverable), "REJECTED_NETWORK"),
    one(8, Refuse(Undeliverable), "REJECTED_PREFIX_MISSING"),
    one(9, Refuse(Undeliverable), "UNDELIVERABLE_NOT_DELIVERED"),
    one(10, Refuse(Unwanted), "REJECTED_DND"),
    one(11, StopAccount, "REJECTED_SOURCE"),
    one(12, StopAccount, "REJECTED_NOT_ENOUGH_CREDITS"),
    one(13, StopAccount, "REJECTED_SENDER"),
    // The number is on a list of those who want nothing, the operator's or the customer's own.
    one(14, Refuse(Unwanted), "REJECTED_DESTINATION"),
    one(15, Refuse(Undeliverable), "EXPIRED_EXPIRED"),
    one(17, StopAccount, "REJECTED_PREPAID_PACKAGE_EXPIRED"),
    one(18, Refuse(Undeliverable), "REJECTED_DESTINATION_NOT_REGISTERED"),
    one(19, StopAccount, "REJECTED_ROUTE_NOT_AVAILABLE"),
    one(20, throttle(60), "REJECTED_FLOODING_FILTER"),
    one(21, Retry, "REJECTED_SYSTEM_ERROR"),
    one(23, Refuse(BadRequest), "REJECTED_DUPLICATE_MESSAGE_ID"),
    one(24, Refuse(BadRequest), "REJECTED_INVALID_UDH"),
    one(25, Refuse(BadRequest), "REJECTED_MESSAGE_TOO_LONG"),
    one(29, Refuse(Undeliverable), "EXPIRED_DLR_UNKNOWN"),
    one(51, Refuse(BadRequest), "MISSING_TO"),
    one(52, Refuse(Undeliverable), "REJECTED_INVALID_DESTINATION"),
];
