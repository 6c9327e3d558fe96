//! What each status id of Infobip asks of us, in answers and delivery reports alike. Source: "Response status and error codes".

use crate::channels::Refused::{BadRequest, Undeliverable, Unwanted};
use crate::channels::sms::rule::Action::{Refuse, Retry, StopAccount, Throttle};
use crate::channels::sms::rule::{Rule, rule};

#[rustfmt::skip]
pub const POLICY: &[Rule] = &[
    rule(4, Refuse(Undeliverable), "UNDELIVERABLE_REJECTED_OPERATOR"),
    rule(6, Refuse(Undeliverable), "REJECTED_NETWORK"),
    rule(8, Refuse(Undeliverable), "REJECTED_PREFIX_MISSING"),
    rule(9, Refuse(Undeliverable), "UNDELIVERABLE_NOT_DELIVERED"),
    rule(10, Refuse(Unwanted), "REJECTED_DND"),
    rule(11, StopAccount, "REJECTED_SOURCE"),
    rule(12, StopAccount, "REJECTED_NOT_ENOUGH_CREDITS"),
    rule(13, StopAccount, "REJECTED_SENDER"),
    // The number is on a list of those who want nothing, the operator's or the customer's own.
    rule(14, Refuse(Unwanted), "REJECTED_DESTINATION"),
    rule(15, Refuse(Undeliverable), "EXPIRED_EXPIRED"),
    rule(17, StopAccount, "REJECTED_PREPAID_PACKAGE_EXPIRED"),
    rule(18, Refuse(Undeliverable), "REJECTED_DESTINATION_NOT_REGISTERED"),
    rule(19, StopAccount, "REJECTED_ROUTE_NOT_AVAILABLE"),
    rule(20, Throttle(60), "REJECTED_FLOODING_FILTER"),
    rule(21, Retry, "REJECTED_SYSTEM_ERROR"),
    rule(23, Refuse(BadRequest), "REJECTED_DUPLICATE_MESSAGE_ID"),
    rule(24, Refuse(BadRequest), "REJECTED_INVALID_UDH"),
    rule(25, Refuse(BadRequest), "REJECTED_MESSAGE_TOO_LONG"),
    rule(29, Refuse(Undeliverable), "EXPIRED_DLR_UNKNOWN"),
    rule(51, Refuse(BadRequest), "MISSING_TO"),
    rule(52, Refuse(Undeliverable), "REJECTED_INVALID_DESTINATION"),
];
