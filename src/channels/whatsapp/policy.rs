//! What each error code of the Cloud API asks of us, in one table.
//!
//! Source of the codes: "Error codes" (12 December 2025, 15 May 2026) and, for the newest, the pywa library. HTTP statuses are unreliable:
//! most errors come as 400, throttles too.

use crate::channels::rule::Action::{Refuse, Retry, StopAccount, Throttle};
use crate::channels::rule::{self, Rule, one, span};
use crate::channels::{Refused, Scope};
use Refused::{BadRequest, Media, OptedOut, Template, Undeliverable, Unwanted, WindowShut};

/// The policy, by code. A pair is throttled without a fixed wait: the dispatcher waits 4^n seconds ("Pair rate limits").
#[rustfmt::skip]
pub const POLICY: &[Rule] = &[
    one(0, StopAccount, "the access token cannot be used"),
    span(1, 2, Retry, "their service is down or overloaded"),
    one(3, StopAccount, "the app lacks a capability or permission"),
    one(4, Throttle(Scope::Portfolio, 60), "too many calls of this app"),
    one(10, StopAccount, "permission not granted or removed"),
    one(33, StopAccount, "the business phone number was deleted"),
    one(100, Refuse(BadRequest), "a parameter is wrong"),
    one(190, StopAccount, "the access token has expired"),
    span(200, 299, StopAccount, "permission not granted or removed"),
    one(368, StopAccount, "blocked for a policy violation"),
    one(80_007, Throttle(Scope::Portfolio, 60), "too many calls for this business account"),
    one(130_429, Throttle(Scope::Account, 1), "this number's throughput is reached"),
    one(130_472, Refuse(Unwanted), "the person is part of an experiment"),
    one(130_497, Refuse(Undeliverable), "not allowed to write to people in this country"),
    one(131_000, Retry, "something went wrong"),
    one(131_005, StopAccount, "permission not granted or removed"),
    one(131_008, Refuse(BadRequest), "a required parameter is missing"),
    one(131_009, Refuse(BadRequest), "a parameter's value is not valid"),
    one(131_016, Retry, "their service is unavailable"),
    one(131_021, Refuse(BadRequest), "sender and recipient are the same number"),
    one(131_026, Refuse(Undeliverable), "the message cannot be delivered to this person"),
    one(131_030, Refuse(Undeliverable), "a test number may only write to people on its list"),
    one(131_031, StopAccount, "the account is locked"),
    one(131_037, StopAccount, "the number's display name is not approved"),
    one(131_042, StopAccount, "a problem with the payment method"),
    one(131_045, StopAccount, "the number's certificate is wrong"),
    one(131_047, Refuse(WindowShut), "more than 24 hours since the person wrote"),
    one(131_048, Throttle(Scope::Account, 600), "too many messages of this number were taken as spam"),
    one(131_049, Refuse(Unwanted), "held back for healthy engagement; not again within 24 hours"),
    one(131_050, Refuse(OptedOut), "the person stopped marketing messages"),
    one(131_051, Refuse(BadRequest), "the kind of message is not supported"),
    span(131_052, 131_053, Refuse(Media), "media could not be down- or uploaded"),
    one(131_056, Throttle(Scope::Pair, 0), "too many messages from this number to this person"),
    one(131_057, Throttle(Scope::Account, 60), "the number is in maintenance"),
    one(131_062, Refuse(Undeliverable), "this message needs a phone number, not a scoped id"),
    one(131_063, Refuse(Template), "marketing templates are switched off here"),
    one(131_064, Throttle(Scope::Portfolio, 3_600), "the portfolio's messaging limit is reached for its violations"),
    span(132_000, 132_018, Refuse(Template), "the template is missing, paused or filled wrongly"),
    one(132_068, Refuse(BadRequest), "the form is blocked"),
    one(132_069, Throttle(Scope::Account, 360), "the form is throttled to 10 messages an hour"),
    one(133_000, StopAccount, "the number's registration is incomplete"),
    one(133_004, Retry, "their server is unavailable for the moment"),
    span(133_005, 133_016, StopAccount, "the number is not registered, or its registration failed"),
    one(134_011, Refuse(BadRequest), "payments terms are not accepted"),
    span(134_100, 134_102, Refuse(Template), "the template cannot go by this way"),
    one(135_000, Refuse(BadRequest), "something in the parameters"),
    one(137_000, Refuse(Undeliverable), "the person's identity key changed: verify her again"),
    one(147_004, Refuse(BadRequest), "not allowed in this group or call"),
    one(2_494_100, Throttle(Scope::Account, 60), "the number is in maintenance"),
];

/// The rule of a code; `None` for one the table does not know.
pub fn rule(code: i64) -> Option<&'static Rule> {
    rule::find(POLICY, code)
}

/// Why a message that was accepted first and failed later will not arrive.
pub fn failed(code: i64) -> Refused {
    rule::failed(POLICY, code)
}
