//! Ids of rows that an operation makes.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::operations::asker::Asker;

/// The id of the row that this question of `operation` makes: the same whenever the event is handled again.
pub fn made(operation: &str, asker: &Asker<'_>, ordinal: u8) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(operation);
    hash.update(asker.tenant.0.to_be_bytes());
    hash.update(asker.contact.0.to_be_bytes());
    hash.update(asker.event.0);
    hash.update([ordinal]);
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
