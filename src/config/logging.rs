//! Settings of the log.

use super::section::section;
use super::setting::choice;

choice! {
    /// How a line of the log looks.
    LogFormat {
        /// One JSON object a line.
        Json = "json",
        /// For people.
        Text = "text",
    }
}

section! {
    /// What is logged, and how. Logs go to standard error.
    Logging at "logging" {
        /// `json` for machines, `text` for people.
        format: LogFormat, "json or text", Some("json");
        /// Directives of tracing, such as `info,ganira=debug`.
        filter: String, "directives", Some("info");
    }
}
