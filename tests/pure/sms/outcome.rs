//! What the companies' answers mean, in tables.

use std::time::Duration;

use bytes::Bytes;
use ganira::channels::sms::Gateway;
use ganira::channels::{Refused, Scope, SendOutcome, TransportError};
use http::{HeaderName, HeaderValue, Response};

use super::{africas_talking, gateway, infobip, twilio, vonage};

fn answer(gateway: &Gateway, status: u16, body: &str) -> SendOutcome {
    gateway.outcome()(&Ok(Response::builder().status(status).body(Bytes::copy_from_slice(body.as_bytes())).unwrap()))
}

fn word(outcome: &SendOutcome) -> String {
    match outcome {
        SendOutcome::Accepted { messages } => format!("accepted {}", messages.join(" ")),
        SendOutcome::Throttled { code, .. } => format!("throttled {code:?}"),
        SendOutcome::Retry { code, .. } => format!("retry {code:?}"),
        SendOutcome::Unknown => "unknown".to_owned(),
        SendOutcome::AccountStopped { code, .. } => format!("stopped {code}"),
        SendOutcome::Refused { code, reason, .. } => format!("{} {code}", reason.word()),
    }
}

fn check(gateway: &Gateway, cases: &[(u16, &str, &str)]) {
    for (status, body, expected) in cases {
        assert_eq!(word(&answer(gateway, *status, body)), *expected, "{status} {body}");
    }
}

fn at(code: i64, status: &str) -> String {
    format!(
        r#"{{"SMSMessageData":{{"Message":"Sent to 0/1","Recipients":[{{"statusCode":{code},"number":"+250780000001","status":"{status}","cost":"0","messageId":"ATXid_1"}}]}}}}"#
    )
}

#[test]
fn africas_talking_says_a_status_for_each_receiver() {
    let gateway = africas_talking();
    for (code, status, expected) in [
        (100, "Processed", "accepted ATXid_1"),
        (101, "Sent", "accepted ATXid_1"),
        (102, "Queued", "accepted ATXid_1"),
        (401, "RiskHold", "undeliverable 401"),
        (402, "InvalidSenderId", "stopped 402"),
        (403, "InvalidPhoneNumber", "undeliverable 403"),
        (404, "UnsupportedNumberType", "undeliverable 404"),
        (405, "InsufficientBalance", "stopped 405"),
        (406, "UserInBlacklist", "opted_out 406"),
        (407, "CouldNotRoute", "undeliverable 407"),
        (409, "DoNotDisturbRejection", "unwanted 409"),
        (500, "InternalServerError", "retry Some(500)"),
        (501, "GatewayError", "retry Some(501)"),
        (502, "RejectedByGateway", "undeliverable 502"),
        (599, "Surprise", "bad_request 599"),
    ] {
        assert_eq!(word(&answer(&gateway, 201, &at(code, status))), expected);
    }
    check(
        &gateway,
        &[
            (201, r#"{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}"#, "stopped 402"),
            (201, r#"{"SMSMessageData":{"Message":"Surprise","Recipients":[]}}"#, "unknown"),
            (201, &at(101, "Sent").replace("ATXid_1", ""), "unknown"),
            (401, "The supplied authentication is invalid", "stopped 401"),
            (400, "Request is missing required form field 'to'", "retry None"),
            (500, "oops", "unknown"),
            (502, "bad gateway", "unknown"),
            (503, "", "retry None"),
            (429, "", "throttled None"),
        ],
    );
}

#[test]
fn twilio_answers_with_codes_of_its_dictionary() {
    let error = |code: i64| format!(r#"{{"code":{code},"message":"no","more_info":"","status":400}}"#);
    check(
        &twilio(),
        &[
            (201, r#"{"sid":"SM1","status":"queued"}"#, "accepted SM1"),
            (201, "{}", "unknown"),
            (400, &error(21_610), "opted_out 21610"),
            (400, &error(21_211), "undeliverable 21211"),
            (400, &error(21_614), "undeliverable 21614"),
            (400, &error(21_606), "stopped 21606"),
            (401, &error(20_003), "stopped 20003"),
            (429, &error(20_429), "throttled Some(20429)"),
            (429, &error(21_611), "throttled Some(21611)"),
            (400, &error(21_617), "bad_request 21617"),
            (500, &error(20_500), "retry Some(20500)"),
            (400, &error(99_999), "bad_request 99999"),
            (502, "<html>", "unknown"),
        ],
    );
}

#[test]
fn infobip_answers_with_status_groups() {
    let status = |group: i64, id: i64| {
        format!(
            r#"{{"messages":[{{"to":"250780000001","messageId":"m1","status":{{"groupId":{group},"id":{id},"name":"N"}}}}]}}"#
        )
    };
    let exception = r#"{"requestError":{"serviceException":{"messageId":"BAD_REQUEST","text":"Bad Request"}}}"#;
    check(
        &infobip(),
        &[
            (200, &status(1, 26), "accepted m1"),
            (200, &status(5, 10), "unwanted 10"),
            (200, &status(5, 12), "stopped 12"),
            (200, &status(5, 13), "stopped 13"),
            (200, &status(5, 14), "unwanted 14"),
            (200, &status(5, 20), "throttled Some(20)"),
            (200, &status(5, 21), "retry Some(21)"),
            (200, &status(5, 52), "undeliverable 52"),
            (200, "{}", "unknown"),
            (400, exception, "bad_request 400"),
            (401, exception, "stopped 401"),
            (429, exception, "throttled None"),
            (503, "", "retry None"),
        ],
    );
}

#[test]
fn vonage_answers_for_each_part() {
    let one =
        |status: &str| format!(r#"{{"message-count":"1","messages":[{{"status":"{status}","error-text":"no"}}]}}"#);
    let two = r#"{"message-count":"2","messages":[{"status":"0","message-id":"A"},{"status":"0","message-id":"B"}]}"#;
    check(
        &vonage(),
        &[
            (200, two, "accepted A B"),
            (200, &two.replace(r#""0","message-id":"B""#, r#""5","error-text":"no""#), "accepted A"),
            (200, &one("1"), "throttled Some(1)"),
            (200, &one("3"), "bad_request 3"),
            (200, &one("4"), "stopped 4"),
            (200, &one("5"), "retry Some(5)"),
            (200, &one("7"), "unwanted 7"),
            (200, &one("9"), "stopped 9"),
            (200, r#"{"messages":[]}"#, "unknown"),
            (500, "", "unknown"),
        ],
    );
    let messages = gateway(&[("kind", "vonage"), ("vonage_api", "messages")]);
    check(
        &messages,
        &[
            (202, r#"{"message_uuid":"u-1"}"#, "accepted u-1"),
            (202, "{}", "unknown"),
            (401, r#"{"title":"Unauthorized","detail":"no"}"#, "stopped 401"),
            (402, r#"{"title":"Low balance","detail":"no"}"#, "stopped 402"),
            (422, r#"{"title":"Invalid params","detail":"no"}"#, "bad_request 422"),
            (429, "", "throttled None"),
        ],
    );
}

#[test]
fn a_lost_answer_leaves_it_open_and_what_never_left_goes_again() {
    for gateway in [africas_talking(), twilio(), infobip(), vonage()] {
        let outcome = gateway.outcome();
        assert_eq!(outcome(&Err(TransportError::Unknown { why: "timed out".into() })), SendOutcome::Unknown);
        let again = SendOutcome::Retry { code: None, retry_after: None };
        assert_eq!(outcome(&Err(TransportError::SurelyNotSent { why: "refused".into() })), again);
    }
}

#[test]
fn who_says_how_long_to_wait_is_believed_within_reason() {
    let mut response = Response::builder().status(429).body(Bytes::new()).unwrap();
    for (seconds, expected) in [("7", Some(7)), ("999999", Some(3_600)), ("soon", None)] {
        response.headers_mut().insert(HeaderName::from_static("retry-after"), HeaderValue::from_static(seconds));
        let outcome = twilio().outcome()(&Ok(response.clone()));
        let retry_after = expected.map(Duration::from_secs);
        assert_eq!(outcome, SendOutcome::Throttled { scope: Scope::Account, retry_after, code: None });
    }
}

#[test]
fn the_code_of_a_receipt_says_why_it_failed() {
    for (gateway, code, reason) in [
        (africas_talking(), 406, Refused::OptedOut),
        (africas_talking(), 1009, Refused::Undeliverable),
        (twilio(), 21_610, Refused::OptedOut),
        (twilio(), 30_003, Refused::Undeliverable),
        (twilio(), 30_004, Refused::Unwanted),
        (infobip(), 10, Refused::Unwanted),
        (infobip(), 12, Refused::Undeliverable),
        (vonage(), 4, Refused::Unwanted),
        (vonage(), 2, Refused::Undeliverable),
        (vonage(), 12_345, Refused::Undeliverable),
    ] {
        assert_eq!(gateway.failed(code), reason, "{gateway:?} {code}");
    }
}
