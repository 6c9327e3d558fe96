//! Webhooks as Meta posts and signs them.

use bytes::Bytes;
use ganira::crypto::sign_sha256;
use http::Request;
use serde_json::{Value, json};

use crate::company::Receipt;
use crate::node::{APP_SECRET, NUMBER, WABA};
use crate::people::Said;
use crate::time;

pub fn phone(number: u32) -> String {
    format!("+25079{number:07}")
}

fn wa_id(number: u32) -> String {
    format!("25079{number:07}")
}

/// These messages in one body, in their order.
pub fn messages(messages: &[(u32, &Said)]) -> Bytes {
    let at = time::now().timestamp().to_string();
    let mut people: Vec<u32> = messages.iter().map(|(number, _)| *number).collect();
    people.dedup();
    let contacts: Vec<Value> = people
        .iter()
        .map(|number| json!({ "profile": { "name": format!("Person {number}") }, "wa_id": wa_id(*number) }))
        .collect();
    let written: Vec<Value> = messages
        .iter()
        .map(|(number, said)| {
            json!({ "from": wa_id(*number), "id": said.id, "timestamp": at, "type": "text", "text": { "body": said.line } })
        })
        .collect();
    body(&json!({ "contacts": contacts, "messages": written }))
}

/// News of a message.
pub fn status(receipt: &Receipt) -> Bytes {
    let at = time::now().timestamp().to_string();
    let recipient = receipt.to.trim_start_matches('+');
    body(&json!({ "statuses": [{
        "id": receipt.message, "status": receipt.word, "timestamp": at, "recipient_id": recipient,
        "biz_opaque_callback_data": receipt.opaque,
    }] }))
}

fn body(value: &Value) -> Bytes {
    let mut value = value.clone();
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({ "display_phone_number": "250788000100", "phone_number_id": NUMBER });
    let entry = json!([{ "id": WABA, "changes": [{ "field": "messages", "value": value }] }]);
    Bytes::from(json!({ "object": "whatsapp_business_account", "entry": entry }).to_string())
}

/// The request that carries a body.
pub fn request(body: &Bytes) -> Request<Bytes> {
    let signature = format!("sha256={}", hex::encode(sign_sha256(APP_SECRET.as_bytes(), body)));
    let request = Request::post("/webhooks/whatsapp").header("content-type", "application/json");
    request.header("x-hub-signature-256", signature).body(body.clone()).unwrap()
}
