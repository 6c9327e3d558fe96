//! Parts of long messages on their way in.

use crate::domain::Timestamp;

/// One part as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRow {
    /// Keyed hash of what the parts of one message have in common.
    pub message: [u8; 16],
    /// From 1.
    pub part: i16,
    pub at: Timestamp,
    /// Its message was delivered on; only to know the part again.
    pub delivered: bool,
    /// Sealed by the system's key.
    pub body: Vec<u8>,
}
