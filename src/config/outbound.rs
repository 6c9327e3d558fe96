//! Settings of sending.

use super::section::section;

section! {
    /// The dispatchers: order, pace, breaker, retry.
    Outbound at "outbound" {
        /// Rows of one account that a dispatcher holds in memory.
        window_rows: usize, "rows", Some("1000"), 10 to 100_000;
        /// Failures in a row that open an account's breaker.
        breaker_failures: u32, "failures", Some("5"), 1 to 1000;
        /// How long an open breaker waits before it lets one request probe.
        breaker_open_ms: u64, "ms", Some("60000"), 100 to 3_600_000;
        /// How long a request without an answer waits for a receipt before its kind decides.
        unknown_wait_ms: u64, "ms", Some("30000"), 100 to 3_600_000;
        /// The longest a message waits for the one before it to the same contact.
        follower_wait_ms: u64, "ms", Some("60000"), 100 to 3_600_000;
        /// Messages a second of one business number.
        number_per_second: u32, "messages a second", Some("80"), 1 to 10_000;
        /// Messages to one person that may leave at once.
        pair_burst: u32, "messages", Some("45"), 1 to 10_000;
        /// How often one more message to the same person is allowed.
        pair_refill_ms: u64, "ms", Some("6000"), 10 to 3_600_000;
        /// A request to a company that takes longer is an unknown.
        request_timeout_ms: u64, "ms", Some("10000"), 100 to 600_000;
        /// Attempts before a message has failed. Being throttled spends none.
        attempts_max: u32, "attempts", Some("8"), 1 to 100;
    }
}
