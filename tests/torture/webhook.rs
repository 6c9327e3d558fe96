//! Webhooks as Meta posts and signs them, made here and not by the sandbox: one POST may carry many updates of several people.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ganira::crypto::sign_sha256;
use serde_json::{Value, json};

pub const APP: &str = "main";
pub const APP_SECRET: &str = "the torture's own app secret";
pub const VERIFY_TOKEN: &str = "the torture's own verify token";
pub const PROVIDER_SECRET: &str = "whsec_dGhlIGNyYXNoIHRlc3Qgb3JkZXJzLCBub3QgYSBzZWNyZXQ=";
pub const NUMBER: &str = "106540352242922";
pub const WABA: &str = "102290129340398";
pub const DISPLAY: &str = "250788000100";

/// A person, by her number in the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub u32);

impl Person {
    pub fn phone(self) -> String {
        format!("+25079{:07}", self.0)
    }

    pub fn wa_id(self) -> String {
        format!("25079{:07}", self.0)
    }

    /// The text of her `n`th message: what one line of her diary must be.
    pub fn line(self, n: u32) -> String {
        format!("c{} m{n}", self.0)
    }

    /// The id of her `n`th message, unique and the same at every repetition.
    pub fn message_id(self, n: u32) -> String {
        format!("wamid.{}", STANDARD.encode(format!("torture {} {n}", self.wa_id())))
    }
}

/// A body that is posted, byte for byte the same until it is acknowledged.
#[derive(Debug, Clone)]
pub struct Post {
    pub body: Bytes,
    pub signature: String,
}

/// The messages of one POST, in their order; each in a change of its own or several in one, as `grouped` wants.
pub fn post(messages: &[(Person, u32)], at: i64, grouped: bool) -> Post {
    let changes: Vec<Value> = if grouped {
        vec![change(messages, at)]
    } else {
        messages.iter().map(|message| change(std::slice::from_ref(message), at)).collect()
    };
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": WABA, "changes": changes }] });
    let body = Bytes::from(body.to_string());
    let signature = format!("sha256={}", hex::encode(sign_sha256(APP_SECRET.as_bytes(), &body)));
    Post { body, signature }
}

fn change(messages: &[(Person, u32)], at: i64) -> Value {
    let mut people: Vec<Person> = messages.iter().map(|(person, _)| *person).collect();
    people.sort_unstable();
    people.dedup();
    let contacts: Vec<Value> = people
        .iter()
        .map(|person| json!({ "profile": { "name": format!("Person {}", person.0) }, "wa_id": person.wa_id() }))
        .collect();
    let messages: Vec<Value> = messages
        .iter()
        .map(|(person, n)| {
            json!({
                "from": person.wa_id(), "id": person.message_id(*n), "timestamp": at.to_string(),
                "type": "text", "text": { "body": person.line(*n) },
            })
        })
        .collect();
    json!({ "field": "messages", "value": {
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": DISPLAY, "phone_number_id": NUMBER },
        "contacts": contacts, "messages": messages,
    } })
}
