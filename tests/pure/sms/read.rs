//! What comes in: `data/<company>.json`, requests in their companies' forms with the readings that are expected.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use ganira::channels::smpp::udh::{Concatenation, Reference};
use ganira::channels::sms::{Gateway, Unreadable, Update};
use ganira::domain::InboundKind;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Request, africas_talking, infobip, twilio, vonage};

fn request(case: &Value) -> Request {
    let target = case["target"].as_str().unwrap_or("/webhooks/sms/gw/key");
    match (case["form"].as_str(), &case["json"]) {
        (Some(form), _) => Request::post(target, "application/x-www-form-urlencoded", form),
        (None, Value::Null) => Request::get(target),
        (None, body) => Request::post(target, "application/json", &body.to_string()),
    }
}

/// An update as the data files write it.
fn written(update: &Update) -> Value {
    match update {
        Update::Whole(inbound) => serde_json::to_value(inbound).unwrap(),
        Update::Part(part) => {
            json!({ "part": serde_json::to_value(&part.inbound).unwrap(), "place": [reference(part.place), json!(part.place.number), json!(part.place.total)] })
        }
    }
}

#[rstest]
#[case("africastalking", africas_talking())]
#[case("twilio", twilio())]
#[case("infobip", infobip())]
#[case("vonage", vonage())]
fn requests_read_as_expected(#[case] company: &str, #[case] gateway: Gateway) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pure/sms/data/{company}.json"));
    let mut cases: Vec<Value> = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let bless = std::env::var_os("GANIRA_BLESS").is_some();
    assert!(cases.len() >= 5);
    for case in &mut cases {
        let request = request(case);
        let read: Vec<Value> = request.read(&gateway).iter().map(written).collect();
        if bless {
            case["reads"] = json!(read);
        }
        assert_eq!(json!(read), case["reads"], "{company}: {}", case["case"]);
    }
    if bless {
        fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&cases).unwrap())).unwrap();
    }
}

#[test]
fn what_is_kept_of_an_update_is_its_own_bytes() {
    let body =
        r#"{"results":[{"messageId":"a","from":"250780000001","to":"250788000200","text":"1"}, {"messageId":"b"}]}"#;
    let read = Request::json(body).read(&infobip());
    let raw: Vec<&Bytes> =
        read.iter().map(|update| if let Update::Whole(one) = update { &one.raw } else { panic!("whole") }).collect();
    assert_eq!(raw, [&body[12..82], &body[84..101]]);
    let query = Request::get("/webhooks/sms/gw/key?messageId=A1&msisdn=250780000001&to=7711&text=hi");
    let Update::Whole(one) = &query.read(&vonage())[0] else { panic!("whole") };
    assert_eq!(one.raw, "messageId=A1&msisdn=250780000001&to=7711&text=hi");
}

#[test]
fn what_is_no_request_of_the_companys_is_said_to_be_unreadable() {
    let unreadable = |gateway: &Gateway, request: &Request| gateway.read(&request.called()).unwrap_err();
    assert_eq!(unreadable(&africas_talking(), &Request::form("hello=1")), Unreadable::Missing("text"));
    assert_eq!(unreadable(&africas_talking(), &Request::form("text=hi&to=7711&id=1")), Unreadable::Missing("from"));
    assert_eq!(unreadable(&twilio(), &Request::form("Body=hi")), Unreadable::Missing("MessageSid"));
    assert_eq!(unreadable(&vonage(), &Request::json("[]")), Unreadable::Missing("messageId"));
    for body in ["", "[]", "{}", "{\"results\":{}}", "results=1"] {
        assert_eq!(unreadable(&infobip(), &Request::json(body)), Unreadable::NotJson, "{body}");
    }
    let many = format!("{{\"results\":[{}]}}", vec!["{}"; 2_001].join(","));
    assert_eq!(unreadable(&infobip(), &Request::json(&many)), Unreadable::TooMany);
    let mut binary = Request::form("x");
    binary.body = Bytes::from_static(&[0xff, 0xfe]);
    for gateway in [africas_talking(), twilio(), infobip(), vonage()] {
        assert_eq!(unreadable(&gateway, &binary), Unreadable::NotText);
    }
}

#[test]
fn one_odd_result_does_not_cost_its_neighbours() {
    let body = r#"{"results":[7,{"messageId":"b","from":"250780000001","to":"250788000200","text":"1"},{"from":"x"}]}"#;
    let kinds: Vec<bool> = Request::json(body)
        .read(&infobip())
        .iter()
        .map(|update| matches!(update, Update::Whole(one) if matches!(one.kind, InboundKind::Message(_))))
        .collect();
    assert_eq!(kinds, [false, true, false]);
}

fn reference(place: Concatenation) -> u16 {
    match place.reference {
        Reference::Eight(reference) => reference.into(),
        Reference::Sixteen(reference) | Reference::Sar(reference) => reference,
    }
}
