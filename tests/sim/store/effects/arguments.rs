//! Arguments of effects as SQL's `->>` and casts read them.

use std::str::FromStr;

use ganira::domain::Timestamp;
use serde_json::Value as Json;

use super::super::commit::Abort;

/// `args ->> key`.
pub(super) fn text(args: &Json, key: &str) -> Option<String> {
    match args.get(key)? {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// One that a column needs.
pub(super) fn needed(args: &Json, key: &str) -> Result<String, Abort> {
    text(args, key).ok_or_else(|| Abort::new("23502", format!("{key} is null")))
}

/// A number that a column needs.
pub(super) fn number<N: FromStr>(args: &Json, key: &str) -> Result<N, Abort> {
    needed(args, key)?.parse().map_err(|_| Abort::new("22P02", format!("{key} is no number")))
}

/// An instant that a column needs.
pub(super) fn instant(args: &Json, key: &str) -> Result<Timestamp, Abort> {
    needed(args, key)?.parse().map_err(|_| Abort::new("22007", format!("{key} is no instant")))
}

/// Bytes in hexadecimal digits that a column needs.
pub(super) fn hash(args: &Json, key: &str) -> Result<[u8; 16], Abort> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(needed(args, key)?, &mut bytes)
        .map_err(|_| Abort::new("22023", format!("{key} is not of 32 hexadecimal digits")))?;
    Ok(bytes)
}
