//! Message ids as WhatsApp makes them: `wamid.` and base64 in which the person's number can be read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::random;

/// Who wrote it; the id tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    FromPerson,
    FromBusiness,
}

/// A new id. `person` is digits or a scoped id.
pub(super) fn new(person: &str, direction: Direction) -> String {
    let mut bytes = vec![0x1c, 0x18, person.len() as u8];
    bytes.extend_from_slice(person.as_bytes());
    let side = if direction == Direction::FromPerson { 0x12 } else { 0x11 };
    bytes.extend_from_slice(&[0x15, 0x02, 0x00, side, 0x18, 0x14]);
    bytes.extend_from_slice(random::hex_token::<10>().to_uppercase().as_bytes());
    bytes.push(0);
    format!("wamid.{}", STANDARD.encode(bytes))
}
