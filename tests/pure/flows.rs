//! Flows: conversations as golden text, what `check` says, and properties of the machine.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "in a test a surprise is a failure")]

mod broken;
mod laws;
mod layout;
mod limits;
mod phrases;
mod reading;
mod reviews;
mod talks;
mod texts;
mod world;
