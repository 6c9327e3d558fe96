//! A guarded effect: what an operation leaves to the commit.

/// One call of `ganira.effect_{kind}`, made by the commit under its guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardedEffect {
    /// The ordinal of the question that asked for it. If the guard fails, the turn runs again with the true outcome under this ordinal.
    pub ordinal: u8,
    /// The suffix of the two functions `ganira.effect_{kind}` and `ganira.inspect_{kind}`.
    pub kind: &'static str,
    /// The effect's arguments; their shape stands above its function in the migrations.
    pub args: serde_json::Value,
}
