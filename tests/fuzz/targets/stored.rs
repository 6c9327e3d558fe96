//! What lies in tables and on disk: sealed bytes, wrapped keys, and, behind the seals, messages on their way out, dead letters and the requests
//! of the spool. Nobody outside can write them; a torn file or a wrong byte must still be no more than a refusal.

use std::sync::LazyLock;

use ganira::actors::outgoing::Envelope;
use ganira::actors::sms::spool::Kept;
use ganira::crypto::{DataKey, KeyRing, Place, SecretKey, TenantKey};
use ganira::domain::Inbound;
use ganira::operations::dead_letters::Buried;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Target;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "stored", seeds, words: WORDS, bytes_max: 8 * 1024, run };

const PLACE: Place<'static> = Place { tenant: 1, table: "outbox", row: b"1" };
const WORDS: &[&str] = &[
    "{\"to\":{\"phone\":\"+250780000001\"}",
    "{\"scoped_id\":\"RW.1\"}",
    "\"content\":{",
    "{\"text\":",
    "\"when_unknown\":\"",
    "\"door_until\":\"2026-11-20T08:00:00Z\"",
    "\"purpose\":\"",
    "\"trace\":\"ffffffffffffffff\"",
    "{\"body\":{\"app\":\"main\",\"body\":\"",
    "{\"update\":{",
    "\"channel\":\"ussd\"",
    "{\"internal\":{\"kind\":\"a\"}}",
    "{\"payment\":{",
    "\"gateway\":\"at\"",
    "\"target\":\"/webhooks/sms/at/k?a=b\"",
    "+ADw-",
    "null",
    ",",
    "}",
];

static RING: LazyLock<KeyRing> =
    LazyLock::new(|| KeyRing::parse("first:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap());
static KEYS: LazyLock<(DataKey, TenantKey)> =
    LazyLock::new(|| (DataKey::new(&SecretKey::new([7; 32])), RING.generate_tenant_key(1).0));

fn seeds() -> Vec<Vec<u8>> {
    let plain = [
        json!({"to": {"phone": "+250780000001"}, "content": {"text": {"body": "Muraho"}}, "wake": true}),
        json!({"body": {"channel": "sms", "app": "at", "body": "YQ=="}}),
        json!({"payment": {"order": "o", "name": "deposit", "ordered": {}, "outcome": "paid", "value": {"receipt": "r"}}}),
        json!({"internal": {"kind": "timer"}}),
        json!({"gateway": "at", "method": "POST", "target": "/webhooks/sms/at/k", "content_type": "text/plain", "body": "YQ=="}),
    ];
    // In the layout of wrapped keys and of seals, but nobody's: what is drawn would make every run another.
    let wrapped = [&[1, 5][..], b"first", &[7; 61]].concat();
    let sealed = [&[1][..], &[9; 40]].concat();
    plain.iter().map(|json| json.to_string().into_bytes()).chain([wrapped, sealed]).collect()
}

fn run(input: &[u8], seen: &mut Seen) {
    let (data, tenant) = &*KEYS;
    assert!(data.open(PLACE, input).is_err(), "nobody sealed it for this place");
    seen.see(KeyRing::wrapped_under(input).is_ok());
    seen.see(RING.unwrap_tenant_key(2, input).map(|_| ()).map_err(|error| std::mem::discriminant(&error)).is_ok());
    seen.see(tenant.unwrap(b"2", input).is_ok());
    written::<Envelope>("envelope", input, seen);
    written::<Buried>("letter", input, seen);
    written::<Kept>("request", input, seen);
    written::<Inbound>("update", input, seen);
}

/// What can be read is written, read and written again alike.
fn written<T: Serialize + DeserializeOwned>(what: &str, input: &[u8], seen: &mut Seen) {
    match serde_json::from_slice::<T>(input) {
        Ok(read) => {
            let written = serde_json::to_vec(&read).unwrap();
            let again: T = serde_json::from_slice(&written).unwrap();
            assert_eq!(serde_json::to_vec(&again).unwrap(), written);
            seen.see((what, written.len().ilog2()));
        }
        Err(error) => {
            let why = error.to_string();
            // Its own words: not what it quotes, nor where.
            let words = why.split(" at line").next().unwrap_or_default().split('`').step_by(2);
            seen.see((what, words.collect::<String>()));
        }
    }
}
