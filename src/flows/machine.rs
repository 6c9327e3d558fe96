//! The step machine.

use serde::{Deserialize, Serialize};

/// All that the core keeps of a conversation between two turns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {}
