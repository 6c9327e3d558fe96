//! The check of messages, without a server: what is good is taken, and one thing wrong gives its code.

#![expect(clippy::needless_pass_by_value, reason = "the tables read better with values made in place")]

use ganira::sandbox::graph::check::check;
use serde_json::{Value, json};

fn message(kind: &str, body: Value) -> Value {
    json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+250780000001", "type": kind, kind: body })
}

fn buttons(n: usize) -> Value {
    let buttons: Vec<Value> = (0..n)
        .map(|n| json!({ "type": "reply", "reply": { "id": n.to_string(), "title": format!("Option {n}") } }))
        .collect();
    json!({ "type": "button", "body": { "text": "Which?" }, "action": { "buttons": buttons } })
}

fn list(n: usize) -> Value {
    let rows: Vec<Value> = (0..n).map(|n| json!({ "id": n.to_string(), "title": format!("Row {n}") })).collect();
    json!({ "type": "list", "body": { "text": "Which?" }, "action": { "button": "Choose", "sections": [{ "rows": rows }] } })
}

/// `value` with what lies at `pointer` replaced; a missing last key is added.
fn with(mut value: Value, pointer: &str, new: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = value.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = new,
        parent => parent[key] = new,
    }
    value
}

fn x(n: usize) -> Value {
    json!("x".repeat(n))
}

#[test]
fn messages_within_the_limits_are_taken() {
    let good = [
        message("text", json!({ "body": "x".repeat(4_096), "preview_url": true })),
        message("interactive", with(buttons(3), "/body/text", x(1_024))),
        message("interactive", with(buttons(3), "/action/buttons/0/reply/title", x(20))),
        message("interactive", with(list(10), "/body/text", x(4_096))),
        message("interactive", with(list(10), "/footer", json!({ "text": "x".repeat(60) }))),
        message("image", json!({ "link": "https://salon.rw/a.jpg", "caption": "x".repeat(1_024) })),
        message("audio", json!({ "id": "1", "voice": true })),
        message("location", json!({ "latitude": "-1.94", "longitude": 30.06, "name": "Salon" })),
        message("reaction", json!({ "message_id": "wamid.1", "emoji": "" })),
        message("contacts", json!([{ "name": { "formatted_name": "Aline" }, "phones": [] }])),
        message("template", json!({ "name": "hello", "language": { "code": "en" } })),
        message(
            "interactive",
            json!({ "type": "location_request_message", "body": { "text": "Where?" }, "action": { "name": "send_location" } }),
        ),
        message(
            "interactive",
            json!({ "type": "cta_url", "body": { "text": "Pay" }, "action": { "name": "cta_url", "parameters": { "display_text": "Pay", "url": "https://pay.rw" } } }),
        ),
        json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1", "typing_indicator": { "type": "text" } }),
    ];
    for wire in good {
        assert!(check(&wire).is_ok(), "{:?} of {wire}", check(&wire));
    }
}

#[test]
fn one_thing_wrong_refuses_the_message_with_its_code() {
    let text = || message("text", json!({ "body": "x" }));
    let button = || message("interactive", buttons(2));
    let rows = || message("interactive", list(2));
    let twin = |wire: Value| with(wire, "/interactive/action/buttons/1/reply/title", json!("Option 0"));
    let twin_row = |wire: Value| with(wire, "/interactive/action/sections/0/rows/1/id", json!("0"));
    let bad: Vec<(Value, i64)> = vec![
        (with(text(), "/text/body", x(4_097)), 131_009),
        (with(text(), "/text/body", json!("👋".repeat(2_049))), 131_009),
        (with(text(), "/text/body", json!("")), 131_008),
        (with(text(), "/text/body", json!(5)), 100),
        (with(text(), "/text/colour", json!("red")), 100),
        (with(text(), "/colour", json!("red")), 100),
        (with(text(), "/messaging_product", json!("sms")), 100),
        (with(text(), "/to", json!("250")), 131_009),
        (with(text(), "/to", json!("+2507800a0001")), 131_009),
        (with(text(), "/recipient", json!("250780000001")), 131_009),
        (with(text(), "/type", json!("hologram")), 100),
        (with(text(), "/biz_opaque_callback_data", x(513)), 131_009),
        (with(text(), "/context", json!({})), 131_008),
        (json!({ "messaging_product": "whatsapp", "type": "text", "text": { "body": "x" } }), 131_008),
        (json!([]), 100),
        (message("interactive", buttons(4)), 131_009),
        (message("interactive", buttons(0)), 131_008),
        (with(button(), "/interactive/body/text", x(1_025)), 131_009),
        (with(button(), "/interactive/action/buttons/0/reply/title", x(21)), 131_009),
        (with(button(), "/interactive/action/buttons/0/reply/id", x(257)), 131_009),
        (twin(button()), 131_009),
        (with(button(), "/interactive/footer", json!({ "text": "x".repeat(61) })), 131_009),
        (with(button(), "/interactive/header", json!({ "type": "text", "text": "x".repeat(61) })), 131_009),
        (with(button(), "/interactive/type", json!("wheel")), 131_009),
        (message("interactive", list(11)), 131_009),
        (with(rows(), "/interactive/body/text", x(4_097)), 131_009),
        (with(rows(), "/interactive/action/button", x(21)), 131_009),
        (with(rows(), "/interactive/action/sections/0/rows/0/title", x(25)), 131_009),
        (with(rows(), "/interactive/action/sections/0/rows/0/description", x(73)), 131_009),
        (with(rows(), "/interactive/action/sections/0/rows/0/id", x(201)), 131_009),
        (with(rows(), "/interactive/action/sections/0/title", x(25)), 131_009),
        (twin_row(rows()), 131_009),
        (with(rows(), "/interactive/header", json!({ "type": "image", "image": { "id": "1" } })), 131_009),
        (message("image", json!({})), 131_008),
        (message("image", json!({ "id": "1", "link": "https://salon.rw" })), 131_008),
        (message("image", json!({ "link": "salon.rw" })), 131_009),
        (message("image", json!({ "id": "1", "caption": "x".repeat(1_025) })), 131_009),
        (message("audio", json!({ "id": "1", "caption": "x" })), 100),
        (message("sticker", json!({ "id": "1", "caption": "x" })), 100),
        (message("document", json!({ "id": "1", "filename": "x".repeat(241) })), 131_009),
        (message("location", json!({ "latitude": 95, "longitude": 0 })), 131_009),
        (
            with(
                message("reaction", json!({ "message_id": "wamid.1", "emoji": "👍" })),
                "/context",
                json!({ "message_id": "wamid.2" }),
            ),
            100,
        ),
        (message("template", json!({ "name": "Hello", "language": { "code": "en" } })), 131_009),
        (message("template", json!({ "name": "hello" })), 131_008),
        (
            message(
                "template",
                json!({ "name": "hello", "language": { "code": "en" }, "components": [{ "type": "body", "parameters": [{ "type": "text", "text": "a\nb" }] }] }),
            ),
            132_018,
        ),
        (
            message(
                "interactive",
                json!({ "type": "cta_url", "body": { "text": "Pay" }, "action": { "name": "cta_url", "parameters": { "display_text": "Pay", "url": "pay.rw" } } }),
            ),
            131_009,
        ),
    ];
    for (wire, code) in bad {
        let refusal = check(&wire).expect_err(&wire.to_string());
        assert_eq!(refusal.code, code, "{} of {wire}", refusal.details);
        assert!(!refusal.details.is_empty());
    }
}
