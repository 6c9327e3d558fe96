//! Meta's webhooks: the signature, the handshake of a set-up, and bodies of any kind. What is read keeps the bytes it was read from.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use bytes::Bytes;
use ganira::channels::whatsapp::parse::UPDATES_MAX;
use ganira::channels::whatsapp::{App, Unsigned, accounts, handshake, parse, verify};
use ganira::crypto::sign_sha256;
use ganira::domain::InboundKind;
use secrecy::SecretString;
use url::form_urlencoded;

use super::Target;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "whatsapp", seeds, words: WORDS, bytes_max: 8 * 1024, run };

const SECRET: &str = "a-secret-for-tests-only";
const TOKEN: &str = "a-token-for-tests-only";
const WORDS: &[&str] = &[
    "sha256=",
    "hub.mode=subscribe",
    "&hub.verify_token=",
    TOKEN,
    "&hub.challenge=",
    "%F0%9F",
    "{\"object\":\"whatsapp_business_account\",\"entry\":[",
    "\"changes\":[",
    "\"field\":\"messages\"",
    "\"field\":\"smb_message_echoes\"",
    "\"value\":{",
    "\"messages\":[{",
    "\"statuses\":[{",
    "\"errors\":[{",
    "\"contacts\":[{",
    "\"type\":\"",
    "\"timestamp\":\"253402300800\"",
    "\"timestamp\":-9223372036854775808",
    "\"wa_id\":\"250780000001\"",
    "\"user_id\":\"RW.1349120865530274\"",
    "\"biz_opaque_callback_data\":\"g1.1.2.3.0.1\"",
    "\"latitude\":1e400",
    "\\ud83d",
    "\\u0000",
    "null",
    "[[[[[[[[",
    "{}",
    ",",
    "\"",
    "]",
    "}",
];

static APPS: LazyLock<[App; 2]> = LazyLock::new(|| {
    let secret = |text: &str| SecretString::from(text);
    [
        App::new("main", &[secret("an-older-one"), secret(SECRET)], secret(TOKEN)),
        // What is empty lets nobody in.
        App::new("empty", &[secret("")], secret("")),
    ]
});

fn signature(body: &[u8]) -> String {
    format!("sha256={}", hex::encode(sign_sha256(SECRET.as_bytes(), body)))
}

/// The header or the query in a line, then the body.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pure/data/whatsapp/inbound");
    let mut bodies: Vec<Vec<u8>> =
        fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    bodies.sort();
    let signed = |body: Vec<u8>| [signature(&body).as_bytes(), b"\n", &body].concat();
    let shaken = format!("hub.mode=subscribe&hub.verify_token={TOKEN}&hub.challenge=1158201444\n{{}}");
    bodies.into_iter().map(signed).chain([shaken.into_bytes()]).collect()
}

fn run(input: &[u8], seen: &mut Seen) {
    let split = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let head = String::from_utf8_lossy(&input[..split]).into_owned();
    let body = Bytes::copy_from_slice(input.get(split + 1..).unwrap_or_default());
    signed(&head, &body, seen);
    shaken(&head, seen);
    match parse(&body) {
        Err(unreadable) => seen.see(unreadable.to_string()),
        Ok(updates) => {
            assert!(updates.len() <= UPDATES_MAX);
            let text = std::str::from_utf8(&body).expect("what is read is text");
            for update in &updates {
                assert!(text.contains(std::str::from_utf8(&update.raw).expect("a part of a text is one")));
                assert!(!update.provider_id.is_empty(), "an update without a name cannot be told from another");
                assert!(serde_json::to_vec(update).is_ok());
                seen.see(kind(&update.kind));
            }
            let named = accounts(&updates);
            assert_eq!(named.len(), named.iter().collect::<HashSet<_>>().len(), "each account once");
            seen.see((updates.len().min(6), named.len().min(3)));
            assert_eq!(parse(&body).unwrap(), updates, "a reading is a function");
        }
    }
}

/// Only who knows the secret is believed, and only for these bytes.
fn signed(header: &str, body: &[u8], seen: &mut Seen) {
    let verified = verify(&APPS[..], None, Some(header), body);
    let right = header.eq_ignore_ascii_case(&signature(body)) && header.starts_with("sha256=");
    assert_eq!(verified.is_ok(), right, "{header}");
    assert_eq!(verify(&APPS[..], Some("empty"), Some(header), body).ok(), None, "an empty secret signs nothing");
    seen.see(("signed", verified.err().map(|unsigned| unsigned == Unsigned::Malformed)));
}

fn shaken(query: &str, seen: &mut Seen) {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let answer = handshake(&APPS[..], None, &pairs);
    if let Some(challenge) = &answer {
        assert!(pairs.iter().any(|(name, value)| name == "hub.verify_token" && value == TOKEN));
        assert!(pairs.iter().any(|(name, value)| name == "hub.challenge" && value == challenge));
    }
    seen.see(("shaken", pairs.len().min(4), answer.is_some()));
}

fn kind(kind: &InboundKind) -> String {
    let written = format!("{kind:?}");
    written.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).take(4).collect()
}
