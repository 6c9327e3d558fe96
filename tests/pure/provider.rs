//! The contract with providers and tenants' servers: how an order is signed, and what each answer means.

use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use ganira::channels::provider::{self, Answer, Helper, Order};
use ganira::config::DEV_PROVIDER_SECRET;
use ganira::domain::Timestamp;
use ganira::flows::{JobKind, Row, Value};
use http::Response;
use serde_json::json;

fn helper(secret: &str) -> Helper {
    Helper {
        url: "https://shop.example/orders".parse().unwrap(),
        secret: secret.to_owned().into(),
        timeout: Duration::from_secs(1),
    }
}

fn now() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().unwrap()
}

fn answer(status: u16, retry_after: Option<&str>, body: &str) -> Answer {
    let mut response = Response::builder().status(status);
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    provider::read(&response.body(Bytes::copy_from_slice(body.as_bytes())).unwrap())
}

#[test]
fn an_order_is_signed_over_its_id_time_and_body() {
    let arguments = json!({"item": "soap"});
    let order = Order { id: "1.2.3.1", kind: JobKind::Request, name: "shop", deadline: now(), arguments: &arguments };
    let request = provider::request(&helper(DEV_PROVIDER_SECRET), &order, now()).unwrap();
    let header = |name: &str| request.headers()[name].to_str().unwrap();
    assert_eq!((header("webhook-id"), header("webhook-timestamp")), ("1.2.3.1", "1795161600"));
    let signed = [b"1.2.3.1.1795161600.", &request.body()[..]].concat();
    let base64 = base64::engine::general_purpose::STANDARD;
    let key = base64.decode(DEV_PROVIDER_SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let tag = base64.decode(header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
    assert!(ganira::crypto::verify_sha256(&key, &signed, &tag));
    let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["type"], "ganira.request");
    assert_eq!(body["arguments"], arguments);
    assert!(provider::request(&helper("whsec_not base64"), &order, now()).is_err());
}

#[test]
fn every_answer_means_done_later_again_or_never() {
    let value = Value::Row(Row::from([("left".to_owned(), Value::Whole(3))]));
    let done = Answer::Done { outcome: "found".to_owned(), value: Some(value) };
    assert_eq!(answer(200, None, r#"{"outcome":"found","value":{"left":3,"nothing":null}}"#), done);
    assert_eq!(answer(202, None, ""), Answer::Later(None));
    assert_eq!(answer(202, Some("7"), ""), Answer::Later(Some(Duration::from_secs(7))));
    assert_eq!(answer(202, Some("99999999"), ""), Answer::Later(Some(Duration::from_mins(5))));
    assert_eq!(answer(202, Some("soon"), ""), Answer::Later(None));
    for status in [408, 425, 429, 500, 502, 503, 504] {
        assert_eq!(answer(status, None, ""), Answer::Failed { status, retry_after: None }, "{status}");
    }
    for (status, body) in [(404, ""), (302, ""), (204, ""), (200, "soap"), (200, "{}"), (200, r#"{"outcome":7}"#)] {
        assert!(matches!(answer(status, None, body), Answer::Refused(_)), "{status} {body}");
    }
    let long = format!(r#"{{"outcome":"found","value":"{}"}}"#, "x".repeat(70_000));
    assert!(matches!(answer(200, None, &long), Answer::Refused(_)));
}

#[test]
fn values_of_others_are_read_by_their_form_and_only_so_deep() {
    let read = |text: &str| Value::from_json(&serde_json::from_str(text).unwrap());
    assert_eq!(read("7"), Some(Value::Whole(7)));
    assert_eq!(read("null"), None);
    assert_eq!(read(r#"["a","b"]"#), Some(Value::Texts(vec!["a".to_owned(), "b".to_owned()])));
    assert_eq!(read("[[1]]"), None);
    assert_eq!(read(r#"[{"a":1},2]"#), None);
    let deep = format!("{}1{}", r#"{"a":"#.repeat(60), "}".repeat(60));
    let mut value = read(&deep).unwrap();
    let mut depth = 0;
    while let Value::Row(row) = &value {
        let Some(inner) = row.get("a").cloned() else { break };
        value = inner;
        depth += 1;
    }
    assert!(depth <= 4, "{depth}");
}
