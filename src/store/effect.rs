//! Guarded effects: changes of product tables that are part of a turn's commit.

/// A change the commit makes through the SQL function `effect_<kind>`, under the guard `inspect_<kind>` explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardedEffect {
    /// Which operation of the turn it belongs to.
    pub ordinal: u8,
    /// A lower-case identifier; the suffix of its two SQL functions.
    pub kind: &'static str,
    pub args: serde_json::Value,
}
