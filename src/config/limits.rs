//! Settings of the buckets at the entrance.

use super::section::section;

section! {
    /// How much may come in. Above the global limit requests are refused with 429; the excess of a tenant or a sender is kept as
    /// replayable dead letters, and the sender is told once to slow down.
    Limits at "limits" {
        /// Updates of everybody together.
        global_per_second: u32, "updates a second", Some("1000"), 1 to 1_000_000;
        /// How many of these may come at once.
        global_burst: u32, "updates", Some("2000"), 1 to 1_000_000;
        /// Updates of one tenant.
        tenant_per_minute: u32, "updates a minute", Some("100"), 1 to 10_000_000;
        /// How many of these may come at once.
        tenant_burst: u32, "updates", Some("100"), 1 to 1_000_000;
        /// Updates of one sender.
        sender_per_minute: u32, "updates a minute", Some("100"), 1 to 1_000_000;
        /// How many of these may come at once.
        sender_burst: u32, "updates", Some("100"), 1 to 100_000;
        /// Codes of moves that one sender may get wrong; beyond it none of hers is looked at.
        wrong_codes_per_hour: u32, "codes an hour", Some("5"), 1 to 1_000;
    }
}
