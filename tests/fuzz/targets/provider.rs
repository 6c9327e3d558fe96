//! Answers of providers and of the tenants' servers, the values in them, and secrets to sign with.

use std::time::Duration;

use bytes::Bytes;
use ganira::channels::provider::{Answer, Helper, Order, read, request};
use ganira::flows::{JobKind, Value};
use http::{HeaderValue, Response, StatusCode, header};
use secrecy::SecretString;
use serde_json::{Value as Json, json};

use super::Target;
use super::talk::now;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "provider", seeds, words: WORDS, bytes_max: 8 * 1024, run };

const WORDS: &[&str] = &[
    "200",
    "202",
    "408",
    "429",
    "503",
    "400",
    "whsec_",
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "{\"outcome\":\"",
    "\"value\":{",
    "\"read\"",
    "\"paid\"",
    "\"a\":[[",
    "\"a\":[{",
    "\"a\":[\"b\"]",
    "\"a\":null",
    "9223372036854775808",
    "-1.5e-7",
    "1e309",
    "0.1234567890123456789",
    "\\ud800",
    "}",
    "]",
    ",",
];

/// Status, `Retry-After` and a secret in a line, then the body.
fn seeds() -> Vec<Vec<u8>> {
    [
        "200  whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n{\"outcome\":\"read\",\"value\":{\"name\":\"Aline\",\"total\":5000,\"lines\":[{\"n\":1}],\"tags\":[\"a\"],\"when\":\"2026-11-20\"}}",
        "200  whsec_\n{\"outcome\":\"paid\",\"value\":{\"share\":12.5,\"ok\":true,\"none\":null}}",
        "202 30 whsec_!!\n",
        "503 18446744073709551615 x\nno JSON",
        "400  \n{}",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

fn run(input: &[u8], seen: &mut Seen) {
    let split = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let head = String::from_utf8_lossy(&input[..split]).into_owned();
    let mut words = head.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default();
    let status = word().parse().ok().and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let body = Bytes::copy_from_slice(input.get(split + 1..).unwrap_or_default());
    let mut response = Response::new(body.clone());
    *response.status_mut() = status;
    if let Ok(value) = HeaderValue::from_str(word()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    let answer = read(&response);
    let wait = match &answer {
        Answer::Done { outcome, value } => {
            assert!(status == StatusCode::OK && outcome.len() <= 40);
            seen.see(value.as_ref().map(std::mem::discriminant));
            None
        }
        Answer::Later(wait) | Answer::Failed { retry_after: wait, .. } => *wait,
        Answer::Refused(why) => {
            seen.see(why);
            None
        }
    };
    assert!(wait.is_none_or(|wait| (Duration::from_millis(200)..=Duration::from_mins(5)).contains(&wait)));
    seen.see((status.as_u16() / 100, std::mem::discriminant(&answer), wait.is_some()));
    if let Ok(json) = serde_json::from_slice::<Json>(&body) {
        value(&json, seen);
        ordered(word(), &json, seen);
    }
}

/// What was read is written as others read it, and read again it says the same.
fn value(json: &Json, seen: &mut Seen) {
    let Some(value) = Value::from_json(json) else { return };
    let written = value.to_json();
    let again = Value::from_json(&written).expect("what was written is read");
    assert_eq!(again.to_json(), written);
    seen.see((std::mem::discriminant(&value), written.as_object().map(|fields| fields.len().min(5))));
}

fn ordered(secret: &str, arguments: &Json, seen: &mut Seen) {
    let helper = Helper {
        url: "https://provider.example.com/orders".parse().unwrap(),
        secret: SecretString::from(secret),
        timeout: Duration::from_secs(1),
    };
    let order = Order { id: "job_1", kind: JobKind::Read, name: "cards", deadline: now(), arguments };
    let request = request(&helper, &order, now());
    if let Ok(request) = &request {
        let body: Json = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body["arguments"], json!(arguments));
        assert!(request.headers().contains_key("webhook-signature"));
    }
    seen.see(("ordered", request.is_ok()));
}
