//! Names for updates that carry no id: a digest of what they say.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 over the field, the entry's time and the change in a canonical form, so that a repeated delivery has the same name even when
/// its keys stand in another order.
pub(super) fn digest(field: &str, raw: &str, entry_time: Option<&str>) -> String {
    let mut hash = Sha256::new();
    for part in [field, entry_time.unwrap_or_default()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    match serde_json::from_str::<Value>(raw) {
        Ok(value) => feed(&mut hash, &value),
        Err(_) => hash.update(raw.as_bytes()),
    }
    hex::encode(hash.finalize())
}

/// Objects by sorted keys, everything delimited. serde_json limits how deep a value can nest.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            hash.update(b"{");
            for (key, value) in members {
                feed(hash, &Value::String(key.clone()));
                feed(hash, value);
            }
            hash.update(b"}");
        }
        Value::Array(items) => {
            hash.update(b"[");
            for item in items {
                feed(hash, item);
            }
            hash.update(b"]");
        }
        leaf => {
            hash.update(leaf.to_string().as_bytes());
            hash.update(b",");
        }
    }
}
