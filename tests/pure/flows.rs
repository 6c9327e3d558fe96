//! Flows: conversations as golden text, what `check` says, and properties of the machine.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "in a test a surprise is a failure")]

mod broken;
mod days;
mod docs;
mod graph;
mod laws;
mod layout;
mod library;
mod limits;
mod moves;
mod phrases;
mod reading;
mod reviews;
mod runner;
mod schemas;
mod talks;
mod texts;
mod typed;
pub mod world;
mod written;
