//! What answers mean, row by row of the policy.

use std::time::Duration;

use bytes::Bytes;
use ganira::channels::rule::Action;
use ganira::channels::whatsapp::outcome;
use ganira::channels::whatsapp::policy::{POLICY, failed, rule};
use ganira::channels::{Refused, Scope, SendOutcome, TransportError};
use http::Response;
use serde_json::json;

fn answer(status: u16, body: impl Into<Bytes>, headers: &[(&str, &str)]) -> SendOutcome {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    outcome(&Ok(response.body(body.into()).unwrap()))
}

fn error(code: i64, headers: &[(&str, &str)]) -> SendOutcome {
    let body = json!({ "error": {
        "message": format!("(#{code}) Title"), "type": "OAuthException", "code": code,
        "error_data": { "messaging_product": "whatsapp", "details": "Details." }, "fbtrace_id": "A",
    } });
    answer(400, body.to_string(), headers)
}

#[test]
fn the_table_is_sorted_without_overlaps_and_every_row_is_found_by_its_codes() {
    for pair in POLICY.windows(2) {
        assert!(pair[0].last < pair[1].first, "{:?} and {:?}", pair[0], pair[1]);
    }
    for row in POLICY {
        assert!(row.first <= row.last && !row.meaning.is_empty());
        assert_eq!(rule(row.first), Some(row));
        assert_eq!(rule(row.last), Some(row));
    }
    assert_eq!((rule(-1), rule(5), rule(131_010), rule(i64::MAX)), (None, None, None, None));
}

#[test]
fn every_row_gives_its_outcome() {
    for row in POLICY {
        let code = row.first;
        match (row.action, error(code, &[])) {
            (Action::Retry, SendOutcome::Retry { code: Some(got), retry_after: None }) => assert_eq!(got, code),
            (Action::Throttle(scope, seconds), SendOutcome::Throttled { scope: got, retry_after, code: Some(_) }) => {
                assert_eq!(got, scope);
                assert_eq!(retry_after, (seconds > 0).then(|| Duration::from_secs(seconds)));
            }
            (Action::StopAccount, SendOutcome::AccountStopped { code: got, reason }) => {
                assert_eq!((got, reason.ends_with("Details.")), (code, true));
            }
            (Action::Refuse(reason), SendOutcome::Refused { reason: got, .. }) => assert_eq!(got, reason),
            (action, outcome) => panic!("{code}: {action:?} gave {outcome:?}"),
        }
    }
}

/// The codes of the documentation, each with what must come of it: a second statement of the table, by hand.
#[test]
fn the_documented_codes_are_understood() {
    let word = |code: i64| match error(code, &[]) {
        SendOutcome::Retry { .. } => "retry",
        SendOutcome::Throttled { scope: Scope::Pair, .. } => "pair",
        SendOutcome::Throttled { scope: Scope::Account, .. } => "account",
        SendOutcome::Throttled { scope: Scope::Portfolio, .. } => "portfolio",
        SendOutcome::AccountStopped { .. } => "stop",
        SendOutcome::Refused { reason, .. } => reason.word(),
        other => panic!("{other:?}"),
    };
    let documented: &[(&str, &[i64])] = &[
        ("retry", &[1, 2, 131_000, 131_016, 133_004]),
        ("pair", &[131_056]),
        ("account", &[130_429, 131_048, 131_057, 2_494_100, 132_069]),
        ("portfolio", &[4, 80_007, 131_064]),
        ("stop", &[0, 3, 10, 190, 200, 299, 131_005, 131_031, 368, 131_037, 131_042, 131_045, 133_010, 33]),
        ("window_shut", &[131_047]),
        ("undeliverable", &[131_026, 131_030, 131_062, 130_497, 137_000]),
        ("unwanted", &[131_049, 130_472]),
        ("opted_out", &[131_050]),
        ("template", &[131_063, 132_000, 132_001, 132_005, 132_007, 132_008, 132_012, 132_015, 132_016, 132_018]),
        ("bad_request", &[100, 131_008, 131_009, 131_021, 131_051, 135_000]),
        ("media", &[131_052, 131_053]),
    ];
    for (expected, codes) in documented {
        for code in *codes {
            assert_eq!(word(*code), *expected, "{code}");
        }
    }
}

#[test]
fn an_accepted_message_has_its_id() {
    let body = r#"{"messaging_product":"whatsapp","contacts":[{"input":"+250780000001","wa_id":"250780000001"}],"messages":[{"id":"wamid.A","message_status":"accepted"}]}"#;
    assert_eq!(answer(200, body, &[]), SendOutcome::Accepted { messages: vec!["wamid.A".into()] });
}

#[test]
fn an_answer_that_says_nothing_is_unknown() {
    for (status, body) in
        [(200, ""), (200, "{}"), (200, r#"{"messages":[]}"#), (200, "<html>"), (500, "oops"), (502, ""), (504, "")]
    {
        assert_eq!(answer(status, body, &[]), SendOutcome::Unknown, "{status} {body}");
    }
}

#[test]
fn what_something_in_between_answers_is_surely_not_sent() {
    for status in [301, 401, 403, 404, 418, 503] {
        assert!(matches!(answer(status, "<html>", &[]), SendOutcome::Retry { code: None, .. }), "{status}");
    }
    assert!(matches!(answer(429, "", &[]), SendOutcome::Throttled { scope: Scope::Account, .. }));
}

#[test]
fn an_error_counts_whatever_the_http_status() {
    for status in [200, 400, 401, 429, 500, 503] {
        let body = r#"{"error":{"message":"m","code":131047}}"#;
        assert!(
            matches!(answer(status, body, &[]), SendOutcome::Refused { reason: Refused::WindowShut, .. }),
            "{status}"
        );
    }
}

#[test]
fn an_unknown_code_is_a_bad_request_unless_it_is_said_to_pass() {
    assert!(matches!(error(999_999, &[]), SendOutcome::Refused { code: 999_999, reason: Refused::BadRequest, .. }));
    let passing = r#"{"error":{"message":"m","code":999999,"is_transient":true}}"#;
    assert!(matches!(answer(400, passing, &[]), SendOutcome::Retry { code: Some(999_999), .. }));
}

#[test]
fn retry_after_is_honoured_in_seconds_and_as_a_date_and_is_capped() {
    let wait = |headers: &[(&str, &str)]| match error(130_429, headers) {
        SendOutcome::Throttled { retry_after, .. } => retry_after.unwrap().as_secs(),
        other => panic!("{other:?}"),
    };
    assert_eq!(wait(&[("retry-after", "17")]), 17);
    let dates = [("date", "Fri, 20 Nov 2026 10:00:00 GMT"), ("retry-after", "Fri, 20 Nov 2026 10:01:30 GMT")];
    assert_eq!(wait(&dates), 90);
    assert_eq!(wait(&[("retry-after", "99999999")]), 3_600);
    assert_eq!(wait(&[("retry-after", "soon")]), 1);
}

#[test]
fn no_answer_is_unknown_unless_nothing_was_sent() {
    let not_sent = TransportError::SurelyNotSent { why: "refused".into() };
    assert_eq!(outcome(&Err(not_sent)), SendOutcome::Retry { code: None, retry_after: None });
    assert_eq!(outcome(&Err(TransportError::Unknown { why: "timed out".into() })), SendOutcome::Unknown);
}

#[test]
fn a_later_failure_is_explained_by_the_same_table() {
    assert_eq!(failed(131_047), Refused::WindowShut);
    assert_eq!(failed(131_026), Refused::Undeliverable);
    assert_eq!(failed(131_049), Refused::Unwanted);
    assert_eq!(failed(131_053), Refused::Media);
    // Whatever else went wrong, by then it will not arrive.
    assert_eq!(failed(131_000), Refused::Undeliverable);
    assert_eq!(failed(999_999), Refused::Undeliverable);
}
