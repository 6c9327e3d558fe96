//! What people say in a run: webhook bodies in Meta's shape, signed, each with an id of its own.

use bytes::Bytes;

use crate::channels::whatsapp;
use crate::crypto::sign_sha256;
use crate::domain::{Inbound, Timestamp};

/// The number that people write to, and its account: those of Meta's samples.
pub(super) const NUMBER: &str = "106540352242922";
pub(super) const WABA: &str = "102290129340398";

/// The app that signs, and its secret.
pub(super) const APP: &str = "bench";
pub(super) const APP_SECRET: &str = "bench-app-secret";

/// What a person says to come to the question who is to serve her, and what she says there as often as one likes: it is answered without
/// asking any operation.
pub(super) const INTO_BOOKING: [&str; 3] = ["hi", "1", "1"];
pub(super) const MID_BOOKING: &str = "help";

/// The body of one text message. `id` must be new for each message.
pub(super) fn text(person: u64, id: &str, at: i64, said: &str) -> String {
    let phone = phone(person);
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{WABA}","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"250788000100","phone_number_id":"{NUMBER}"}},"contacts":[{{"profile":{{"name":"Uwase Keza"}},"wa_id":"{phone}"}}],"messages":[{{"from":"{phone}","id":"{id}","timestamp":"{at}","type":"text","text":{{"body":"{said}"}}}}]}},"field":"messages"}}]}}]}}"#
    )
}

/// A person's number, without `+`.
pub(super) fn phone(person: u64) -> String {
    format!("2507{:08}", 20_000_000 + person)
}

/// A message id as long as Meta's.
pub(super) fn id(run: u64, number: u64) -> String {
    format!("wamid.HBgLMjUwNzg4MDAwMDAwFQIAEhgUM0E{run:016X}{number:012X}AA==")
}

/// The body of one receipt of a message of ours.
pub(super) fn receipt(person: u64, id: &str, at: i64, seq: u64) -> String {
    let phone = phone(person);
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{WABA}","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"250788000100","phone_number_id":"{NUMBER}"}},"statuses":[{{"id":"{id}","status":"delivered","timestamp":"{at}","recipient_id":"{phone}","biz_opaque_callback_data":"g1.1.{person}.{seq}.0.0","conversation":{{"id":"{id}","origin":{{"type":"service"}}}},"pricing":{{"billable":false,"pricing_model":"PMP","type":"free_customer_service","category":"service"}}}}]}},"field":"messages"}}]}}]}}"#
    )
}

/// The value of the signature's header.
pub(super) fn signature(body: &[u8]) -> String {
    format!("sha256={}", hex::encode(sign_sha256(APP_SECRET.as_bytes(), body)))
}

/// The same message as the channel reads it.
pub(super) fn inbound(person: u64, at: Timestamp, said: &str) -> anyhow::Result<Inbound> {
    let body = Bytes::from(text(person, &id(0, 0), at.timestamp(), said));
    whatsapp::parse(&body)?.into_iter().next().ok_or_else(|| anyhow::anyhow!("a body of the run was not read"))
}
